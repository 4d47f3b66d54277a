"""Which words of a passage answer: found by the question's own words, so nothing is encoded again."""

from __future__ import annotations

import re
from collections.abc import Mapping

from knowledge.answering.fusion import coverage
from knowledge.domain import Passage, PassageKind, Span
from knowledge.sentences import sentence_ends
from knowledge.text import tokens

#: A sentence that begins so takes back part of the one before it: both are shown or neither.
_EXCEPTION = re.compile(
    r"(?:但|然而|不过|除外|除非|禁忌|禁用|慎用|注意|例外|不包括|不適|除|惟|"
    r"except|unless|however|but|contraindicat|do not|caution|not )",
    re.IGNORECASE,
)

#: Below this share of the question's information no sentence stands out, and none is marked.
_LEAST_COVERAGE = 0.15


def begins_with_exception(sentence: str) -> bool:
    return bool(_EXCEPTION.match(sentence.lstrip(" \n·•-*0123456789.、()（）")))


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


def highlights(passage: Passage, weights: Mapping[str, float]) -> tuple[Span, ...]:
    """The piece that covers most of the question, with the exceptions that follow it at once.

    Empty where no piece stands out, and where the text is in doubt: a misread dose must not be set in bold.
    """
    if passage.marks:
        return ()
    spans = pieces(passage.text, passage.kind)
    # The header row of a table names its columns; it answers nothing by itself.
    first = 1 if passage.kind is PassageKind.TABLE and len(spans) > 1 else 0
    covered = [coverage(weights, set(tokens(passage.text[s.start : s.end]))) for s in spans]
    best = max(range(first, len(spans)), key=lambda n: (covered[n], -n), default=None)
    if best is None or covered[best] < _LEAST_COVERAGE:
        return ()
    last = best
    while last + 1 < len(spans) and begins_with_exception(passage.text[spans[last + 1].start :]):
        last += 1
    return tuple(spans[best : last + 1])
