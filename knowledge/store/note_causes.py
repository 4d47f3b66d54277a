"""What gives cause for a note: a gap that closes, an edition that answers no more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select

from knowledge.domain import EditionStatus, Outcome
from knowledge.store.library_tables import documents, editions
from knowledge.store.note_tables import (
    NoteKind,
    can_be_reached,
    insert_once,
    note_values,
    notes,
    wants_notes,
)
from knowledge.store.people import people
from knowledge.store.questions import citations, questions


def queue_for_askers(connection: Connection, askers: Iterable[Row[Any]], *, at: datetime) -> int:
    """Queues a note for each person's newest of these questions, rows in order of their ids; the number queued.

    None for a question that was asked before one that its asker was told of or declined to hear of.
    """
    newest = {row.asked_by: row for row in askers}
    queued = 0
    for row in newest.values():
        if _wants(connection, row) and not _was_told(connection, row):
            queued += insert_once(connection, note_values(NoteKind.ANSWERED, row, at=at))
    return queued


def queue_for_loader(connection: Connection, question_id: int, edition_id: int, *, at: datetime) -> None:
    """Queues a note for who approved or loaded the edition in a chat."""
    row = connection.execute(
        select(editions.c.decided_by, editions.c.loaded_by).where(editions.c.id == edition_id)
    ).one_or_none()
    telegram_id = next(filter(None, map(_telegram_id, row or ())), None)
    if telegram_id is not None:
        asked = _Asked(id=question_id, asked_by=telegram_id)
        insert_once(
            connection,
            note_values(NoteKind.LOADED, asked, edition_id=edition_id, at=at),
        )


_successor = editions.alias("successor")


def answered_from_what_is_gone(since: datetime) -> Select[Any]:
    """One row a question and edition, with whether its asker wants notes."""
    corrected = (
        select(_successor.c.id)
        .where(
            _successor.c.document_id == editions.c.document_id,
            _successor.c.status == EditionStatus.CURRENT,
            or_(
                _successor.c.content_hash == editions.c.content_hash,
                _successor.c.file_hash == editions.c.file_hash,
            ),
        )
        .exists()
    )
    noted = (
        select(notes.c.id)
        .where(
            notes.c.kind == NoteKind.EDITION,
            notes.c.question_id == questions.c.id,
            notes.c.edition_id == citations.c.edition_id,
        )
        .exists()
    )
    return (
        select(
            questions.c.id,
            questions.c.asked_by,
            questions.c.chat_id,
            citations.c.edition_id,
            and_(wants_notes(), can_be_reached()).label("wanted"),
        )
        .distinct()
        .select_from(
            editions.join(documents)
            .join(citations, citations.c.edition_id == editions.c.id)
            .join(questions, questions.c.id == citations.c.question_id)
            .join(people, people.c.telegram_id == questions.c.asked_by)
        )
        .where(
            _is_gone(editions.c.status),
            ~documents.c.is_sample,
            questions.c.outcome == Outcome.ANSWERED,
            questions.c.asked_at >= since,
            ~corrected,
            ~noted,
        )
        .order_by(questions.c.id)
    )


def _is_gone(status: ColumnElement[Any]) -> ColumnElement[bool]:
    return status.in_((EditionStatus.REPLACED, EditionStatus.WITHDRAWN))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    id: int
    asked_by: int


def _telegram_id(who: str | None) -> int | None:
    kind, _, number = (who or "").partition(":")
    return int(number) if kind == "telegram" and number.isdigit() else None


def _wants(connection: Connection, row: Row[Any]) -> bool:
    query = (
        select(questions.c.id)
        .select_from(questions.join(people, people.c.telegram_id == questions.c.asked_by))
        .where(questions.c.id == row.id, wants_notes(), can_be_reached())
    )
    return connection.execute(query).first() is not None


def _was_told(connection: Connection, row: Row[Any]) -> bool:
    """Of this question, or of a later one of the same gap."""
    query = (
        select(notes.c.id)
        .select_from(notes.join(questions, questions.c.id == notes.c.question_id))
        .where(
            notes.c.kind == NoteKind.ANSWERED,
            notes.c.telegram_id == row.asked_by,
            questions.c.gap_id == row.gap_id,
            questions.c.id >= row.id,
        )
    )
    return connection.execute(query).first() is not None
