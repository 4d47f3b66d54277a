"""From passages in order to the places that are quoted."""

from __future__ import annotations

from dataclasses import fields, replace

from knowledge.answering.evidence import Signs, Tone, Verdict
from knowledge.answering.fusion import Fit
from knowledge.answering.judging import Judged
from knowledge.answering.places import places
from knowledge.answering.retrieval import Found
from knowledge.domain import Citation, Passage, PassageKind, QualityMark, Script
from knowledge.searchable import passage_tokens
from knowledge.sentences import pieces

CITATION = Citation(
    title="指南", year=2024, publisher=None, language="zh", section=("目标",), page_first=7, page_last=7, page_label=None,
    source="a.pdf",
)  # fmt: skip
FIT = Fit(
    z=3, cosine=0.8, window_cosine=0.8, information=9, coverage=0.5, told=4.5, together=0.5, own_script=True
)
SIGNS = Signs(**{field.name: 0.0 for field in fields(Signs)})


def judged(
    text: str,
    *,
    ordinal: int = 0,
    edition: int = 1,
    rank: float = 5.0,
    own_script: bool = True,
    missing: tuple[str, ...] = (),
    **given: object,
) -> Judged:
    passage = Passage(
        id=edition * 100 + ordinal, document_id=edition, edition_id=edition, ordinal=ordinal, kind=PassageKind.TEXT,
        script=Script.CHINESE, text=text, tokens=passage_tokens("指南", ("目标",), text, PassageKind.TEXT),
        citation=replace(CITATION, page_first=ordinal + 7, page_last=ordinal + 7),
    )  # fmt: skip
    found = Found(passage=replace(passage, **given), fit=replace(FIT, own_script=own_script), rank=rank)  # type: ignore[arg-type]
    return Judged(
        found=found,
        signs=SIGNS,
        verdict=Verdict(tone=Tone.ANSWERS, related=0.9, about=0.9, answers=0.8),
        missing=missing,
        is_complete=not missing,
        is_on_it=True,
    )


def shown(some: list[Judged], most: int = 3) -> list[str]:
    return [place.passage.text for place in places(some, most)]


def test_places_stand_in_the_order_of_the_passages_and_are_few() -> None:
    some = [judged(f"第{n}段。", edition=n) for n in range(1, 7)]
    assert shown(some) == ["第1段。", "第2段。", "第3段。"]
    assert shown(some, most=2) == ["第1段。", "第2段。"]
    assert shown([]) == []


def test_the_same_text_is_shown_once() -> None:
    assert shown([judged("同一段。", edition=1), judged("同一段。", edition=2)]) == ["同一段。"]


def test_neighbours_of_one_section_are_one_place_in_the_order_of_the_text() -> None:
    later = judged("再随访。但高龄者除外。", ordinal=3, marks=frozenset({QualityMark.OCR}))
    (place,) = places([later, judged("先降压。", ordinal=2)])
    assert place.passage.text == "先降压。\n再随访。但高龄者除外。"
    assert place.last_ordinal == 3
    citation = place.passage.citation
    assert (citation.page_first, citation.page_last) == (9, 10)
    assert place.passage.marks == {QualityMark.OCR}


def test_joined_passages_have_a_line_of_tokens_for_each_piece_of_their_text() -> None:
    """By these lines the sentence that answers is found."""
    (place,) = places([judged("先降压。再随访。", ordinal=2), judged("停药。但慎用。", ordinal=3)])
    joined = place.passage
    assert joined.tokens == passage_tokens("指南", ("目标",), joined.text, PassageKind.TEXT)
    assert joined.tokens.count("\n") == len(pieces(joined.text, joined.kind))


def test_what_one_neighbour_names_the_place_does_not_miss() -> None:
    first = judged("儿童用药。", ordinal=2, missing=("二甲双胍", "850 mg"))
    second = judged("二甲双胍每日 500 mg。", ordinal=3, missing=("儿童", "850 mg"))
    (place,) = places([first, second])
    assert place.missing == ("850 mg",)


def test_passages_that_are_no_neighbours_are_places_of_their_own() -> None:
    first = judged("第一段。", ordinal=2)
    for other in (
        judged("隔一段。", ordinal=4),
        judged("另一本。", ordinal=3, edition=2),
        judged("表 | 格", ordinal=3, kind=PassageKind.TABLE),
        judged("另一节。", ordinal=3, citation=replace(CITATION, section=("诊断",))),
        judged("长。" * 500, ordinal=3),
    ):
        assert len(places([first, other])) == 2


def test_where_both_scripts_fit_about_as_well_the_readers_own_comes_first() -> None:
    foreign = judged("Foreign.", edition=2, rank=5.5, own_script=False)
    assert shown([foreign, judged("自己的。", rank=5.0)]) == ["自己的。", "Foreign."]
    assert shown([foreign, judged("自己的。", rank=1.0)]) == ["Foreign.", "自己的。"]
