"""A passage cut into units that are shown whole: its sentences, or a table's rows."""

from __future__ import annotations

from knowledge.domain import PassageKind, Span
from knowledge.sentences import sentence_ends


def unit_spans(text: str, kind: PassageKind) -> list[Span]:
    """The units in order, together the whole text; the white space behind a unit belongs to it."""
    spans: list[Span] = []
    offset = 0
    for line in text.splitlines(keepends=True):
        begin = 0
        for end in [len(line)] if kind is PassageKind.TABLE else sentence_ends(line):
            if line[begin:end].strip() or not spans:
                spans.append(Span(start=offset + begin, end=offset + end))
            else:
                spans[-1] = Span(start=spans[-1].start, end=offset + end)
            begin = end
        offset += len(line)
    return spans


def weight(text: str) -> float:
    """How much room a text takes on a phone: a Chinese character 1, a Latin one about half."""
    return (len(text) + sum(map("\u2e7f".__lt__, text))) / 2
