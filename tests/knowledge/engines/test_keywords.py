"""BM25 over the tokens of passages, in memory and in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from knowledge.domain import Script
from knowledge.engines.keywords import KeywordIndex
from knowledge.text import tokens

ZH, EN = Script.CHINESE, Script.OTHER


@dataclass(frozen=True)
class Row:
    id: int
    script: Script
    tokens: str


def zh(id_: int, text: str) -> Row:
    return Row(id_, ZH, " ".join(tokens(text)))


def en(id_: int, text: str) -> Row:
    return Row(id_, EN, " ".join(tokens(text)))


HYPERTENSION = [zh(1, "高血压患者的降压目标"), zh(2, "高血压的诊断"), en(3, "Abstract: hypertension targets")]
DIABETES = [zh(4, "糖尿病患者的血糖目标"), en(5, "metformin is first-line for type 2 diabetes")]


@pytest.fixture(params=["memory", "folder"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> KeywordIndex:
    made = KeywordIndex(None if request.param == "memory" else tmp_path / "keywords")
    made.write([], {1: HYPERTENSION, 2: DIABETES}.items())
    return made


def found(index: KeywordIndex, text: str, script: Script = ZH) -> list[int]:
    return [hit.id for hit in index.search(list(tokens(text)), script, 10)]


def test_the_passage_that_holds_most_of_the_words_comes_first(index: KeywordIndex) -> None:
    assert found(index, "降压目标")[0] == 1
    assert found(index, "血糖目标")[0] == 4
    assert found(index, "first-line metformin", EN) == [5]


def test_scores_are_above_zero_and_fall(index: KeywordIndex) -> None:
    scores = [hit.score for hit in index.search(list(tokens("高血压降压目标")), ZH, 10)]
    assert len(scores) == 3
    assert all(score > 0 for score in scores)
    assert scores == sorted(scores, reverse=True)


def test_each_script_is_searched_by_itself(index: KeywordIndex) -> None:
    assert found(index, "targets", EN) == [3]
    assert found(index, "targets", ZH) == []
    assert found(index, "高血压", EN) == []


def test_what_no_passage_holds_is_not_found(index: KeywordIndex) -> None:
    assert found(index, "哮喘") == []
    assert index.search([], ZH, 10) == []
    assert index.search(["", "\0", "\"'(AND", "x" * 70_000], ZH, 10) == []


def test_no_more_are_named_than_asked(index: KeywordIndex) -> None:
    assert len(index.search(["目标", "高血"], ZH, 1)) == 1


def test_a_term_is_counted_among_the_passages_of_its_script(index: KeywordIndex) -> None:
    assert index.document_frequency("目标", ZH) == 2
    assert index.document_frequency("目标", EN) == 0
    assert index.document_frequency("哮喘", ZH) == 0


def test_removing_an_edition_removes_its_passages_of_both_scripts(index: KeywordIndex) -> None:
    index.write([1], [])
    assert len(index) == 2
    assert found(index, "高血压") == []
    assert found(index, "hypertension", EN) == []
    assert found(index, "血糖") == [4]


def test_an_edition_is_not_taken_for_another_whose_number_begins_alike(index: KeywordIndex) -> None:
    index.write([], {11: [zh(6, "慢阻肺的诊断")]}.items())
    index.write([1], [])
    assert found(index, "慢阻肺") == [6]
    assert len(index) == 3


def test_writing_twice_gives_the_same_index(index: KeywordIndex) -> None:
    before = index.search(["目标"], ZH, 10)
    index.write([], {1: HYPERTENSION, 2: DIABETES}.items())
    assert len(index) == 5
    assert sorted(hit.id for hit in index.search(["目标"], ZH, 10)) == sorted(hit.id for hit in before)


def test_an_edition_that_is_written_anew_loses_what_it_held(index: KeywordIndex) -> None:
    index.write([], {1: [zh(1, "哮喘的控制")]}.items())
    assert found(index, "降压目标") == [4]
    assert found(index, "哮喘") == [1]


def test_another_instance_sees_what_was_written_after_it_reloads(tmp_path: Path) -> None:
    one, other = KeywordIndex(tmp_path / "keywords"), KeywordIndex(tmp_path / "keywords")
    one.write([], {1: HYPERTENSION}.items())
    other.reload()
    assert len(other) == 3
    assert found(other, "诊断")[0] == 2
    other.write([1], {2: DIABETES}.items())
    one.reload()
    assert found(one, "高血压") == []
    assert len(KeywordIndex(tmp_path / "keywords")) == 2


@pytest.mark.parametrize("name", ["meta.json", ".managed.json"])
def test_a_folder_that_cannot_be_read_says_so(tmp_path: Path, name: str) -> None:
    KeywordIndex(tmp_path).write([], {1: HYPERTENSION}.items())
    (tmp_path / name).write_bytes(b"\x93 garbage")
    with pytest.raises(ValueError, match=name):
        KeywordIndex(tmp_path)


def test_among_very_many_passages_the_commonest_word_of_a_long_question_is_not_looked_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rare = ["华法林", "出血", "剂量", "监测"]
    rows = [zh(n, "患者 随访") for n in range(300)] + [zh(1_000, f"患者 {' '.join(rare)}")]
    index = KeywordIndex(None)
    index.write([], [(1, rows)])
    everywhere = {row.id for row in rows}
    assert {hit.id for hit in index.search(["患者", *rare], ZH, 500)} == everywhere
    monkeypatch.setattr("knowledge.engines.keywords._POSTINGS", 100)
    assert [hit.id for hit in index.search(["患者", *rare], ZH, 500)] == [1_000]
    assert {hit.id for hit in index.search(["患者"], ZH, 500)} == everywhere
