"""From the rows of a course list to courses for the catalogue: encoded, with the key of their vector."""

from __future__ import annotations

from indexer.catalogue import Catalogue, CourseRow
from indexer.encoding import encode_and_keep
from indexer.outcomes import Progress
from knowledge.domain import Course
from knowledge.engines.ports import Encoder
from knowledge.searchable import Encodable
from knowledge.store import Stores
from knowledge.store.courses import NewCourse
from knowledge.text import encoded_text


def encoded_courses(
    catalogue: Catalogue,
    stores: Stores,
    encoder: Encoder,
    *,
    is_sample: bool = False,
    on_progress: Progress | None = None,
) -> list[NewCourse]:
    """The list's courses in its order; what was encoded before is not encoded again. Raises ModelChanged."""
    courses = [_course(row) for row in catalogue.rows]
    texts = [Encodable(whole=encoded_text(course.encoded_text)) for course in courses]
    keys = encode_and_keep(texts, stores, encoder, on_progress)
    return [_new(course, key, is_sample=is_sample) for course, key in zip(courses, keys, strict=True)]


def _course(row: CourseRow) -> Course:
    return Course(
        id=0,
        title=row.title,
        summary=row.summary,
        url=row.url,
        provider=row.provider or "",
        language=row.language,
        specialty=row.specialty,
        credits=row.credits,
        starts=row.starts,
        ends=row.ends,
    )


def _new(course: Course, key: str, *, is_sample: bool) -> NewCourse:
    return NewCourse(
        title=course.title,
        summary=course.summary,
        url=course.url,
        provider=course.provider,
        language=course.language,
        specialty=course.specialty,
        credits=course.credits,
        starts=course.starts,
        ends=course.ends,
        is_sample=is_sample,
        vector_key=key,
    )
