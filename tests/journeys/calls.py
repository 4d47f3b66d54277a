"""Calls that the bot makes, and the faults that befall them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What befalls one call."""

    BAD_GATEWAY = "bad_gateway"
    #: The connection closes before the call is carried out.
    DROP = "drop"
    #: It is carried out, then the connection closes.
    LOST_REPLY = "lost_reply"
    FLOOD = "flood"
    #: Not carried out before `Server.release` is set.
    HELD = "held"
    #: Carried out at once, answered when `Server.release` is set.
    HELD_AFTER = "held_after"


@dataclass(slots=True)
class Call:
    method: str
    params: dict[str, str]
    status: int = 0
    description: str = ""
    fault: Fault | None = None


@dataclass(slots=True)
class Plan:
    """A fault for the calls to come that fit."""

    method: str
    #: One for each call that fits, in order; None lets a call through.
    faults: Iterator[Fault | None]
    #: Only calls whose text holds this.
    words: str = ""

    def fits(self, call: Call) -> bool:
        return call.method == self.method and self.words in call.params.get("text", "")
