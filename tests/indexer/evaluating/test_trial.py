"""A set in a throw-away library: every document findable, by the passages that reading makes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from indexer.evaluating.beir import read_set
from indexer.evaluating.cached_encoder import CachedEncoder
from indexer.evaluating.rankings import Engine, rank
from indexer.evaluating.trial import Trial, trial_of_set
from knowledge.testing import FakeEncoder
from tests.indexer.evaluating.sets import write_set

LONG = "".join(f"第{n}种药物的起始剂量为每日{n}毫克，每两周加量一次，并随访肾功能。" for n in range(1, 60))


@contextmanager
def tried(folder: Path, encoder: FakeEncoder | None = None, **given) -> Iterator[Trial]:
    with trial_of_set(read_set(write_set(folder / "small", **given)), encoder or FakeEncoder()) as made:
        yield made


def rankings(folder: Path, **given):
    questions = read_set(write_set(folder / "small", **given))
    with trial_of_set(questions, FakeEncoder()) as made:
        return rank(made, made.ask(questions.questions))


@pytest.mark.parametrize("engine", Engine)
def test_each_engine_ranks_the_document_that_answers_first(tmp_path, engine):
    first = {question: ranking[0] for question, ranking in rankings(tmp_path)[engine].items()}
    assert first == {"q1": "gout", "q2": "rabies", "q3": "骨折"}


def test_a_document_ranks_once_where_its_best_passage_is(tmp_path):
    documents = {"long": ("用药", LONG), "other": ("用药", "随访血钾。")}
    for engine, ranking in rankings(
        tmp_path, documents=documents, questions={"q": "药物的起始剂量"}, judgements=[("q", "long", 1)]
    ).items():
        assert ranking["q"][0] == "long", engine
        assert len(ranking["q"]) == len(set(ranking["q"]))


def test_a_ranking_goes_as_deep_as_ten_documents_however_many_passages_one_has(tmp_path):
    documents = {"long": ("药物", LONG * 60)} | {f"d{n}": ("", f"药物{n}号。") for n in range(12)}
    made = rankings(tmp_path, documents=documents, questions={"q": "药物"}, judgements=[("q", "long", 1)])
    assert [len(made[engine]["q"]) for engine in (Engine.VECTORS, Engine.KEYWORDS)] == [10, 10]


def test_documents_of_one_title_are_all_there(tmp_path):
    documents = {
        id_: ("同一指南", text) for id_, text in {"a": "痛风用秋水仙碱。", "b": "狂犬病打疫苗。"}.items()
    }
    with tried(tmp_path, documents=documents, judgements=[("q1", "a", 1)]) as made:
        assert sorted(made.judged_as.values()) == ["a", "b"]
        assert len(made.index.keywords) == 2


def test_an_empty_title_leaves_no_trace_in_what_is_encoded(tmp_path):
    encoder = FakeEncoder()
    with tried(
        tmp_path,
        encoder,
        documents={"a": ("", "痛风用秋水仙碱 0.5 mg 一日三次。")},
        judgements=[("q1", "a", 1)],
    ):
        assert encoder.encoded == ["痛风用秋水仙碱 0.5 mg 一日三次。"]


@pytest.mark.parametrize("text", ["NA", "", "参考文献 [1] 张三. 痛风[J]. 中华医学杂志, 2020."])
def test_what_reading_leaves_out_of_a_document_is_no_document_lost(tmp_path, text):
    with tried(tmp_path, documents={"a": ("Title", text)}, judgements=[("q1", "a", 1)]) as made:
        assert set(made.judged_as.values()) == {"a"}


def test_a_question_that_answering_refuses_finds_nothing(tmp_path):
    made = rankings(tmp_path, questions={"q": "？？"}, judgements=[("q", "gout", 1)])
    assert {engine: list(ranking["q"]) for engine, ranking in made.items()} == {
        engine: [] for engine in Engine
    }


def test_a_question_that_is_too_long_is_cut_to_what_a_bot_takes(tmp_path):
    made = rankings(tmp_path, questions={"q": "colchicine gout " * 100}, judgements=[("q", "gout", 1)])
    assert made[Engine.FUSED]["q"][0] == "gout"


def test_a_second_run_encodes_nothing(tmp_path):
    questions = read_set(write_set(tmp_path / "small"))
    fakes = [FakeEncoder(), FakeEncoder()]
    runs = []
    for fake in fakes:
        with trial_of_set(questions, CachedEncoder(fake, tmp_path / "cache")) as made:
            runs.append(rank(made, made.ask(questions.questions)))
    assert fakes[0].encoded
    assert fakes[1].encoded == []
    assert runs[0] == runs[1]


def test_another_model_is_not_given_the_vectors_of_the_first(tmp_path):
    CachedEncoder(FakeEncoder(), tmp_path).encode_questions(["痛风"])
    other = FakeEncoder("fake/2")
    CachedEncoder(other, tmp_path).encode_questions(["痛风"])
    assert other.encoded == ["痛风"]


def test_a_text_has_one_vector_as_a_question_and_one_as_a_passage(tmp_path):
    fake = FakeEncoder()
    encoder = CachedEncoder(fake, tmp_path)
    encoder.encode_questions(["痛风", "痛风"])
    encoder.encode_passages(["痛风"])
    assert fake.encoded == ["痛风", "痛风"]


def test_vectors_come_in_the_order_of_their_texts(tmp_path):
    texts = ["痛风", "gout", "痛风", "rabies"]
    encoder = CachedEncoder(FakeEncoder(), tmp_path)
    encoder.encode_passages(["rabies", "gout"])
    assert (encoder.encode_passages(texts) == FakeEncoder().encode_passages(texts)).all()


def test_opened_anew_it_finds_the_same_and_is_another_index(tmp_path):
    """So that times are those of a process that was asked nothing before."""
    questions = read_set(write_set(tmp_path / "small"))
    with trial_of_set(questions, FakeEncoder()) as made:
        fresh = made.reopened()
        assert fresh.index is not made.index
        assert fresh.answerer is not made.answerer
        assert rank(fresh, fresh.ask(questions.questions)) == rank(made, made.ask(questions.questions))
