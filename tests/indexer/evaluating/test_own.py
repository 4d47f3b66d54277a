"""The project's own questions: which figures there are, and that floors hold them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.errors import InvalidSet
from indexer.evaluating.floors import fallen, raised, read_floors, write_floors
from indexer.evaluating.own import OwnFigure, evaluate_own
from indexer.evaluating.trial import trial_of_files
from knowledge.testing import FakeEncoder
from tests.indexer.evaluating.sets import write_lines
from tests.indexer.guidelines import ReadsHere, guideline, long_guideline

ANSWERED = "老年高血压患者的降压目标是多少？"
PHRASE = "降压目标为 <140/90 mmHg"


def _figures(folder: Path) -> dict[str, float]:
    files = [guideline(folder / "files"), long_guideline(folder / "files", 60)]
    with trial_of_files(files, FakeEncoder(), ReadsHere()) as made:  # type: ignore[arg-type]
        return {figure.name: figure.value for figure in evaluate_own(folder, made)}


def _samples(folder: Path, phrase: str = PHRASE) -> None:
    rows = [
        {"id": "s1", "question": ANSWERED, "language": "zh", "phrase": phrase, "kind": "same"},
        {"id": "s2", "question": "rabies vaccine", "language": "en", "phrase": phrase, "kind": "cross"},
    ]
    write_lines(folder / "samples.jsonl", rows)


def test_a_phrase_that_is_shown_first_counts_by_the_language_of_its_question(tmp_path):
    _samples(tmp_path)
    figures = _figures(tmp_path)
    assert figures["samples.zh.first"] == figures["samples.zh.three"] == 1
    assert figures["samples.cross.first"] == figures["samples.cross.three"] == 0
    assert figures["samples.answered"] == 0.5
    assert figures["samples.keywords.mrr@10"] == 0.5


@pytest.mark.parametrize("prefix, answerable", [("", "samples"), ("held_out_", "held_out_answerable")])
def test_what_nothing_answers_is_counted_by_what_is_said_of_it(tmp_path, prefix, answerable):
    _samples(tmp_path)
    if prefix:
        (tmp_path / "samples.jsonl").rename(tmp_path / f"{answerable}.jsonl")
    rows = [
        {"id": "o1", "question": "红烧肉怎么做才好吃", "language": "zh"},
        {"id": "o2", "question": ANSWERED, "language": "zh"},
    ]
    write_lines(tmp_path / f"{prefix}off_topic.jsonl", rows)
    figures = _figures(tmp_path)
    assert figures[f"{prefix}off_topic.not_answered"] == figures[f"{prefix}off_topic.refused"] == 0.5
    assert figures[f"{prefix}off_topic.related"] == 0
    assert 0 <= figures[f"{prefix}off_topic.auroc"] <= 1
    assert not any(name.startswith(f"{prefix}near_miss") for name in figures)


def test_a_phrase_that_no_sample_holds_is_named(tmp_path):
    _samples(tmp_path, phrase="这句话哪里都没有")
    with pytest.raises(InvalidSet, match="s1"):
        _figures(tmp_path)


def test_a_folder_without_questions_is_an_error(tmp_path):
    with pytest.raises(InvalidSet):
        _figures(tmp_path)


def test_a_guideline_that_is_refused_is_an_error(tmp_path):
    empty = tmp_path / "empty.md"
    empty.write_text("", "utf-8")
    with pytest.raises(InvalidSet, match=r"empty\.md"), trial_of_files([empty], FakeEncoder(), ReadsHere()):  # type: ignore[arg-type]
        pass


# --------------------------------------------------------------------------------------------------- floors


def _figure(value: float, name: str = "samples.zh.first", noise: float = 0.1, **given: bool) -> OwnFigure:
    return OwnFigure(name=name, value=value, questions=10, noise=noise, **given)


def test_a_figure_below_its_floor_is_named_with_both():
    (line,) = fallen([_figure(0.69)], {"samples.zh.first": 0.7})
    assert line == "samples.zh.first is 0.6900, below its floor of 0.7000"


def test_a_figure_on_its_floor_has_not_fallen():
    assert fallen([_figure(0.7)], {"samples.zh.first": 0.7}) == []
    assert fallen([_figure(11 / 12)], {"samples.zh.first": 0.9167}) == [], "floors are written in four digits"


def test_a_figure_that_is_measured_no_more_has_fallen():
    (line,) = fallen([], {"samples.zh.first": 0.7})
    assert "not measured any more" in line


def test_a_floor_follows_what_was_reached_but_for_what_is_no_difference():
    assert raised([_figure(0.9)], {}) == {"samples.zh.first": 0.8}


@pytest.mark.parametrize("value", [0.0, 0.7, 0.8, 0.9])
def test_a_floor_is_never_lowered(value):
    assert raised([_figure(value)], {"samples.zh.first": 0.8}) == {"samples.zh.first": 0.8}


def test_the_floor_of_what_was_not_measured_stays():
    assert raised([], {"samples.zh.first": 0.8}) == {"samples.zh.first": 0.8}


def test_what_is_only_told_has_no_floor():
    assert raised([_figure(0.9, told_only=True)], {}) == {}


def test_floors_are_kept_in_a_file_that_can_be_read_in_a_review(tmp_path):
    path = tmp_path / "floors.json"
    assert read_floors(path) == {}
    write_floors(path, {"samples.zh.first": 0.8})
    assert read_floors(path) == {"samples.zh.first": 0.8}
    assert json.loads(path.read_text("utf-8")) == {"samples.zh.first": 0.8}
    assert path.read_text("utf-8").endswith("\n")
