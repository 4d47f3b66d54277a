"""`yidao-bot gaps`: what was asked in vain, on standard output, for people and for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from knowledge.store.gaps import Gap, GapStatus, GapStore

#: Read at a time, so that a long queue is never in memory as a whole.
_AT_ONCE = 200


def tell(store: GapStore, *, with_dismissed: bool, as_json: bool) -> None:
    """Most asked first; what was dismissed comes after what is open."""
    statuses = (GapStatus.OPEN, GapStatus.DISMISSED) if with_dismissed else (GapStatus.OPEN,)
    for status in statuses:
        for gap in _all(store, status):
            print(json.dumps(_record(gap), ensure_ascii=False) if as_json else _line(gap))


def _all(store: GapStore, status: GapStatus) -> Iterator[Gap]:
    offset = 0
    while gaps := store.page(offset=offset, limit=_AT_ONCE, status=status).gaps:
        yield from gaps
        offset += len(gaps)


def _line(gap: Gap) -> str:
    text = " ".join(gap.text.split())
    mark = "" if gap.status is GapStatus.OPEN else f"  ({gap.status})"
    return f"{gap.askers:>4} {gap.times:>4}  {gap.asked_last:%Y-%m-%d}  {text}{mark}"


def _record(gap: Gap) -> dict[str, Any]:
    return {
        "id": gap.id,
        "question": gap.text,
        "status": gap.status.value,
        "askers": gap.askers,
        "times": gap.times,
        "first_asked": gap.asked_first.isoformat(),
        "last_asked": gap.asked_last.isoformat(),
    }
