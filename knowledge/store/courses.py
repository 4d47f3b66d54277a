"""The course catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    Integer,
    Row,
    String,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
    update,
)

from knowledge.domain import Course
from knowledge.store.database import Database, UtcDateTime, metadata, now
from knowledge.store.library_tables import library_state
from knowledge.store.vectors import Vectors, unpack, vectors

courses = Table(
    "courses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("url", Text, nullable=False, unique=True),
    Column("provider", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("specialty", Text),
    Column("credits", Float),
    Column("starts", Date),
    Column("ends", Date),
    Column("is_sample", Boolean, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("vector_key", String(64), nullable=False),
    Column("loaded_at", UtcDateTime, nullable=False),
)


#: What a course says.
COURSE_FIELDS = (
    "title",
    "summary",
    "url",
    "provider",
    "language",
    "specialty",
    "credits",
    "starts",
    "ends",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCourse:
    title: str
    summary: str
    url: str
    provider: str
    language: str
    specialty: str | None
    credits: float | None
    starts: date | None
    ends: date | None
    is_sample: bool
    vector_key: str


class CourseStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, rows: Sequence[NewCourse]) -> tuple[int, int]:
        """Adds courses, or brings those with a known URL up to date. Gives how many were new and how many were known.

        The first real course withdraws the samples.
        """
        with self._database.write() as connection:
            known = {url: id_ for id_, url in connection.execute(select(courses.c.id, courses.c.url))}
            new = [_values(row) for row in rows if row.url not in known]
            others = [{**_values(row), "known": known[row.url]} for row in rows if row.url in known]
            if new:
                connection.execute(insert(courses), new)
            if others:
                connection.execute(update(courses).where(courses.c.id == bindparam("known")), others)
            if any(not row.is_sample for row in rows):
                connection.execute(update(courses).where(courses.c.is_sample).values(withdrawn=True))
            connection.execute(update(library_state).values(generation=library_state.c.generation + 1))
        return len(new), len(others)

    def count(self) -> int:
        with self._database.read() as connection:
            return int(
                connection.execute(select(func.count()).where(courses.c.withdrawn.is_(False))).scalar_one()
            )

    def has_samples(self) -> bool:
        """Whether samples were ever loaded, withdrawn ones included."""
        with self._database.read() as connection:
            return (
                connection.execute(select(courses.c.id).where(courses.c.is_sample).limit(1)).first()
                is not None
            )

    def current(self) -> list[Course]:
        with self._database.read() as connection:
            return [course_of(row) for row in connection.execute(_current())]

    def get(self, course_id: int) -> Course | None:
        """None where it is not on offer, or not any more."""
        query = select(courses).where(courses.c.id == course_id, courses.c.withdrawn.is_(False))
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
            return course_of(row) if row else None

    def with_vectors(self, model: str) -> list[tuple[Course, Vectors]]:
        """Each course on offer with its vector, float32 (dim,); courses without one are left out."""
        join = courses.join(vectors, (vectors.c.key == courses.c.vector_key) & (vectors.c.model == model))
        query = select(courses, vectors.c.vector).select_from(join).where(courses.c.withdrawn.is_(False))
        with self._database.read() as connection:
            return [
                (course_of(row), unpack(row.vector))
                for row in connection.execute(query.order_by(courses.c.id))
            ]

    def unencoded(self, model: str) -> list[tuple[str, Course]]:
        """(vector key, course) of each course on offer without a vector of this model."""
        join = courses.outerjoin(
            vectors, (vectors.c.key == courses.c.vector_key) & (vectors.c.model == model)
        )
        query = (
            select(courses).select_from(join).where(vectors.c.key.is_(None), courses.c.withdrawn.is_(False))
        )
        with self._database.read() as connection:
            return [(row.vector_key, course_of(row)) for row in connection.execute(query)]


def _current() -> Any:
    return select(courses).where(courses.c.withdrawn.is_(False)).order_by(courses.c.id)


def _values(row: NewCourse) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in (*COURSE_FIELDS, "is_sample", "vector_key")}
    return {**values, "withdrawn": False, "loaded_at": now()}


def course_of(row: Row[Any]) -> Course:
    return Course(id=row.id, **{name: getattr(row, name) for name in COURSE_FIELDS})
