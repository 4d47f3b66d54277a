"""What passages hold is kept in memory, and told only as far as the database says that it is so still."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answering import contents as module
from knowledge.answering.contents import Contents, Looked
from knowledge.domain import Citation, Passage, PassageKind, Script
from knowledge.store import Stores
from knowledge.store.editions import Fact
from knowledge.store.passages import PassageStore, WithWindows
from knowledge.store.vectors import half
from tests.knowledge.editions import MODEL, edition, forget_windows, keep_vectors, publish

LONG = "".join(f"第{n}句讲降压药的第{n}种用法，剂量与疗程各不相同，须按说明书使用。" for n in range(40))
EVERY = range(1, 100)


class Counted:
    """The passages of the database, and which of them were read."""

    def __init__(self, passages: PassageStore) -> None:
        self._passages = passages
        self.read: list[int] = []

    def current(self, ids: list[int]) -> dict[int, int]:
        return self._passages.current(ids)

    def current_with_windows(self, ids: list[int], model: str) -> dict[int, WithWindows]:
        self.read += ids
        return self._passages.current_with_windows(ids, model)


@pytest.fixture
def counted(stores: Stores) -> Counted:
    return Counted(stores.passages)


@pytest.fixture
def contents(counted: Counted) -> Contents:
    return Contents(counted, MODEL)  # type: ignore[arg-type]  # as far as it is used


def texts(contents: Contents) -> list[str]:
    return [content.passage.text for content in contents.current(EVERY)]


def test_a_passage_is_read_once(stores: Stores, contents: Contents, counted: Counted) -> None:
    publish(stores, edition("甲", ("一。", "二。")))
    assert texts(contents) == texts(contents) == ["一。", "二。"]
    assert counted.read == [1, 2]


def test_what_ceased_to_answer_is_not_told_however_often_it_was(stores: Stores, contents: Contents) -> None:
    old = publish(stores, edition("甲", ("旧。",), year=2018)).edition
    assert texts(contents) == ["旧。"]
    new = publish(stores, edition("甲", ("新。",), year=2024)).edition
    assert texts(contents) == ["新。"]
    stores.library.withdraw(new.id)
    assert texts(contents) == []
    stores.library.restore(old.id, instead_of=None, decided_by="shell:me")
    assert texts(contents) == ["旧。"]


def test_a_corrected_fact_is_told_from_then_on(stores: Stores, contents: Contents) -> None:
    made = publish(stores, edition("甲", ("一。",))).edition
    assert [content.passage.citation.title for content in contents.current(EVERY)] == ["甲"]
    stores.library.edit(made.id, Fact.TITLE, "乙")
    (content,) = contents.current(EVERY)
    assert content.passage.citation.title == "乙"
    assert content.passage.tokens.startswith("乙")


def test_windows_that_were_added_are_seen(stores: Stores, contents: Contents) -> None:
    new = edition("甲", (LONG,))
    publish(stores, new)
    forget_windows(stores)
    assert [len(content.windows) for content in contents.current(EVERY)] == [0]
    keep_vectors(stores, new)
    stores.passages.found_by_more()
    (content,) = contents.current(EVERY)
    assert len(content.windows) > 1


def test_a_library_that_is_another_one_is_read_anew(
    stores: Stores, contents: Contents, counted: Counted
) -> None:
    publish(stores, edition("甲", ("一。",)))
    texts(contents)
    contents.forget()
    assert texts(contents) == ["一。"]
    assert counted.read == [1, 1]


def test_no_more_is_kept_than_may_be_and_what_is_asked_for_is_told_all_the_same(
    stores: Stores, contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_KEPT", 3)
    publish(stores, edition("甲", [f"{n}。" for n in range(8)]))
    for some in ([1, 2], [2, 3], [3, 4, 5, 6, 7, 8], [8, 1]):
        assert [content.passage.id for content in contents.current(some)] == sorted(some)


@given(
    st.lists(st.lists(st.sampled_from("abcdefg"), max_size=5), min_size=1, max_size=5),
    st.lists(st.sampled_from("abcdxyz"), unique=True),
)
def test_each_line_is_told_to_hold_just_the_words_that_stand_in_it(
    lines: list[list[str]], words: list[str]
) -> None:
    looked = _looked(lines)
    expected = [sum(1 << n for n, word in enumerate(words) if word in line) for line in lines]
    assert looked.lines_holding(words, Script.CHINESE) == {1: expected}
    assert looked.lines_holding(words, Script.OTHER) == {}


def _looked(lines: list[list[str]]) -> Looked:
    """One Chinese passage with these tokens."""
    tokens = "\n".join(" ".join(line) for line in lines)
    row = WithWindows(passage=_passage(tokens), generation=1, windows=half(b"", None))

    class One:
        def current(self, ids: list[int]) -> dict[int, int]:
            return {1: 1}

        def current_with_windows(self, ids: list[int], model: str) -> dict[int, WithWindows]:
            return {1: row}

    return Contents(One(), MODEL).current([1])  # type: ignore[arg-type]  # as far as it is used


def _passage(tokens: str) -> Passage:
    citation = Citation(
        title="指南", year=2024, publisher=None, language="zh", section=(), page_first=1, page_last=1, page_label=None, source="a.pdf"
    )  # fmt: skip
    return Passage(
        id=1, document_id=1, edition_id=1, ordinal=0, kind=PassageKind.TEXT, script=Script.CHINESE, text="文。",
        tokens=tokens, citation=citation,
    )  # fmt: skip
