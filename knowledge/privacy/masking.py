"""What identifies a person, found by its shape or by the word before it, and hidden."""

from __future__ import annotations

from knowledge.privacy import names, numbers

MASK = "■"

#: One to one, so that places in the folded text are places in the text; what takes two UTF-16 units is not folded.
_FOLDED: dict[int, str] = {
    **{ord("０") + digit: str(digit) for digit in range(10)},
    **{ord("Ａ") + letter: chr(ord("A") + letter) for letter in range(26)},
    **{ord("ａ") + letter: chr(ord("a") + letter) for letter in range(26)},
    **dict(zip(map(ord, "＋－＠．（）＃＿＝／"), "+-@.()#_=/", strict=True)),
    # Spaces and hyphens of every width; what has no width at all parts a number's digits like a space.
    **dict.fromkeys(
        map(ord, "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000"), " "
    ),
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), " "),
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-"),
}


def mask(text: str) -> str:
    """The text with each identifier replaced by as many ■ as it had UTF-16 units (all of them are one)."""
    while (masked := _masked_once(text)) != text:
        # What stood next to something hidden may now be seen for what it is; each round hides more, so it ends.
        text = masked
    return text


def is_masked(text: str) -> bool:
    """Whether something was hidden: then the person is told."""
    return MASK in text


def _masked_once(text: str) -> str:
    folded = text.translate(_FOLDED)
    masked = list(text)
    for spans in (numbers.identifiers(folded), names.names(folded)):
        for start, end in spans:
            masked[start:end] = MASK * (end - start)
    return "".join(masked)
