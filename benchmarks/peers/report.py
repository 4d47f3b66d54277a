"""The comparison as Markdown, written between two marks of a document. Needs nothing but the standard library."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

BEGIN = "<!-- peers: written by `make bench-peers`; what stands between these two marks is replaced -->"
END = "<!-- peers: end -->"

#: The set that is all sets' passages in one library: only time is told of it, because a question of one set may be
#: answered by a passage of another, which nobody judged.
TOGETHER = "together"

_OURS = "ours"
_HYBRIDS = ("shipped", "tried")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One way of asking one system, over one set."""

    peer: str
    # "ours" and "ours, answering" for Yidao; for a peer "vectors", "shipped" or "tried".
    role: str
    way: str
    set: str
    ndcg: float
    recall: float
    mrr: float
    # Medians over the set's questions, of the call without encoding.
    ms_cpu: float
    ms_wall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    passages: int
    questions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    machine: str
    day: str
    # By peer, then by distribution.
    versions: Mapping[str, Mapping[str, str]]
    # By set, in the order of the columns.
    sizes: Mapping[str, Size]
    measured: Sequence[Measured]

    @property
    def judged_sets(self) -> list[str]:
        return [name for name in self.sizes if name != TOGETHER]

    def ways(self, peer: str, *roles: str) -> list[str]:
        return list(dict.fromkeys(m.way for m in self.measured if m.peer == peer and m.role in roles))

    def of(self, peer: str, way: str) -> dict[str, Measured]:
        """By set."""
        return {m.set: m for m in self.measured if m.peer == peer and m.way == way}

    @property
    def ours(self) -> dict[str, Measured]:
        return {m.set: m for m in self.measured if m.role == _OURS}

    def best(self, peer: str) -> str:
        return best_hybrid([one for one in self.measured if one.peer == peer])


def best_hybrid(measured: Iterable[Measured]) -> str:
    """The hybrid way of a peer with the best nDCG@10 on average over the sets."""
    reached: dict[str, list[float]] = {}
    for one in measured:
        if one.role in _HYBRIDS and one.set != TOGETHER:
            reached.setdefault(one.way, []).append(one.ndcg)
    return max(reached, key=lambda way: statistics.fmean(reached[way]))


