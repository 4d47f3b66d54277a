"""How much of a question's information a passage holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answering.coverage import (
    Clue,
    Clues,
    clues_in_other_script,
    clues_in_own_script,
    inverse_frequency,
)
from knowledge.domain import Script
from knowledge.terms.termlist import TermList, TermRow
from knowledge.text import question_terms, tokens

ZH, EN = Script.CHINESE, Script.OTHER
TERMS = TermList(
    [
        TermRow(
            zh=("慢阻肺", "慢性阻塞性肺疾病"),
            en=("chronic obstructive pulmonary disease",),
            abbreviations=("COPD",),
        ),
        TermRow(zh=("房颤",), en=(), abbreviations=("AF",)),
    ]
)


def alike(_term: str) -> float:
    """Every term is as rare as another."""
    return 1.0


def own(question: str, script: Script, passage: str) -> float:
    clues = clues_in_own_script(question_terms(question), TERMS.mentions(question), script, alike)
    return clues.coverage(clues.among(tokens(passage)))


def other(question: str, script: Script, passage: str) -> float:
    clues = clues_in_other_script(question_terms(question), TERMS.mentions(question), script, alike)
    return clues.coverage(clues.among(tokens(passage)))


def test_a_passage_that_says_the_question_covers_it_all() -> None:
    assert own("高血压的降压目标", ZH, "高血压，降压目标。") == pytest.approx(1)
    assert own("metformin dose", EN, "The dose of metformin") == pytest.approx(1)


def test_a_passage_about_something_else_covers_nothing() -> None:
    assert own("高血压的降压目标", ZH, "骨折的固定") == 0
    assert other("高血压的降压目标", EN, "fixation of a fracture") == 0


def test_another_name_of_the_same_thing_covers_it() -> None:
    assert own("慢阻肺", ZH, "慢性阻塞性肺疾病的诊断") == pytest.approx(1)
    assert own("COPD inhaler", EN, "chronic obstructive pulmonary disease: inhaler") == pytest.approx(1)


def test_a_name_in_the_other_language_covers_it() -> None:
    assert other("慢阻肺", EN, "chronic obstructive pulmonary disease") == pytest.approx(1)
    assert other("COPD", ZH, "慢阻肺患者") == pytest.approx(1)


def test_what_the_list_does_not_know_counts_against_a_passage_in_the_other_script() -> None:
    """It must not look as if 「剂量」 alone answered."""
    assert 0 < other("慢阻肺的沙美特罗", EN, "COPD") < 1


def test_a_figure_is_the_same_in_any_script() -> None:
    assert other("140/90", EN, "below 140/90 mmHg") == pytest.approx(1)


def test_no_clues_are_no_coverage() -> None:
    none = Clues([])
    assert none.coverage(none.among({"a"})) == none.coverage(frozenset()) == 0
    assert none.information == 0


def test_a_question_tells_as_much_as_its_words_together() -> None:
    clues = Clues(Clue(weight=weight, alternatives=(frozenset({str(weight)}),)) for weight in (1.5, 4))
    assert clues.information == 5.5
    assert clues.coverage(frozenset({"4"})) == pytest.approx(4 / 5.5)


def test_only_words_that_some_clue_asks_for_matter() -> None:
    clues = Clues([Clue(weight=1, alternatives=(frozenset("ab"), frozenset("c")))])
    assert clues.words == ("a", "b", "c")
    assert clues.among("axxb") == {"a", "b"}
    assert clues.among([]) == frozenset()


@given(
    st.lists(
        st.builds(
            Clue,
            weight=st.floats(0.1, 9),
            alternatives=st.tuples(st.frozensets(st.sampled_from("abcd"), min_size=1)),
        )
    ),
    st.frozensets(st.sampled_from("abcd")),
    st.frozensets(st.sampled_from("abcd")),
)
def test_a_passage_that_holds_more_covers_no_less(
    clues: list[Clue], held: frozenset[str], more: frozenset[str]
) -> None:
    made = Clues(clues)
    assert 0 <= made.coverage(held) <= made.coverage(held | more) <= 1 + 1e-9


@given(
    st.lists(
        st.builds(
            Clue,
            weight=st.floats(0.1, 9),
            alternatives=st.tuples(st.frozensets(st.sampled_from("abcd"), min_size=1)),
        )
    ),
    st.lists(st.sampled_from("abcdxyz")),
)
def test_leaving_out_what_does_not_matter_changes_nothing(clues: list[Clue], tokens_: list[str]) -> None:
    """Nor does asking twice."""
    made = Clues(clues)
    held = made.among(tokens_)
    weight = sum(clue.weight for clue in clues if clue.is_in(set(tokens_)))
    expected = weight / sum(clue.weight for clue in clues) if clues else 0.0
    assert made.coverage(held) == made.coverage(held) == pytest.approx(expected)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_rarer_word_weighs_more(one: int, other_: int) -> None:
    few, many = sorted((one, other_))
    assert inverse_frequency(10_000, few) >= inverse_frequency(10_000, many) > 0


# ------------------------------------------------------------------------------------------ what words tell


def told(clues: Clues, passage: str) -> float:
    return clues.told(clues.bits(tokens(passage)))


def test_a_term_that_repeats_others_tells_less_and_covers_as_much() -> None:
    clues = clues_in_own_script(("冠心病", "冠心", "他汀"), (), ZH, alike, frozenset({"冠心"}))
    assert told(clues, "冠心病") < 2 * told(clues, "他汀")
    assert clues.coverage(clues.among(tokens("冠心病"))) == pytest.approx(2 / 3)


def test_a_rare_word_of_latin_script_tells_more_than_its_share_of_the_weight() -> None:
    """A few common words together do not say as much as the drug's name."""
    weights = {"metformin": 6.0, "dose": 2.0, "start": 2.0, "adult": 2.0}
    clues = clues_in_own_script(tuple(weights), (), EN, weights.__getitem__)
    assert clues.coverage(clues.among(["metformin"])) == clues.coverage(
        clues.among(["dose", "start", "adult"])
    )
    assert told(clues, "metformin") > clues.told(clues.bits(["dose", "start", "adult"]))


def test_concepts_in_the_other_script_tell_what_they_weigh() -> None:
    clues = clues_in_other_script(question_terms("慢阻肺"), TERMS.mentions("慢阻肺"), EN, alike)
    assert told(clues, "COPD") == pytest.approx(clues.information) == pytest.approx(1)
