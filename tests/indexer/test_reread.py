"""What an older reader read is read again from the file that was kept, as people have corrected it meanwhile."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from indexer.loading import Loader, LoadStatus
from indexer.outcomes import LoadRecord
from indexer.reading import READER, Document, read
from knowledge.domain import EditionStatus, Sharing
from knowledge.searchable import passage_for_encoder
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


class ReadsMeanwhile:
    """Something happens in the chat while a document is being read."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self._happens = happens

    def read_document(self, path: Path) -> Document:
        document = read(path)
        self._happens()
        return document


def while_it_is_read(workshop: Workshop, edition: EditionRecord, happens: Callable[[], object]) -> LoadRecord:
    reading: Any = ReadsMeanwhile(happens)
    loader = Loader(workshop.stores, workshop.encoder, reading, workshop.files)
    return loader.load_again(edition, loaded_by="test", approve=True)


@pytest.mark.parametrize("is_read_first", [False, True])
def test_what_was_withdrawn_meanwhile_stays_withdrawn(
    workshop: Workshop, tmp_path: Path, *, is_read_first: bool
) -> None:
    """After the editions were listed, or only while this one was being read."""
    listed = loaded(workshop, guideline(tmp_path / "in"))
    read_otherwise(workshop, listed)

    def withdraw() -> object:
        return workshop.stores.library.withdraw(listed.id)

    if not is_read_first:
        withdraw()
    record = while_it_is_read(workshop, listed, withdraw if is_read_first else lambda: None)
    assert (record.status, record.reason) == (LoadStatus.SKIPPED, "changed_meanwhile")
    (only,) = workshop.stores.library.editions_of(listed.document_id)
    assert only.status is EditionStatus.WITHDRAWN


def test_a_draft_of_what_was_withdrawn_meanwhile_is_not_approved(workshop: Workshop, tmp_path: Path) -> None:
    listed = loaded(workshop, guideline(tmp_path / "in"))
    read_otherwise(workshop, listed)
    assert again(workshop, listed).status is LoadStatus.LOADED
    workshop.stores.library.withdraw(listed.id)
    assert again(workshop, listed, approve=True).status is LoadStatus.SKIPPED
    assert workshop.stores.library.list_editions() == []


@pytest.mark.parametrize("is_read_first", [False, True])
def test_what_was_corrected_meanwhile_stays_corrected(
    workshop: Workshop, tmp_path: Path, *, is_read_first: bool
) -> None:
    listed = loaded(workshop, guideline(tmp_path / "in"))
    read_otherwise(workshop, listed)

    def correct() -> None:
        workshop.stores.library.edit(listed.id, Fact.SHARING, Sharing.EXCERPT)
        workshop.stores.library.edit(listed.id, Fact.TITLE, "老年高血压手册")

    if not is_read_first:
        correct()
    fresh = while_it_is_read(workshop, listed, correct if is_read_first else lambda: None).edition
    assert fresh is not None
    assert fresh.status is EditionStatus.CURRENT
    assert (fresh.title, fresh.sharing) == ("老年高血压手册", Sharing.EXCERPT)
    keys = {
        hashlib.sha256(
            passage_for_encoder(fresh.title, p.citation.section, p.text, p.kind).whole.encode()
        ).hexdigest()
        for p in workshop.stores.passages.of_edition(fresh.id)
    }
    with workshop.stores.database.read() as connection:
        query = text("SELECT vector_key FROM passages WHERE edition_id = :id")
        assert set(connection.execute(query, {"id": fresh.id}).scalars()) == keys


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


def test_what_was_encoded_without_its_sentences_is_read_anew_by_whoever_remembers_it(older: Path) -> None:
    """Though the text, which reads the same, and the model are as they were."""
    with closing(sqlite3.connect(older / "yidao.sqlite3")) as connection:
        with connection:
            connection.execute("UPDATE passages SET text = replace(text, '旧', '')")
        generation = "SELECT id, generation FROM editions"
        before = connection.execute(generation).fetchall()
        (done,), _ = several(older, ("reread",))
        after = connection.execute(generation).fetchall()
    assert "lacked the vectors" in done.out
    assert [id_ for id_, _ in after] == [id_ for id_, _ in before]
    assert all(now > then for (_, then), (_, now) in zip(before, after, strict=True))