def rewritten(document: str, comparison: Comparison) -> str:
    """The document with the comparison between its marks. Raises ValueError where a mark is missing."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the document has no place for the comparison, between {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{render(comparison)}\n{END}{after}"


def render(comparison: Comparison) -> str:
    return "\n".join(
        [
            f"{comparison.day}, {comparison.machine}.",
            "",
            *_verdict(comparison),
            "",
            *_quality(comparison, "nDCG@10", lambda m: m.ndcg),
            *_quality(comparison, "Recall@10", lambda m: m.recall),
            *_quality(comparison, "MRR@10", lambda m: m.mrr),
            *_times(comparison),
            *_versions(comparison),
            *_tried(comparison),
        ]
    )


def _verdict(comparison: Comparison) -> Iterator[str]:
    """What the tables say, so that nobody has to count it out."""
    ours = comparison.ours
    sets = comparison.judged_sets
    others = [_per_set(comparison, peer, lambda m: m.ndcg) for peer in comparison.versions]
    ahead = [name for name in sets if ours[name].ndcg > max(other[name] for other in others)]
    yield _share("Ahead in nDCG@10 of every way of every peer, the best of each set among them,", ahead, sets)
    hybrids = [
        comparison.of(peer, way) for peer in comparison.versions for way in _timed_ways(comparison, peer)
    ]
    faster = [
        name
        for name in comparison.sizes
        if ours[name].ms_cpu < min(hybrid[name].ms_cpu for hybrid in hybrids)
    ]
    yield _share("Finds with less cpu than every hybrid in the table of times", faster, comparison.sizes)


def _share(claim: str, holds: Sequence[str], of: Iterable[str]) -> str:
    names = list(of)
    missing = [name for name in names if name not in holds]
    rest = f"; not on {', '.join(missing)}" if missing else ""
    return f"{claim} on {len(holds)} of {len(names)} sets{rest}."


def _quality(comparison: Comparison, title: str, value: Callable[[Measured], float]) -> Iterator[str]:
    names = comparison.judged_sets
    rows = [("**Yidao**", "fused", [value(comparison.ours[name]) for name in names])]
    for peer in comparison.versions:
        for said, way in _shown_ways(comparison, peer):
            found = comparison.of(peer, way)
            rows.append((peer, said, [value(found[name]) for name in names]))
        each = _per_set(comparison, peer, value)
        rows.append((peer, "best way of each set, known afterwards", [each[name] for name in names]))
    marked = _bold_highest([_with_mean(values) for *_, values in rows])
    yield f"### {title}"
    yield ""
    yield from _table(
        ["", "way", *_head(names)],
        [[system, way, *cells] for (system, way, _), cells in zip(rows, marked, strict=True)],
    )


def _shown_ways(comparison: Comparison, peer: str) -> Iterator[tuple[str, str]]:
    """What is said of a way, and its name."""
    for way in comparison.ways(peer, "vectors"):
        yield "vectors only", way
    for way in comparison.ways(peer, "shipped"):
        yield "hybrid as shipped", way
    best = comparison.best(peer)
    yield f"best hybrid on average: {best}", best


def _timed_ways(comparison: Comparison, peer: str) -> list[str]:
    return list(dict.fromkeys([*comparison.ways(peer, "shipped"), comparison.best(peer)]))


def _per_set(comparison: Comparison, peer: str, value: Callable[[Measured], float]) -> dict[str, float]:
    """The highest that any way of a peer reached, by set: nobody can know it beforehand."""
    return {
        name: max(value(m) for m in comparison.measured if m.peer == peer and m.set == name)
        for name in comparison.judged_sets
    }


def _times(comparison: Comparison) -> Iterator[str]:
    names = list(comparison.sizes)
    rows = [
        ["**Yidao**", way, *_spent(comparison.of("Yidao", way), names)]
        for way in comparison.ways("Yidao", _OURS, "ours, answering")
    ]
    for peer in comparison.versions:
        for said, way in _shown_ways(comparison, peer):
            if way in _timed_ways(comparison, peer):
                rows.append([peer, said, *_spent(comparison.of(peer, way), names)])
    sizes = [f"{comparison.sizes[name].passages:,}".replace(",", " ") for name in names]
    yield "### Milliseconds a question, without encoding: cpu / wall, p50"
    yield ""
    yield from _table(["", "way", *names], [["", "passages", *sizes], *rows])


def _spent(found: Mapping[str, Measured], names: Iterable[str]) -> list[str]:
    return [f"{found[name].ms_cpu:.1f} / {found[name].ms_wall:.1f}" for name in names]


def _versions(comparison: Comparison) -> Iterator[str]:
    yield "### Versions"
    yield ""
    yield from _table(
        ["", ""],
        [
            [peer, ", ".join(f"{name} {version}" for name, version in versions.items())]
            for peer, versions in comparison.versions.items()
        ],
    )


def _tried(comparison: Comparison) -> Iterator[str]:
    names = comparison.judged_sets
    rows = []
    for peer in comparison.versions:
        for way in comparison.ways(peer, *_HYBRIDS):
            found = comparison.of(peer, way)
            values = [found[name].ndcg for name in names]
            rows.append([peer, way, *(f"{value:.3f}" for value in _with_mean(values))])
    yield f"<details><summary>nDCG@10 of every hybrid way that was tried ({len(rows)})</summary>"
    yield ""
    yield from _table(["", "way", *_head(names)], rows)
    yield "</details>"


def _head(names: Sequence[str]) -> list[str]:
    return [*names, "mean"] if len(names) > 1 else list(names)


def _with_mean(values: Sequence[float]) -> list[float]:
    return [*values, statistics.fmean(values)] if len(values) > 1 else list(values)


def _bold_highest(rows: Sequence[Sequence[float]]) -> list[list[str]]:
    highest = [max(column) for column in zip(*rows, strict=True)]
    return [
        [
            f"**{value:.3f}**" if value == best else f"{value:.3f}"
            for value, best in zip(row, highest, strict=True)
        ]
        for row in rows
    ]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""
