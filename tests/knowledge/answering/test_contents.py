"""What passages hold is remembered, and never believed against the database."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answering import contents as module
from knowledge.answering.contents import Contents, lines_holding
from knowledge.answering.index import PassageIndex
from knowledge.domain import Sharing
from knowledge.store import Stores, backup, open_stores
from knowledge.store.editions import Fact
from knowledge.store.passages import PassageStore, WithWindows
from tests.knowledge.editions import ENCODER, MODEL, edition, publish

LONG = "".join(
    f"第{n}种药物的起始剂量为每日{n}毫克，每两周可以加量一次，并应随访肾功能与血钾。" for n in "一二三四"
)


class Counting:
    """The passages of a store, and how often any was read."""

    def __init__(self, passages: PassageStore) -> None:
        self._passages = passages
        self.read: list[int] = []

    def answering(self, edition_ids: Sequence[int]) -> dict[int, int]:
        return self._passages.answering(edition_ids)

    def current_with_windows(self, ids: Sequence[int], model: str) -> dict[int, WithWindows]:
        self.read += ids
        return self._passages.current_with_windows(ids, model)


@pytest.fixture
def passages(stores: Stores) -> Counting:
    return Counting(stores.passages)


@pytest.fixture
def contents(passages: Counting) -> Contents:
    return Contents(cast("PassageStore", passages), MODEL)


def ids_of(stores: Stores, edition_id: int) -> list[int]:
    return [passage.id for passage in stores.passages.of_edition(edition_id)]


def texts(contents: Contents, ids: Sequence[int]) -> list[str]:
    return [content.passage.text for content in contents.current(ids)]


# ----------------------------------------------------------------------------------------------- remembering


def test_a_passage_is_read_once_and_comes_in_the_order_of_the_ids(
    stores: Stores, passages: Counting, contents: Contents
) -> None:
    made = publish(stores, edition("甲", ("一。", "二。", "三。"))).edition
    first, second, third = ids_of(stores, made.id)
    assert texts(contents, [second, first]) == ["一。", "二。"]
    assert texts(contents, [third, first, second]) == ["一。", "二。", "三。"]
    assert sorted(passages.read) == [first, second, third]


def test_it_is_the_passage_as_the_store_tells_it_with_its_windows(stores: Stores, contents: Contents) -> None:
    made = publish(stores, edition("甲", (LONG, "短。"))).edition
    ids = ids_of(stores, made.id)
    read = stores.passages.current_with_windows(ids, MODEL)
    for _ in range(2):
        for content in contents.current(ids):
            expected = read[content.passage.id]
            assert content.passage == expected.passage
            np.testing.assert_array_equal(content.windows, expected.windows)
    assert len(read[ids[0]].windows) > 1


def test_what_nobody_knows_is_left_out(stores: Stores, contents: Contents) -> None:
    publish(stores, edition("甲", ("一。",)))
    assert texts(contents, [1, 10_000]) == ["一。"]
    assert texts(contents, []) == []


@pytest.mark.parametrize("kept", [1, 3, 5])
def test_no_more_is_kept_than_there_is_room_for(
    stores: Stores, contents: Contents, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(module, "KEPT", kept)
    made = publish(stores, edition("甲", tuple(f"第{n}句。" for n in range(8)))).edition
    ids = ids_of(stores, made.id)
    for start in (0, 2, 1, 5, 0):
        some = ids[start : start + 3]
        assert [c.passage.ordinal for c in contents.current(some)] == [start, start + 1, start + 2]
        assert len(contents) <= kept


def test_what_was_looked_at_last_is_kept(
    stores: Stores, passages: Counting, contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 2)
    made = publish(stores, edition("甲", ("一。", "二。", "三。"))).edition
    first, second, third = ids_of(stores, made.id)
    for id_ in (first, second, first, third, first):
        contents.current([id_])
    assert passages.read == [first, second, third]


def test_a_small_library_is_read_ahead_of_the_first_question(
    stores: Stores, elsewhere: Stores, tmp_path: Path
) -> None:
    index = PassageIndex(stores, MODEL, tmp_path / "cache")
    index.catch_up()
    assert len(index.contents) == 0
    publish(elsewhere, edition("甲", ("一。", "Two.")))
    index.catch_up()
    assert len(index.contents) == 2


# --------------------------------------------------------------------------- the database says what is current


def test_what_another_process_withdraws_is_gone_at_that_moment(
    stores: Stores, elsewhere: Stores, contents: Contents
) -> None:
    """Though it is remembered, and nothing was caught up with."""
    made = publish(stores, edition("甲", ("一。",))).edition
    other = publish(stores, edition("乙", ("二。",))).edition
    ids = [*ids_of(stores, made.id), *ids_of(stores, other.id)]
    assert texts(contents, ids) == ["一。", "二。"]
    elsewhere.library.withdraw(made.id)
    assert texts(contents, ids) == ["二。"]
    elsewhere.library.approve(made.id)
    assert texts(contents, ids) == ["一。", "二。"]


def test_what_another_process_replaces_is_gone_at_that_moment(
    stores: Stores, elsewhere: Stores, contents: Contents
) -> None:
    old = publish(stores, edition("甲", ("旧。",), year=2018)).edition
    assert texts(contents, ids_of(stores, old.id)) == ["旧。"]
    new = publish(elsewhere, edition("甲", ("新。",), year=2024)).edition
    assert texts(contents, [*ids_of(stores, old.id), *ids_of(stores, new.id)]) == ["新。"]


def test_a_corrected_fact_is_told_at_once(stores: Stores, elsewhere: Stores, contents: Contents) -> None:
    """A title is also what the passage is found by."""
    made = publish(stores, edition("甲", ("一。",))).edition
    ids = ids_of(stores, made.id)
    assert [c.passage.citation.title for c in contents.current(ids)] == ["甲"]
    elsewhere.library.edit(made.id, Fact.TITLE, "痛风指南")
    elsewhere.library.edit(made.id, Fact.YEAR, 2019)
    elsewhere.library.edit(made.id, Fact.SHARING, Sharing.FILE)
    (content,) = contents.current(ids)
    assert content.passage == stores.passages.of_edition(made.id)[0]
    assert (content.passage.citation.title, content.passage.citation.year) == ("痛风指南", 2019)
    assert lines_holding(["痛风"], [content]) == {ids[0]: [1, 0]}


def test_windows_of_another_model_are_not_remembered_for_this_one(
    stores: Stores, elsewhere: Stores, contents: Contents
) -> None:
    """As after `rebuild --encode`: everything comes with a new generation."""
    new = edition("甲", (LONG,))
    made = publish(stores, new).edition
    ids = ids_of(stores, made.id)
    (before,) = contents.current(ids)
    other = ENCODER.encode_passages(["另", "外", "三"])
    elsewhere.vectors.keep([new.passages[0].vector_key], other[:1], MODEL, [other])
    elsewhere.passages.change_model(MODEL)
    (after,) = contents.current(ids)
    assert len(before.windows) != len(after.windows) == 3
    np.testing.assert_allclose(after.windows, other, atol=1e-3)


def test_cutting_again_cuts_what_is_remembered(
    stores: Stores, elsewhere: Stores, passages: Counting, contents: Contents
) -> None:
    made = publish(stores, edition("甲", ("一。",))).edition
    ids = ids_of(stores, made.id)
    contents.current(ids)
    elsewhere.passages.cut_again()
    contents.current(ids)
    assert passages.read == ids * 2


# ------------------------------------------------------------------------------------------- another library


def in_its_place(stores: Stores, copy: Path, tmp_path: Path) -> None:
    """As `yidao-index restore` does it."""
    backup.renew(copy, above=stores.library.generation(), uploads_dir=tmp_path)
    backup.put_in_place(copy, stores.database)


def test_of_a_library_brought_back_nothing_is_remembered_of_the_other(
    stores: Stores, contents: Contents, tmp_path: Path
) -> None:
    """The same ids are other passages there; nothing need be caught up with for that to be seen."""
    backup.copy_to(stores.database, tmp_path / "copy.sqlite3")
    here = publish(stores, edition("甲", ("这里。",))).edition
    ids = ids_of(stores, here.id)
    assert texts(contents, ids) == ["这里。"]
    in_its_place(stores, tmp_path / "copy.sqlite3", tmp_path)
    assert texts(contents, ids) == []
    there = publish(stores, edition("乙", ("那里。",))).edition
    assert ids_of(stores, there.id) == ids
    assert texts(contents, ids) == ["那里。"]


def test_a_file_exchanged_by_hand_is_forgotten_with_the_index(
    stores: Stores, library_file: Path, tmp_path: Path
) -> None:
    """Its passages, editions and their generations have the same numbers: only the library's own tells them apart."""
    other_file = Path(shutil.copyfile(library_file, tmp_path / "other.sqlite3"))
    publish(stores, edition("甲", ("这里。",)))
    index = PassageIndex(stores, MODEL, tmp_path / "cache")
    index.catch_up()
    assert texts(index.contents, [1]) == ["这里。"]
    exchanged = open_stores(f"sqlite:///{other_file}")
    publish(exchanged, edition("乙", ("那里。",)))
    with exchanged.database.write() as connection:
        connection.exec_driver_sql("UPDATE library_state SET identity = 'another'")
    exchanged.database.close()
    publish(stores, edition("丙", ("别处。",)))
    index.catch_up()
    backup.put_in_place(other_file, stores.database)
    index.catch_up()
    assert texts(index.contents, [1]) == ["那里。"]


