"""`yidao-bot people` and `yidao-bot audit`: what administrators do in the chat, for whoever runs the machine."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

from bot.console.talk import language_of_locale
from bot.people import auditing_view, inviting_view, staff_view
from bot.people.auditing import people_in
from bot.people.deciding import Verdict, decide
from bot.people.inviting import make, revoke
from bot.people.roles import Roles
from bot.texts import Texts, texts
from knowledge.domain import Person, Role
from knowledge.settings import Settings
from knowledge.store import Stores
from knowledge.store.audit import AuditEntry
from knowledge.store.database import now
from knowledge.store.invitations import Invitation
from knowledge.store.people import AsBefore, Changed

_AT_ONCE = 500


def carry_out(options: argparse.Namespace, settings: Settings, stores: Stores) -> int:
    """The exit status: 1 where something was refused."""
    return _ACTIONS[options.action](options, settings, stores)


def show_audit(options: argparse.Namespace, stores: Stores) -> int:
    """The newest last, as a log is read in a terminal; JSON one entry a line, from the oldest."""
    entries = list(_newest(stores, options.about, options.limit))[::-1]
    if options.json:
        for entry in entries:
            print(json.dumps(_audit_record(entry), ensure_ascii=False))
        return 0
    words, names = _words(), stores.people.names(people_in(entries))
    for entry in entries:
        print(f"{entry.at:%Y-%m-%d %H:%M:%S}  {auditing_view.sentence(entry, names, words)}")
    return 0


# ------------------------------------------------------------------------------------------- the actions


def _list(options: argparse.Namespace, settings: Settings, stores: Stores) -> int:
    people, words = list(_found(stores, options.words)), _words()
    for person in people:
        print(json.dumps(_record(person), ensure_ascii=False) if options.json else _line(person, words))
    if not people and not options.json:
        print(words.get("people.nobody", words=options.words))
    return 0


def _change(verdict: Verdict, options: argparse.Namespace, settings: Settings, stores: Stores) -> int:
    roles = Roles(coordinators=settings.coordinator_ids, administrators=settings.admin_ids)
    decided = decide(stores, roles, options.id, verdict, who=_who())
    print(staff_view.outcome(decided, _words()))
    return 0 if isinstance(decided, Changed | AsBefore) else 1


def _role(options: argparse.Namespace, settings: Settings, stores: Stores) -> int:
    return _change(Verdict(options.role), options, settings, stores)


def _bar(options: argparse.Namespace, settings: Settings, stores: Stores) -> int:
    return _change(Verdict.BAR, options, settings, stores)


def _unbar(options: argparse.Namespace, settings: Settings, stores: Stores) -> int:
    return _change(Verdict.UNBAR, options, settings, stores)


def _invite(options: argparse.Namespace, settings: Settings, stores: Stores) -> int:
    from bot.telegram.own_name import own_name

    if options.most < 1 or options.days < 1:
        print("yidao-bot: an invitation is for one person and one day at least", file=sys.stderr)
        return 1
    token = settings.bot_token
    name = own_name(token, settings.telegram_base_url, settings.telegram_proxy) if token else None
    made = make(stores, role=Role(options.role), most=options.most, days=options.days, who=_who())
    print(inviting_view.link(made.code, name))
    return 0


def _invitations(options: argparse.Namespace, settings: Settings, stores: Stores) -> int:
    found, _ = stores.invitations.all(size=_AT_ONCE)
    for each in found:
        if options.json:
            print(json.dumps(_invitation_record(each), ensure_ascii=False))
        else:
            print(inviting_view.entry(each, now(), _words()))
    return 0


def _revoke(options: argparse.Namespace, settings: Settings, stores: Stores) -> int:
    revoked, words = revoke(stores, options.number, who=_who()), _words()
    if not revoked and stores.invitations.get(options.number) is None:
        print(words.get("invite.unknown", number=options.number))
        return 1
    print(words.get("invite.revoked", number=options.number))
    return 0


_ACTIONS: dict[str, Callable[[argparse.Namespace, Settings, Stores], int]] = {
    "list": _list,
    "role": _role,
    "bar": _bar,
    "unbar": _unbar,
    "invite": _invite,
    "invitations": _invitations,
    "revoke": _revoke,
}


# ------------------------------------------------------------------------------------------------- parts


def _words() -> Texts:
    return texts(language_of_locale())


def _who() -> str:
    return f"shell:{getpass.getuser()}"


def _found(stores: Stores, words: str) -> Iterator[Person]:
    page = 0
    while people := stores.people.find(words, page=page, size=_AT_ONCE).people:
        yield from people
        page += 1


def _newest(stores: Stores, about: str, limit: int) -> Iterator[AuditEntry]:
    before: int | None = None
    while limit > 0:
        page = stores.audit.page(about, before=before, size=min(limit, _AT_ONCE))
        yield from page.entries
        limit -= len(page.entries)
        if not page.has_older:
            return
        before = page.entries[-1].id


def _line(person: Person, words: Texts) -> str:
    return f"{person.telegram_id}\t{staff_view.entry(person, words)}"


def _record(person: Person) -> dict[str, Any]:
    return {
        "id": person.telegram_id,
        "name": person.name,
        "role": person.role.value,
        "language": person.language.value,
        "specialties": list(person.specialties),
        "region": person.region,
        "joined": person.started_at.isoformat() if person.started_at else None,
        "invitation": person.invitation_id,
        "barred": person.barred,
        "blocked": person.blocked,
        "deleted": person.is_deleted,
    }


def _invitation_record(invitation: Invitation) -> dict[str, Any]:
    return {
        "number": invitation.id,
        "role": invitation.role.value,
        "most": invitation.most,
        "used": invitation.used,
        "expires": invitation.expires_at.isoformat(),
        "status": invitation.status(now()).value,
        "made_by": invitation.made_by,
    }


def _audit_record(entry: AuditEntry) -> dict[str, Any]:
    return {
        "at": entry.at.isoformat(),
        "who": entry.who,
        "action": entry.action,
        "subject": entry.subject,
        "details": dict(entry.details),
    }
