"""From passages in order to the places that are quoted: neighbours that both answer are one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.answering.evidence import THRESHOLD, Calibration
from knowledge.answering.retrieval import Found
from knowledge.domain import Passage, PassageKind

MOST_PLACES = 3
#: Neighbours are only joined up to this length in characters; a phone shows about 240 at once, the rest is folded.
_LONGEST_JOINED = 1_000
#: Scores that differ by less are about the same.
_ABOUT_AS_WELL = 1.0
#: Candidates that are looked at for neighbours: what comes later joins nothing.
_LOOKED_AT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One stretch of one edition: a passage, or two that follow each other."""

    #: The passage that is quoted; of two, their text joined and the pages of both.
    passage: Passage
    #: The place of its last part in the edition.
    last_ordinal: int
    #: How likely it answers, 0 to 1.
    probability: float


def places(found: Sequence[Found], calibration: Calibration) -> list[Place]:
    """Up to three places that answer, best first; found: best first."""
    chosen: list[Place] = []
    answering = [candidate for candidate in found if calibration.probability(candidate.fit) >= THRESHOLD]
    for candidate in _readers_first(answering)[:_LOOKED_AT]:
        likely = calibration.probability(candidate.fit)
        passage = candidate.passage
        beside = next((n for n, place in enumerate(chosen) if _continues(place, passage)), None)
        if beside is not None:
            chosen[beside] = _joined(chosen[beside], passage)
        elif len(chosen) < MOST_PLACES and not any(place.passage.text == passage.text for place in chosen):
            chosen.append(Place(passage=passage, last_ordinal=passage.ordinal, probability=likely))
    return chosen


def _readers_first(answering: Sequence[Found]) -> list[Found]:
    """Where both scripts answer about as well, the reader's own comes first."""
    own = next((candidate for candidate in answering if candidate.fit.own_script), None)
    if own is None or answering[0].fit.score - own.fit.score >= _ABOUT_AS_WELL:
        return list(answering)
    return [own, *(candidate for candidate in answering if candidate is not own)]


def _continues(place: Place, passage: Passage) -> bool:
    """Whether the passage stands right before or behind a single one, in the same section."""
    first = place.passage
    return (
        first.edition_id == passage.edition_id
        and first.ordinal == place.last_ordinal
        and abs(first.ordinal - passage.ordinal) == 1
        and first.kind is passage.kind is PassageKind.TEXT
        and first.citation.section == passage.citation.section
        and len(first.text) + len(passage.text) < _LONGEST_JOINED
    )


def _joined(place: Place, passage: Passage) -> Place:
    before, after = sorted((place.passage, passage), key=lambda part: part.ordinal)
    citation = replace(before.citation, page_last=after.citation.page_last)
    whole = replace(
        before,
        text=f"{before.text}\n{after.text}",
        tokens=f"{before.tokens} {after.tokens}",
        citation=citation,
        marks=before.marks | after.marks,
    )
    return replace(place, passage=whole, last_ordinal=after.ordinal)