# -------------------------------------------------------------------------------------------- lines of words

WORDS = st.sampled_from("abcdefgh")
LINES = st.lists(st.lists(WORDS), min_size=1, max_size=4)


@given(st.lists(LINES, max_size=6), st.lists(st.sampled_from("abcxyz"), unique=True))
def test_lines_hold_the_words_that_stand_in_them(stored: list[list[list[str]]], words: list[str]) -> None:
    rows = {n: row(n, "\n".join(" ".join(line) for line in lines)) for n, lines in enumerate(stored)}
    made = Contents(cast("PassageStore", InMemory(rows)), MODEL)
    for some in (rows, list(rows)[::2]):
        assert lines_holding(words, made.current(some)) == {
            n: [sum(1 << bit for bit, word in enumerate(words) if word in line) for line in stored[n]]
            for n in some
        }


class InMemory:
    """A store of one edition that never changes."""

    def __init__(self, rows: dict[int, WithWindows]) -> None:
        self._rows = rows

    def answering(self, edition_ids: Sequence[int]) -> dict[int, int]:
        return dict.fromkeys(edition_ids, 1)

    def current_with_windows(self, ids: Sequence[int], _model: str) -> dict[int, WithWindows]:
        return {id_: self._rows[id_] for id_ in ids}


def row(id_: int, tokens: str) -> WithWindows:
    passage: Any = SimpleNamespace(id=id_, edition_id=1, tokens=tokens)
    return WithWindows(passage=passage, generation=1, windows=np.zeros((0, 1), np.float16))
