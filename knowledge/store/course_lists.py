"""Course lists that were read and wait for a decision: their rows, beside what the catalogue has of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Float,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    and_,
    delete,
    func,
    insert,
    select,
)

from knowledge.domain import Course
from knowledge.store.courses import COURSE_FIELDS, NewCourse, courses
from knowledge.store.database import Database, metadata
from knowledge.store.vectors import slices, vectors

listed_courses = Table(
    "listed_courses",
    metadata,
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    # Its place among the courses of the list, from 0.
    Column("place", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("specialty", Text),
    Column("credits", Float),
    Column("starts", Date),
    Column("ends", Date),
    Column("vector_key", String(64), nullable=False),
)

_FIELDS = (*COURSE_FIELDS, "vector_key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """How a course of a list stands to the catalogue."""

    place: int
    #: A digest of what the list says of it, its link among that.
    content: str
    #: The course on the same link; None where it is new.
    course_id: int | None
    #: Whether adding it would change nothing.
    is_same: bool
    #: When the catalogue's was last written.
    loaded_at: datetime | None


class CourseListStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, job_id: int, rows: Sequence[NewCourse]) -> None:
        """The courses of a list, in its order; those that a killed worker kept of it go."""
        values = [
            {"job_id": job_id, "place": place, **{name: getattr(row, name) for name in _FIELDS}}
            for place, row in enumerate(rows)
        ]
        with self._database.write() as connection:
            connection.execute(delete(listed_courses).where(listed_courses.c.job_id == job_id))
            if values:
                connection.execute(insert(listed_courses), values)

    def forget(self, job_id: int) -> None:
        """The list was decided."""
        with self._database.write() as connection:
            connection.execute(delete(listed_courses).where(listed_courses.c.job_id == job_id))

    def standing(self, job_id: int) -> list[Listed]:
        """Each course of a list beside the catalogue as it is now, in the list's order."""
        query = select(
            listed_courses, courses.c.id, _says_the_same().label("is_same"), courses.c.loaded_at
        ).select_from(_beside_the_catalogue())
        with self._database.read() as connection:
            return [
                Listed(
                    place=row.place,
                    content=_content(row),
                    course_id=row.id,
                    is_same=bool(row.is_same),
                    loaded_at=row.loaded_at,
                )
                for row in connection.execute(_of(query, job_id))
            ]

    def pairs(self, job_id: int, places: Sequence[int]) -> list[tuple[Course, Course | None]]:
        """Some courses of a list, each with the catalogue's of the same link as it is now."""
        known = {f"known_{name}": courses.c[name] for name in ("id", *COURSE_FIELDS)}
        query = select(listed_courses, *(column.label(name) for name, column in known.items()))
        found = _of(query.select_from(_beside_the_catalogue()), job_id).where(
            listed_courses.c.place.in_(places)
        )
        with self._database.read() as connection:
            return [(_listed(row), _known(row)) for row in connection.execute(found)]

    def take(self, job_id: int, places: Iterable[int]) -> list[NewCourse]:
        """Those courses of a list, as they are put into the catalogue."""
        taken: list[NewCourse] = []
        with self._database.read() as connection:
            for some in slices(list(places)):
                query = select(listed_courses).where(listed_courses.c.place.in_(some))
                taken += (_new(row) for row in connection.execute(_of(query, job_id)))
        return taken

    def unencoded(self, model: str) -> list[tuple[str, Course]]:
        """(vector key, course) of each course that waits without a vector of this model."""
        has = (vectors.c.key == listed_courses.c.vector_key) & (vectors.c.model == model)
        query = select(listed_courses).select_from(listed_courses.outerjoin(vectors, has))
        with self._database.read() as connection:
            return [
                (row.vector_key, _listed(row))
                for row in connection.execute(query.where(vectors.c.key.is_(None)))
            ]

    def samples_on_offer(self, job_id: int) -> int:
        """How many sample courses are on offer that are not in the list itself."""
        listed = select(listed_courses.c.url).where(listed_courses.c.job_id == job_id)
        on_offer = courses.c.is_sample & courses.c.withdrawn.is_(False)
        query = select(func.count()).where(on_offer, courses.c.url.not_in(listed))
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())


def _beside_the_catalogue() -> Any:
    return listed_courses.outerjoin(courses, courses.c.url == listed_courses.c.url)


def _says_the_same() -> ColumnElement[bool]:
    """Nothing would change: no field, and neither is it a sample or withdrawn."""
    fields = (courses.c[name].is_not_distinct_from(listed_courses.c[name]) for name in COURSE_FIELDS)
    return and_(*fields, courses.c.is_sample.is_(False), courses.c.withdrawn.is_(False))


def _of(query: Any, job_id: int) -> Any:
    return query.where(listed_courses.c.job_id == job_id).order_by(listed_courses.c.place)


def _content(row: Row[Any]) -> str:
    said = repr([getattr(row, name) for name in COURSE_FIELDS])
    return hashlib.sha256(said.encode()).hexdigest()


def _listed(row: Row[Any]) -> Course:
    return Course(id=0, **{name: getattr(row, name) for name in COURSE_FIELDS})


def _known(row: Row[Any]) -> Course | None:
    if row.known_id is None:
        return None
    return Course(id=row.known_id, **{name: getattr(row, f"known_{name}") for name in COURSE_FIELDS})


def _new(row: Row[Any]) -> NewCourse:
    return NewCourse(is_sample=False, **{name: getattr(row, name) for name in _FIELDS})
