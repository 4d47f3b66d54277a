"""`yidao-bot`: run, chat, ask. Heavy libraries are imported by the command that needs them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

_ROLES = ("doctor", "coordinator", "administrator")


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        prog="yidao-bot",
        description="Yidao answers clinical questions with quotations from loaded guidelines.",
    )
    commands = root.add_subparsers(dest="command", title="commands", metavar="COMMAND", required=True)
    commands.add_parser(
        "run",
        help="hold the conversation on Telegram; without YIDAO_BOT_TOKEN in this terminal, with samples",
    )
    chat = commands.add_parser("chat", help="hold one conversation in this terminal")
    chat.add_argument(
        "--as",
        dest="role",
        choices=("doctor", "coordinator", "administrator"),
        default="doctor",
        help="who you are in it (default: doctor)",
    )
    ask = commands.add_parser("ask", help="answer a question and end")
    ask.add_argument("question", help="the question; - reads one a line from standard input (with --json)")
    ask.add_argument(
        "--after",
        metavar="QUESTION",
        help="the question before, as if it had just been asked in the same chat",
    )
    ask.add_argument("--json", action="store_true", help="one JSON object a question, on a line")
    gaps = commands.add_parser("gaps", help="questions without an answer, most asked first")
    gaps.add_argument("--all", action="store_true", help="also what was dismissed")
    gaps.add_argument("--json", action="store_true", help="one JSON object a question, on a line")
    stats = commands.add_parser(
        "stats", help="how the service is used: questions, documents, people, announcements"
    )
    stats.add_argument(
        "--days", type=int, choices=(7, 30, 90), default=30, help="of the last so many days (default: 30)"
    )
    stats.add_argument("--json", action="store_true", help="one JSON object")
    _add_people(commands)
    _add_privacy(commands)
    audit = commands.add_parser("audit", help="who of the staff did what, and what was refused to whom")
    audit.add_argument(
        "about",
        nargs="?",
        default="",
        help="a Telegram id, or what an action begins with: person, refused.role",
    )
    audit.add_argument("--limit", type=int, default=50, help="the newest so many (default: 50)")
    audit.add_argument("--json", action="store_true", help="one JSON object an entry, on a line")
    return root


def _add_privacy(commands: Any) -> None:
    privacy = commands.add_parser("privacy", help="what is kept of a person, and erasing it")
    actions = privacy.add_subparsers(dest="action", title="actions", metavar="ACTION", required=True)
    actions.add_parser("show", help="everything, as JSON").add_argument("id", type=int)
    actions.add_parser("forget", help="erase it; only counts stay").add_argument("id", type=int)
    actions.add_parser("expire", help="erase what is older than YIDAO_QUESTION_DAYS, as the bot does hourly")


def _add_people(commands: Any) -> None:
    people = commands.add_parser("people", help="who uses the bot, their roles, and invitations")
    actions = people.add_subparsers(dest="action", metavar="ACTION", required=True)
    listed = actions.add_parser("list", help="everyone, the staff first")
    listed.add_argument("words", nargs="?", default="", help="a part of the name, or how the id begins")
    listed.add_argument("--json", action="store_true", help="one JSON object a person, on a line")
    role = actions.add_parser("role", help="change what somebody may do")
    role.add_argument("id", type=int)
    role.add_argument("role", choices=_ROLES)
    for name, purpose in (("bar", "shut somebody out"), ("unbar", "let somebody in again")):
        actions.add_parser(name, help=purpose).add_argument("id", type=int)
    invite = actions.add_parser("invite", help="make a link to join by, and print it this once")
    invite.add_argument(
        "--role", choices=_ROLES, default="doctor", help="what they will be (default: doctor)"
    )
    invite.add_argument("--for", dest="most", type=int, default=1, help="how many people (default: 1)")
    invite.add_argument("--days", type=int, default=7, help="how many days it holds (default: 7)")
    invitations = actions.add_parser("invitations", help="what became of the links")
    invitations.add_argument("--json", action="store_true", help="one JSON object an invitation, on a line")
    actions.add_parser("revoke", help="let nobody else in by a link").add_argument("number", type=int)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives its exit status: 0 done, 1 it could not be done, 2 it was called wrongly."""
    options = parser().parse_args(arguments)
    # Only now: --help answers at once.
    from bot import commands

    return commands.carry_out(options)


if __name__ == "__main__":
    sys.exit(main())
