"""Courses as buttons that open their pages."""

from __future__ import annotations

from bot.asking.citation import SEPARATOR, shortened
from bot.conversation import Button
from bot.texts import Texts
from knowledge.domain import Course
from knowledge.web_address import is_web_address

_LONGEST_LABEL = 60
#: What of the label is kept for the title, however long the provider's name is.
_SHORTEST_TITLE = 30


def course_buttons(courses: tuple[Course, ...], words: Texts) -> tuple[tuple[Button, ...], ...]:
    """One a row; a course whose address Telegram would refuse is left out, or the whole answer would be refused."""
    return tuple(
        (Button(text=course_label(course, words), url=course.url),)
        for course in courses
        if is_web_address(course.url)
    )


def course_label(course: Course, words: Texts) -> str:
    """Title · provider · credits, in 60 characters: the title gives way first, then the provider."""
    credit = words.get("course.credits", credits=f"{course.credits:g}") if course.credits else ""
    frame = len(words.get("course.title", title="")) + (len(SEPARATOR + credit) if credit else 0)
    room = _LONGEST_LABEL - frame - len(SEPARATOR)
    provider = shortened(course.provider, max(8, room - min(_SHORTEST_TITLE, len(course.title))))
    title = words.get("course.title", title=shortened(course.title, room - len(provider)))
    return SEPARATOR.join(filter(None, (title, provider, credit)))
