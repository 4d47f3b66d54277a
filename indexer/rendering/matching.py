"""Where a passage's letters stand among a page's: in stretches, since reading and cleaning changed what lies between.

A passage is the page's text in another shape: rows of cells where the page has columns, without the hyphens and running
heads that stand in between. So the longest stretches that both have in common are found first, then the shorter ones
near those.
"""

from __future__ import annotations

import heapq
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, count

from indexer.shown import is_cjk

#: Shorter stretches stand anywhere.
_SEED = 3
#: What stands on a page more often than this, as the dots of a list of contents do, tells nothing.
_MOST_PLACES = 200
#: A stretch of this weight (8 Chinese or 18 other letters) is the passage's own, wherever it stands.
_SURE = 8.0
#: Where there are no such, as in a table of numbers, the longest speak for the rest.
_NEARLY_LONGEST = 0.6
_LATIN_WEIGHT = 0.45
#: Cleaning and joining change these; the bars and strokes are what parts cells, and entries of a cell.
_CHANGED = frozenset("-‐‑‒–—−﹣－|/\x02\ufffe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One character of a text as it is compared, and the place of what it stands for."""

    text: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch that a passage and its pages have in common, counted in letters."""

    passage: int
    page: int
    length: int


def letters(parts: Iterable[str]) -> list[Letter]:
    """What of some characters is compared: no spaces, no hyphens, no accents, one width."""
    return [Letter(text=each, at=at) for at, part in enumerate(parts) for each in _reduced(part)]


def _reduced(part: str) -> Iterator[str]:
    for character in unicodedata.normalize("NFKD", part):
        if (
            character.isspace()
            or character in _CHANGED
            or unicodedata.category(character) in ("Mn", "Cc", "Cf")
        ):
            continue
        yield character.lower()


def common_runs(
    passage: Sequence[Letter], page: Sequence[Letter], *, is_near: Callable[[Run, Sequence[Run]], bool]
) -> list[Run]:
    """The stretches of the passage on the page, none overlapping another on either side.

    is_near: whether a short stretch lies where the sure ones do.
    """
    said, shown = "".join(each.text for each in passage), "".join(each.text for each in page)
    weights = [0.0, *accumulate(1.0 if is_cjk(each) else _LATIN_WEIGHT for each in said)]
    choice = _Choice(_seeded(said, shown), weights)
    if not choice.longest:
        return []
    sure = list(choice.take(min(_SURE, _NEARLY_LONGEST * choice.longest)))
    rest = choice.take(0.0, accepts=lambda run: is_near(run, sure), nearest_to=sure)
    return sorted([*sure, *rest], key=lambda run: run.passage)


def _seeded(said: str, shown: str) -> list[Run]:
    """Every stretch of three letters or more that both have, each as long as it goes."""
    places: dict[str, list[int]] = {}
    for at in range(len(shown) - _SEED + 1):
        places.setdefault(shown[at : at + _SEED], []).append(at)
    runs: list[Run] = []
    # By how far apart the stretch stands in both, the place in the passage where its current run ends.
    reached: dict[int, int] = {}
    for at in range(len(said) - _SEED + 1):
        found = places.get(said[at : at + _SEED], ())
        for place in found if len(found) <= _MOST_PLACES else ():
            if reached.get(place - at, -1) > at:
                continue
            length = _SEED
            while (
                at + length < len(said)
                and place + length < len(shown)
                and said[at + length] == shown[place + length]
            ):
                length += 1
            reached[place - at] = at + length - _SEED + 1
            runs.append(Run(passage=at, page=place, length=length))
    return runs


class _Choice:
    """Takes the heaviest stretch again and again; what it shares with others is theirs no longer."""

    def __init__(self, runs: Sequence[Run], weights: Sequence[float]) -> None:
        self._weights = weights
        self._runs = runs
        self._said: set[int] = set()
        self._shown: set[int] = set()
        self.longest = max(map(self._weight, runs), default=0.0)

    def take(
        self,
        lightest: float,
        *,
        accepts: Callable[[Run], bool] = lambda _: True,
        nearest_to: Sequence[Run] = (),
    ) -> Iterator[Run]:
        """Those of this weight or more, heaviest first, and of equal ones the nearest to where it is looked for."""
        heap: list[tuple[float, int, int, Run]] = []
        order = count()

        def push(run: Run) -> None:
            weight = self._weight(run)
            if weight >= lightest:
                offset = run.page - run.passage
                away = min((abs(offset - (other.page - other.passage)) for other in nearest_to), default=0)
                heapq.heappush(heap, (-weight, away, next(order), run))

        for run in self._runs:
            push(run)
        while heap:
            *_, run = heapq.heappop(heap)
            free = self._free(run)
            if free != [run]:
                for part in free:
                    push(part)
            elif accepts(run):
                self._said.update(range(run.passage, run.passage + run.length))
                self._shown.update(range(run.page, run.page + run.length))
                yield run

    def _free(self, run: Run) -> list[Run]:
        """The parts of a stretch that no other has taken, as long as they count."""
        parts: list[Run] = []
        length = 0
        for step in range(run.length + 1):
            if (
                step < run.length
                and run.passage + step not in self._said
                and run.page + step not in self._shown
            ):
                length += 1
                continue
            if length >= _SEED:
                begun = step - length
                parts.append(Run(passage=run.passage + begun, page=run.page + begun, length=length))
            length = 0
        return parts

    def _weight(self, run: Run) -> float:
        return self._weights[run.passage + run.length] - self._weights[run.passage]
