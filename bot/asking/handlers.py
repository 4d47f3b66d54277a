"""Any text is a question, but for a greeting."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Protocol

from bot.asking import view
from bot.asking.citation import today
from bot.conversation import Chat, Handler, Incoming, Pressed, Said
from knowledge import privacy
from knowledge.domain import QUESTION_MAX_CHARACTERS, Rating, Reply
from knowledge.store.questions import Question, QuestionStore
from knowledge.text import safe_text

log = logging.getLogger(__name__)


class Answers(Protocol):
    """What answers, without blocking the conversation: bot.asking.answers has it."""

    async def answer(self, question: str) -> Reply: ...


class Asking:
    """Fulfils bot.router.Feature; `ask` is the handler of every text that nothing else takes."""

    def __init__(
        self, questions: QuestionStore, answers: Answers, *, today: Callable[[], date] = today
    ) -> None:
        self._questions = questions
        self._answers = answers
        self._today = today

    def commands(self) -> Mapping[str, Handler]:
        return {}

    def callbacks(self) -> Mapping[str, Handler]:
        return {"rate": self.rate}

    def document(self) -> Handler | None:
        return None

    def takes_text(self, incoming: Incoming) -> Handler | None:
        return None

    async def ask(self, incoming: Incoming, chat: Chat) -> None:
        text = privacy.mask(incoming.content.text) if isinstance(incoming.content, Said) else ""
        question = await self._stored(text, incoming)
        if question.message_id is not None:
            # A kill fell between the answer and the note that its update is done.
            log.info("action=ask.already_answered question=%d update=%s", question.id, incoming.update_id)
            return
        began = time.perf_counter()
        async with chat.typing():
            reply = await self._answers.answer(text)
        took_ms = (time.perf_counter() - began) * 1000
        message_id = await chat.send(
            view.reply(
                reply,
                incoming.speaker.language,
                question_id=question.id,
                today=self._today(),
                was_masked=privacy.is_masked(text),
            )
        )
        await asyncio.to_thread(
            self._questions.answered, question.id, reply, took_ms=took_ms, message_id=message_id
        )

    async def rate(self, incoming: Incoming, chat: Chat) -> None:
        rated = _rated(incoming)
        if rated is None:
            await chat.acknowledge(view.gone(incoming.speaker.language))
            return
        question_id, rating = rated
        is_theirs = await asyncio.to_thread(self._questions.rate, question_id, incoming.speaker.id, rating)
        language = incoming.speaker.language
        await chat.acknowledge(view.noted(rating, language) if is_theirs else view.not_yours(language))

    async def _stored(self, text: str, incoming: Incoming) -> Question:
        return await asyncio.to_thread(
            self._questions.ask,
            text=safe_text(text)[:QUESTION_MAX_CHARACTERS],
            asked_by=incoming.speaker.id,
            chat_id=incoming.chat_id,
            update_id=incoming.update_id,
        )


def _rated(incoming: Incoming) -> tuple[int, Rating] | None:
    """The question and the rating that a button's data names; None where it names none."""
    if not isinstance(incoming.content, Pressed):
        return None
    parts = incoming.content.data.split(":")
    if len(parts) != 3 or not parts[1].isascii() or not parts[1].isdigit() or parts[2] not in set(Rating):
        return None
    return int(parts[1]), Rating(parts[2])
