"""Is this a new edition of something that is loaded, whatever its title says? Told by the sentences that both have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.store import Stores
from knowledge.store.library import EditionRecord

#: From here on a draft is taken for an edition of the other document; whoever decides can say otherwise.
SAME_DOCUMENT = 0.3
#: From here on the other document is named, and nothing else follows.
WORTH_NAMING = 0.1
#: A sentence of fewer tokens stands in documents that have nothing else in common.
_TELLING_TOKENS = 8
#: Fewer sentences in common than this are chance, whatever their share.
_ENOUGH_SENTENCES = 5
_MOST_NAMED = 3
_EDITIONS_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    edition: EditionRecord
    #: Of the sentences of the shorter of the two: how many stand word for word in the other, 0 to 1.
    share: float


def alike(stores: Stores, draft: EditionRecord) -> tuple[Alike, ...]:
    """Current editions that share a good part of their sentences with it, whatever their titles; most alike first."""
    own = _sentences(stores, [draft.id]).get(draft.id, frozenset())
    others = {
        edition.id: edition
        for edition in stores.library.list_editions()
        if edition.id != draft.id and edition.is_sample == draft.is_sample
    }
    found = []
    for some in _slices(list(others)):
        for edition_id, sentences in _sentences(stores, some).items():
            share = shared(own, sentences)
            if share >= WORTH_NAMING:
                found.append(Alike(edition=others[edition_id], share=share))
    return tuple(sorted(found, key=lambda each: -each.share)[:_MOST_NAMED])


def shared(one: frozenset[int], other: frozenset[int]) -> float:
    """The share of the shorter's sentences that both have; 0 where that is too little to tell."""
    both = len(one & other)
    return both / min(len(one), len(other)) if both >= _ENOUGH_SENTENCES else 0.0


def telling_sentences(passages: Iterable[str]) -> frozenset[int]:
    """The sentences of passages, given as their tokens, each as a number; the first line of each is its heading."""
    lines = (line for tokens in passages for line in tokens.splitlines()[1:])
    return frozenset(hash(line) for line in lines if line.count(" ") + 1 >= _TELLING_TOKENS)


def _sentences(stores: Stores, edition_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    rows = stores.passages.tokens_of(edition_ids)
    return {edition: telling_sentences(row.tokens for row in some) for edition, some in rows.items()}


def _slices(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    for start in range(0, len(ids), _EDITIONS_AT_ONCE):
        yield ids[start : start + _EDITIONS_AT_ONCE]
