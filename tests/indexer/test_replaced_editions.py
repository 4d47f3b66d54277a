"""Old editions and new ones of every sample: what was replaced is in no answer, whatever is done to the caches."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.answering import open_answerer
from knowledge.domain import Answer, EditionStatus, Related
from knowledge.store import Stores, open_stores
from tests.indexer.guidelines import Workshop

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted((ROOT / "samples" / "guidelines").glob("*.md"))
QUESTIONS = [
    json.loads(line) for line in (ROOT / "benchmarks" / "samples.jsonl").read_text("utf-8").splitlines()
]
ASKED = 100


def old_edition(sample: Path, folder: Path) -> Path:
    """The sample as it might have been four years earlier: every figure of its text is another one."""
    text = re.sub(r"\d+", lambda digits: str(int(digits[0]) + 1), sample.read_text("utf-8"))
    facts = sample.with_suffix(".yaml").read_text("utf-8")
    earlier = re.sub(r"^year: (\d+)", lambda year: f"year: {int(year[1]) - 4}", facts, flags=re.MULTILINE)
    (folder / sample.name).with_suffix(".yaml").write_text(earlier, "utf-8")
    path = folder / sample.name
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def both_editions(workshop: Workshop, tmp_path: Path) -> Iterator[Path]:
    """The data folder of a library in which each sample replaced its older edition."""
    old = tmp_path / "old"
    old.mkdir()
    for sample in SAMPLES:
        workshop.loader.load(old_edition(sample, old), loaded_by="test", approve=True)
    for sample in SAMPLES:
        workshop.loader.load(sample, loaded_by="test", approve=True)
    yield tmp_path
    workshop.stores.database.close()


def shown(folder: Path, workshop: Workshop) -> list[int]:
    """The edition of every passage shown for the questions, asked by a process that has just started."""
    stores = open_stores(f"sqlite:///{folder / 'yidao.sqlite3'}")
    answerer = open_answerer(stores, workshop.encoder, folder / "cache")
    replies = [answerer.answer(each["question"]) for each in QUESTIONS[:ASKED]]
    stores.database.close()
    answers = [reply for reply in replies if isinstance(reply, Answer | Related)]
    assert len(answers) > ASKED / 2, "most questions have something to show"
    return [quotation.passage.edition_id for reply in answers for quotation in reply.quotations]


def editions(stores: Stores, status: EditionStatus) -> set[int]:
    return {edition.id for edition in stores.library.list_editions((status,))}


def test_no_passage_of_a_replaced_edition_is_shown_before_or_after_a_restart_or_a_rebuild(
    both_editions: Path, workshop: Workshop
) -> None:
    current = editions(workshop.stores, EditionStatus.CURRENT)
    assert len(current) == len(editions(workshop.stores, EditionStatus.REPLACED)) == len(SAMPLES)
    assert set(shown(both_editions, workshop)) <= current
    assert set(shown(both_editions, workshop)) <= current, "after a restart"
    shutil.rmtree(both_editions / "cache")
    workshop.stores.passages.cut_again()
    assert set(shown(both_editions, workshop)) <= current, "after everything was made again"


def test_a_process_that_was_answering_meanwhile_shows_the_new_edition_at_once(
    workshop: Workshop, tmp_path: Path
) -> None:
    old = tmp_path / "old"
    old.mkdir()
    for sample in SAMPLES:
        workshop.loader.load(old_edition(sample, old), loaded_by="test", approve=True)
    answerer = open_answerer(workshop.stores, workshop.encoder, tmp_path / "cache")
    for sample in SAMPLES[:4]:
        workshop.loader.load(sample, loaded_by="test", approve=True)
        replaced = editions(workshop.stores, EditionStatus.REPLACED)
        for each in QUESTIONS[:20]:
            reply = answerer.answer(each["question"])
            quotations = reply.quotations if isinstance(reply, Answer | Related) else ()
            assert not replaced & {quotation.passage.edition_id for quotation in quotations}
