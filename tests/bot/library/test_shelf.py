"""What the list shows, in which order, and what is found in it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.library.shelf import PAGE_SIZE, Entry, Filter, Shown, entries_of, filtered, found, page_of
from knowledge.domain import EditionStatus
from knowledge.store import Stores
from tests.knowledge.editions import edition, publish


@pytest.fixture
def entries(stores: Stores) -> list[Entry]:
    """A Chinese guideline with two editions and a draft, an English one, a draft alone, and one withdrawn."""
    add(stores, "高血壓防治指南（2018）", ("旧。",), year=2018, language="zh-TW")
    add(stores, "高血壓防治指南（2024）", ("新。",), year=2024, language="zh-TW", specialties=("心内科",))
    stores.library.add_draft(edition("高血壓防治指南（2025）", ("更新。",), year=2025, language="zh-TW"))
    add(
        stores, "Asthma strategy", ("Asthma.",), language="en", publisher="GINA", specialties=("respiratory",)
    )
    stores.library.add_draft(edition("草稿", ("草。",)))
    stores.library.withdraw(add(stores, "作废", ("废。",)))
    return entries_of(stores.library.list_editions(EditionStatus))


def add(stores: Stores, *args: Any, **given: Any) -> int:
    return publish(stores, edition(*args, **given)).edition.id


def titles(entries: list[Entry]) -> list[str]:
    return [entry.edition.title for entry in entries]


def test_a_document_stands_once_by_what_answers(entries: list[Entry]):
    (entry,) = [each for each in entries if "高血壓" in each.edition.title]
    assert (entry.edition.year, entry.editions, entry.drafts) == (2024, 2, 1)
    assert len(entries) == 4


@pytest.mark.parametrize(
    "wanted, shown",
    [
        (Filter(), {"高血壓防治指南（2024）", "Asthma strategy"}),
        (Filter(shown=Shown.WAITING), {"高血壓防治指南（2024）", "草稿"}),
        (Filter(shown=Shown.WITHDRAWN), {"作废"}),
        (Filter(shown=Shown.ALL), {"高血壓防治指南（2024）", "Asthma strategy", "草稿", "作废"}),
        (Filter(language="en"), {"Asthma strategy"}),
        (Filter(specialty="cardiology"), {"高血壓防治指南（2024）"}),
        (Filter(language="en", specialty="cardiology"), set()),
    ],
)
def test_a_filter_shows_what_it_says(entries: list[Entry], wanted: Filter, shown: set[str]):
    assert set(titles(filtered(entries, wanted))) == shown


@pytest.mark.parametrize(
    "query, title",
    [
        ("高血压 2024", "高血壓防治指南（2024）"),
        ("gina", "Asthma strategy"),
        ("ASTHMA", "Asthma strategy"),
        ("作废", "作废"),
    ],
)
def test_every_word_is_searched_for_in_either_script(entries: list[Entry], query: str, title: str):
    assert titles(found(entries, query)) == [title]


@pytest.mark.parametrize("query", ["", " ", "高血压 gina", "%", "_"])
def test_what_is_not_there_is_not_found(entries: list[Entry], query: str):
    assert found(entries, query) == []


def test_pages_hold_every_document_once(stores: Stores):
    for number in range(2 * PAGE_SIZE + 1):
        add(stores, f"指南{number:02}", (f"{number}。",))
    entries = entries_of(stores.library.list_editions())
    pages = [page_of(entries, number) for number in range(3)]
    assert [len(page.entries) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 1]
    assert [entry for page in pages for entry in page.entries] == entries
    assert {(page.pages, page.total) for page in pages} == {(3, 2 * PAGE_SIZE + 1)}


@pytest.mark.parametrize("number, shown", [(-1, 0), (7, 0)])
def test_a_page_that_is_not_there_is_the_last_one(number: int, shown: int):
    """The library became smaller since the button was shown."""
    assert page_of([], number).number == shown
