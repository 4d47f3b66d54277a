"""The buttons of a course list's card."""

from __future__ import annotations

from collections.abc import Mapping

from bot.conversation import Message
from bot.library import data
from bot.library.courses import card_view
from bot.library.courses.deciding import Added, Decided, Waiting, add, discard, standing
from bot.library.courses.prospect import Prospect
from bot.library.data import Action
from bot.library.naming import Staff
from bot.library.turns import Deed, Outcome, Turn
from bot.texts import Texts
from knowledge.store import Stores


class CourseReviewing:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._staff = Staff(stores)

    def deeds(self) -> Mapping[Action, Deed]:
        return {
            Action.COURSES: self.show,
            Action.ADD_COURSES: self.add,
            Action.DISCARD_COURSES: self.discard,
        }

    def card(self, job_id: int, words: Texts) -> Message:
        """The list as it stands, or what became of it."""
        return self._shown(standing(self._stores, job_id), words)

    def show(self, turn: Turn) -> Outcome:
        return Outcome(message=self.card(data.number(turn.press), turn.words))

    def add(self, turn: Turn) -> Outcome:
        job_id, seen = data.number(turn.press), data.seen(turn.press)
        return self._decided(add(self._stores, job_id, seen=seen, who=turn.who), turn)

    def discard(self, turn: Turn) -> Outcome:
        job_id, seen = data.number(turn.press), data.seen_if_any(turn.press)
        return self._decided(discard(self._stores, job_id, seen=seen, who=turn.who), turn)

    def _decided(self, result: Decided, turn: Turn) -> Outcome:
        # Where nothing was done, the card stands there anew, and says so.
        note = turn.words.get("library.courses.changed") if isinstance(result, Waiting) else ""
        return Outcome(message=self._shown(result, turn.words, note=note))

    def _shown(self, result: Decided, words: Texts, *, note: str = "") -> Message:
        if isinstance(result, Waiting):
            return card_view.card(result.prospect, self._examples(result.prospect), words, note=note)
        if isinstance(result, Added):
            return card_view.added(result.prospect, words)
        return card_view.decided(result, self._staff, words)

    def _examples(self, prospect: Prospect) -> card_view.Examples:
        pairs = self._stores.course_lists.pairs
        return card_view.Examples(
            new=tuple(course for course, _ in pairs(prospect.job.id, spread(prospect.new))),
            changed=tuple(
                (known, course)
                for course, known in pairs(prospect.job.id, spread(prospect.changed))
                if known is not None
            ),
        )


def spread(places: tuple[int, ...], most: int = card_view.EXAMPLES) -> list[int]:
    """The middle one of each part: what stands first in a list is seldom what is wrong in it."""
    count = min(most, len(places))
    return [places[(2 * at + 1) * len(places) // (2 * count)] for at in range(count)]
