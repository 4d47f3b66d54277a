"""`yidao-bot`: run, chat, ask. Heavy libraries are imported by the command that needs them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence


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
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives its exit status: 0 done, 1 it could not be done, 2 it was called wrongly."""
    options = parser().parse_args(arguments)
    # Only now: --help answers at once.
    from bot import commands

    return commands.carry_out(options)


if __name__ == "__main__":
    sys.exit(main())
