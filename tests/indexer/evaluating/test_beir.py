"""Sets in BEIR's layout: what is read, and what is wrong with a broken one."""

from __future__ import annotations

import pytest

from indexer.errors import InvalidSet
from indexer.evaluating.beir import read_set
from tests.indexer.evaluating.sets import JUDGEMENTS, write_set


def test_a_set_is_named_by_its_folder_and_holds_what_can_be_judged(tmp_path):
    read = read_set(write_set(tmp_path / "small"))
    assert read.name == "small"
    assert [document.id for document in read.documents] == ["gout", "rabies", "骨折"]
    assert [question.id for question in read.questions] == ["q1", "q2", "q3"]
    assert read.relevant["q1"] == {"gout": 1}


def test_a_question_that_no_document_answers_is_left_out_and_counted(tmp_path):
    assert read_set(write_set(tmp_path / "small")).unjudged == 1


def test_questions_may_stand_in_another_file(tmp_path):
    folder = write_set(tmp_path / "small")
    text = (folder / "queries.jsonl").read_text("utf-8").replace("怎么", "怎麼")
    (folder / "queries.trad.jsonl").write_text(text, "utf-8")
    assert read_set(folder, "queries.trad.jsonl").questions[2].text == "骨折怎麼用夹板固定"


def test_a_document_needs_no_title(tmp_path):
    folder = write_set(tmp_path / "small")
    (folder / "corpus.jsonl").write_text(
        '{"_id": 1, "text": "one"}\n{"_id": "2", "title": null, "text": "two"}\n', "utf-8"
    )
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\t1\t2\n", "utf-8")
    read = read_set(folder)
    assert [(d.id, d.title) for d in read.documents] == [("1", ""), ("2", "")]
    assert read.relevant == {"q1": {"1": 2}}


@pytest.mark.parametrize("file", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_missing_file_is_named(tmp_path, file):
    folder = write_set(tmp_path / "small")
    (folder / file).unlink()
    with pytest.raises(InvalidSet, match=file):
        read_set(folder)


@pytest.mark.parametrize(
    "line, complaint",
    [
        ('{"_id": "x", "text"', "line 4: no JSON"),
        ('["x"]', "line 4: no object with _id and text"),
        ('{"_id": "x"}', "line 4: no object with _id and text"),
        ('{"_id": "gout", "text": "again"}', 'line 4: the id "gout" is there twice'),
    ],
)
def test_a_bad_line_is_named_by_its_number(tmp_path, line, complaint):
    folder = write_set(tmp_path / "small")
    with (folder / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(InvalidSet, match=complaint):
        read_set(folder)


@pytest.mark.parametrize(
    "judgement, complaint",
    [(("q9", "gout", 1), 'line 6: there is no question "q9"'), (("q1", "flu", 1), 'line 6: there is no document "flu"')],
)  # fmt: skip
def test_a_judgement_of_what_is_not_there_is_named(tmp_path, judgement, complaint):
    folder = write_set(tmp_path / "small", judgements=(*JUDGEMENTS, judgement))
    with pytest.raises(InvalidSet, match=complaint):
        read_set(folder)


def test_a_judgement_without_a_grade_is_named(tmp_path):
    folder = write_set(tmp_path / "small")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\nq1\tgout\n", "utf-8")
    with pytest.raises(InvalidSet, match="line 2: no question, document and grade"):
        read_set(folder)


def test_a_set_of_which_nothing_is_judged_is_refused(tmp_path):
    with pytest.raises(InvalidSet, match="no document answers"):
        read_set(write_set(tmp_path / "small", judgements=(("q1", "gout", 0),)))


def test_a_file_that_is_not_utf_8_is_named(tmp_path):
    folder = write_set(tmp_path / "small")
    (folder / "corpus.jsonl").write_bytes("痛风".encode("utf-16"))
    with pytest.raises(InvalidSet, match="not UTF-8"):
        read_set(folder)
