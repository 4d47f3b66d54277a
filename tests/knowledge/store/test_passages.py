"""Passages as answering needs them."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.domain import EditionStatus, PassageKind, QualityMark, Script
from knowledge.errors import ModelChanged
from knowledge.searchable import passage_for_encoder
from knowledge.store import Stores
from knowledge.testing import FakeEncoder
from tests.knowledge.editions import (
    ENCODER,
    MODEL,
    edition,
    forget_windows,
    keep_vectors,
    passage,
    publish,
)

LONG = "".join(
    f"第{n}种药物的起始剂量为每日{n}毫克，每两周可以加量一次，并应随访肾功能与血钾。" for n in "一二三四"
)
TABLE = "药物 | 剂量\n" + "\n".join(
    f"第{n}种常用的口服降压药物 | 每日一次，每次{n}毫克，餐后服用" for n in "一二三四五六"
)


def test_a_passage_comes_back_with_its_citation(stores: Stores) -> None:
    table = passage(
        "药物 | 剂量\n二甲双胍 | 500 mg", title="指南", section=("3 治疗", "3.1 药物"), kind=PassageKind.TABLE, page=30,
        page_label="22", marks=frozenset({QualityMark.OCR}),
    )  # fmt: skip
    made = publish(stores, edition("指南", (table,), source="https://e.org/a", publisher="学会"))
    (found,) = stores.passages.of_edition(made.edition.id)
    assert (found.text, found.kind, found.marks) == (table.text, PassageKind.TABLE, table.marks)
    assert found.tokens == table.tokens
    citation = found.citation
    assert citation.section == ("3 治疗", "3.1 药物")
    assert (citation.page_first, citation.page_last, citation.page_label) == (30, 30, "22")
    assert (citation.title, citation.year, citation.publisher) == ("指南", 2024, "学会")
    assert citation.source == "https://e.org/a"


def test_a_passage_without_a_source_names_its_file(stores: Stores) -> None:
    made = publish(stores, edition("指南", source=None, file_name="指南 2024.pdf"))
    assert stores.passages.of_edition(made.edition.id)[0].citation.source == "指南 2024.pdf"


def test_only_current_editions_may_be_quoted(stores: Stores) -> None:
    """However many ids an index names: what is replaced, withdrawn or a draft is left out at that moment."""
    old = publish(stores, edition("甲", ("旧。",), year=2018)).edition
    new = publish(stores, edition("甲", ("新。",), year=2024)).edition
    gone = publish(stores, edition("乙", ("撤。",))).edition
    stores.library.withdraw(gone.id)
    draft = stores.library.add_draft(edition("丙", ("草。",)))
    every = [p.id for e in (old, new, gone, draft) for p in stores.passages.of_edition(e.id)]
    quoted = stores.passages.current_with_windows([*every, 10_000], "")
    assert [each.passage.text for each in quoted.values()] == ["新。"]
    assert stores.passages.answering([e.id for e in (old, new, gone, draft)]).keys() == {new.id}


def test_more_passages_can_be_asked_for_than_one_statement_takes(stores: Stores) -> None:
    publish(stores, edition())
    assert len(stores.passages.current_with_windows(list(range(40_000)), "")) == 1
    assert len(stores.passages.answering(list(range(40_000)))) == 1


def test_changes_name_every_edition_whose_standing_changed_since(stores: Stores) -> None:
    first = publish(stores, edition("甲", ("一。",))).edition
    between = stores.library.generation()
    second = publish(stores, edition("乙", ("Two.",), language="en")).edition
    stores.library.withdraw(first.id)
    now, changes = stores.passages.changes_since(between)
    assert now == stores.library.generation()
    assert {(c.edition_id, c.is_current) for c in changes} == {(first.id, False), (second.id, True)}
    assert stores.passages.changes_since(now) == (now, [])


def test_a_draft_is_no_change(stores: Stores) -> None:
    draft = stores.library.add_draft(edition())
    publish(stores, edition("乙", ("二。",)))
    _, changes = stores.passages.changes_since(-1)
    assert draft.id not in {c.edition_id for c in changes if c.is_current}


def test_vectors_and_tokens_come_by_script_in_the_order_of_the_passages(stores: Stores) -> None:
    """A Chinese guideline may hold an English abstract."""
    made = publish(stores, edition("甲", ("高血压。", "Abstract: hypertension.", "糖尿病。")))
    first, abstract, last = (p.id for p in stores.passages.of_edition(made.edition.id))
    rows = stores.passages.vectors_of([made.edition.id], MODEL)
    assert {script: some.ids.tolist() for script, some in rows.items()} == {
        Script.CHINESE: [first, last],
        Script.OTHER: [abstract],
    }
    assert rows[Script.CHINESE].vectors.shape == (2, FakeEncoder.dimension)
    np.testing.assert_allclose(np.linalg.norm(rows[Script.CHINESE].vectors, axis=1), 1, atol=1e-2)
    tokens = stores.passages.tokens_of([made.edition.id])[made.edition.id]
    assert [(row.id, row.script) for row in tokens] == [
        (first, Script.CHINESE),
        (abstract, Script.OTHER),
        (last, Script.CHINESE),
    ]


def test_what_is_read_of_several_editions_together_tells_whose_it_is(stores: Stores) -> None:
    made = [
        publish(stores, edition(title, (f"{title}血压一。", f"{title}血压二。"))).edition.id
        for title in "甲乙丙"
    ]
    asked = [made[2], made[0]]
    rows = stores.passages.vectors_of(asked, MODEL)[Script.CHINESE]
    expected = [(p.id, p.edition_id) for id_ in sorted(asked) for p in stores.passages.of_edition(id_)]
    assert list(zip(rows.ids.tolist(), rows.editions.tolist(), strict=True)) == expected
    tokens = stores.passages.tokens_of(asked)
    assert {id_: [row.id for row in some] for id_, some in tokens.items()} == {
        id_: [p.id for p in stores.passages.of_edition(id_)] for id_ in asked
    }


def test_an_edition_without_passages_has_no_vectors(stores: Stores) -> None:
    made = publish(stores, edition("空", ()))
    assert stores.passages.vectors_of([made.edition.id], MODEL) == {}


def test_a_missing_vector_is_a_changed_model(stores: Stores) -> None:
    made = publish(stores, edition())
    with pytest.raises(ModelChanged):
        stores.passages.vectors_of([made.edition.id], "other/1")


def test_a_place_in_an_edition_is_of_that_edition_alone(stores: Stores) -> None:
    first = publish(stores, edition("甲", ("一。", "二。"))).edition
    publish(stores, edition("乙", ("三。", "四。", "五。")))
    assert [found and found.text for found in (stores.passages.at(first.id, n) for n in range(3))] == [
        "一。",
        "二。",
        None,
    ]


def test_everything_without_a_vector_of_a_model_is_named_whatever_its_standing(stores: Stores) -> None:
    made = publish(stores, edition("甲", ("一。",))).edition
    stores.library.withdraw(made.id)
    assert stores.passages.unencoded(MODEL) == []
    (missing,) = stores.passages.unencoded("other/1")
    assert (missing.title, missing.text) == ("甲", "一。")


def test_windows_come_back_as_they_were_kept_in_order(stores: Stores) -> None:
    """Of the passages that have any; the vectors of two models never meet."""
    texts = (LONG, "短。", LONG * 2)
    made = publish(stores, edition("指南", texts))
    long, short, longer = stores.passages.of_edition(made.edition.id)
    read = stores.passages.current_with_windows([longer.id, short.id, 10_000, long.id], MODEL)
    assert sorted(read) == [long.id, short.id, longer.id]
    assert len(read[short.id].windows) == 0
    for each in (read[long.id], read[longer.id]):
        expected = passage_for_encoder("指南", (), each.passage.text, PassageKind.TEXT).windows
        assert len(each.windows) == len(expected) > 1
        rows = ENCODER.encode_passages(expected)
        np.testing.assert_allclose(each.windows, rows, atol=1e-3, rtol=0)


@pytest.mark.parametrize("model", [MODEL, "other/1"])
def test_where_no_passage_has_windows_there_are_none(stores: Stores, model: str) -> None:
    """The vectors of two models never meet."""
    texts = ("短。",) if model == MODEL else (LONG,)
    made = publish(stores, edition("指南", texts))
    (only,) = stores.passages.of_edition(made.edition.id)
    (read,) = stores.passages.current_with_windows([only.id], model).values()
    assert len(read.windows) == 0


def test_windows_of_more_passages_can_be_asked_for_than_one_statement_takes(stores: Stores) -> None:
    made = publish(stores, edition("指南", (LONG,)))
    (only,) = stores.passages.of_edition(made.edition.id)
    read = stores.passages.current_with_windows([*range(100_000, 140_000), only.id], MODEL)
    assert list(read) == [only.id]
    assert len(read[only.id].windows) > 1


def test_passages_of_an_older_version_are_named_until_they_have_windows(stores: Stores) -> None:
    """They are found by their vectors meanwhile; a passage that has none to have is not named again."""
    made = publish(stores, edition("指南", (passage(TABLE, title="指南", kind=PassageKind.TABLE), "短。")))
    forget_windows(stores)
    table, short = stores.passages.unencoded(MODEL)
    assert (table.text, table.kind) == (TABLE, PassageKind.TABLE)
    assert (short.text, short.kind) == ("短。", PassageKind.TEXT)
    (read,) = stores.passages.current_with_windows([table.passage_id], MODEL).values()
    assert len(read.windows) == 0
    assert len(stores.passages.vectors_of([made.edition.id], MODEL)[Script.CHINESE].ids) == 2
    keep_vectors(stores, edition("指南", (passage(TABLE, title="指南", kind=PassageKind.TABLE), "短。")))
    assert stores.passages.unencoded(MODEL) == []


def test_cutting_again_gives_the_same_tokens_and_a_new_generation_for_all(stores: Stores) -> None:
    made = publish(
        stores, edition("高血压指南", (passage("血压<140/90。", title="高血压指南", section=("目标",)),))
    )
    before = stores.library.generation(), stores.passages.tokens_of([made.edition.id])
    stores.passages.cut_again()
    assert stores.library.generation() > before[0]
    assert stores.passages.tokens_of([made.edition.id]) == before[1]
    _, changes = stores.passages.changes_since(before[0])
    assert [c.edition_id for c in changes] == [made.edition.id]


def test_changing_the_model_makes_every_process_load_anew_and_drafts_stay_drafts(stores: Stores) -> None:
    publish(stores, edition())
    draft = stores.library.add_draft(edition("乙", ("草。",)))
    before = stores.library.generation()
    stores.passages.change_model("other/1")
    assert stores.library.status().model == "other/1"
    assert stores.library.generation() > before
    assert stores.library.edition(draft.id).status is EditionStatus.DRAFT
    with pytest.raises(ModelChanged):
        keep_vectors(stores, edition("丙", ("三。",)))
