"""One announcement to one recipient: taken, sent once, and settled."""

from __future__ import annotations

import asyncio

from bot.conversation import Blocked, Failed, InDoubt, Message, Messenger, Postponed, Sent
from knowledge.store import Stores
from knowledge.store.announcements import DeliveryStatus

Outcome = Sent | Blocked | Failed | InDoubt | Postponed


async def deliver_next(
    stores: Stores, messenger: Messenger, announcement_id: int, message: Message
) -> Outcome | None:
    """What became of the next recipient; None when nobody is left. After Postponed the recipient waits again."""
    recipient = await asyncio.to_thread(stores.announcements.next_recipient, announcement_id)
    if recipient is None:
        return None
    outcome = await messenger.send_once(recipient, message)
    await asyncio.to_thread(settle, stores, announcement_id, recipient, outcome)
    return outcome


def settle(stores: Stores, announcement_id: int, recipient: int, outcome: Outcome) -> None:
    store = stores.announcements
    match outcome:
        case Sent(message_id=message_id):
            store.settle(announcement_id, recipient, DeliveryStatus.SENT, message_id=message_id)
        case Blocked():
            store.settle(announcement_id, recipient, DeliveryStatus.BLOCKED)
            stores.people.set_blocked(recipient, blocked=True)
        case Failed(reason=reason):
            store.settle(announcement_id, recipient, DeliveryStatus.FAILED, reason=reason)
        case InDoubt(reason=reason):
            store.settle(announcement_id, recipient, DeliveryStatus.IN_DOUBT, reason=reason)
        case Postponed():
            store.settle(announcement_id, recipient, DeliveryStatus.QUEUED)
