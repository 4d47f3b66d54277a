"""What an administrator sees of invitations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.conversation import Button, Message
from bot.html import Block, bold, line, page
from bot.people.view import role_name
from bot.texts import Texts
from knowledge.domain import Role
from knowledge.store.invitations import Invitation, InvitationStatus, Made

CALLBACK = "invite"
USES = (1, 5, 20, 100, 500)
DAYS = (1, 7, 30, 90)
PAGE = 5


def ask_role(words: Texts) -> Message:
    rows = [(Button(text=role_name(role, words), data=f"{CALLBACK}:new:{role}"),) for role in Role]
    known = Button(text=words.get("invite.button.list"), data=f"{CALLBACK}:list:0")
    return _message(
        (line(bold(words.get("invite.title"))), line(words.get("invite.ask_role"))), *rows, (known,)
    )


def ask_uses(role: Role, words: Texts) -> Message:
    row = tuple(Button(text=str(each), data=f"{CALLBACK}:new:{role}:{each}") for each in USES)
    chosen = line(words.get("invite.for_role", role=role_name(role, words)))
    return _message((chosen, line(words.get("invite.ask_uses"))), row, _back(words))


def ask_days(role: Role, most: int, words: Texts) -> Message:
    row = tuple(
        Button(text=words.get("invite.days", count=each), data=f"{CALLBACK}:new:{role}:{most}:{each}")
        for each in DAYS
    )
    chosen = line(words.get("invite.for_role_and_uses", role=role_name(role, words), count=most))
    return _message((chosen, line(words.get("invite.ask_days"))), row, _back(words))


def made(made: Made, bot_name: str | None, words: Texts) -> Message:
    """The one time that the link is shown."""
    invitation = made.invitation
    values = {
        "number": invitation.id,
        "role": role_name(invitation.role, words),
        "most": invitation.most,
        "date": _date(invitation.expires_at),
    }
    lines = (
        line(bold(words.get("invite.made", **values))),
        line(words.get("invite.limits", **values)),
        line(link(made.code, bot_name)),
        line(words.get("invite.shown_once")),
    )
    known = Button(text=words.get("invite.button.list"), data=f"{CALLBACK}:list:0")
    return _message(lines, (known,))


def link(code: str, bot_name: str | None) -> str:
    """What opens the bot and joins with one tap; where its name is not known, what is sent to it."""
    return f"https://t.me/{bot_name}?start={code}" if bot_name else f"/start {code}"


def listing(found: Sequence[Invitation], number: int, total: int, at: datetime, words: Texts) -> Message:
    new = Button(text=words.get("invite.button.new"), data=f"{CALLBACK}:new")
    if not found:
        return _message((line(words.get("invite.none")),), (new,))
    lines = [line(bold(words.get("invite.list_title", count=total)))]
    rows: list[tuple[Button, ...]] = []
    for each in found:
        lines.append(line(entry(each, at, words)))
        if each.status(at) is InvitationStatus.OPEN:
            text = words.get("invite.button.revoke", number=each.id)
            rows.append((Button(text=text, data=f"{CALLBACK}:revoke:{each.id}:{number}"),))
    return _message(lines, *rows, *_turning(number, -(-total // PAGE), words), (new,))


def entry(invitation: Invitation, at: datetime, words: Texts) -> str:
    """A line of the list."""
    values = {
        "number": invitation.id,
        "role": role_name(invitation.role, words),
        "used": invitation.used,
        "most": invitation.most,
        "date": _date(invitation.expires_at),
        "status": words.get(f"invite.status.{invitation.status(at)}"),
    }
    return words.get("invite.entry", **values)


def private_only(words: Texts) -> Message:
    return _message((line(words.get("people.private_only")),))


def _turning(number: int, pages: int, words: Texts) -> list[tuple[Button, ...]]:
    def to(target: int, key: str) -> Button:
        return Button(text=words.get(key, page=target + 1, pages=pages), data=f"{CALLBACK}:list:{target}")

    row = [to(number - 1, "people.button.previous")] if number else []
    row += [to(number + 1, "people.button.next")] if number + 1 < pages else []
    return [tuple(row)] if row else []


def _back(words: Texts) -> tuple[Button, ...]:
    return (Button(text=words.get("people.button.back"), data=f"{CALLBACK}:new"),)


def _date(moment: datetime) -> str:
    return moment.date().isoformat()


def _message(blocks: Sequence[Block], *rows: tuple[Button, ...]) -> Message:
    return Message(html=page(blocks), buttons=rows)
