"""How fast one person may write: enough for anybody who reads the answers, and no more."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

_MINUTE, _DAY = 60.0, 86_400.0
#: So many people are remembered; who wrote longest ago is forgotten first, and may begin anew.
_MOST_PEOPLE = 20_000
#: A message weighs as much as so many pressed buttons.
_MESSAGE, _PRESS = 3, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """It may be dealt with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    seconds: float
    #: The first one: they are told. What comes until the wait is over is dropped without a word.
    is_news: bool


@dataclass(slots=True)
class _Window:
    """Begins with the first thing that is counted."""

    length: float
    began: float
    weight: int = 0

    def add(self, at: float, weight: int) -> None:
        if at >= self.began + self.length:
            self.began, self.weight = at, 0
        self.weight += weight


@dataclass(slots=True)
class _Person:
    minute: _Window
    day: _Window
    #: Until then nothing is taken.
    closed_until: float = 0.0
    #: Until then everything is.
    excused_until: float = 0.0


class PersonalPace:
    """In memory, and bounded. Times are those of the messages, so that what waited for the bot is no flood.

    a_minute, a_day: messages of one person; 0 sets no limit.
    """

    def __init__(self, *, a_minute: int, a_day: int) -> None:
        self._a_minute = a_minute
        self._a_day = a_day
        self._people: OrderedDict[int, _Person] = OrderedDict()

    def __len__(self) -> int:
        return len(self._people)

    def verdict(self, person_id: int, at: float, *, is_press: bool = False) -> Go | Wait:
        """at: seconds since 1970."""
        person = self._known(person_id, at)
        if at < person.excused_until:
            return Go()
        if at < person.closed_until:
            return Wait(seconds=person.closed_until - at, is_news=False)
        weight = _PRESS if is_press else _MESSAGE
        person.minute.add(at, weight)
        person.day.add(at, weight)
        if self._a_day and person.day.weight > self._a_day * _MESSAGE:
            person.closed_until = person.day.began + _DAY
        elif self._a_minute and person.minute.weight > self._a_minute * _MESSAGE:
            person.closed_until = at + _MINUTE
        else:
            return Go()
        return Wait(seconds=person.closed_until - at, is_news=True)

    def excuse(self, person_id: int, at: float) -> None:
        """The staff may send a folder of files at once; asked again in a minute."""
        person = self._known(person_id, at)
        person.closed_until, person.excused_until = 0.0, at + _MINUTE
        person.minute.weight = person.day.weight = 0

    def _known(self, person_id: int, at: float) -> _Person:
        person = self._people.pop(person_id, None)
        if person is None:
            person = _Person(minute=_Window(_MINUTE, at), day=_Window(_DAY, at))
        self._people[person_id] = person
        while len(self._people) > _MOST_PEOPLE:
            self._people.popitem(last=False)
        return person
