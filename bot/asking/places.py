"""The buttons under an answer that lead to where its passages stand, and what such a button's data says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.callback_data import number_of
from bot.conversation import Button
from bot.texts import Texts
from knowledge.domain import Passage, Sharing

PAGE, CONTEXT, FILE, MORE = "page", "near", "file", "more"
#: An answer cites three places at most.
MOST_PASSAGES = 3
_NUMBERS = "①②③④⑤⑥⑦⑧⑨"
#: Wider rows are cut off on a phone.
_MOST_IN_A_ROW = 3
_BETWEEN = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Passages that one button leads to."""

    passages: tuple[Passage, ...]

    @property
    def page_first(self) -> int | None:
        return self.passages[0].citation.page_first

    @property
    def page_last(self) -> int | None:
        pages = [passage.citation.page_last for passage in self.passages]
        return max((page for page in pages if page is not None), default=self.page_first)


def place_buttons(passages: Sequence[Passage], words: Texts) -> tuple[tuple[Button, ...], ...]:
    """A button for each place that may be shown, and one for what else there is: in rows that a phone shows whole."""
    shown = [passage for passage in passages if passage.sharing is not Sharing.EXCERPT]
    places = _places(shown)
    labels = _told_apart([_label(place, words) for place in places])
    buttons = [Button(text=label, data=_data_of(place)) for label, place in zip(labels, places, strict=True)]
    if whole := [passage.id for passage in shown if passage.sharing is Sharing.FILE]:
        buttons.append(Button(text=words.get("place.more"), data=f"{MORE}:{_listed(whole)}"))
    in_a_row = _MOST_IN_A_ROW if len(buttons) <= _MOST_IN_A_ROW else 2
    return tuple(tuple(buttons[at : at + in_a_row]) for at in range(0, len(buttons), in_a_row))


def page_data(passage_ids: Iterable[int], page: int) -> str:
    return f"{PAGE}:{_listed(passage_ids)}:{page}"


def file_data(passage_id: int) -> str:
    return f"{FILE}:{passage_id}"


def page_in(data: str) -> tuple[tuple[int, ...], int] | None:
    """The passages and the page that "page:12-45:7" names; None for what no button of ours says."""
    parts = data.split(":")
    page = number_of(parts[2]) if len(parts) == 3 else None
    passages = passages_in(":".join(parts[:2]))
    return (passages, page) if passages and page else None


def passages_in(data: str) -> tuple[int, ...]:
    """The passages that "more:12-45" or "near:12" names; none for what no button of ours says."""
    found = [number_of(each) for each in data.partition(":")[2].split(_BETWEEN)]
    numbers = tuple(number for number in found if number is not None)
    return numbers if len(numbers) == len(found) <= MOST_PASSAGES else ()


def _listed(numbers: Iterable[int]) -> str:
    return _BETWEEN.join(map(str, numbers))


def _places(passages: Sequence[Passage]) -> list[_Place]:
    """What begins on one page of an edition is shown in one picture, in the order of the answer."""
    groups: dict[tuple[int, int], list[Passage]] = {}
    for at, passage in enumerate(passages):
        page = passage.citation.page_first
        # Without pages each stands for itself.
        key = (-1, at) if page is None else (passage.edition_id, page)
        groups.setdefault(key, []).append(passage)
    return [_Place(passages=tuple(group)) for group in groups.values()]


def _data_of(place: _Place) -> str:
    first = place.page_first
    ids = [passage.id for passage in place.passages]
    return f"{CONTEXT}:{_listed(ids)}" if first is None else page_data(ids, first)


def _label(place: _Place, words: Texts) -> str:
    first, last = place.page_first, place.page_last
    if first is None:
        return words.get("place.context")
    if last is None or last == first:
        return words.get("place.page", page=first)
    return words.get("place.pages", first=first, last=last)


def _told_apart(labels: Sequence[str]) -> list[str]:
    """Equal labels numbered in the order of the answer."""
    often, told, result = Counter(labels), Counter[str](), []
    for label in labels:
        told[label] += 1
        result.append(f"{label} {_NUMBERS[told[label] - 1]}" if often[label] > 1 else label)
    return result
