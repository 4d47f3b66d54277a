"""Where sentences end: never inside a dose, a decimal, an abbreviation or a bracket."""

from __future__ import annotations

import re

from knowledge.domain import PassageKind, Span

_CLOSERS = "”’」』）)】］]》\"'"
_OPENERS = {
    "（": "）",
    "(": ")",
    "【": "】",
    "［": "］",
    "[": "]",
    "「": "」",
    "『": "』",
    "《": "》",
    "“": "”",
}
_ENDS = "。！？!?"
_ABBREVIATIONS = re.compile(
    r"(?:^|[\s(（])(?:e\.g|i\.e|etc|vs|cf|al|ca|approx|resp|Fig|Figs|Tab|Eq|No|Nos|Vol|pp|Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|Inc|Ltd|Co"
    r"|Ref|Refs|Sec|Ch|Suppl|ed|eds|min|max|wt|subsp|spp|sp|[A-Z])\.$|(?:[A-Za-z]\.){2,}$",
)
#: One level of brackets inside: "（来源：《指南（2024年）》，2024）". "（2）" with text behind it numbers what follows.
_INSIDE = r"(?:[^（）()]|[（(][^（）()]{0,40}[）)]){1,160}"
_REMARK = re.compile(
    r"(?!\s?[（(]\d{1,2}[)）]\s*\S)\s?"
    rf"(?:（{_INSIDE}）|\({_INSIDE}\)|[［\[][^\[\]［］]{{1,40}}[\]］])(?=\s|$|[^。.，,；;、）)])"
)
#: A bracket that has not closed after this many characters was never meant to.
_LONGEST_BRACKET = 400


def sentence_ends(text: str) -> list[int]:
    """The offsets behind each sentence, with the closing marks and spaces that follow; the last is the length."""
    ends: list[int] = []
    for match in re.finditer(rf"[{_ENDS}.]", text):
        end = _with_closers(text, match.end())
        if _ends_here(text, match.start(), end):
            end = _with_remark(text, end)
            ends.append(end + len(text[end:]) - len(text[end:].lstrip()))
    return [*(end for end in dict.fromkeys(ends) if end < len(text)), len(text)] if text else []


def _with_remark(text: str, end: int) -> int:
    """A whole remark in brackets behind a sentence, such as its source or grade, belongs to that sentence."""
    remark = _REMARK.match(text, end)
    return remark.end() if remark else end


def _with_closers(text: str, end: int) -> int:
    while end < len(text) and text[end] in _CLOSERS + _ENDS:
        end += 1
    return end


def _ends_here(text: str, at: int, end: int) -> bool:
    if _inside_bracket(text, end):
        return False
    if text[at] in "。！？":
        return True
    if text[at] in "!?":
        return end >= len(text) or text[end].isspace()
    return _full_stop_ends(text, at, end)


def _full_stop_ends(text: str, at: int, end: int) -> bool:
    if end >= len(text):
        return True
    if not text[end].isspace():
        return False
    following = text[end:].lstrip()[:1]
    starts = (
        following.isupper()
        or following.isdigit()
        or following in "\"'“‘([•–-"
        or "\u4e00" <= following <= "\u9fff"
    )
    return (
        starts and not _ABBREVIATIONS.search(text[max(0, at - 12) : at + 1]) and not _is_list_number(text, at)
    )


def _is_list_number(text: str, at: int) -> bool:
    """Whether the stop belongs to a number at the start or behind a space, as in `1. Metformin`."""
    return bool(re.search(r"(?:^|[\s：:；;。，,（(])[\divx]{1,2}$", text[max(0, at - 4) : at]))


def _inside_bracket(text: str, end: int) -> bool:
    begin = max(0, end - _LONGEST_BRACKET)
    expected: list[str] = []
    for character in text[begin:end]:
        if character in _OPENERS:
            expected.append(_OPENERS[character])
        elif character in expected:
            del expected[len(expected) - 1 - expected[::-1].index(character) :]
    return bool(expected) and any(close in text[end : end + _LONGEST_BRACKET] for close in expected)


def semicolon_ends(text: str) -> list[int]:
    """The offsets behind each semicolon outside brackets; the last is the length."""
    ends = [
        match.end() for match in re.finditer(r"；|;(?=\s)", text) if not _inside_bracket(text, match.end())
    ]
    return [*(end for end in ends if end < len(text)), len(text)]


def pieces(text: str, kind: PassageKind) -> list[Span]:
    """The sentences of a text, or the rows of a table, in order, without the white space around them."""
    spans: list[Span] = []
    offset = 0
    for line in text.split("\n"):
        ends = [len(line)] if kind is PassageKind.TABLE else sentence_ends(line)
        start = 0
        for end in ends:
            piece = line[start:end]
            if piece.strip():
                lead = len(piece) - len(piece.lstrip())
                spans.append(Span(start=offset + start + lead, end=offset + start + len(piece.rstrip())))
            start = end
        offset += len(line) + 1
    return spans
