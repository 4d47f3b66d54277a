"""The figures as lines and a table for people; `--json` prints them as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_STAGES = ("vectors", "keywords", "store", "fusion", "total")
#: What each stage is held against.
_FLOOR_OF = {"vectors": "bare FAISS", "keywords": "bare tantivy"}


def lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """Everything, as Markdown."""
    yield "| | |"
    yield "|---|---|"
    for name, value in figures["samples"].items():
        yield f"| {name} | {value} |"
    if figures["sizes"]:
        yield ""
        yield from _table(figures["encoding"], figures["sizes"])


def _table(encoding: Mapping[str, Any], sizes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "| passages | " + " | ".join(f"{size['passages']:,}" for size in sizes) + " |"
    yield "|---|" + "---|" * len(sizes)
    for clock in ("cpu", "wall"):
        yield _row(f"encode, {clock} ms p50 / p95 / p99", [_spread(encoding[clock])] * len(sizes))
        for stage in _STAGES:
            name = "total without encoding" if stage == "total" else stage
            values = [_spread(size["stages"][stage][clock]) for size in sizes]
            yield _row(f"{name}, {clock} ms", values)
    for stage, floor in _FLOOR_OF.items():
        values = [_spread(size["floors"][floor]["cpu"]) for size in sizes]
        yield _row(f"{floor}, ten best, cpu ms", values)
        yield _row(
            f"{stage} / {floor}, cpu",
            [_ratio(size["stages"][stage], size["floors"][floor]) for size in sizes],
        )
    for stage in _STAGES:
        name = "total without encoding" if stage == "total" else stage
        yield _row(f"{name} / encode, cpu", [_ratio(size["stages"][stage], encoding) for size in sizes])
    yield _row("recall@10 of the index, of flat fp16", [_recall(size["recall"]) for size in sizes])
    yield _row("memory of the process, of its indexes, MB", [
        f"{size['memory_mb']:,.0f}, {size['index_memory_mb']:,.0f}" for size in sizes
    ])  # fmt: skip
    yield _row("keyword folder, database, MB", [
        f"{size['keywords_mb']:,.0f}, {size['database_mb']:,.0f}" for size in sizes
    ])  # fmt: skip
    yield _row("build of both indexes, s (cpu)", [_seconds(size["build"]) for size in sizes])
    yield _row("start-up beside the encoder, s (cpu)", [_seconds(size["start"]) for size in sizes])
    yield _row("one more document of 100 passages, s (cpu)", [_seconds(size["update"]) for size in sizes])


def _row(name: str, values: Sequence[str]) -> str:
    return f"| {name} | " + " | ".join(values) + " |"


def _spread(percentiles: Mapping[str, float]) -> str:
    return " / ".join(f"{percentiles[name]:.1f}" for name in ("p50", "p95", "p99"))


def _ratio(stage: Mapping[str, Any], floor: Mapping[str, Any]) -> str:
    return f"{stage['cpu']['p50'] / floor['cpu']['p50']:.2f}"


def _recall(recall: Mapping[str, float]) -> str:
    return f"{recall['index']:.4f}, {recall['flat_fp16']:.4f}"


def _seconds(times: Mapping[str, float]) -> str:
    return f"{times['seconds']:.1f} ({times['cpu_seconds']:.1f})"
