"""`yidao-bot ask`: answers on standard output, for people and for scripts."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from typing import Any

from rich.console import Console

from bot.asking import view
from bot.asking.citation import today
from bot.console.rendering import terminal_text
from bot.console.talk import language_of_locale
from knowledge.answering import Answerer
from knowledge.domain import (
    Answer,
    Course,
    Outcome,
    OutOfScope,
    Quotation,
    Refused,
    Related,
    Reply,
    outcome_of,
)


def record(reply: Reply, took_ms: float) -> dict[str, Any]:
    """The reply as the README describes it; offsets count code points."""
    quotations, courses = (
        (reply.quotations, reply.courses) if isinstance(reply, Answer | Related) else ((), ())
    )
    outcome, reason = _outcome(reply)
    return {
        "question": reply.question,
        "context": None if isinstance(reply, OutOfScope | Refused) else reply.context,
        "outcome": outcome.value,
        "reason": reason,
        "passages": [_passage(quotation) for quotation in quotations],
        "courses": [_course(course) for course in courses],
        "took_ms": round(took_ms, 1),
    }


def _outcome(reply: Reply) -> tuple[Outcome, str | None]:
    """For scripts there are four outcomes; a reason says more where there is one."""
    match reply:
        case Refused(reason=reason):
            return Outcome.REFUSED, reason.value
        case OutOfScope():
            return Outcome.NO_EVIDENCE, Outcome.OUT_OF_SCOPE.value
    return outcome_of(reply), None


def answer_lines(answerer: Answerer, questions: Iterable[bytes], *, after: str | None = None) -> None:
    """One JSON line for each line of bytes, in order, each answered by itself, or as if `after` came before it."""
    for raw in questions:
        question = raw.decode("utf-8", "replace").rstrip("\r\n")
        reply, took_ms = _timed(answerer, question, after)
        print(json.dumps(record(reply, took_ms), ensure_ascii=False), flush=True)


def answer_one(answerer: Answerer, question: str, *, after: str | None = None, as_json: bool) -> None:
    reply, took_ms = _timed(answerer, question, after)
    if as_json:
        print(json.dumps(record(reply, took_ms), ensure_ascii=False))
        return
    shown = view.reply(reply, language_of_locale(), question_id=0, today=today())
    console = Console(highlight=False)
    console.print(terminal_text(shown.html), soft_wrap=True)
    for button in (button for row in shown.buttons for button in row if button.url):
        console.print(f"{button.text}  {button.url}", markup=False, soft_wrap=True)


def speak_utf8() -> None:
    """Whatever the locale says, for scripts read UTF-8; what cannot be said at all is replaced, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _timed(answerer: Answerer, question: str, after: str | None) -> tuple[Reply, float]:
    began = time.perf_counter()
    reply = answerer.answer(question, after)
    return reply, (time.perf_counter() - began) * 1000


def _passage(quotation: Quotation) -> dict[str, Any]:
    citation = quotation.passage.citation
    return {
        "text": quotation.passage.text,
        "document": citation.title,
        "edition": citation.year,
        "section": list(citation.section),
        "page_first": citation.page_first,
        "page_last": citation.page_last,
        "page_label": citation.page_label,
        "source": citation.source,
        "score": round(quotation.score, 4),
        "highlights": [[span.start, span.end] for span in quotation.highlights],
    }


def _course(course: Course) -> dict[str, Any]:
    return {"title": course.title, "provider": course.provider, "url": course.url, "credits": course.credits}
