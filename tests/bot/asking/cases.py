"""Quotations and answers for the tests of what is shown."""

from __future__ import annotations

from knowledge.domain import (
    Answer,
    Citation,
    Course,
    Passage,
    PassageKind,
    QualityMark,
    Quotation,
    Script,
    Span,
)

TEXT = (
    "老年人血压波动较大。65～79 岁者应降至<140/90 mmHg。但体位性低血压者应个体化。"
    "降压宜平稳缓慢，从小剂量开始，逐步加量，避免降得过快过低，并注意监测立位血压与不良反应，定期随访，"
    "同时评估衰弱、认知功能与合并用药，必要时请老年科会诊并与家属充分沟通治疗目标与预期获益，记录在案。"
)


def citation(**changes: object) -> Citation:
    values: dict[str, object] = {
        "title": "中国高血压防治指南",
        "year": 2024,
        "publisher": None,
        "language": "zh",
        "section": ("6 特殊人群", "6.1 老年高血压"),
        "page_first": 47,
        "page_last": 47,
        "page_label": None,
        "source": "guideline.pdf",
    }
    return Citation(**{**values, **changes})  # type: ignore[arg-type]  # a table of defaults


def quotation(
    text: str = TEXT,
    *bold: str,
    kind: PassageKind = PassageKind.TEXT,
    marks: frozenset[QualityMark] = frozenset(),
    cited: Citation | None = None,
) -> Quotation:
    """A quotation whose highlights are the given stretches of its text."""
    passage = Passage(
        id=1,
        document_id=1,
        edition_id=1,
        ordinal=0,
        kind=kind,
        script=Script.CHINESE if (cited or citation()).language.startswith("zh") else Script.OTHER,
        text=text,
        tokens="",
        citation=cited or citation(),
        marks=marks,
    )
    spans = tuple(Span(start=text.index(part), end=text.index(part) + len(part)) for part in bold)
    return Quotation(passage=passage, score=0.9, highlights=spans)


def answer(
    *quotations: Quotation, courses: tuple[Course, ...] = (), question: str = "老年降压目标"
) -> Answer:
    return Answer(question=question, quotations=quotations or (quotation(),), courses=courses)


def course(**changes: object) -> Course:
    values: dict[str, object] = {
        "id": 1,
        "title": "老年高血压规范管理",
        "summary": "",
        "url": "https://example.org/course",
        "provider": "示例学院",
        "language": "zh",
        "credits": 2.0,
    }
    return Course(**{**values, **changes})  # type: ignore[arg-type]  # a table of defaults
