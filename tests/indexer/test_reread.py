"""What an older reader read is read again from the file that was kept, as people have corrected it meanwhile."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from indexer.loading import LoadStatus
from indexer.outcomes import LoadRecord
from indexer.reading import READER
from knowledge.domain import EditionStatus
from knowledge.store.library import EditionRecord, Fact
from tests.indexer.guidelines import Workshop, guideline
from tests.indexer.shell import several


def loaded(workshop: Workshop, path: Path) -> EditionRecord:
    edition = workshop.loader.load(path, loaded_by="test", approve=True).edition
    assert edition is not None
    return edition


def again(workshop: Workshop, edition: EditionRecord, *, approve: bool = False) -> LoadRecord:
    return workshop.loader.load_again(edition, loaded_by="test", approve=approve)


def read_otherwise(workshop: Workshop, edition: EditionRecord) -> None:
    """As if an older reader had made other passages of it."""
    with workshop.stores.database.write() as connection:
        connection.execute(text("UPDATE passages SET text = text || '旧' WHERE ordinal = 0"))
        connection.execute(text("UPDATE editions SET reader = NULL"))


def test_what_reads_the_same_is_noted_as_read_by_this_version(workshop: Workshop, tmp_path: Path) -> None:
    edition = loaded(workshop, guideline(tmp_path / "in"))
    with workshop.stores.database.write() as connection:
        connection.execute(text("UPDATE editions SET reader = NULL"))
    assert again(workshop, edition).status is LoadStatus.UNCHANGED
    assert workshop.stores.library.edition(edition.id).reader == READER


def test_what_reads_differently_waits_as_a_draft_or_answers_as_the_next_edition(
    workshop: Workshop, tmp_path: Path
) -> None:
    edition = loaded(workshop, guideline(tmp_path / "in"))
    read_otherwise(workshop, edition)
    draft = again(workshop, edition).edition
    assert draft is not None
    assert (draft.status, draft.document_id) == (EditionStatus.DRAFT, edition.document_id)
    approved = again(workshop, edition, approve=True)
    assert approved.edition is not None
    assert approved.edition.id == draft.id, "the draft that was there is taken up"
    assert [each.id for each in workshop.stores.library.list_editions()] == [draft.id]
    assert [each.id for each in approved.replaced] == [edition.id]


def test_what_people_corrected_stays_corrected(workshop: Workshop, tmp_path: Path) -> None:
    """Also signs that mean something in the file beside it, through which the facts go."""
    edition = loaded(workshop, guideline(tmp_path / "in"))
    title = '高血压 & 糖尿病：*手册* "二" # 一'
    workshop.stores.library.edit(edition.id, Fact.TITLE, title)
    workshop.stores.library.edit(edition.id, Fact.YEAR, 2019)
    workshop.stores.library.edit(edition.id, Fact.SPECIALTIES, ("cardiology",))
    read_otherwise(workshop, edition)
    fresh = again(workshop, workshop.stores.library.edition(edition.id)).edition
    assert fresh is not None
    assert (fresh.title, fresh.year, fresh.specialties) == (title, 2019, ("cardiology",))
    assert (fresh.file_name, fresh.file_hash) == (edition.file_name, edition.file_hash)


def test_without_its_file_it_is_refused(workshop: Workshop, tmp_path: Path) -> None:
    edition = loaded(workshop, guideline(tmp_path / "in"))
    for file in workshop.files.rglob("*.md"):
        file.unlink()
    record = again(workshop, edition)
    assert (record.status, record.reason) == (LoadStatus.REFUSED, "not_found")


@pytest.fixture
def older(data: Path, tmp_path: Path) -> Path:
    """A library that an older version read and encoded."""
    several(data, ("load", str(guideline(tmp_path / "in"))))
    with closing(sqlite3.connect(data / "yidao.sqlite3")) as connection, connection:
        connection.execute("UPDATE vectors SET windows = NULL")
        connection.execute("UPDATE editions SET reader = NULL")
        connection.execute("UPDATE passages SET text = text || '旧' WHERE ordinal = 0")
    return data


def test_status_tells_what_an_older_version_left_undone_until_it_is_done(older: Path) -> None:
    (before, done, after, nothing, unknown), _ = several(
        older, ("status",), ("reread",), ("status",), ("reread",), ("reread", "9")
    )
    assert "2 passages lack" in before.out
    assert "1 documents were read by an older version" in before.out
    assert (done.status, "reads differently" in done.out) == (0, True)
    assert "older reader" not in after.out
    assert "lack" not in after.out
    assert "nothing was read" in nothing.out
    assert unknown.status == 1
