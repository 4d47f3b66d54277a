"""A library of a few passages, made with FakeEncoder: enough to ask real questions without a model."""

from __future__ import annotations

import hashlib
from pathlib import Path

from knowledge.domain import PassageKind, Script, Sharing
from knowledge.searchable import passage_tokens
from knowledge.store import Stores, open_stores
from knowledge.store.courses import NewCourse
from knowledge.store.library import NewEdition, NewPassage
from knowledge.testing import FakeEncoder
from knowledge.text import is_chinese

ENCODER = FakeEncoder()

HYPERTENSION = (
    (
        ("4 降压目标", "4.2 老年高血压患者"),
        (
            "老年高血压患者的降压目标按年龄区分：65～79 岁者血压应降至<140/90 mmHg，如能耐受可进一步降至<130/80 mmHg；"
            "80 岁及以上高龄者应降至<150/90 mmHg。但体位性低血压者应个体化。衰弱患者应先评估整体状况，再制定目标。"
        ),
        47,
    ),
    (
        ("4 降压目标", "4.1 一般成人"),
        "一般高血压患者血压应降至<140/90 mmHg，能耐受者可进一步降至<130/80 mmHg。",
        46,
    ),
)
DIABETES = (
    (
        ("3 Treatment", "3.1 First-line therapy"),
        (
            "The first-line drug for type 2 diabetes is metformin unless contraindicated. Start with 500 mg once daily. "
            "However, avoid metformin when eGFR is below 30 mL/min/1.73 m2."
        ),
        12,
    ),
)


def make_library(folder: Path) -> Stores:
    stores = open_stores(f"sqlite:///{folder / 'yidao.sqlite3'}")
    stores.database.migrate()
    stores.vectors.use_model(ENCODER.fingerprint)
    load(stores, "中国高血压防治指南", 2024, "zh", HYPERTENSION)
    load(stores, "Diabetes guideline", 2016, "en", DIABETES, is_sample=False)
    _load_course(stores)
    return stores


def load(
    stores: Stores,
    title: str,
    year: int,
    language: str,
    texts: tuple[tuple[tuple[str, ...], str, int], ...],
    *,
    is_sample: bool = False,
) -> None:
    passages = tuple(_passage(section, text, page) for section, text, page in texts)
    vectors = ENCODER.encode_passages([passage.text for passage in passages])
    stores.vectors.keep([passage.vector_key for passage in passages], vectors, ENCODER.fingerprint)
    edition = NewEdition(
        title=title,
        year=year,
        publisher=None,
        language=language,
        specialties=(),
        source=f"{title}.pdf",
        sharing=Sharing.EXCERPT,
        is_sample=is_sample,
        file_name=f"{title}.pdf",
        file_hash=_digest(title),
        content_hash=_digest(title + "content"),
        pages=60,
        warnings=(),
        loaded_by="test",
        passages=passages,
    )
    stores.library.approve(stores.library.add_draft(edition).id)


def _passage(section: tuple[str, ...], text: str, page: int) -> NewPassage:
    return NewPassage(
        text=text,
        tokens=passage_tokens("", section, text, PassageKind.TEXT),
        section=section,
        kind=PassageKind.TEXT,
        script=Script.CHINESE if is_chinese(text) else Script.OTHER,
        page_first=page,
        page_last=page,
        page_label=None,
        start=0,
        end=len(text),
        marks=frozenset(),
        vector_key=_digest(text),
    )


def _load_course(stores: Stores) -> None:
    title = "老年高血压患者的降压目标与规范管理"
    key = _digest(title)
    stores.vectors.keep([key], ENCODER.encode_passages([title]), ENCODER.fingerprint)
    stores.courses.put(
        [
            NewCourse(
                title=title,
                summary="老年高血压患者的降压目标",
                url="https://example.org/courses/1",
                provider="示例学院",
                specialty=None,
                language="zh",
                credits=2,
                starts=None,
                ends=None,
                is_sample=False,
                vector_key=key,
            )
        ]
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
