"""What the audit log keeps of an announcement: each change in one transaction with its note, so that none goes unnoted.

A kill between the two would lose the note for good: the press that comes again finds the change made already.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, Unpack

from bot.announcing.draft_view import seal
from bot.announcing.pressing import Deed
from knowledge.store import Stores
from knowledge.store.announcements import Announcement, Edits

_EDITABLE = ("kind", "course_id", "text_zh", "text_en", "picture", "audience", "send_at", "zone")


def carry_out(
    stores: Stores,
    deed: Deed,
    action: str,
    change: Callable[[], bool],
    details: Mapping[str, Any] | None = None,
) -> bool:
    """Whether there was anything to change; then it is noted."""
    with stores.database.together():
        done = change()
        if done:
            stores.audit.note(deed.who, action, deed.subject, details)
        return done


def edit(stores: Stores, who: str, announcement_id: int, edits: Edits) -> Announcement | None:
    """The draft as it is then; None where it is confirmed or discarded already."""
    with stores.database.together():
        before = stores.announcements.get(announcement_id)
        if before is None or not stores.announcements.edit(announcement_id, **edits):
            return None
        after = stores.announcements.get(announcement_id)
        if after is not None and (changes := _changes(before, after)):
            stores.audit.note(who, "announcement.edit", f"announcement:{announcement_id}", changes)
        return after


async def edited(stores: Stores, deed: Deed, **edits: Unpack[Edits]) -> Announcement | None:
    """As `edit`; where it is confirmed or discarded already, whoever pressed is told so."""
    changed = await asyncio.to_thread(edit, stores, deed.who, deed.announcement.id, edits)
    if changed is None:
        await deed.chat.acknowledge(deed.words.get("announce.settled"))
    return changed


def confirmed(announcement: Announcement) -> dict[str, Any]:
    """What somebody saw and said yes to."""
    return {
        "seal": seal(announcement),
        "text_zh": announcement.text_zh,
        "text_en": announcement.text_en,
        "picture": announcement.picture,
        "to": json.loads(announcement.audience or "{}"),
    }


def _changes(before: Announcement, after: Announcement) -> dict[str, dict[str, Any]]:
    changed = [name for name in _EDITABLE if getattr(before, name) != getattr(after, name)]
    if not changed:
        return {}
    return {
        "before": {name: _plain(getattr(before, name)) for name in changed},
        "after": {name: _plain(getattr(after, name)) for name in changed},
    }


def _plain(value: Any) -> Any:
    """As JSON can hold it."""
    return value if value is None or isinstance(value, str | int) else value.isoformat()
