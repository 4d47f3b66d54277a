"""A file becomes an edition whole or not at all, and nothing is done twice."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from indexer.loading import Loader, LoadRecord, LoadStatus, encode_and_keep, hash_of
from knowledge.domain import EditionStatus, Script
from knowledge.errors import ModelChanged
from knowledge.searchable import Encodable, passage_for_encoder
from knowledge.store import Stores
from knowledge.store.library import EditionRecord, LibraryStore
from knowledge.testing import FakeEncoder
from tests.indexer.guidelines import TARGET, TITLE, Workshop, guideline, long_guideline

JIA, YI = Encodable(whole="甲"), Encodable(whole="乙")
LONG = "".join(
    f"第{n}种药物的起始剂量为每日{n}毫克，每两周可以加量一次，并应随访肾功能与血钾。" for n in "一二三四"
)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    return tmp_path / "inbox"


def load(workshop: Workshop, path: Path, *, approve: bool = True, name: str | None = None) -> LoadRecord:
    return workshop.loader.load(path, loaded_by="test", approve=approve, name=name)


def rows(stores: Stores) -> dict[str, int]:
    """How many rows each table of the library has."""
    with stores.database.read() as connection:
        return {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("documents", "editions", "passages")
        }


# -------------------------------------------------------------------------------------------------- loading


def test_a_loaded_guideline_answers_with_title_year_and_section(workshop: Workshop, inbox: Path) -> None:
    record = load(workshop, guideline(inbox))
    assert (record.status, record.reason, record.file) == (LoadStatus.LOADED, None, "高血压.md")
    edition = record.edition
    assert edition is not None
    assert (edition.title, edition.year, edition.language, edition.passages) == (TITLE, 2024, "zh", 2)
    assert edition.status is EditionStatus.CURRENT
    first, _ = workshop.stores.passages.of_edition(edition.id)
    assert first.text == TARGET
    assert first.script is Script.CHINESE
    assert first.citation.section == ("一、降压目标",)
    assert first.citation.page_first is None


def test_every_passage_of_a_loaded_guideline_has_a_vector(workshop: Workshop, inbox: Path) -> None:
    edition = load(workshop, guideline(inbox)).edition
    assert edition is not None
    rows_by_script = workshop.stores.passages.vectors_of([edition.id], workshop.encoder.fingerprint)
    assert len(rows_by_script[Script.CHINESE].ids) == 2
    assert workshop.stores.passages.unencoded(workshop.encoder.fingerprint) == []


def test_passages_are_encoded_and_found_with_their_title_and_headings(
    workshop: Workshop, inbox: Path
) -> None:
    edition = load(workshop, guideline(inbox)).edition
    assert edition is not None
    assert any(
        t.startswith(f"{TITLE.replace('（', '(').replace('）', ')')} > 一、降压目标")
        for t in workshop.encoder.encoded
    )
    tokens = workshop.stores.passages.tokens_of([edition.id])[edition.id][0].tokens.split()
    assert {"防治", "指南", "目标", "140/90"} <= set(tokens)


def test_the_file_is_kept_as_it_was_sent(workshop: Workshop, inbox: Path) -> None:
    path = guideline(inbox)
    load(workshop, path)
    (kept,) = (file for file in workshop.files.rglob("*") if file.is_file())
    assert kept.read_bytes() == path.read_bytes()
    assert kept.suffix == ".md"


def test_progress_ends_with_everything(workshop: Workshop, inbox: Path) -> None:
    heard: list[tuple[int, int]] = []
    workshop.loader.load(
        long_guideline(inbox, 150), loaded_by="test", approve=True, on_progress=lambda *n: heard.append(n)
    )
    assert heard[-1] == (150, 150)
    assert heard == sorted(heard)
    assert len(heard) > 1


# --------------------------------------------------------------------------------------------- a second time


def test_the_same_file_a_second_time_changes_nothing_and_is_not_even_read(
    workshop: Workshop, inbox: Path
) -> None:
    path = guideline(inbox)
    load(workshop, path)
    before = workshop.stores.library.generation(), len(workshop.encoder.encoded), len(workshop.sandbox.read)
    record = load(workshop, path)
    assert (record.status, record.reason) == (LoadStatus.UNCHANGED, "already_loaded")
    assert before == (
        workshop.stores.library.generation(),
        len(workshop.encoder.encoded),
        len(workshop.sandbox.read),
    )


def test_the_same_content_under_another_name_changes_nothing(workshop: Workshop, inbox: Path) -> None:
    path = guideline(inbox)
    load(workshop, path)
    before = rows(workshop.stores)
    assert load(workshop, Path(shutil.copyfile(path, inbox / "又一份.md"))).status is LoadStatus.UNCHANGED
    other_bytes = inbox / "空行.md"
    other_bytes.write_text(path.read_text("utf-8").replace("\n\n", "\n\n\n") + "\n", "utf-8")
    assert load(workshop, other_bytes).status is LoadStatus.UNCHANGED
    assert rows(workshop.stores) == before


def test_a_passage_that_stays_is_not_encoded_again_in_the_next_edition(
    workshop: Workshop, inbox: Path
) -> None:
    load(workshop, guideline(inbox, title="高血压指南"))
    before = len(workshop.encoder.encoded)
    record = load(workshop, guideline(inbox, "新.md", title="高血压指南", target=TARGET + "糖尿病患者亦同。"))
    assert record.status is LoadStatus.LOADED
    assert len(workshop.encoder.encoded) == before + 1, "only what changed"
    assert len(record.replaced) == 1


@pytest.mark.parametrize(
    "line, field, value",
    [
        ("title: 高血压手册", "title", "高血压手册"),
        ("year: 2020", "year", 2020),
        ("publisher: 示例学会", "publisher", "示例学会"),
        ("source: https://example.org/h", "source", "https://example.org/h"),
    ],
)
def test_a_corrected_sidecar_is_taken_over_as_a_new_edition_of_the_same_document(
    workshop: Workshop, inbox: Path, line: str, field: str, value: object
) -> None:
    path = guideline(inbox, title="高血压防治指南")
    first = load(workshop, path).edition
    path.with_suffix(".yml").write_text(f"{line}\n", "utf-8")
    record = load(workshop, path)
    assert record.status is LoadStatus.LOADED
    assert record.edition is not None
    assert first is not None
    assert getattr(record.edition, field) == value
    assert record.edition.document_id == first.document_id
    assert [e.id for e in workshop.stores.library.list_editions()] == [record.edition.id]
    assert load(workshop, path).status is LoadStatus.UNCHANGED


@pytest.mark.parametrize("line", ["sharing: excerpt", "specialties: [心内科]"])
def test_a_sidecar_that_corrects_sharing_or_specialties_is_taken_over(
    workshop: Workshop, inbox: Path, line: str
) -> None:
    path = guideline(inbox)
    load(workshop, path)
    path.with_suffix(".yaml").write_text(f"{line}\n", "utf-8")
    assert load(workshop, path).status is LoadStatus.LOADED


def test_the_hash_of_a_file_depends_on_its_content_and_its_sidecar_alone(inbox: Path) -> None:
    path = guideline(inbox)
    alone = hash_of(path)
    assert hash_of(Path(shutil.copyfile(path, inbox / "b.md"))) == alone
    path.with_suffix(".yaml").write_text("year: 2020\n")
    assert hash_of(path) != alone


# ------------------------------------------------------------------------------------- editions and drafts


def test_a_newer_edition_replaces_and_an_older_one_is_warned_about(workshop: Workshop, inbox: Path) -> None:
    load(workshop, guideline(inbox, "b.md", title="中国高血压防治指南（2018年版）", target=TARGET + "旧版。"))
    newer = load(workshop, guideline(inbox))
    assert [old.year for old in newer.replaced] == [2018]
    older = load(
        workshop, guideline(inbox, "c.md", title="中国高血压防治指南（2010年版）", target=TARGET + "更旧。")
    )
    assert older.edition is not None
    assert older.edition.status is EditionStatus.REPLACED
    assert ("older_than_current", 1) in older.warnings
    assert [e.year for e in workshop.stores.library.list_editions()] == [2024]


def test_a_draft_waits_and_is_approved_by_loading_it_again(workshop: Workshop, inbox: Path) -> None:
    path = guideline(inbox)
    draft = load(workshop, path, approve=False)
    assert draft.status is LoadStatus.LOADED
    assert draft.edition is not None
    assert draft.edition.status is EditionStatus.DRAFT
    assert workshop.stores.library.status().documents == 0
    again = load(workshop, path, approve=False)
    assert again.edition == draft.edition
    approved = load(workshop, path)
    assert approved.status is LoadStatus.LOADED
    assert approved.edition is not None
    assert (approved.edition.id, approved.edition.status) == (draft.edition.id, EditionStatus.CURRENT)
    assert len(workshop.sandbox.read) == 1, "read once"


class DecidedMeanwhile(LibraryStore):
    """A coordinator approves each draft between its being found and its being approved."""

    def find(self, *, file_hash: str | None = None, content_hash: str | None = None) -> EditionRecord | None:
        found = super().find(file_hash=file_hash, content_hash=content_hash)
        if found is not None:
            self.approve(found.id, decided_by="telegram:7")
        return found


def test_a_draft_that_is_decided_at_this_moment_is_told_and_the_next_file_is_loaded(
    workshop: Workshop, inbox: Path
) -> None:
    path = guideline(inbox)
    load(workshop, path, approve=False)
    stores = replace(workshop.stores, library=DecidedMeanwhile(workshop.stores.database))
    loader = Loader(stores, workshop.encoder, workshop.sandbox, workshop.files)  # type: ignore[arg-type]
    record = loader.load(path, loaded_by="test", approve=True)
    assert (record.status, record.reason) == (LoadStatus.REFUSED, "changed_meanwhile")
    assert record.message
    (edition,) = workshop.stores.library.list_editions()
    assert edition.decided_by == "telegram:7"
    other = guideline(inbox, "b.md", title="慢阻肺指南（2021年版）", target="首选吸入。")
    assert loader.load(other, loaded_by="test", approve=True).status is LoadStatus.LOADED


def test_a_document_that_is_forgotten_while_its_edition_is_read_is_told(
    workshop: Workshop, inbox: Path
) -> None:
    draft = load(workshop, guideline(inbox), approve=False).edition
    assert draft is not None
    workshop.stores.library.discard(draft.id)
    newer = guideline(inbox, "b.md", title="慢阻肺指南（2021年版）", target="首选吸入。")
    record = workshop.loader.load(newer, loaded_by="test", approve=True, edition_of=draft.document_id)
    assert (record.status, record.reason) == (LoadStatus.REFUSED, "changed_meanwhile")
    assert workshop.stores.library.list_editions() == []


def test_a_withdrawn_document_answers_again_when_it_is_loaded_again(workshop: Workshop, inbox: Path) -> None:
    path = guideline(inbox)
    first = load(workshop, path).edition
    assert first is not None
    workshop.stores.library.withdraw(first.id)
    record = load(workshop, path)
    assert record.status is LoadStatus.LOADED
    assert record.edition is not None
    assert (record.edition.id, record.edition.status) == (first.id, EditionStatus.CURRENT)


def test_a_discarded_draft_can_be_loaded_anew_without_encoding(workshop: Workshop, inbox: Path) -> None:
    path = guideline(inbox)
    draft = load(workshop, path, approve=False).edition
    assert draft is not None
    workshop.stores.library.discard(draft.id)
    before = len(workshop.encoder.encoded)
    assert load(workshop, path).status is LoadStatus.LOADED
    assert len(workshop.encoder.encoded) == before


# --------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    "name, content, reason",
    [
        ("leer.md", b"", "empty_file"),
        ("kurz.md", b"# Title\n", "no_text"),
        ("a.xyz", b"text", "unsupported_kind"),
        ("a.pdf", b"<html><body>not a pdf</body></html>", "wrong_kind"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "legacy_office"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_the_library_stays_as_it_was(
    workshop: Workshop, inbox: Path, name: str, content: bytes, reason: str
) -> None:
    load(workshop, guideline(inbox))
    before = workshop.stores.library.status(), rows(workshop.stores)
    (inbox / name).write_bytes(content)
    record = load(workshop, inbox / name)
    assert (record.status, record.reason, record.edition) == (LoadStatus.REFUSED, reason, None)
    assert record.message
    assert (workshop.stores.library.status(), rows(workshop.stores)) == before


def test_a_file_that_is_not_there_is_refused(workshop: Workshop, inbox: Path) -> None:
    assert load(workshop, inbox / "nicht.md").status is LoadStatus.REFUSED


def test_a_wrong_sidecar_is_refused_by_its_key(workshop: Workshop, inbox: Path) -> None:
    path = guideline(inbox)
    path.with_suffix(".yaml").write_text("year: soon\n")
    record = load(workshop, path)
    assert (record.status, record.reason) == (LoadStatus.REFUSED, "invalid_sidecar")
    assert "year" in (record.message or "")


def test_another_model_stops_loading_before_anything_is_stored(workshop: Workshop, inbox: Path) -> None:
    load(workshop, guideline(inbox))
    before = rows(workshop.stores)
    other = Loader(workshop.stores, FakeEncoder("fake/2"), workshop.sandbox, workshop.files)  # type: ignore[arg-type]
    with pytest.raises(ModelChanged):
        other.load(long_guideline(inbox, 3), loaded_by="test", approve=True)
    assert rows(workshop.stores) == before


# -------------------------------------------------------------------------------------- killed in the middle


class Killed(BaseException):
    """As a signal is: nothing of ours catches it."""


class Dying(FakeEncoder):
    """Encodes so many batches and is killed in the next."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self._left = batches

    def encode_passages(self, texts, on_progress=None):
        if not self._left:
            raise Killed
        self._left -= 1
        return super().encode_passages(texts, on_progress)


