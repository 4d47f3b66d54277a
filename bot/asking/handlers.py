"""Any text is a question, but for a greeting."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import date
from typing import Protocol

from bot.asking import view
from bot.asking.citation import today
from bot.callback_data import number_of
from bot.conversation import Before, Chat, Handler, Incoming, Message, Pressed, Said, Speaker, at_once
from bot.people.refusals import Refusal, Refusals
from bot.router import Feature
from bot.writing import InThread
from knowledge import privacy
from knowledge.domain import QUESTION_MAX_CHARACTERS, Answer, NoEvidence, Rating, Related, Reply
from knowledge.store.questions import Question, QuestionStore
from knowledge.text import safe_text

log = logging.getLogger(__name__)


class Answers(Protocol):
    """What answers, without blocking the conversation: bot.asking.answers has it."""

    async def answer(self, question: str, earlier: str | None = None, *, replies: bool = False) -> Reply: ...


class Unanswered(Protocol):
    """Who looks after what was asked in vain: bot.gaps has it."""

    async def will_tell(self, incoming: Incoming) -> bool:
        """Whether the asker will hear of it when there is an answer."""
        ...

    def noted(self) -> None:
        """Such a question was stored, or an answer disliked; returns at once."""
        ...


#: Whoever waits longer is told what is being done.
_LONG_WAIT_S = 5.0


class Asking(Feature):
    """`ask` is the handler of every text that nothing else takes."""

    def __init__(
        self,
        questions: QuestionStore,
        answers: Answers,
        *,
        unanswered: Unanswered | None = None,
        consented: Before = at_once,
        refusals: Refusals | None = None,
        writing: InThread = asyncio.to_thread,
        writing_soon: InThread = asyncio.to_thread,
        today: Callable[[], date] = today,
        long_wait_s: float = _LONG_WAIT_S,
    ) -> None:
        """consented: goes before a button that asks; before a text it goes where that finds its handler."""
        self._questions = questions
        self._answers = answers
        self._unanswered = unanswered
        self._consented = consented
        self._refusals = refusals
        self._writing = writing
        #: For a question, which its update brings again if a power cut takes it back.
        self._writing_soon = writing_soon
        self._today = today
        self._long_wait_s = long_wait_s

    def callbacks(self) -> Mapping[str, Handler]:
        return {"rate": self.rate, "alone": self._consented(self.ask_alone)}

    async def ask(self, incoming: Incoming, chat: Chat) -> None:
        said = incoming.content if isinstance(incoming.content, Said) else Said(text="")
        text = privacy.mask(said.text)
        question, earlier = await self._writing_soon(self._stored, text, said.reply_to, incoming)
        if question.message_id is not None:
            # A kill fell between the answer and the note that its update is done.
            log.info("action=ask.already_answered question=%d update=%s", question.id, incoming.update_id)
            return
        replies = said.reply_to is not None
        await self._answer(question, text, incoming, chat, earlier=earlier, replies=replies)

    async def ask_alone(self, incoming: Incoming, chat: Chat) -> None:
        """The follow-up was misunderstood: it is asked again without the question before it, once."""
        language = incoming.speaker.language
        question_id = _question_id(incoming, parts=2)
        meant = await asyncio.to_thread(self._questions.get, question_id) if question_id is not None else None
        if meant is None or meant.context_id is None or meant.chat_id != incoming.chat_id:
            await self._refuse(incoming, chat, view.gone(language))
            return
        if meant.asked_by != incoming.speaker.id:
            await self._refuse(incoming, chat, view.not_yours_to_ask(language))
            return
        question = await self._writing(self._questions.ask_alone, meant.id)
        if question.message_id is not None:
            await chat.acknowledge(view.asked_alone(language))
            return
        await chat.acknowledge()
        await self._answer(question, question.text, incoming, chat)

    async def ask_again(self, text: str, incoming: Incoming, chat: Chat) -> None:
        """A question that the speaker asked before, as if they had written it now; the same update asks it once."""
        question = await self._writing(
            self._questions.ask,
            text=text,
            asked_by=incoming.speaker.id,
            chat_id=incoming.chat_id,
            update_id=incoming.update_id,
        )
        if question.message_id is None:
            await self._answer(question, text, incoming, chat)

    async def _answer(
        self,
        question: Question,
        text: str,
        incoming: Incoming,
        chat: Chat,
        *,
        earlier: Question | None = None,
        replies: bool = False,
    ) -> None:
        language = incoming.speaker.language
        began = time.perf_counter()
        async with chat.typing(), _told_after(self._long_wait_s, chat, view.waiting(language)):
            reply = await self._answers.answer(text, earlier.meaning if earlier else None, replies=replies)
        took_ms = (time.perf_counter() - began) * 1000
        will_tell = await self._will_tell(reply, incoming)
        shown = view.reply(
            _wished(reply, incoming.speaker),
            language,
            question_id=question.id,
            today=self._today(),
            was_masked=privacy.is_masked(text),
            will_tell=will_tell,
        )
        message_id = await chat.send(shown)
        await self._writing(
            self._questions.answered,
            question.id,
            reply,
            took_ms=took_ms,
            message_id=message_id,
            context_id=earlier.id if earlier else None,
        )
        if self._unanswered is not None and will_tell is not None:
            self._unanswered.noted()

    async def _will_tell(self, reply: Reply, incoming: Incoming) -> bool | None:
        """None where nothing is passed on."""
        if self._unanswered is None or not isinstance(reply, Related | NoEvidence):
            return None
        return await self._unanswered.will_tell(incoming)

    async def rate(self, incoming: Incoming, chat: Chat) -> None:
        rated = _rated(incoming)
        language = incoming.speaker.language
        if rated is None:
            await self._refuse(incoming, chat, view.gone(language))
            return
        question_id, rating = rated
        if not await asyncio.to_thread(self._questions.rate, question_id, incoming.speaker.id, rating):
            await self._refuse(incoming, chat, view.not_yours(language))
            return
        if self._unanswered is not None and rating is Rating.DOWN:
            self._unanswered.noted()
        await chat.acknowledge(view.noted(rating, language))

    async def _refuse(self, incoming: Incoming, chat: Chat, said: str) -> None:
        """A button that was never made for who pressed it."""
        if self._refusals is not None:
            await self._refusals.note(incoming, Refusal.CALLBACK)
        await chat.acknowledge(said)

    def _stored(
        self, text: str, reply_to: int | None, incoming: Incoming
    ) -> tuple[Question, Question | None]:
        """The question, and the one that it may lean on: what it replies to, and else what was asked before."""
        question = self._questions.ask(
            text=safe_text(text)[:QUESTION_MAX_CHARACTERS],
            asked_by=incoming.speaker.id,
            chat_id=incoming.chat_id,
            update_id=incoming.update_id,
            said_in=incoming.message_id,
        )
        if reply_to is None:
            return question, self._questions.before(question)
        return question, self._questions.replied_to(question, reply_to)


@asynccontextmanager
async def _told_after(seconds: float, chat: Chat, message: Message) -> AsyncIterator[None]:
    """Sends the message once, if what happens inside takes longer. The answer follows as a message of its own."""

    async def tell() -> None:
        await asyncio.sleep(seconds)
        try:
            await chat.send(message)
        except Exception as error:  # noqa: BLE001 - the answer is what matters, and sending that will meet the same
            log.info("action=ask.waiting_not_told reason=%s", type(error).__name__)

    told = asyncio.create_task(tell())
    try:
        yield
    finally:
        told.cancel()
        with suppress(asyncio.CancelledError):
            await told


def _wished(reply: Reply, speaker: Speaker) -> Reply:
    """Without courses for who does not want them; as it is for the record."""
    if speaker.recommendations or not isinstance(reply, Answer | Related):
        return reply
    return replace(reply, courses=())


def _rated(incoming: Incoming) -> tuple[int, Rating] | None:
    """The question and the rating that a button's data names; None where it names none."""
    question_id = _question_id(incoming, parts=3)
    rating = incoming.content.data.split(":")[-1] if isinstance(incoming.content, Pressed) else ""
    return None if question_id is None or rating not in set(Rating) else (question_id, Rating(rating))


def _question_id(incoming: Incoming, *, parts: int) -> int | None:
    """The question that a button's data names in its second of so many parts; whoever presses may have made it up."""
    if not isinstance(incoming.content, Pressed):
        return None
    found = incoming.content.data.split(":")
    return number_of(found[1]) if len(found) == parts else None
