"""What an announcement of a course says, before an administrator changes a word: its facts, and no praise."""

from __future__ import annotations

from bot.html import units
from bot.texts import Texts, texts
from knowledge.domain import Course, Language

#: Of a summary, so much; it is shortened at a sentence.
_LONGEST_SUMMARY = 400
_SENTENCE_ENDS = "。！？.!?;；"


def proposed(course: Course, language: Language) -> str:
    """Title, facts, summary where it is in this language, and the link on a line of its own."""
    words = texts(language)
    lines = [words.get("announce.proposal.title", title=course.title), _facts(course, words)]
    if course.language == language and course.summary:
        lines.append(_shortened(course.summary))
    return "\n".join([*filter(None, lines), course.url])


def details(course: Course, words: Texts) -> tuple[str, str, str]:
    """Title, facts and summary, for the card that a recipient may ask for."""
    return course.title, _facts(course, words), _shortened(course.summary)


def _facts(course: Course, words: Texts) -> str:
    facts = [course.provider]
    if course.credits:
        facts.append(words.get("announce.proposal.credits", credits=f"{course.credits:g}"))
    if course.starts and course.ends:
        facts.append(f"{course.starts} – {course.ends}")
    elif course.starts:
        facts.append(words.get("announce.proposal.from", day=course.starts))
    elif course.ends:
        facts.append(words.get("announce.proposal.until", day=course.ends))
    if course.language != words.language:
        taught_in = "announce.proposal.in_zh" if words.language is Language.EN else "announce.proposal.in_en"
        facts.append(words.get(taught_in))
    return " · ".join(filter(None, facts))


def _shortened(summary: str) -> str:
    if units(summary) <= _LONGEST_SUMMARY:
        return summary
    kept = summary[:_LONGEST_SUMMARY]
    end = max(kept.rfind(mark) for mark in _SENTENCE_ENDS)
    return kept[: end + 1] if end > 0 else kept.rstrip() + "…"
