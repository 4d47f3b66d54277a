"""Courses by a few words of theirs."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.domain import Course
from knowledge.text import search_text

MOST = 6
_LONGEST = 100


def find(courses: Sequence[Course], typed: str, most: int = MOST) -> list[Course]:
    """Those that hold every word, in the title before elsewhere; the newest first. Without words the newest."""
    wanted = search_text(typed[:_LONGEST]).split()
    newest = sorted(courses, key=lambda course: -course.id)
    ranked = [(_rank(course, wanted), course) for course in newest]
    return [course for rank, course in sorted(ranked, key=lambda each: -each[0]) if rank >= 0][:most]


def _rank(course: Course, wanted: Sequence[str]) -> int:
    """How many of the words are in its title; -1 where one is nowhere in it."""
    title = search_text(course.title)
    rest = search_text(" ".join([course.title, course.summary, course.provider, course.specialty or ""]))
    if not all(word in rest for word in wanted):
        return -1
    return sum(word in title for word in wanted)
