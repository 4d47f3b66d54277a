"""`yidao-bot privacy`: what is kept of a person, and erasing it, for requests that come by mail."""

from __future__ import annotations

import argparse
import getpass
import json
import sys

from knowledge.settings import Settings
from knowledge.store import Stores
from knowledge.store.people import LastAdministrator
from knowledge.store.privacy import Erased


def carry_out(options: argparse.Namespace, settings: Settings, stores: Stores) -> int:
    """0 done, also where nothing was kept; 1 where nobody would be left to administer."""
    match options.action:
        case "show":
            print(json.dumps(stores.privacy.kept_of(options.id), ensure_ascii=False, indent=1))
        case "forget":
            who = f"shell:{getpass.getuser()}"
            erased = stores.privacy.forget(options.id, who=who, always=settings.admin_ids)
            if isinstance(erased, LastAdministrator):
                print("yidao-bot: the last administrator: make somebody else one first", file=sys.stderr)
                return 1
            # Without the id: whom it was about is not to be found here either, unless they were of the staff.
            stores.audit.note(who, "privacy.forget", "person", _counts(erased))
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
