"""Text as it is shown: composed (NFC, never NFKC: 10⁻³ must not become 10−3), and free of what cannot be seen."""

from __future__ import annotations

import re
import unicodedata

#: Spaces of every kind, full width and no-break among them; line breaks are not in it.
_SPACES = re.compile(r"[\t\v\f \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
#: Controls, soft hyphen, zero width, direction marks, byte order mark, interlinear marks, lone surrogates.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
PRIVATE_USE = re.compile(r"[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
CJK = (
    r"\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003134f"
)
#: Punctuation that is set a full character wide, so that a space beside it means nothing.
CJK_PUNCTUATION = (
    r"\u3001-\u3003\u3008-\u3011\u3014-\u301f\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\uff3b\uff3d\u2026"
)
_CJK_LETTER = re.compile(f"[{CJK}]")
_LETTER = re.compile(f"[{CJK}]|[^\\W\\d_]")


def seen(text: str) -> str:
    r"""The text composed and without unseen characters; line breaks are "\\n", spaces stay as they are."""
    return _UNSEEN.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")))


def one_line(text: str) -> str:
    """The text on one line, with single spaces."""
    return _SPACES.sub(
        " ", seen(text).replace("\n", " ").replace("\u2028", " ").replace("\u2029", " ")
    ).strip()


def private_use_count(text: str) -> int:
    return len(PRIVATE_USE.findall(text))


def is_cjk(character: str) -> bool:
    return bool(_CJK_LETTER.match(character))


def cjk_count(text: str) -> int:
    return len(_CJK_LETTER.findall(text))


def letter_count(text: str) -> int:
    """Letters of any script; digits and marks do not count."""
    return len(_LETTER.findall(text))


_WIDE = re.compile(f"[{CJK}{CJK_PUNCTUATION}\uff00-\uffef]")
_QUOTES = "“”‘’"


def join_lines(before: str, after: str) -> str:
    """Two lines of one paragraph as one text: no space where Chinese characters or their marks meet another."""
    if not before or not after:
        return before + after
    return before + after if _is_wide_end(before[::-1]) or _is_wide_end(after) else f"{before} {after}"


def _is_wide_end(text: str) -> bool:
    """Whether a text begins a full character wide; a quotation mark is as wide as what it encloses."""
    inner = text.lstrip(_QUOTES)
    return bool(inner) and bool(_WIDE.match(inner[0]))
