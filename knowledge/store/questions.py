"""What was asked (masked), what it was understood as, what it was answered with, and how that was rated."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from knowledge.domain import Answer, NoEvidence, Outcome, Rating, Related, Reply, outcome_of
from knowledge.store.database import Database, UtcDateTime, metadata, now

questions = Table(
    "questions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("update_id", BigInteger, unique=True),
    Column("asked_by", BigInteger, nullable=False, index=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("outcome", String(16)),
    Column("cited", Text),
    Column("took_ms", Float),
    Column("message_id", BigInteger),
    Column("answered_at", UtcDateTime),
    Column("rating", String(8)),
    Column("said_in", BigInteger),
    Column("context_id", Integer),
    Column("understood", Text),
    Column("instead_of", Integer, unique=True),
    Column("gap_id", Integer, index=True),
)

#: Which edition was quoted where in which answer; what each citation said then stands in `questions.cited`.
citations = Table(
    "citations",
    metadata,
    Column("question_id", ForeignKey("questions.id"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("edition_id", Integer, nullable=False, index=True),
    Column("passage_id", Integer, nullable=False),
)

#: A question leans on an earlier one for so long, or on the one that it replies to for so long.
LEANS_WITHIN = timedelta(hours=1)
REPLIES_WITHIN = timedelta(days=1)
#: What was refused, was not medical or was never answered says nothing that another question could lean on.
_LEANED_ON = (Outcome.ANSWERED, Outcome.RELATED, Outcome.NO_EVIDENCE)

# Built once, for each question needs them: building one takes SQLAlchemy three times as long as carrying it out.
_OF_UPDATE = select(questions).where(questions.c.update_id == bindparam("update"))
_ASK = insert(questions).returning(questions)
_EARLIER = (
    select(questions)
    .where(
        questions.c.asked_by == bindparam("by"),
        questions.c.chat_id == bindparam("chat"),
        questions.c.id < bindparam("question"),
        questions.c.asked_at >= bindparam("since"),
        questions.c.outcome.in_(_LEANED_ON),
    )
    .order_by(questions.c.id.desc())
    .limit(1)
)
_TOLD = (questions.c.message_id == bindparam("message")) | (questions.c.said_in == bindparam("message"))
_EARLIER_TOLD = _EARLIER.where(_TOLD)
_ANSWERED = update(questions).where(questions.c.id == bindparam("question"))
_FORGET_CITATIONS = delete(citations).where(citations.c.question_id == bindparam("question"))
_CITE = insert(citations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    id: int
    asked_by: int
    chat_id: int
    text: str
    asked_at: datetime
    outcome: Outcome | None
    #: Telegram's id of the answer; None until it was sent.
    message_id: int | None
    rating: Rating | None
    #: The question that it leaned on; None where it stood alone.
    context_id: int | None = None
    #: What a follow-up was looked up as, together with the question before it.
    understood: str | None = None

    @property
    def meaning(self) -> str:
        """What the next question may lean on."""
        return self.understood or self.text


class QuestionStore:
    def __init__(self, database: Database, *, clock: Callable[[], datetime] = now) -> None:
        self._database = database
        self._clock = clock

    def ask(
        self, *, text: str, asked_by: int, chat_id: int, update_id: int | None, said_in: int | None = None
    ) -> Question:
        """Stores a masked question before it is answered; the same update gives the same question.

        said_in: the message that says it, None in a terminal.
        """
        with self._database.write() as connection:
            if update_id is not None:
                known = connection.execute(_OF_UPDATE, {"update": update_id}).one_or_none()
                if known is not None:
                    return _question(known)
            values = {"text": text, "asked_by": asked_by, "chat_id": chat_id, "update_id": update_id}
            values |= {"said_in": said_in, "asked_at": self._clock()}
            return _question(connection.execute(_ASK, values).one())

    def get(self, question_id: int) -> Question | None:
        with self._database.read() as connection:
            row = connection.execute(select(questions).where(questions.c.id == question_id)).one_or_none()
            return _question(row) if row else None

    def before(self, question: Question) -> Question | None:
        """The newest question of the same person in the same chat that this one may lean on."""
        return self._newest(question, LEANS_WITHIN)

    def replied_to(self, question: Question, message_id: int) -> Question | None:
        """The question of the same person that a message of the same chat asked or answered.

        Whoever replies to an answer that somebody else got learns nothing of what was asked there.
        """
        return self._newest(question, REPLIES_WITHIN, told_in=message_id)

    def ask_alone(self, question_id: int) -> Question:
        """The same question without what it leaned on, to be answered anew; always the same one, however often asked.

        Raises:
            ValueError: there is no such question.
        """
        with self._database.write() as connection:
            again = select(questions).where(questions.c.instead_of == question_id)
            if (known := connection.execute(again).one_or_none()) is not None:
                return _question(known)
            row = connection.execute(select(questions).where(questions.c.id == question_id)).one_or_none()
            if row is None:
                raise ValueError(f"there is no question {question_id}")
            values = {"text": row.text, "asked_by": row.asked_by, "chat_id": row.chat_id}
            values |= {"said_in": row.said_in, "instead_of": question_id, "asked_at": self._clock()}
            return _question(
                connection.execute(insert(questions).values(**values).returning(questions)).one()
            )

    def answered(
        self,
        question_id: int,
        reply: Reply,
        *,
        took_ms: float,
        message_id: int | None,
        context_id: int | None = None,
    ) -> None:
        """Stores the outcome with what was cited, as it was cited.

        context_id: the question that this one could have leaned on; kept where the reply says that it did.
        """
        understood = reply.context if isinstance(reply, Answer | Related | NoEvidence) else None
        cited: list[dict[str, Any]] = []
        if isinstance(reply, Answer | Related):
            for quotation in reply.quotations:
                passage = quotation.passage
                cited.append(
                    {"passage": passage.id, "edition": passage.edition_id, **asdict(passage.citation)}
                )
        with self._database.write() as connection:
            connection.execute(_FORGET_CITATIONS, {"question": question_id})
            if cited:
                connection.execute(_CITE, _citations(question_id, cited))
            connection.execute(
                _ANSWERED,
                {
                    "question": question_id,
                    "outcome": outcome_of(reply),
                    "cited": json.dumps(cited, ensure_ascii=False),
                    "took_ms": took_ms,
                    "message_id": message_id,
                    "answered_at": self._clock(),
                    "understood": understood,
                    "context_id": context_id if understood is not None else None,
                },
            )

    def rate(self, question_id: int, by: int, rating: Rating) -> bool:
        """Notes what the asker thought; False when somebody else tries, or there is no such question."""
        with self._database.write() as connection:
            mine = (questions.c.id == question_id) & (questions.c.asked_by == by)
            return connection.execute(update(questions).where(mine).values(rating=rating)).rowcount == 1

    def _newest(
        self, question: Question, within: timedelta, *, told_in: int | None = None
    ) -> Question | None:
        wanted: dict[str, Any] = {"by": question.asked_by, "chat": question.chat_id, "question": question.id}
        wanted["since"] = question.asked_at - within
        if told_in is not None:
            wanted["message"] = told_in
        with self._database.read() as connection:
            row = connection.execute(_EARLIER if told_in is None else _EARLIER_TOLD, wanted).one_or_none()
            return _question(row) if row else None


def _citations(question_id: int, cited: Sequence[Mapping[str, Any]]) -> list[dict[str, int]]:
    return [
        {
            "question_id": question_id,
            "position": position,
            "edition_id": each["edition"],
            "passage_id": each["passage"],
        }
        for position, each in enumerate(cited)
    ]


def _question(row: Row[Any]) -> Question:
    return Question(
        id=row.id,
        asked_by=row.asked_by,
        chat_id=row.chat_id,
        text=row.text,
        asked_at=row.asked_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        message_id=row.message_id,
        rating=Rating(row.rating) if row.rating else None,
        context_id=row.context_id,
        understood=row.understood,
    )
