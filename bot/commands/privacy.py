"""`yidao-bot privacy`: what is kept of a person, and erasing it, for requests that come by mail."""

from __future__ import annotations

import argparse
import getpass
import json

from knowledge.settings import Settings
from knowledge.store import Stores
from knowledge.store.privacy import Erased


def carry_out(options: argparse.Namespace, settings: Settings, stores: Stores) -> int:
    """0 done, also where nothing was kept."""
    match options.action:
        case "show":
            print(json.dumps(stores.privacy.kept_of(options.id), ensure_ascii=False, indent=1))
        case "forget":
            erased = stores.privacy.forget(options.id)
            # Without the id: whom it was about is not to be found here either.
            stores.audit.note(f"shell:{getpass.getuser()}", "privacy.forget", "person", _counts(erased))
            print(json.dumps(_counts(erased)))
        case "expire":
            print(json.dumps(_counts(stores.privacy.expire(settings.question_days))))
    return 0


def _counts(erased: Erased) -> dict[str, int]:
    return {
        "questions": erased.questions,
        "notes": erased.notes,
        "deliveries": erased.deliveries,
        "people": erased.people,
    }
