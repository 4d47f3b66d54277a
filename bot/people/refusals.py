"""What was refused to whom, for the audit log."""

from __future__ import annotations

import asyncio
import logging
from enum import StrEnum

from bot.conversation import Commanded, Incoming, Pressed, Standing
from bot.writing import InThread
from knowledge.store.audit import AuditLog

log = logging.getLogger(__name__)


class Refusal(StrEnum):
    #: Something that their role may not do.
    ROLE = "role"
    #: A button that was never made for them, or never made at all.
    CALLBACK = "callback"
    #: A link to join by that is forged, used up, expired or revoked.
    INVITATION = "invitation"


class Refusals:
    """Written down, a few of each person an hour: a stranger cannot fill the disk with them."""

    def __init__(self, audit: AuditLog, writing: InThread = asyncio.to_thread) -> None:
        self._audit = audit
        self._writing = writing

    async def note(self, incoming: Incoming, refusal: Refusal, subject: str = "", **details: str) -> None:
        """subject: what was refused; by default what came in says it."""
        who, what = f"telegram:{incoming.speaker.id}", subject or attempted(incoming)
        log.info("action=refused kind=%s person=%d", refusal.value, incoming.speaker.id)
        details |= {"role": incoming.speaker.role.value}
        if incoming.speaker.standing is not Standing.MEMBER:
            details |= {"standing": incoming.speaker.standing.value}
        await self._writing(self._audit.note_refusal, who, refusal.value, what, details)


def attempted(incoming: Incoming) -> str:
    """What was tried, without a word that somebody wrote."""
    match incoming.content:
        case Commanded(name=name):
            return f"command:{name}"
        case Pressed(data=data):
            return f"button:{data}"
        case content:
            return type(content).__name__.lower()
