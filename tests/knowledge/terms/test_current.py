"""The list that counts at this moment follows the coordinator's file, and no file whatever stops it."""

from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from knowledge.answering import open_answerer
from knowledge.answering.question import PreparedQuestion
from knowledge.store import Stores
from knowledge.terms.current import CurrentTerms, merged_with
from knowledge.terms.termlist import shipped
from knowledge.testing import FakeEncoder

OWN = "zh,en,abbreviations,kind\n某某新病,newly named disease,NND,topic\n"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "terms.csv"


def names(terms: CurrentTerms, text: str) -> int:
    return len(terms.current().mentions(text))


def test_without_a_file_the_shipped_list_counts(own: Path) -> None:
    assert CurrentTerms(own).current() is shipped()
    assert merged_with(own).problems == ()


def test_a_file_that_appears_changes_or_goes_counts_at_once(own: Path) -> None:
    terms = CurrentTerms(own)
    assert names(terms, "某某新病怎么治") == 0
    own.write_text(OWN, "utf-8")
    assert names(terms, "某某新病怎么治") == 1
    assert names(terms, "高血压") == 1
    own.write_text(OWN + "某某旧病,,,topic\n", "utf-8")
    assert names(terms, "某某旧病") == 1
    own.unlink()
    assert terms.current() is shipped()


def test_a_file_that_did_not_change_is_not_read_again(own: Path) -> None:
    own.write_text(OWN, "utf-8")
    terms = CurrentTerms(own)
    first = terms.current()
    assert terms.current() is first
    os.utime(own, ns=(1, 1))
    assert terms.current() is not first


def test_a_broken_file_is_logged_without_its_text_and_the_shipped_list_counts(
    own: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own.write_text("中文,英文\n某某新病,new\n", "utf-8")
    with caplog.at_level(logging.WARNING):
        assert CurrentTerms(own).current() is shipped()
    (record,) = caplog.records
    assert vars(record)["action"] == "terms.problems"
    assert "中文" not in record.getMessage()
    assert "yidao-index terms" in record.getMessage()


def test_a_folder_in_its_place_is_named_and_stops_nothing(own: Path) -> None:
    own.mkdir()
    assert CurrentTerms(own).current() is shipped()
    assert [problem.line for problem in merged_with(own).problems] == [0]


def test_many_may_ask_at_once_while_it_changes(own: Path) -> None:
    terms = CurrentTerms(own)
    own.write_text(OWN, "utf-8")
    with ThreadPoolExecutor(8) as pool:
        lists = list(pool.map(lambda _: terms.current(), range(40)))
    assert all(found.mentions("高血压") for found in lists)
    assert names(terms, "某某新病") == 1


def test_questions_are_understood_by_the_file_as_it_stands_when_they_are_asked(
    own: Path, stores: Stores
) -> None:
    ask = open_answerer(stores, FakeEncoder(), own.parent / "cache", own_terms=own)
    question = "newly named disease 怎么治"
    before = ask.prepare(question)
    own.write_text(OWN, "utf-8")
    after = ask.prepare(question)
    assert isinstance(before, PreparedQuestion)
    assert isinstance(after, PreparedQuestion)
    assert not before.mentions
    assert len(after.mentions) == 1
