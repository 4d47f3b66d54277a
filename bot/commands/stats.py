"""`yidao-bot stats`: how the service is used, for people and for scripts."""

from __future__ import annotations

import json

from bot.console.talk import language_of_locale
from bot.stats.usage import Usage, gather, period_of, record
from bot.stats.view import Topic, shown
from bot.texts import texts
from knowledge.store import Stores
from knowledge.store.database import now
from knowledge.store.usage import UsageStore


def show(stores: Stores, *, days: int, as_json: bool) -> None:
    """The last so many days, today included."""
    usage = gather(UsageStore(stores.database), period_of(days, now()), language_of_locale())
    print(json.dumps(record(usage), ensure_ascii=False) if as_json else _in_words(usage))


def _in_words(usage: Usage) -> str:
    from bot.console.rendering import terminal_text

    words = texts(language_of_locale())
    shown_ = [shown(usage, topic, b"", words).html for topic in Topic]
    # The title once.
    return "\n".join(
        [terminal_text(shown_[0]).plain, *(terminal_text(_rest(each)).plain for each in shown_[1:])]
    )


def _rest(html: str) -> str:
    return html.partition("\n")[2]
