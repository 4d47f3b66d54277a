"""The indexes follow the database, whatever becomes of their cache."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.answering.index import PassageIndex
from knowledge.domain import Script
from knowledge.errors import ModelChanged
from knowledge.store import Stores
from knowledge.text import tokens
from tests.knowledge.editions import ENCODER, MODEL, course, edition, offer, publish

ZH, EN = Script.CHINESE, Script.OTHER


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def opened(stores: Stores, cache: Path) -> PassageIndex:
    """As a process that starts now sees it."""
    index = PassageIndex(stores, MODEL, cache)
    index.catch_up()
    return index


def found(index: PassageIndex, text: str, script: Script = ZH) -> tuple[set[int], set[int]]:
    """Ids that the vectors and the words find; vectors find whatever there is."""
    by_words = {hit.id for hit in index.keywords.search(list(tokens(text)), script, 100)}
    if script not in index.vectors:
        return set(), by_words
    vector = ENCODER.encode_questions([text])[0]
    return {hit.id for hit in index.vectors[script].search(vector, 100)}, by_words


def passage_ids(stores: Stores, edition_id: int) -> set[int]:
    return {p.id for p in stores.passages.of_edition(edition_id)}


def assert_holds(index: PassageIndex, expected: set[int]) -> None:
    """The passages of both engines are exactly these (all of them say 血压)."""
    assert found(index, "血压") == (expected, expected)
    assert index.passages(ZH) == len(expected)


# ------------------------------------------------------------------------------------------- keeping in step


def test_an_empty_library_has_empty_indexes(stores: Stores, cache: Path) -> None:
    index = opened(stores, cache)
    assert found(index, "血压") == (set(), set())
    assert index.passages(ZH) == index.passages(EN) == 0
    assert index.catalogue.courses == ()


def test_what_another_process_approves_is_taken_in(stores: Stores, elsewhere: Stores, cache: Path) -> None:
    index = opened(stores, cache)
    made = publish(elsewhere, edition("甲", ("血压一。", "血压二。")))
    index.catch_up()
    assert_holds(index, passage_ids(stores, made.edition.id))


def test_what_another_process_withdraws_or_replaces_is_dropped(
    stores: Stores, elsewhere: Stores, cache: Path
) -> None:
    old = publish(stores, edition("甲", ("血压旧。",), year=2018)).edition
    gone = publish(stores, edition("乙", ("血压撤。",))).edition
    index = opened(stores, cache)
    new = publish(elsewhere, edition("甲", ("血压新。", "血压再。"), year=2024)).edition
    elsewhere.library.withdraw(gone.id)
    index.catch_up()
    assert_holds(index, passage_ids(stores, new.id))
    assert not passage_ids(stores, old.id) & found(index, "血压")[0]


def test_many_editions_come_and_go_at_once(stores: Stores, elsewhere: Stores, cache: Path) -> None:
    made = [
        publish(stores, edition(f"文件{n}", (f"血压{n}。", f"再测血压{n}。"))).edition.id for n in range(120)
    ]
    index = opened(stores, cache)
    assert (index.passages(ZH), index.documents) == (240, 120)
    for id_ in made[::2]:
        elsewhere.library.withdraw(id_)
    index.catch_up()
    kept = {id_ for edition_id in made[1::2] for id_ in passage_ids(stores, edition_id)}
    assert index.passages(ZH) == len(index.keywords) == len(kept) == 120
    assert index.documents == 60
    assert found(index, "血压1。")[0] <= kept


def test_an_edition_that_comes_back_is_held_once(stores: Stores, elsewhere: Stores, cache: Path) -> None:
    made = publish(stores, edition("甲", ("血压一。",))).edition
    index = opened(stores, cache)
    elsewhere.library.withdraw(made.id)
    elsewhere.library.approve(made.id)
    index.catch_up()
    assert_holds(index, passage_ids(stores, made.id))


def test_a_draft_is_in_no_index(stores: Stores, cache: Path) -> None:
    stores.library.add_draft(edition("甲", ("血压一。",)))
    publish(stores, edition("乙", ("血压二。",)))
    assert_holds(opened(stores, cache), passage_ids(stores, 2))


def test_two_processes_share_one_cache(stores: Stores, elsewhere: Stores, cache: Path) -> None:
    first = publish(stores, edition("甲", ("血压一。",))).edition
    one, other = opened(stores, cache), opened(elsewhere, cache)
    second = publish(stores, edition("乙", ("血压二。",))).edition
    both = passage_ids(stores, first.id) | passage_ids(stores, second.id)
    for index in (one, other):
        index.catch_up()
        assert_holds(index, both)
    assert_holds(opened(elsewhere, cache), both)


def test_a_passage_is_held_with_those_of_its_script(stores: Stores, cache: Path) -> None:
    made = publish(stores, edition("甲", ("血压一。", "Abstract: blood pressure."))).edition
    chinese, english = (p.id for p in stores.passages.of_edition(made.id))
    index = opened(stores, cache)
    assert found(index, "血压") == ({chinese}, {chinese})
    assert found(index, "blood pressure", EN) == ({english}, {english})


def test_the_courses_on_offer_follow_too(stores: Stores, elsewhere: Stores, cache: Path) -> None:
    index = opened(stores, cache)
    offer(elsewhere, course("高血压课"))
    index.catch_up()
    assert [c.title for c in index.catalogue.courses] == ["高血压课"]
    assert index.catalogue.vectors.shape == (1, ENCODER.dimension)


def test_nothing_new_is_no_work(stores: Stores, cache: Path) -> None:
    publish(stores, edition("甲", ("血压一。",)))
    index = opened(stores, cache)
    keywords = index.keywords
    index.catch_up()
    assert index.keywords is keywords


def test_a_changed_model_is_noticed_before_anything_is_compared(stores: Stores, cache: Path) -> None:
    publish(stores, edition("甲", ("血压一。",)))
    with pytest.raises(ModelChanged):
        PassageIndex(stores, "other/1", cache).catch_up()


def test_a_failed_catch_up_can_be_done_again(stores: Stores, elsewhere: Stores, cache: Path) -> None:
    """An edition whose vectors are missing stops it half-way; when they are there, everything is taken in."""
    index = opened(stores, cache)
    first = publish(elsewhere, edition("甲", ("血压一。",))).edition
    without = edition("乙", ("血压二。",))
    second = elsewhere.library.approve(elsewhere.library.add_draft(without).id).edition
    with pytest.raises(ModelChanged):
        index.catch_up()
    elsewhere.vectors.keep(
        [p.vector_key for p in without.passages], ENCODER.encode_passages(["血压二"]), MODEL
    )
    index.catch_up()
    assert_holds(index, passage_ids(stores, first.id) | passage_ids(stores, second.id))


# ------------------------------------------------------------------------------------- damage to the cache


def delete_folder(cache: Path) -> None:
    shutil.rmtree(cache / "keywords")


def delete_everything(cache: Path) -> None:
    shutil.rmtree(cache)


def garbage_in_every_file(cache: Path) -> None:
    for file in (cache / "keywords").iterdir():
        file.write_bytes(b"\x93 garbage" * 100)


def cut_every_file_in_half(cache: Path) -> None:
    for file in (cache / "keywords").iterdir():
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def garbage_beside_the_files(cache: Path) -> None:
    (cache / "keywords" / "foreign.bin").write_bytes(b"\x93" * 1000)
    (cache / "keywords" / "folder").mkdir()


def lose_the_list_of_segments(cache: Path) -> None:
    (cache / "keywords" / "meta.json").unlink()


def a_file_in_place_of_the_folder(cache: Path) -> None:
    shutil.rmtree(cache / "keywords")
    (cache / "keywords").write_text("a file")


def damage_the_state(cache: Path) -> None:
    (cache / "keywords.json").write_bytes(b'{"library": "\xff')


def a_state_of_another_shape(cache: Path) -> None:
    (cache / "keywords.json").write_text('["not", "ours"]')


def a_state_of_another_library(cache: Path) -> None:
    change_state(cache, library="0" * 32)


def a_state_of_another_tantivy(cache: Path) -> None:
    change_state(cache, format="tantivy 0.1, schema 0")


def a_state_of_other_tokens(cache: Path) -> None:
    change_state(cache, tokens=-1)


def a_state_from_the_future(cache: Path) -> None:
    change_state(cache, generation=10_000)


def change_state(cache: Path, **values: object) -> None:
    state = json.loads((cache / "keywords.json").read_text("utf-8"))
    assert set(values) <= set(state)
    (cache / "keywords.json").write_text(json.dumps({**state, **values}), "utf-8")


DAMAGE = [
    delete_folder,
    delete_everything,
    garbage_in_every_file,
    cut_every_file_in_half,
    garbage_beside_the_files,
    lose_the_list_of_segments,
    a_file_in_place_of_the_folder,
    damage_the_state,
    a_state_of_another_shape,
    a_state_of_another_library,
    a_state_of_another_tantivy,
    a_state_of_other_tokens,
    a_state_from_the_future,
]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("pending", [False, True], ids=["nothing_new", "something_new"])
def test_a_damaged_cache_is_made_again(
    stores: Stores, cache: Path, damage: Callable[[Path], None], pending: bool
) -> None:
    expected = passage_ids(stores, publish(stores, edition("甲", ("血压一。", "血压二。"))).edition.id)
    opened(stores, cache)
    damage(cache)
    if pending:
        expected |= passage_ids(stores, publish(stores, edition("乙", ("血压三。",))).edition.id)
    assert_holds(opened(stores, cache), expected)


@pytest.mark.parametrize("pending", [False, True], ids=["nothing_new", "something_new"])
def test_a_cache_that_lost_its_positions_is_made_again(stores: Stores, cache: Path, pending: bool) -> None:
    expected = passage_ids(stores, publish(stores, edition("甲", ("血压一。", "血压二。"))).edition.id)
    opened(stores, cache)
    for file in (cache / "keywords").glob("*.pos"):
        file.unlink()
    if pending:
        expected |= passage_ids(stores, publish(stores, edition("乙", ("血压三。",))).edition.id)
    assert_holds(opened(stores, cache), expected)


def test_a_cache_that_holds_a_passage_too_many_is_made_again(stores: Stores, cache: Path) -> None:
    expected = passage_ids(stores, publish(stores, edition("甲", ("血压一。",))).edition.id)
    index = opened(stores, cache)
    rows = stores.passages.tokens_of([1])[1]
    index.keywords.write([], [(77, rows)])
    assert_holds(opened(stores, cache), expected)


def test_a_kill_between_the_index_and_its_state_means_doing_the_same_once_more(
    stores: Stores, cache: Path
) -> None:
    first = publish(stores, edition("甲", ("血压一。",))).edition
    opened(stores, cache)
    state = (cache / "keywords.json").read_bytes()
    second = publish(stores, edition("乙", ("血压二。",))).edition
    opened(stores, cache)
    (cache / "keywords.json").write_bytes(state)
    assert_holds(opened(stores, cache), passage_ids(stores, first.id) | passage_ids(stores, second.id))


def test_where_no_cache_can_be_written_answering_goes_on_in_memory_with_a_warning(
    stores: Stores, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache.write_text("a file where the folder should be")
    made = publish(stores, edition("甲", ("血压一。",))).edition
    with caplog.at_level(logging.WARNING):
        index = opened(stores, cache)
    assert_holds(index, passage_ids(stores, made.id))
    assert "action=keywords.in_memory" in caplog.text
    stores.library.withdraw(made.id)
    index.catch_up()
    assert_holds(index, set())


# ---------------------------------------------------------------------------------- a database brought back


def backup(stores: Stores, to: Path) -> None:
    with stores.database.read() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql(f"VACUUM INTO '{to}'")
        connection.exec_driver_sql("BEGIN")


def restore(stores: Stores, library_file: Path, copy: Path) -> None:
    stores.database.close()
    for beside in ("-wal", "-shm"):
        library_file.with_name(library_file.name + beside).unlink(missing_ok=True)
    shutil.copyfile(copy, library_file)


def test_an_older_database_brought_back_is_noticed_by_whoever_starts(
    stores: Stores, library_file: Path, cache: Path, tmp_path: Path
) -> None:
    first = publish(stores, edition("甲", ("血压一。",))).edition
    kept = passage_ids(stores, first.id)
    backup(stores, tmp_path / "copy.sqlite3")
    stores.library.withdraw(first.id)
    publish(stores, edition("乙", ("血压二。", "血压三。")))
    opened(stores, cache)
    restore(stores, library_file, tmp_path / "copy.sqlite3")
    assert_holds(opened(stores, cache), kept)


def test_an_older_database_brought_back_is_noticed_by_a_process_that_runs(
    stores: Stores, library_file: Path, cache: Path, tmp_path: Path
) -> None:
    first = publish(stores, edition("甲", ("血压一。",))).edition
    kept = passage_ids(stores, first.id)
    backup(stores, tmp_path / "copy.sqlite3")
    stores.library.withdraw(first.id)
    publish(stores, edition("乙", ("血压二。", "血压三。")))
    index = opened(stores, cache)
    restore(stores, library_file, tmp_path / "copy.sqlite3")
    index.catch_up()
    assert_holds(index, kept)


def test_in_a_library_of_one_short_guideline_words_still_tell_something(stores: Stores, cache: Path) -> None:
    publish(stores, edition("甲", ("血压一。", "血压二。")))
    index = opened(stores, cache)
    assert index.weigh("血压", ZH) > 2
