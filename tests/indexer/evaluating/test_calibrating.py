"""Fitting what counts as evidence: on questions of which one can see what must come out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.evaluating.calibrating import (
    ANSWERABLE,
    NEAR_MISS,
    NOT_ANSWERED_AT_LEAST,
    NOTHING_ABOUT_AT_MOST,
    NOTHING_RELATED_AT_MOST,
    OFF_TOPIC,
    SIGNS,
    Seen,
    Sets,
    calibrate,
    crossed,
    see,
)
from indexer.evaluating.own import Question
from indexer.evaluating.trial import trial_of_files
from knowledge.answering.evidence import Calibration, Signs, Tone, Verdict, Weights, calibration_for
from knowledge.answering.fusion import Fit
from knowledge.answering.judging import Judged
from knowledge.answering.retrieval import Found
from knowledge.domain import Citation, Passage, PassageKind, Script
from knowledge.testing import FakeEncoder
from tests.indexer.evaluating.sets import write_lines
from tests.indexer.guidelines import ReadsHere, guideline, long_guideline

E5 = "multilingual-e5-small/"
PHRASE = "降压目标为"
NOTHING = Signs(**{field.name: 0.0 for field in fields(Signs)})
NEITHER = Verdict(tone=Tone.NEITHER, related=0, about=0, answers=0)


def judged(
    text: str,
    signs: Signs,
    *,
    own_script: bool = True,
    missing: Sequence[str] = (),
    is_on_it: bool = True,
) -> Judged:
    citation = Citation(
        title="指南", year=2024, publisher=None, language="zh", section=(), page_first=1, page_last=1, page_label=None,
        source="a.pdf",
    )  # fmt: skip
    passage = Passage(
        id=1, document_id=1, edition_id=1, ordinal=0, kind=PassageKind.TEXT, script=Script.CHINESE, text=text, tokens="",
        citation=citation,
    )  # fmt: skip
    fit = Fit(
        z=signs.z, cosine=signs.cosine, window_cosine=signs.window_cosine, information=1, coverage=signs.coverage,
        told=signs.coverage, together=signs.together, own_script=own_script,
    )  # fmt: skip
    return Judged(
        found=Found(passage=passage, fit=fit), signs=signs, verdict=NEITHER, missing=tuple(missing),
        is_complete=is_on_it and not missing, is_on_it=is_on_it,
    )  # fmt: skip


def seen(number: int, some: Sequence[Judged], phrase: str | None = None) -> Seen:
    question = Question(id=str(number), text="问", group="zh", phrase=phrase)
    return Seen(question=question, judged=tuple(some))


def made_sets(*, apart: float, questions: int = 40) -> Sets:
    """Coverage is about 0.1 off topic, and higher by `apart` where the topic is there, and again where it is answered."""
    chance = np.random.default_rng(0)

    def some(level: float, *, phrase: str | None = None) -> list[Seen]:
        return [
            seen(
                n,
                [
                    judged(
                        PHRASE if phrase else "别的",
                        replace(NOTHING, coverage=level + chance.normal(0, 0.02), z=chance.normal(3, 0.5)),
                        own_script=own,
                    )
                    for own in (True, False)
                ],
                phrase,
            )
            for n in range(questions)
        ]

    return {
        **{name: some(0.1) for name in OFF_TOPIC},
        **{name: some(0.1 + apart) for name in NEAR_MISS},
        **{name: some(0.1 + 2 * apart, phrase=PHRASE) for name in ANSWERABLE},
    }


def calibration(models: dict[str, object], name: str) -> Calibration:
    """As it would be read from the file."""
    made = json.loads(json.dumps(models))[name]
    return Calibration(
        **{
            kind: {
                own: Weights(**made[kind][key])
                for own, key in ((True, "own_script"), (False, "other_script"))
            }
            for kind in ("related", "about", "answers")
        }
    )


def tones(made: Calibration, some: Sequence[Seen]) -> list[set[Tone]]:
    """Of each question's passages."""
    return [
        {
            made.judge(each.signs, own_script=each.found.fit.own_script, is_complete=each.is_complete).tone
            for each in one.judged
        }
        for one in some
    ]


def test_what_can_be_told_apart_is_told_apart() -> None:
    """In each half by what was fitted to the other."""
    assert crossed(made_sets(apart=0.3), E5) == dict.fromkeys((*OFF_TOPIC, *NEAR_MISS), 1.0)


def test_what_cannot_be_told_apart_is_no_better_than_chance() -> None:
    for area in crossed(made_sets(apart=0.0, questions=80), E5).values():
        assert 0.3 < area < 0.7


@pytest.mark.parametrize("model", [E5, ""])
def test_each_kind_of_question_gets_its_tone(model: str) -> None:
    sets = made_sets(apart=0.3)
    made = calibration(calibrate(sets), model)
    answered = [Tone.ANSWERS in some for name in ANSWERABLE for some in tones(made, sets[name])]
    assert np.mean(answered) >= 1 - NOTHING_ABOUT_AT_MOST - 1 / len(answered)
    assert all(some == {Tone.NEITHER} for some in tones(made, sets[OFF_TOPIC[0]]))


