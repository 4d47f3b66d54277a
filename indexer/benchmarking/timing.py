"""Milliseconds, by wall clock and of cpu time, and how they spread over many questions."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Percentiles of milliseconds."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, milliseconds: Sequence[float]) -> Spread:
        p50, p95, p99 = (round(float(value), 3) for value in np.percentile(milliseconds, (50, 95, 99)))
        return cls(p50=p50, p95=p95, p99=p99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What one step costs a question: cpu time of all threads, and wall clock."""

    cpu: Spread
    wall: Spread

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Stopwatch:
    """Adds up what each named step costs, question by question."""

    def __init__(self) -> None:
        self._now: dict[str, tuple[float, float]] = {}
        self._cpu: defaultdict[str, list[float]] = defaultdict(list)
        self._wall: defaultdict[str, list[float]] = defaultdict(list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            before = self._now.get(name, (0.0, 0.0))
            self._now[name] = (before[0] + cpu, before[1] + wall)

    def end_question(self, steps: Sequence[str]) -> None:
        """What was added up since the last question is one question's; a step that it did not take cost it nothing."""
        for name in steps:
            cpu, wall = self._now.get(name, (0.0, 0.0))
            self._cpu[name].append(cpu * 1000)
            self._wall[name].append(wall * 1000)
        self._now.clear()

    def forget(self) -> None:
        """Nothing was measured: what came so far only warmed what can be warm."""
        self._now.clear()
        self._cpu.clear()
        self._wall.clear()

    def timing(self, plus: Sequence[str], minus: Sequence[str] = ()) -> Timing:
        """Of these steps together, less others that are part of them."""
        return Timing(cpu=_spread(self._cpu, plus, minus), wall=_spread(self._wall, plus, minus))


def _spread(values: dict[str, list[float]], plus: Sequence[str], minus: Sequence[str]) -> Spread:
    rows = [np.array(values[name]) for name in plus] + [-np.array(values[name]) for name in minus]
    return Spread.of(np.sum(rows, axis=0).tolist())


def timed(call: Callable[[T], object], questions: Sequence[T], *, warm: int = 10) -> Timing:
    """Each question once, after a round that warms what can be warm."""
    watch = Stopwatch()
    for question in questions[:warm]:
        call(question)
    for question in questions:
        with watch.step("call"):
            call(question)
        watch.end_question(["call"])
    return watch.timing(["call"])


class Watched:
    """Stands for an object and adds the cost of its methods to a step; nothing in the object itself has to help."""

    def __init__(
        self, target: Any, watch: Stopwatch, step: str, methods: Collection[str] | None = None
    ) -> None:
        """methods: those that count; all of them where none are named."""
        self._target = target
        self._watch = watch
        self._step = step
        self._methods = methods

    def __len__(self) -> int:
        return len(self._target)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        counts = callable(found) and (self._methods is None or name in self._methods)
        return self._timed(found) if counts else found

    def _timed(self, method: Callable[..., T]) -> Callable[..., T]:
        def call(*arguments: Any, **named: Any) -> T:
            with self._watch.step(self._step):
                return method(*arguments, **named)

        return call
