"""Of questions with identifiers none survives: not in the database, not in a log, not in a backup."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from telegram import Update

from bot.asking.handlers import Asking
from bot.conversation import Said
from bot.telegram.masking import masked
from bot.telegram.reading import read
from bot.testing import FakeChat, incoming
from knowledge.domain import NoEvidence, Reply
from knowledge.store import Stores
from tests.bot.telegram.updates import BOT, ME, update
from tests.knowledge.privacy.identifiers import questions

#: Ten thousand take minutes; that each of ten thousand loses its identifier is held in tests/knowledge/privacy.
COUNT = 2_000
#: Shorter ones, such as a bed's number, are found in any file by chance; those are looked for in their own rows.
_TELLING = 6


class Nothing:
    """Answers everything with the question itself, as far as it was let through."""

    async def answer(self, question: str, earlier: str | None = None, *, replies: bool = False) -> Reply:
        logging.getLogger("bot.test").debug("asked %s", question)
        return NoEvidence(question=question, documents_searched=1, context=question)


async def at_once(work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    return work(*args, **kwargs)


async def test_no_identifier_survives_in_the_database_in_logs_or_in_backups(
    stores: Stores, tmp_path: Path, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    told = list(questions(COUNT))
    asking = Asking(stores.questions, Nothing(), writing=at_once, writing_soon=at_once)
    with stores.database.together():
        for number, each in enumerate(told, start=1):
            payload = masked(update(each.text, update_id=number).to_dict())
            stores.updates.claim({number: payload})
            found = read(Update.de_json(payload, BOT), ME)
            assert found is not None
            assert isinstance(found.content, Said)
            await asking.ask(incoming(found.content, update_id=number, message_id=number), FakeChat())
    with stores.database.read() as connection:
        kept = connection.exec_driver_sql("SELECT text, understood FROM questions ORDER BY id").all()
    assert [text for text, _ in kept] == [each.masked.strip() for each in told]
    stores.privacy.sweep()
    database = stores.database.file
    assert database is not None
    backup = tmp_path / "backup.sqlite3"
    with sqlite3.connect(database) as source, sqlite3.connect(backup) as target:
        source.backup(target)
    everything = database.read_bytes() + backup.read_bytes() + caplog.text.encode()
    survivors = [
        each.identifier
        for each in told
        if len(each.identifier) >= _TELLING and each.identifier.encode() in everything
    ]
    assert survivors == []
