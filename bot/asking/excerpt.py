"""What of a passage is open to the eye, what is folded away, and what is bold. No sentence is reworded or cut.

The open part of a text is one stretch: from the first sentence that answers to the last, with what limits it and, where
there is room, the sentence before. The open part of a table is its header and the rows that answer, word for word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from bot.asking.sentences import unit_spans, weight
from bot.html import Quote, Text, Unit
from knowledge.answering.highlight import begins_with_exception
from knowledge.domain import Passage, PassageKind, Quotation, Span

#: About six lines on a phone; what answers is shown even where it is longer.
_ROOM = 130.0
#: A rest of two lines is not worth a fold.
_NOT_WORTH_FOLDING = 40.0
#: A passage of about ten lines is shown whole: its rows or sentences for other patients, or its verdict, belong to it.
_SHOWN_WHOLE = 200.0
#: Of a passage that is no answer, about five lines.
_GLIMPSED_WHOLE = 100.0
_CELLS = " | "
_LONGEST_HEADING = 30
_ENDS_OF_SENTENCES = "。！？；.!?;）)"


def excerpt(quotation: Quotation) -> tuple[Quote, ...]:
    """The open quote, and the folded one where something is left."""
    return _parted(quotation, shown_whole=_SHOWN_WHOLE)


def glimpse(quotation: Quotation) -> tuple[Quote, ...]:
    """The open part alone and nothing bold: for what is close to a question and does not answer it."""
    opened, *folded = _parted(quotation, shown_whole=_GLIMPSED_WHOLE)
    units = tuple(tuple(replace(part, bold=False) for part in unit) for unit in opened.units)
    return (replace(opened, units=units, dropped=len(folded)),)


def _parted(quotation: Quotation, *, shown_whole: float) -> tuple[Quote, ...]:
    passage = quotation.passage
    spans = unit_spans(passage.text, passage.kind)
    # Text in doubt is never bold, whatever was found in it.
    highlights = () if passage.marks else quotation.highlights
    units = [tuple(_parts(passage.text, span, highlights)) for span in spans]
    answering = [at for at, span in enumerate(spans) if _overlaps(span, quotation.highlights)]
    if weight(passage.text) <= shown_whole:
        return (Quote(units=tuple(units)),)
    if passage.kind is PassageKind.TABLE:
        return _of_table(passage, spans, units, answering)
    return _of_text(passage, spans, units, answering)


def _of_text(
    passage: Passage, spans: Sequence[Span], units: Sequence[Unit], answering: Sequence[int]
) -> tuple[Quote, ...]:
    sentences = [passage.text[span.start : span.end] for span in spans]
    first, last = _stretch(sentences, answering)
    before, after = units[:first], units[last:]
    if sum(map(weight, sentences[:first] + sentences[last:])) <= _NOT_WORTH_FOLDING:
        return (Quote(units=tuple(units)),)
    # With something left on both sides the whole passage is folded, else its two ends would read as if they met.
    rest = units if before and after else before or after
    return Quote(units=tuple(units[first:last])), Quote(units=tuple(rest), folded=True)


def _stretch(sentences: Sequence[str], answering: Sequence[int]) -> tuple[int, int]:
    """The first sentence that is open, and the one behind the last."""
    first, last = (answering[0], answering[-1] + 1) if answering else (0, 1)
    while last < len(sentences) and begins_with_exception(sentences[last]):
        last += 1
    # A sentence that limits the one before it is not shown without that one either.
    while first > 0 and begins_with_exception(sentences[first]):
        first -= 1
    while first > 0 and _leads_on(sentences[first - 1]) and _fits(sentences[first - 1 : last]):
        first -= 1
    while (
        last < len(sentences)
        and not _ends_paragraph(sentences[last - 1])
        and _fits(sentences[first : last + 1])
    ):
        last += 1
    return first, last


def _leads_on(sentence: str) -> bool:
    """Whether the next sentence belongs with this one: both are of a paragraph, or this is a heading in the text."""
    shown = sentence.rstrip()
    is_heading = len(shown) <= _LONGEST_HEADING and shown[-1:] not in _ENDS_OF_SENTENCES
    return not _ends_paragraph(sentence) or is_heading


def _ends_paragraph(sentence: str) -> bool:
    return sentence.endswith("\n")


def _fits(sentences: Sequence[str]) -> bool:
    return sum(map(weight, sentences)) <= _ROOM


def _of_table(
    passage: Passage, spans: Sequence[Span], units: Sequence[Unit], answering: Sequence[int]
) -> tuple[Quote, ...]:
    lines = [passage.text[span.start : span.end] for span in spans]
    header = next((at for at, text in enumerate(lines) if _CELLS in text), 0)
    rows = answering or range(header + 1, min(header + 4, len(units)))
    kept = sorted({*range(header + 1), *rows})
    if len(kept) == len(units):
        return (Quote(units=tuple(units)),)
    shown = Quote(units=tuple(units[at] for at in kept))
    return shown, Quote(units=tuple(units), folded=True)


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def _parts(text: str, span: Span, highlights: Sequence[Span]) -> Iterator[Text]:
    """The unit's text, cut where bold begins and ends."""
    edges = {
        edge for found in highlights for edge in (found.start, found.end) if span.start < edge < span.end
    }
    cuts = [span.start, *sorted(edges), span.end]
    for start, end in pairwise(cuts):
        yield Text(text=text[start:end], bold=_overlaps(Span(start=start, end=end), highlights))