@pytest.mark.parametrize("model", [E5, ""])
@pytest.mark.parametrize("apart", [0.01, 0.05, 0.3])
def test_the_trade_off_holds_on_what_it_was_fitted_to(apart: float, model: str) -> None:
    """However well the sets can be told apart, so many are refused at most, and so many not answered at least."""
    sets = made_sets(apart=apart)
    made = calibration(calibrate(sets), model)
    refused = [
        some == {Tone.NEITHER} for name in ANSWERABLE for some in tones(made, sets[name])
    ]  # both halves together, as they were fitted
    not_answered = [Tone.ANSWERS not in some for name in NEAR_MISS for some in tones(made, sets[name])]
    # The quantile lies between two questions.
    assert np.mean(refused) <= NOTHING_RELATED_AT_MOST + 1 / len(refused)
    assert np.mean(not_answered) >= NOT_ANSWERED_AT_LEAST - 1 / len(not_answered)


@pytest.mark.parametrize("changed", [{"missing": ("5 mg",), "is_complete": False}, {"is_complete": False}])
def test_a_near_miss_whose_passages_may_not_answer_needs_no_weight(changed: dict[str, Any]) -> None:
    """They miss what it names, or are on another disease: no answer by rule, so more of the others may be answered."""
    sets = dict(made_sets(apart=0.01))
    plain = calibration(calibrate(sets), E5)
    for name in NEAR_MISS:
        sets[name] = [
            seen(n, [replace(each, **changed) for each in one.judged]) if n % 2 else one
            for n, one in enumerate(sets[name])
        ]
    eased = calibration(calibrate(sets), E5)
    signs = sets[ANSWERABLE[0]][0].judged[0].signs
    assert eased.answers[True].probability(signs) > plain.answers[True].probability(signs)


def test_what_is_fitted_names_the_signs_of_its_model() -> None:
    made = calibrate(made_sets(apart=0.3))
    assert set(made) == set(SIGNS) == {E5, ""}
    for model, kinds in made.items():
        for kind, parts in kinds.items():
            assert set(parts) == {"own_script", "other_script"}
            for part in parts.values():
                assert tuple(part["weights"]) == SIGNS[model][kind]


def test_the_shipped_calibration_was_fitted_to_the_signs_that_are_looked_at() -> None:
    """Whoever adds a sign fits anew."""
    for model, kinds in SIGNS.items():
        shipped = calibration_for(model)
        for kind, weights in (
            ("related", shipped.related),
            ("about", shipped.about),
            ("answers", shipped.answers),
        ):
            for own in (True, False):
                assert tuple(weights[own].weights) == kinds[kind]


def test_what_treats_the_disease_is_of_the_document_or_its_sibling() -> None:
    """By the name of the file, up to its language."""
    some = [judged("甲", NOTHING), judged("乙", NOTHING), judged("丙", NOTHING)]
    files = ("asthma.zh.md", "asthma.en.md", "copd.zh.md")
    some = [
        replace(
            each,
            found=replace(
                each.found,
                passage=replace(
                    each.found.passage, citation=replace(each.found.passage.citation, source=file)
                ),
            ),
        )
        for each, file in zip(some, files, strict=True)
    ]
    near = Question(id="n", text="问", group="zh", phrase=None, document="asthma.zh.md")
    treating = Seen(question=near, judged=tuple(some)).treating()
    assert [each.found.passage.text for each in treating] == ["甲", "乙"]
    assert seen(1, some).treating() == []


def test_right_is_what_holds_the_phrase_however_it_is_spaced() -> None:
    one = seen(1, [judged("降压 目标为<140", NOTHING), judged("别的", NOTHING)], "降压目标为")
    assert [each.found.passage.text for each in one.right()] == ["降压 目标为<140"]
    assert seen(1, [judged("别的", NOTHING)]).right() == []


def test_every_question_is_seen_with_what_answering_finds_for_it(tmp_path: Path) -> None:
    """One that answering refuses is seen with nothing."""
    rows = [
        {"id": "1", "question": "老年高血压患者的降压目标是多少？", "language": "zh", "phrase": PHRASE},
        {"id": "2", "question": "？？", "language": "zh", "phrase": PHRASE},
    ]
    for name in (*ANSWERABLE, *OFF_TOPIC, *NEAR_MISS):
        write_lines(tmp_path / f"{name}.jsonl", rows)
    files = [guideline(tmp_path / "files"), long_guideline(tmp_path / "files", 20)]
    with trial_of_files(files, FakeEncoder(), ReadsHere()) as trial:  # type: ignore[arg-type]
        sets = see(tmp_path, trial)
    assert set(sets) == {*ANSWERABLE, *OFF_TOPIC, *NEAR_MISS}
    asked, refused = sets[ANSWERABLE[0]]
    assert PHRASE in asked.right()[0].found.passage.text
    assert refused.judged == ()
