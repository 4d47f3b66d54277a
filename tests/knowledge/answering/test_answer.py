"""A question in; an answer, the lack of one, or a refusal out: what must hold however it is tuned."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from knowledge.answering.answer import Answerer
from knowledge.domain import (
    Answer,
    NoEvidence,
    Outcome,
    OutOfScope,
    QualityMark,
    RefusalReason,
    Refused,
    Reply,
    outcome_of,
)
from knowledge.errors import LibraryUnusable, ModelChanged
from knowledge.store import Stores, open_stores
from knowledge.store.library import Approved
from knowledge.testing import FakeEncoder
from tests.knowledge.answering.topics import (
    ANSWERED_EN,
    ANSWERED_ZH,
    DIABETES,
    FOREIGN,
    HYPERTENSION,
    answerer,
    make_library,
)
from tests.knowledge.editions import course, edition, offer, passage, publish

MOST_PLACES = 3

HOSTILE = {
    "long": "血压" * 50_000,
    "long latin": "a" * 100_000,
    "ligatures": "\ufdfa" * 3000,
    "nul": "高血压\0目标\0",
    "only nul": "\0\0\0",
    "lone surrogates": "\ud800高血压\udfff",
    "right to left": "\u202e高血压目标\u202c مرحبا",
    "special token": "<s> </s> <unk> [CLS] 高血压",
    "markup": "<b>高血压</b><script>alert(1)</script> &amp; *_`[x](y)",
    "query syntax": 'edition:1 AND ("高血压" OR *) ~^\\ +- title:[a TO z]',
    "sql": "'; DROP TABLE passages; --",
    "zero width": "\u200b\u200c\u200d\ufeff",
    "emoji": "😀👨‍👩‍👧‍👦🇨🇳",
    "combining": "e" + "\u0301" * 400,
    "newlines": "\n" * 400 + "高血压",
    "private use": "\ue000\uf8ff 高血压",
    "astral": "𠀀𪚥 𝟏𝟒𝟎",
    "not characters": "\uffff\ufffe\U0010ffff 高血压",
}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> tuple[Path, dict[str, Approved]]:
    """A folder with the library and its cache, made once; and what was approved."""
    folder = tmp_path_factory.mktemp("built")
    shutil.copyfile(migrated, folder / "yidao.sqlite3")
    stores = open_stores(f"sqlite:///{folder / 'yidao.sqlite3'}")
    made = make_library(stores)
    answerer(stores, folder / "cache").warm()
    stores.database.close()
    return folder, made


@pytest.fixture
def library_file(built: tuple[Path, dict[str, Approved]], tmp_path: Path) -> Path:
    """The stores of these tests open a copy of that library."""
    shutil.copytree(built[0], tmp_path, dirs_exist_ok=True)
    return tmp_path / "yidao.sqlite3"


@pytest.fixture
def library(built: tuple[Path, dict[str, Approved]]) -> dict[str, Approved]:
    return built[1]


@pytest.fixture
def ask(stores: Stores, tmp_path: Path) -> Answerer:
    return answerer(stores, tmp_path / "cache")


@pytest.fixture
def empty(migrated: Path, tmp_path: Path) -> Iterator[Answerer]:
    """Answers from a library without documents."""
    stores = open_stores(f"sqlite:///{shutil.copyfile(migrated, tmp_path / 'empty.sqlite3')}")
    yield answerer(stores, tmp_path / "empty")
    stores.database.close()


def texts(reply: Reply) -> list[str]:
    return [q.passage.text for q in reply.quotations] if isinstance(reply, Answer) else []


# -------------------------------------------------------------------------------------------------- finding


@pytest.mark.parametrize(
    "question", [ANSWERED_ZH, "老年高血壓患者的降壓目標是多少？", "老年高血压患者降压目标"]
)
def test_a_chinese_question_finds_its_passage_in_either_script(ask: Answerer, question: str) -> None:
    assert texts(ask.answer(question))[:1] == [HYPERTENSION]


def test_an_english_question_finds_its_passage(ask: Answerer) -> None:
    assert texts(ask.answer(ANSWERED_EN))[:1] == [DIABETES]


def test_a_passage_is_quoted_word_for_word_with_where_it_stands(ask: Answerer) -> None:
    reply = ask.answer(ANSWERED_ZH)
    assert isinstance(reply, Answer)
    assert reply.question == ANSWERED_ZH
    quotation = reply.quotations[0]
    citation = quotation.passage.citation
    assert (citation.title, citation.year, citation.section) == (
        "高血压防治指南",
        2024,
        ("4 治疗", "4.2 目标"),
    )
    assert (citation.page_first, citation.page_last) == (47, 47)
    assert 0 <= quotation.score <= 1
    assert all(0 <= span.start < span.end <= len(quotation.passage.text) for span in quotation.highlights)


def test_the_figures_that_answer_are_marked(ask: Answerer) -> None:
    reply = ask.answer(ANSWERED_ZH)
    assert isinstance(reply, Answer)
    text = reply.quotations[0].passage.text
    assert "<140/90 mmHg" in "".join(text[span.start : span.end] for span in reply.quotations[0].highlights)


@pytest.mark.parametrize("question", FOREIGN)
def test_what_no_document_answers_is_not_answered(ask: Answerer, question: str) -> None:
    """Without a term list nothing in it is known to be medical."""
    assert ask.answer(question) == OutOfScope(question=question)


def test_an_empty_library_answers_nothing_and_says_that_nothing_was_searched(empty: Answerer) -> None:
    reply = empty.answer(ANSWERED_ZH)
    assert reply == NoEvidence(question=ANSWERED_ZH, documents_searched=0)


def test_the_same_question_has_the_same_answer(ask: Answerer) -> None:
    assert ask.answer(ANSWERED_ZH) == ask.answer(ANSWERED_ZH)


def test_questions_from_several_threads_are_each_answered_as_by_itself(ask: Answerer) -> None:
    questions = [ANSWERED_ZH, ANSWERED_EN, *FOREIGN[:2]] * 3
    alone = {question: ask.answer(question) for question in questions}
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask.answer, questions)) == [alone[question] for question in questions]


# ------------------------------------------------------------------------------------------- three places


def test_however_many_passages_answer_three_places_at_most_are_shown(stores: Stores, ask: Answerer) -> None:
    for number in range(6):
        publish(stores, edition(f"指南之{number}号", (f"老年高血压患者的降压目标，第{number}种说法。",)))
    reply = ask.answer(ANSWERED_ZH)
    assert isinstance(reply, Answer)
    assert len(reply.quotations) == MOST_PLACES
    places = [(q.passage.edition_id, q.passage.ordinal) for q in reply.quotations]
    assert len(set(places)) == MOST_PLACES
    assert [q.score for q in reply.quotations] == sorted((q.score for q in reply.quotations), reverse=True)


def test_no_text_is_shown_twice(stores: Stores, ask: Answerer) -> None:
    publish(stores, edition("另一学会的指南", (HYPERTENSION, "另一段。")))
    shown = texts(ask.answer(ANSWERED_ZH))
    assert len(shown) == len(set(shown))


def test_an_exception_in_the_next_passage_is_shown_with_the_sentence_it_takes_back(
    stores: Stores, ask: Answerer
) -> None:
    title = "妊娠期甲状腺指南"
    parts = ("妊娠期左甲状腺素起始剂量为每日 100 μg。", "但冠心病患者应从 25 μg 起始。其余见下。")
    publish(stores, edition(title, [passage(t, title=title, page=n + 8) for n, t in enumerate(parts)]))
    reply = ask.answer("妊娠期左甲状腺素的起始剂量")
    assert isinstance(reply, Answer)
    quotation = reply.quotations[0]
    assert parts[0] in quotation.passage.text
    assert "但冠心病患者应从 25 μg 起始。" in quotation.passage.text
    assert (quotation.passage.citation.page_first, quotation.passage.citation.page_last) == (8, 9)


def test_text_in_doubt_is_shown_with_its_marks(stores: Stores, ask: Answerer) -> None:
    title = "扫描指南"
    doubtful = passage(
        "妊娠期左甲状腺素起始剂量为每日 l00 μg。", title=title, marks=frozenset({QualityMark.OCR})
    )
    publish(stores, edition(title, (doubtful,)))
    reply = ask.answer("妊娠期左甲状腺素的起始剂量")
    assert isinstance(reply, Answer)
    assert reply.quotations[0].passage.marks == {QualityMark.OCR}


# --------------------------------------------------------------------------------------- only what is current


def test_a_withdrawn_document_never_answers(
    stores: Stores, elsewhere: Stores, library: dict[str, Approved], ask: Answerer
) -> None:
    assert texts(ask.answer(ANSWERED_ZH))
    elsewhere.library.withdraw(library["高血压"].edition.id)
    assert HYPERTENSION not in texts(ask.answer(ANSWERED_ZH))


def test_a_replaced_edition_never_answers(elsewhere: Stores, ask: Answerer) -> None:
    assert texts(ask.answer(ANSWERED_ZH)) == [HYPERTENSION]
    newer = "老年高血压患者的降压目标为<130/80 mmHg。"
    publish(elsewhere, edition("高血压防治指南", (newer,), year=2030))
    assert texts(ask.answer(ANSWERED_ZH)) == [newer]


def test_what_is_withdrawn_while_the_question_is_looked_up_does_not_answer(
    stores: Stores, elsewhere: Stores, library: dict[str, Approved], tmp_path: Path
) -> None:
    """A hit counts only if the database says so at that moment: here the indexes were in step before, not after."""

    class Meanwhile(FakeEncoder):
        def encode_questions(self, texts):
            if library["高血压"].edition.id in {e.id for e in elsewhere.library.list_editions()}:
                elsewhere.library.withdraw(library["高血压"].edition.id)
            return super().encode_questions(texts)

    slow = answerer(stores, tmp_path / "cache", encoder=Meanwhile())
    assert HYPERTENSION not in texts(slow.answer(ANSWERED_ZH))


def test_a_draft_does_not_answer(stores: Stores, ask: Answerer) -> None:
    draft = edition("甲状腺指南", ("妊娠期左甲状腺素起始剂量为每日 100 μg。",))
    stores.library.add_draft(draft)
    assert texts(ask.answer("妊娠期左甲状腺素的起始剂量")) == []


# --------------------------------------------------------------------------------------------------- courses


def test_a_course_that_teaches_what_was_asked_is_named_and_another_is_not(ask: Answerer) -> None:
    reply = ask.answer("老年高血压患者的降压目标")
    assert isinstance(reply, Answer)
    assert "骨科护理" not in [c.title for c in reply.courses]


def test_three_courses_at_most(stores: Stores, ask: Answerer) -> None:
    offer(stores, *(course("老年高血压患者的降压目标", f"https://e.org/{n}") for n in range(5)))
    reply = ask.answer("老年高血压患者的降压目标")
    assert isinstance(reply, Answer)
    assert len(reply.courses) <= 3


# ------------------------------------------------------------------------------------------------ any text


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_any_text_whatever_has_a_reply_that_can_be_stored(ask: Answerer, text: str) -> None:
    reply = ask.answer(text)
    reply.question.encode("utf-8")
    assert len(reply.question) <= 500
    assert "\0" not in reply.question
    assert outcome_of(reply) in Outcome
    assert HYPERTENSION in texts(ask.answer(ANSWERED_ZH)), "and the next question is answered as before"


@pytest.mark.parametrize(
    "text, reason",
    [("", RefusalReason.EMPTY), (HOSTILE["only nul"], RefusalReason.EMPTY), (HOSTILE["long"], RefusalReason.TOO_LONG),
     (HOSTILE["ligatures"], RefusalReason.TOO_LONG), ("？？", RefusalReason.NO_WORDS)],
)  # fmt: skip
def test_what_is_no_question_is_refused_with_its_reason(
    ask: Answerer, text: str, reason: RefusalReason
) -> None:
    reply = ask.answer(text)
    assert isinstance(reply, Refused)
    assert reply.reason is reason


def test_identifiers_come_back_masked(ask: Answerer) -> None:
    reply = ask.answer("患者 11010519491231002X，老年高血压患者的降压目标是多少？")
    assert "1101" not in reply.question
    assert HYPERTENSION in texts(reply)


# ---------------------------------------------------------------------------------------------- when it fails


def test_another_model_is_noticed(stores: Stores, library: dict[str, Approved], tmp_path: Path) -> None:
    with pytest.raises(ModelChanged):
        answerer(stores, tmp_path / "cache", encoder=FakeEncoder("fake/2")).answer(ANSWERED_ZH)


def test_a_database_that_broke_is_an_error_and_no_lack_of_evidence(
    stores: Stores, library_file: Path, ask: Answerer
) -> None:
    stores.database.close()
    for file in library_file.parent.glob("yidao.sqlite3*"):
        file.write_bytes(b"broken" * 1000)
    with pytest.raises(LibraryUnusable):
        ask.answer(ANSWERED_ZH)


def test_warming_an_empty_library_is_no_error(empty: Answerer) -> None:
    empty.warm()
