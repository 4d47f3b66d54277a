"""From passages in order to the places that are quoted: neighbours that both answer are one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.answering.judging import Judged
from knowledge.domain import Passage, PassageKind

MOST_PLACES = 3
#: Neighbours are only joined up to this length in characters; a phone shows about 240 at once, the rest is folded.
_LONGEST_JOINED = 1_000
#: Scores that differ by less are about the same.
_ABOUT_AS_WELL = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One stretch of one edition: a passage, or two that follow each other."""

    #: The passage that is quoted; of two, their text joined and the pages of both.
    passage: Passage
    #: The place of its last part in the edition.
    last_ordinal: int
    #: How likely it answers, 0 to 1.
    probability: float
    #: What the question names and it does not.
    missing: tuple[str, ...]


def places(judged: Sequence[Judged], most: int = MOST_PLACES) -> list[Place]:
    """Up to so many places, best first. judged: best first, all of one tone."""
    chosen: list[Place] = []
    for candidate in _readers_first(judged):
        passage = candidate.found.passage
        beside = next((n for n, place in enumerate(chosen) if _continues(place, passage)), None)
        if beside is not None:
            chosen[beside] = _joined(chosen[beside], candidate)
        elif len(chosen) < most and not any(place.passage.text == passage.text for place in chosen):
            chosen.append(
                Place(
                    passage=passage,
                    last_ordinal=passage.ordinal,
                    probability=candidate.verdict.answers,
                    missing=candidate.missing,
                )
            )
    return chosen


def _readers_first(judged: Sequence[Judged]) -> list[Judged]:
    """Where both scripts fit about as well, the reader's own comes first."""
    own = next((candidate for candidate in judged if candidate.found.fit.own_script), None)
    if own is None or judged[0].found.rank - own.found.rank >= _ABOUT_AS_WELL:
        return list(judged)
    return [own, *(candidate for candidate in judged if candidate is not own)]


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


def _joined(place: Place, candidate: Judged) -> Place:
    before, after = sorted((place.passage, candidate.found.passage), key=lambda part: part.ordinal)
    citation = replace(before.citation, page_last=after.citation.page_last)
    whole = replace(
        before,
        text=f"{before.text}\n{after.text}",
        # A line for title and headings, which are the same, and one for each piece of the joined text.
        tokens="\n".join((before.tokens, *after.tokens.split("\n")[1:])),
        citation=citation,
        marks=before.marks | after.marks,
    )
    missing = tuple(word for word in place.missing if word in candidate.missing)
    return replace(place, passage=whole, last_ordinal=after.ordinal, missing=missing)
