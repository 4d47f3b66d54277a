"""Under an answer stand as few buttons as lead to every cited place that may be shown."""

from __future__ import annotations

import pytest

from bot.asking.places import MOST_PASSAGES, page_in, passages_in, place_buttons
from bot.texts import texts
from knowledge.domain import Citation, Language, Passage, PassageKind, Script, Sharing

ZH, EN = texts(Language.ZH), texts(Language.EN)


def _passage(
    id_: int,
    page: int | None,
    *,
    last: int | None = None,
    edition: int = 1,
    sharing: Sharing = Sharing.PAGE_PICTURE,
) -> Passage:
    citation = Citation(
        title="指南",
        year=2024,
        publisher=None,
        language="zh",
        section=(),
        page_first=page,
        page_last=last or page,
        page_label=None,
        source="指南.pdf",
    )
    return Passage(
        id=id_,
        document_id=edition,
        edition_id=edition,
        ordinal=id_,
        kind=PassageKind.TEXT,
        script=Script.CHINESE,
        text="文",
        tokens="文",
        citation=citation,
        sharing=sharing,
    )


def _shown(*passages: Passage, words=ZH) -> list[list[tuple[str, str | None]]]:
    return [[(button.text, button.data) for button in row] for row in place_buttons(passages, words)]


def test_each_cited_page_has_a_button_in_one_row():
    assert _shown(_passage(7, 47), _passage(9, 12, edition=2)) == [
        [("第 47 页原文", "page:7:47"), ("第 12 页原文", "page:9:12")]
    ]
    assert _shown(_passage(7, 47, last=48), words=EN) == [[("See pp. 47–48", "page:7:47")]]


def test_passages_of_one_page_share_a_button():
    assert _shown(_passage(7, 4), _passage(8, 4), _passage(9, 5)) == [
        [("第 4 页原文", "page:7-8:4"), ("第 5 页原文", "page:9:5")]
    ]


def test_a_format_without_pages_leads_to_the_passage_among_its_neighbours():
    assert _shown(_passage(7, None), _passage(8, None, edition=2)) == [
        [("看上下文 ①", "near:7"), ("看上下文 ②", "near:8")]
    ]


def test_equal_pages_of_two_documents_are_told_apart():
    assert [button for row in _shown(_passage(7, 4), _passage(8, 4, edition=2)) for button, _ in row] == [
        "第 4 页原文 ①",
        "第 4 页原文 ②",
    ]


def test_what_may_only_be_excerpted_has_no_button():
    assert _shown(_passage(7, 47, sharing=Sharing.EXCERPT)) == []
    assert _shown(_passage(7, 47, sharing=Sharing.EXCERPT), _passage(8, 2)) == [[("第 2 页原文", "page:8:2")]]


def test_a_file_that_may_be_sent_is_behind_one_more_button():
    assert _shown(_passage(7, 47, sharing=Sharing.FILE), _passage(8, 2)) == [
        [("第 47 页原文", "page:7:47"), ("第 2 页原文", "page:8:2"), ("更多", "more:7")]
    ]


def test_four_buttons_go_into_two_rows():
    places = [_passage(7, 1, sharing=Sharing.FILE), _passage(8, 2), _passage(9, 3)]
    assert [len(row) for row in _shown(*places)] == [2, 2]


def test_the_widest_data_fits_telegram():
    """Ids of a database that holds a thousand million passages."""
    ids = range(10**9, 10**9 + MOST_PASSAGES)
    assert place_buttons([_passage(id_, 99_999, sharing=Sharing.FILE) for id_ in ids], ZH)


@pytest.mark.parametrize(
    "data",
    [
        "page", "page:", "page:7", "page:7:", "page::4", "page:7:4:5", "page:x:4", "page:7:x", "page:-7:4", "page:7:-4",
        "page:7-:4", "page:1-2-3-4:4", "page:７:4", "page:7:0", "page:7:+4", "page: 7:4", f"page:{'9' * 19}:4",
    ],
)  # fmt: skip
def test_forged_data_names_no_page(data):
    assert page_in(data) is None


def test_sound_data_names_its_passages_and_page():
    assert page_in("page:7:4") == ((7,), 4)
    assert page_in("page:7-8:4") == ((7, 8), 4)
    assert passages_in("more:7-8-9") == (7, 8, 9)
    assert passages_in("near:7") == (7,)
    assert passages_in("near") == ()
    assert passages_in("near:7:8") == ()