def test_a_kill_while_encoding_leaves_nothing_half_loaded_and_loses_little_work(
    workshop: Workshop, inbox: Path
) -> None:
    path = long_guideline(inbox, 150)
    dying = Dying(batches=1)
    loader = Loader(workshop.stores, dying, workshop.sandbox, workshop.files)  # type: ignore[arg-type]
    with pytest.raises(Killed):
        loader.load(path, loaded_by="test", approve=True)
    assert rows(workshop.stores) == {"documents": 0, "editions": 0, "passages": 0}
    assert not workshop.files.exists()
    done = len(dying.encoded)
    assert 0 < done < 150

    record = load(workshop, path)
    assert record.status is LoadStatus.LOADED
    assert record.edition is not None
    assert record.edition.passages == 150
    assert len(workshop.encoder.encoded) == 150 - done, (
        "what was encoded before the kill is not encoded again"
    )


def test_a_kill_between_draft_and_approval_is_finished_by_loading_again(
    workshop: Workshop, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = guideline(inbox)

    def killed(_edition_id: int, *, decided_by: str) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(workshop.stores.library, "approve", killed)
        with pytest.raises(Killed):
            load(workshop, path)
    assert workshop.stores.library.status().documents == 0
    record = load(workshop, path)
    assert record.status is LoadStatus.LOADED
    assert workshop.stores.library.status().documents == 1
    assert rows(workshop.stores)["editions"] == 1


# --------------------------------------------------------------------------------------------------- encoding


def test_texts_that_are_the_same_are_encoded_once(workshop: Workshop) -> None:
    keys = encode_and_keep([JIA, YI, JIA], workshop.stores, workshop.encoder)
    assert keys[0] == keys[2] != keys[1]
    assert sorted(workshop.encoder.encoded) == ["乙", "甲"]
    encode_and_keep([YI, Encodable(whole="丙")], workshop.stores, workshop.encoder)
    assert sorted(workshop.encoder.encoded) == ["丙", "乙", "甲"]


def test_the_windows_of_a_passage_are_kept_with_it_in_order(workshop: Workshop, inbox: Path) -> None:
    """Whatever stands beside it, and however long that is: windows and wholes are encoded in one call."""
    path = inbox / "long.md"
    inbox.mkdir()
    sections = {
        "一、长": LONG,
        "二、短": "血压应降至<140/90 mmHg，能耐受者可降至更低。",
        "三、更长": LONG + LONG.replace("第", "另"),
    }
    path.write_text(f"# {TITLE}\n\n" + "".join(f"## {h}\n\n{t}\n\n" for h, t in sections.items()), "utf-8")
    edition = load(workshop, path).edition
    assert edition is not None
    passages = {p.id: p for p in workshop.stores.passages.of_edition(edition.id)}
    read = workshop.stores.passages.current_with_windows(list(passages), workshop.encoder.fingerprint)
    expected = {
        id_: passage_for_encoder(TITLE, p.citation.section, p.text, p.kind).windows
        for id_, p in passages.items()
    }
    assert {id_: len(each.windows) for id_, each in read.items()} == {
        id_: len(some) for id_, some in expected.items()
    }
    assert len(set(map(len, expected.values()))) == 3, "one has more than the other, and one has none"
    for id_ in (id_ for id_, some in expected.items() if some):
        rows = workshop.encoder.encode_passages(expected[id_])
        np.testing.assert_allclose(read[id_].windows, rows, atol=1e-3, rtol=0)


def test_what_an_older_version_encoded_without_windows_is_encoded_again(workshop: Workshop) -> None:
    encode_and_keep([JIA, YI], workshop.stores, workshop.encoder)
    with workshop.stores.database.write() as connection:
        connection.execute(text("UPDATE vectors SET windows = NULL"))
    again = FakeEncoder()
    encode_and_keep([JIA, YI], workshop.stores, again)
    encode_and_keep([JIA, YI], workshop.stores, again)
    assert sorted(again.encoded) == ["乙", "甲"]


def test_a_new_model_is_only_used_by_whoever_is_changing_it(workshop: Workshop) -> None:
    encode_and_keep([JIA], workshop.stores, workshop.encoder)
    other = FakeEncoder("fake/2")
    with pytest.raises(ModelChanged):
        encode_and_keep([JIA], workshop.stores, other)
    encode_and_keep([JIA], workshop.stores, other, changing_model=True)
    assert other.encoded == ["甲"]
    assert workshop.stores.library.status().model == workshop.encoder.fingerprint
