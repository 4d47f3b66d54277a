"""An update without what identifies a patient, before it is written down.

Masks are as long as what they hide, so the offsets of mentions and commands hold. Names of the people who write stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from knowledge import privacy

#: What people write, wherever in an update it stands: in the message, its caption, the one it replies to, a poll.
_WRITTEN = frozenset({"text", "caption", "question", "file_name", "url", "explanation", "description"})
_HIDDEN = {"latitude": 0.0, "longitude": 0.0}
#: What is personal by itself; emptied rather than left out, so that the sender is told that it cannot be read.
_EMPTIED: Mapping[str, Mapping[str, Any]] = {
    "contact": {"phone_number": privacy.MASK, "first_name": privacy.MASK},
    "location": _HIDDEN,
    "venue": {"location": _HIDDEN, "title": privacy.MASK, "address": privacy.MASK},
}


def masked(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The update's JSON, masked through and through."""
    return {key: _masked_value(key, value) for key, value in payload.items()}


def with_own_words(hidden: Mapping[str, Any], payload: Mapping[str, Any]) -> dict[str, Any]:
    """The masked update with the text of its message as it was written; not of what that replies to or forwards."""
    message = dict(hidden["message"])
    if "forward_origin" not in message:
        message |= {name: payload["message"][name] for name in ("text", "caption") if name in message}
    return {**hidden, "message": message}


def _masked_value(key: str, value: Any) -> Any:
    if key in _EMPTIED:
        return dict(_EMPTIED[key])
    if isinstance(value, str):
        return privacy.mask(value) if key in _WRITTEN else value
    if isinstance(value, Mapping):
        return masked(value)
    if isinstance(value, list | tuple):
        return [_masked_value(key, each) for each in value]
    return value
