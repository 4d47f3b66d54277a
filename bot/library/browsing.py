"""/library: the list, what is searched for in it, and a document with what can be done to it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.conversation import Message
from bot.html import line
from bot.library import data, shelf_view, standing
from bot.library.data import Action
from bot.library.naming import Staff, edition_name
from bot.library.shelf import Filter, Shown, Waiting, entries_of, filtered, found, page_of, specialty_id
from bot.library.standing import Overtaken
from bot.library.turns import Deed, Outcome, Turn
from bot.library.view import button, message
from bot.texts import Texts
from knowledge.domain import EditionStatus
from knowledge.errors import NotFound
from knowledge.specialties import SPECIALTIES
from knowledge.store import Stores
from knowledge.store.library import EditionRecord


class Browsing:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._staff = Staff(stores)

    def deeds(self) -> Mapping[Action, Deed]:
        return {
            Action.LIST: self.turn_page,
            Action.FIND: self.turn_hits,
            Action.FILTER: self.choose_filter,
            Action.SEARCH: self.ask_search,
            Action.DOCUMENT: self.show_document,
            Action.WITHDRAW: self.ask_withdraw,
            Action.CONFIRM_WITHDRAW: self.withdraw,
            Action.EXCHANGE: self.ask_exchange,
            Action.CONFIRM_EXCHANGE: self.exchange,
            Action.READ_AGAIN: self.read_again,
        }

    # -------------------------------------------------------------------------------- the list
    def shelf(self, wanted: Filter, page: int, words: Texts) -> Message:
        entries = entries_of(self._stores.library.list_editions(EditionStatus))
        lists = self._stores.jobs.course_lists()
        waiting = Waiting(drafts=sum(entry.drafts for entry in entries), lists=tuple(lists))
        return shelf_view.shelf(page_of(filtered(entries, wanted), page), wanted, waiting, words)

    def drafts(self, words: Texts) -> Message:
        return self.shelf(Filter(shown=Shown.WAITING), 0, words)

    def hits(self, query: str, page: int, words: Texts) -> Message:
        entries = entries_of(self._stores.library.list_editions(EditionStatus))
        return shelf_view.hits(page_of(found(entries, query), page), query, words)

    def turn_page(self, turn: Turn) -> Outcome:
        page, wanted = data.number(turn.press), data.filter_of(turn.press, 1)
        return Outcome(message=self.shelf(wanted, page, turn.words))

    def turn_hits(self, turn: Turn) -> Outcome:
        page, query = data.number(turn.press), data.text_of(turn.press, 1)
        return Outcome(message=self.hits(query, page, turn.words))

    def choose_filter(self, turn: Turn) -> Outcome:
        wanted = data.filter_of(turn.press, 0)
        held = {
            specialty_id(name)
            for edition in self._stores.library.list_editions(EditionStatus)
            for name in edition.specialties
        }
        offered = [each.id for each in SPECIALTIES if each.id in held]
        return Outcome(message=shelf_view.filters(wanted, offered, turn.words))

    def ask_search(self, turn: Turn) -> Outcome:
        keep = button("library.button.shelf", turn.words, Action.LIST, 0, *data.filter_parts(Filter()))
        shown = message(line(turn.words.get("library.ask.search")), buttons=([keep],))
        return Outcome(message=shown, asks={"asks": "search", "message": turn.message_id})

    # ------------------------------------------------------------------------------ a document
    def document(self, document_id: int, words: Texts, *, note: str = "") -> Message:
        editions = self._stores.library.editions_of(document_id)
        if not editions:
            return message(line(words.get("library.no_document")))
        cited = self._stores.library.times_cited([each.id for each in editions])
        return shelf_view.document(editions, cited, self._staff, words, note=note)

    def show_document(self, turn: Turn) -> Outcome:
        return Outcome(message=self.document(data.number(turn.press), turn.words))

    def ask_withdraw(self, turn: Turn) -> Outcome:
        edition = self._edition(data.number(turn.press))
        if edition is None or edition.status is not EditionStatus.CURRENT:
            return self._overtaken(edition, turn.words)
        cited = self._stores.library.times_cited([edition.id]).get(edition.id, 0)
        return Outcome(message=shelf_view.ask_withdraw(edition, cited, turn.words))

    def withdraw(self, turn: Turn) -> Outcome:
        edition_id = data.number(turn.press)
        result = standing.withdraw(self._stores, edition_id, who=turn.who)
        if isinstance(result, Overtaken):
            return self._overtaken(self._edition(edition_id), turn.words)
        note = turn.words.get("library.withdrawn", edition=edition_name(result.edition, turn.words))
        return Outcome(message=self.document(result.edition.document_id, turn.words, note=note))

    def ask_exchange(self, turn: Turn) -> Outcome:
        edition, current = self._edition(data.number(turn.press)), self._edition(data.number(turn.press, 1))
        if edition is None or current is None or current.status is not EditionStatus.CURRENT:
            return self._overtaken(edition, turn.words)
        return Outcome(message=shelf_view.ask_exchange(edition, current, turn.words))

    def exchange(self, turn: Turn) -> Outcome:
        edition_id, instead_of = data.number(turn.press), data.number(turn.press, 1) or None
        result = standing.restore(self._stores, edition_id, instead_of=instead_of, who=turn.who)
        if isinstance(result, Overtaken):
            return self._overtaken(self._edition(edition_id), turn.words)
        note = turn.words.get("library.restored")
        return Outcome(message=self.document(result.edition.document_id, turn.words, note=note))

    def read_again(self, turn: Turn) -> Outcome:
        edition = self._edition(data.number(turn.press))
        if edition is None or edition.status is not EditionStatus.CURRENT:
            return self._overtaken(edition, turn.words)
        job, is_new = standing.read_again(self._stores, edition, by=turn.by, chat_id=turn.chat_id)
        note = turn.words.get("library.reread_begun" if is_new else "library.reread_under_way")
        return Outcome(note=note, follow=job if is_new else None)

    def _edition(self, edition_id: int) -> EditionRecord | None:
        try:
            return self._stores.library.edition(edition_id)
        except NotFound:
            return None

    def _overtaken(self, edition: EditionRecord | None, words: Texts) -> Outcome:
        """Somebody was faster: nothing was done, and this is how it stands."""
        note = words.get("library.overtaken")
        if edition is None:
            return Outcome(message=message(line(words.get("library.no_document"))), note=note)
        return Outcome(message=self.document(edition.document_id, words), note=note)
