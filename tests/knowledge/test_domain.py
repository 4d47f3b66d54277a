"""What a value refuses to be."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date

import pytest

from knowledge.domain import (
    OLD_AFTER_YEARS,
    Answer,
    Citation,
    Course,
    NoEvidence,
    Outcome,
    Passage,
    PassageKind,
    Quotation,
    RefusalReason,
    Refused,
    Script,
    Span,
    outcome_of,
)


def citation(year: int | None) -> Citation:
    return Citation(
        title="指南",
        year=year,
        publisher=None,
        language="zh",
        section=(),
        page_first=1,
        page_last=1,
        page_label=None,
        source="指南.pdf",
    )


def an_answer() -> Answer:
    passage = Passage(
        id=1,
        document_id=1,
        edition_id=1,
        ordinal=0,
        kind=PassageKind.TEXT,
        script=Script.CHINESE,
        text="正文。",
        tokens="正文",
        citation=citation(2024),
    )
    return Answer(
        question="问", quotations=(Quotation(passage=passage, score=0.9, highlights=()),), courses=()
    )


@pytest.mark.parametrize("start, end", [(0, 0), (3, 2), (-1, 2), (-3, -1)])
def test_a_span_is_neither_empty_nor_backward(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="span"):
        Span(start=start, end=end)


def test_an_answer_without_a_quotation_is_none() -> None:
    with pytest.raises(ValueError, match="at least one passage"):
        Answer(question="问", quotations=(), courses=())


def test_values_do_not_change() -> None:
    span = Span(start=0, end=1)
    with pytest.raises(FrozenInstanceError):
        span.end = 2  # type: ignore[misc]


def test_an_edition_is_old_after_five_full_years() -> None:
    today = date(2026, 1, 1)
    assert not citation(2026 - OLD_AFTER_YEARS).is_old(today)
    assert citation(2026 - OLD_AFTER_YEARS - 1).is_old(today)


def test_an_edition_without_a_year_is_not_called_old() -> None:
    assert not citation(None).is_old(date(2026, 1, 1))


def test_every_reply_has_its_outcome() -> None:
    assert outcome_of(an_answer()) is Outcome.ANSWERED
    assert outcome_of(NoEvidence(question="问", documents_searched=3)) is Outcome.NO_EVIDENCE
    assert outcome_of(Refused(question="", reason=RefusalReason.EMPTY)) is Outcome.REFUSED


def test_a_course_is_found_by_its_title_and_summary() -> None:
    course = Course(
        id=1, title="高血压", summary="降压目标", url="https://e.org", provider="学院", language="zh"
    )
    assert course.encoded_text == "高血压\n降压目标"
