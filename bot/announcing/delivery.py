"""One announcement to one recipient who was claimed: sent once, and settled."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.announcing.pace import Pace
from bot.conversation import Blocked, Failed, InDoubt, Message, Messenger, Postponed, Sent
from knowledge.store import Stores
from knowledge.store.announcement_tables import DeliveryStatus, Reason
from knowledge.store.database import now
from knowledge.store.deliveries import Claimed, DeliveryStore

log = logging.getLogger(__name__)

#: What Telegram said, or what surely was not carried out.
Told = Sent | Blocked | Failed | Postponed
Outcome = Told | InDoubt

#: Where only this recipient's calls go astray on the way, and the others' do not, it is given up after so many.
MOST_ATTEMPTS = 16
_LONGEST_PAUSE_S = 300.0


async def deliver(
    stores: Stores,
    messenger: Messenger,
    pace: Pace,
    claimed: Claimed,
    message: Message,
    *,
    at_least_once: bool,
    look_at: Callable[[], datetime],
) -> Outcome:
    """After Postponed the recipient waits again, and where it is at least once, so does one in doubt.

    look_at: else, from when on the message of one in doubt is looked for.
    """
    outcome = await messenger.send_once(claimed.telegram_id, message)
    if isinstance(outcome, InDoubt) and at_least_once:
        outcome = Postponed(seconds=0, fault=outcome.reason)
    is_theirs = True
    match outcome:
        case Postponed(seconds=seconds, fault=None):
            pace.pause(seconds)
        case Postponed() | InDoubt():
            is_theirs = not pace.astray(claimed.telegram_id)
        case Sent():
            pace.arrived()
        case Blocked() | Failed():
            pace.arrived()
            pace.give_back()
    if isinstance(outcome, InDoubt):
        log.info("action=announcement.lost recipient=%d fault=%s", claimed.telegram_id, outcome.reason)
        await asyncio.to_thread(stores.doubts.lost, claimed, look_at())
    else:
        await asyncio.to_thread(settle, stores, claimed, outcome, is_theirs=is_theirs)
    return outcome


def settle(stores: Stores, claimed: Claimed, outcome: Told, *, is_theirs: bool = True) -> None:
    """is_theirs: a fault on the way is this recipient's, for the others' calls arrive, and counts as an attempt.

    It need not wait for the disk: what a power cut takes back is in doubt, as it was before, and counted so.
    """
    with stores.database.together(survives_power_cut=False):
        _settle(stores.deliveries, claimed, outcome, is_theirs=is_theirs)


def _settle(store: DeliveryStore, claimed: Claimed, outcome: Told, *, is_theirs: bool) -> None:
    match outcome:
        case Sent(message_id=message_id):
            store.settle(claimed, DeliveryStatus.SENT, message_id=message_id)
        case Blocked(is_deleted=is_deleted):
            store.settle(claimed, DeliveryStatus.DELETED if is_deleted else DeliveryStatus.BLOCKED)
        case Failed(reason=reason):
            store.settle(claimed, DeliveryStatus.FAILED, reason=reason)
        case Postponed(seconds=seconds, fault=None):
            store.put_back(claimed, now() + timedelta(seconds=seconds), counts=False, reason=None)
        case Postponed(seconds=seconds, fault=fault):
            if is_theirs and claimed.attempts >= MOST_ATTEMPTS:
                store.settle(claimed, DeliveryStatus.FAILED, reason=Reason.UNREACHABLE)
                log.info("action=announcement.unreachable recipient=%d fault=%s", claimed.telegram_id, fault)
                return
            pause = max(seconds, pause_after(claimed.attempts))
            store.put_back(claimed, now() + timedelta(seconds=pause), counts=is_theirs, reason=fault)


def pause_after(attempts: int) -> float:
    """Seconds until the next one: 2, 4, 8 and so on."""
    return float(min(2.0**attempts, _LONGEST_PAUSE_S))
