"""How an announcement fares: its recipients counted by what became of it for them, and each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, func, select

from knowledge.store.announcement_tables import DeliveryStatus, announcements, deliveries

_S = DeliveryStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One recipient's row, for a table of all of them."""

    telegram_id: int
    status: DeliveryStatus
    attempts: int
    reason: str | None
    sent_at: datetime | None
    opened_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """How many recipients stand where; the sum is the audience."""

    queued: int = 0
    postponed: int = 0
    sending: int = 0
    sent: int = 0
    blocked: int = 0
    deleted: int = 0
    failed: int = 0
    #: The reply was lost, and whether they have it is being looked for.
    checking: int = 0
    in_doubt: int = 0
    muted: int = 0
    stopped: int = 0
    recalled: int = 0
    #: Of those that failed and of those in doubt: how many for which reason.
    failed_by: Mapping[str, int] = field(default_factory=dict)
    in_doubt_by: Mapping[str, int] = field(default_factory=dict)
    #: Of those sent: who pressed a button of it; whose chat shows an older text, or still shows what was recalled.
    opened: int = 0
    mended: int = 0
    not_mended: int = 0
    #: When the first of those postponed gets it.
    postponed_until: datetime | None = None

    @property
    def audience(self) -> int:
        settled = self.sent + self.blocked + self.deleted + self.failed + self.in_doubt
        left_out = self.muted + self.stopped + self.recalled
        return self.queued + self.postponed + self.sending + self.checking + settled + left_out

    @property
    def handled(self) -> int:
        """Those for whom nothing is left to do."""
        return self.audience - self.queued - self.postponed - self.sending - self.checking

    @property
    def is_complete(self) -> bool:
        return self.handled == self.audience


def report_of(connection: Connection, announcement_id: int) -> DeliveryReport:
    has_reason = deliveries.c.status.in_((_S.FAILED, _S.IN_DOUBT))
    why = case((has_reason, func.coalesce(deliveries.c.reason, "")), else_=None).label("why")
    is_newest = deliveries.c.revision == announcements.c.revision
    was_sent = deliveries.c.status == _S.SENT
    mended = case((was_sent & is_newest & (announcements.c.revision > 0), 1), else_=0)
    query = (
        select(
            deliveries.c.status,
            why,
            func.count().label("people"),
            func.count(deliveries.c.opened_at).label("opened"),
            func.count(deliveries.c.mend_reason).label("not_mended"),
            func.sum(mended).label("mended"),
            func.min(deliveries.c.due_at).label("due_at"),
        )
        .select_from(deliveries.join(announcements))
        .where(deliveries.c.announcement_id == announcement_id)
        .group_by(deliveries.c.status, why)
    )
    return _report(connection.execute(query).all())


def deliveries_of(connection: Connection, announcement_id: int) -> list[Delivery]:
    """Every row, by the recipient's id."""
    mine = select(deliveries).where(deliveries.c.announcement_id == announcement_id)
    return [_delivery(row) for row in connection.execute(mine.order_by(deliveries.c.telegram_id))]


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        telegram_id=row.telegram_id,
        status=DeliveryStatus(row.status),
        attempts=row.attempts,
        reason=row.reason,
        sent_at=row.sent_at,
        opened_at=row.opened_at,
    )


def _report(rows: Sequence[Row[Any]]) -> DeliveryReport:
    counts: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = {_S.FAILED.value: Counter(), _S.IN_DOUBT.value: Counter()}
    for row in rows:
        counts[row.status] += row.people
        if row.why is not None:
            reasons[row.status][row.why] += row.people
    return DeliveryReport(
        **counts,
        failed_by=dict(reasons[_S.FAILED]),
        in_doubt_by=dict(reasons[_S.IN_DOUBT]),
        opened=sum(row.opened for row in rows),
        mended=sum(row.mended for row in rows),
        not_mended=sum(row.not_mended for row in rows),
        postponed_until=next((row.due_at for row in rows if row.status == _S.POSTPONED), None),
    )
