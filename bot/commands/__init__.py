"""The commands of `yidao-bot`, with what can go wrong around them."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

from pydantic import ValidationError

from bot.logs import configure_logging
from knowledge.domain import Role
from knowledge.errors import KnowledgeError
from knowledge.settings import Settings


def carry_out(options: argparse.Namespace) -> int:
    """The exit status; every expected fault is one plain line on stderr."""
    try:
        settings = Settings()
        return _COMMANDS[options.command](options, settings)
    except ValidationError as error:
        for each in error.errors():
            print(f"yidao-bot: YIDAO_{str(each['loc'][0]).upper()}: {each['msg']}", file=sys.stderr)
        return 2
    except KnowledgeError as error:
        print(f"yidao-bot: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; what is still buffered must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(_options: argparse.Namespace, settings: Settings) -> int:
    if settings.bot_token is None:
        return _try_out(settings)
    configure_logging(settings.log_level)
    from telegram.error import InvalidToken, NetworkError

    from bot import app

    stores = app.open_library(settings)
    try:
        asyncio.run(app.run_on_telegram(settings, stores))
    except InvalidToken:
        print("yidao-bot: Telegram does not know the token in YIDAO_BOT_TOKEN", file=sys.stderr)
        return 1
    except NetworkError:
        print(
            "yidao-bot: Telegram cannot be reached; check the network and YIDAO_TELEGRAM_PROXY",
            file=sys.stderr,
        )
        return 1
    return 0


def _try_out(settings: Settings) -> int:
    from bot.console.talk import language_of_locale
    from bot.texts import texts

    say = texts(language_of_locale()).get
    print(say("console.no_token"), file=sys.stderr, flush=True)
    configure_logging(_quieter(settings.log_level))
    from bot import app

    stores = app.open_library(settings)
    if not app.load_samples():
        print(say("console.samples_failed"), file=sys.stderr)
    asyncio.run(app.run_in_terminal(settings, stores, Role.DOCTOR))
    return 0


def _chat(options: argparse.Namespace, settings: Settings) -> int:
    configure_logging(_quieter(settings.log_level))
    from bot import app

    asyncio.run(app.run_in_terminal(settings, app.open_library(settings), Role(options.role)))
    return 0


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    configure_logging(_quieter(settings.log_level))
    from bot import app
    from bot.commands import ask
    from knowledge.store import open_stores

    ask.speak_utf8()
    stores = open_stores(settings.library_url)
    # Never makes a library: a question to nothing is a mistake in the settings.
    stores.database.require_current()
    answerer = app.answerer_for(settings, stores)
    if options.question == "-":
        ask.answer_lines(answerer, sys.stdin.buffer, after=options.after)
    else:
        ask.answer_one(answerer, options.question, after=options.after, as_json=options.json)
    return 0


def _stats(options: argparse.Namespace, settings: Settings) -> int:
    configure_logging(_quieter(settings.log_level))
    from bot.commands import ask, stats
    from knowledge.store import open_stores

    ask.speak_utf8()
    stores = open_stores(settings.library_url)
    stores.database.require_current()
    stats.show(stores, days=options.days, as_json=options.json)
    return 0


def _gaps(options: argparse.Namespace, settings: Settings) -> int:
    from bot.commands import gaps
    from bot.commands.ask import speak_utf8
    from knowledge.store import open_stores

    speak_utf8()
    stores = open_stores(settings.library_url)
    stores.database.require_current()
    gaps.tell(stores.gaps, with_dismissed=options.all, as_json=options.json)
    return 0


def _people(options: argparse.Namespace, settings: Settings) -> int:
    configure_logging(_quieter(settings.log_level))
    from bot.commands import ask, people
    from knowledge.store import open_stores

    ask.speak_utf8()
    stores = open_stores(settings.library_url)
    stores.database.require_current()
    return people.carry_out(options, settings, stores)


def _audit(options: argparse.Namespace, settings: Settings) -> int:
    configure_logging(_quieter(settings.log_level))
    from bot.commands import ask, people
    from knowledge.store import open_stores

    ask.speak_utf8()
    stores = open_stores(settings.library_url)
    stores.database.require_current()
    return people.show_audit(options, stores)


def _privacy(options: argparse.Namespace, settings: Settings) -> int:
    configure_logging(_quieter(settings.log_level))
    from bot.commands import ask, privacy
    from knowledge.store import open_stores

    ask.speak_utf8()
    stores = open_stores(settings.library_url)
    stores.database.require_current()
    return privacy.carry_out(options, settings, stores)


def _quieter(level: str) -> str:
    """In a terminal the log would stand between the lines of the conversation."""
    return level if level in {"DEBUG", "ERROR"} else "WARNING"


_COMMANDS = {
    "run": _run,
    "chat": _chat,
    "ask": _ask,
    "gaps": _gaps,
    "stats": _stats,
    "people": _people,
    "audit": _audit,
    "privacy": _privacy,
}
