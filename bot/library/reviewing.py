"""The buttons of a draft's card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.conversation import Message
from bot.library import card_view, data, facts_view, standing
from bot.library.data import Action
from bot.library.deciding import Waiting, approve, discard
from bot.library.deciding import standing as standing_of
from bot.library.naming import Staff
from bot.library.shelf import entries_of, found
from bot.library.turns import Deed, Outcome, Turn
from bot.texts import Texts
from knowledge.domain import EditionStatus, Passage
from knowledge.store import Stores
from knowledge.store.library import EditionRecord

_MOST_FOUND = 6


class Reviewing:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._staff = Staff(stores)

    def deeds(self) -> Mapping[Action, Deed]:
        return {
            Action.CARD: self.show,
            Action.APPROVE: self.approve,
            Action.DISCARD: self.discard,
            Action.SAMPLE: self.sample,
            Action.OTHER: self.ask_other,
            Action.ASSIGN: self.assign,
        }

    def show(self, turn: Turn) -> Outcome:
        return Outcome(message=self.card(data.number(turn.press), turn.words))

    def card(self, edition_id: int, words: Texts) -> Message:
        """The draft as it stands, or what became of it."""
        result = standing_of(self._stores, edition_id)
        if isinstance(result, Waiting):
            return card_view.card(result.proposal, words)
        return card_view.decided(result, self._staff, words)

    def approve(self, turn: Turn) -> Outcome:
        edition_id, seen = data.number(turn.press), data.seen(turn.press)
        result = approve(self._stores, edition_id, seen=seen, who=turn.who)
        return Outcome(message=card_view.decided(result, self._staff, turn.words))

    def discard(self, turn: Turn) -> Outcome:
        edition_id, seen = data.number(turn.press), data.seen_if_any(turn.press)
        result = discard(self._stores, edition_id, seen=seen, who=turn.who)
        return Outcome(message=card_view.decided(result, self._staff, turn.words))

    def sample(self, turn: Turn) -> Outcome:
        edition_id, number = data.number(turn.press), data.number(turn.press, 1)
        passages = samples_of(self._stores.passages.of_edition(edition_id))
        if not passages:
            return Outcome(message=self.card(edition_id, turn.words))
        back = facts_view.back(self._stores.library.edition(edition_id), turn.words)
        shown = card_view.sample(edition_id, number, passages, back=back, words=turn.words)
        return Outcome(message=shown)

    # -------------------------------------------------------------------- an edition of what?
    def ask_other(self, turn: Turn) -> Outcome:
        return Outcome(message=self.others(data.number(turn.press), "", turn.words))

    def others(self, edition_id: int, query: str, words: Texts) -> Message:
        """The documents that this may be an edition of."""
        result = standing_of(self._stores, edition_id)
        if not isinstance(result, Waiting):
            return card_view.decided(result, self._staff, words)
        named = self._named(query, result.proposal.draft) if query else ()
        return card_view.other_documents(result.proposal, named, words, query)

    def _named(self, query: str, draft: EditionRecord) -> Sequence[EditionRecord]:
        """A sample is no edition of a guideline, nor the reverse; what was never decided is no document yet."""
        known = self._stores.library.list_editions(EditionStatus)
        entries = entries_of(each for each in known if each.is_sample == draft.is_sample)
        hits = [entry.edition for entry in found(entries, query) if entry.editions]
        return hits[:_MOST_FOUND]

    def assign(self, turn: Turn) -> Outcome:
        edition_id, document_id = data.number(turn.press), data.number(turn.press, 1)
        result = standing.assign(self._stores, edition_id, document_id or None, who=turn.who)
        overtaken = isinstance(result, standing.Overtaken)
        note = turn.words.get("library.overtaken") if overtaken else ""
        return Outcome(message=self.card(edition_id, turn.words), note=note)


def samples_of(passages: Sequence[Passage]) -> Sequence[Passage]:
    """The middle one of each fifth: what stands first and last is seldom what doctors ask for."""
    count = min(card_view.SAMPLES, len(passages))
    return [passages[(2 * at + 1) * len(passages) // (2 * count)] for at in range(count)]
