"""From a file to an edition in the library: read, cut, encoded, stored, approved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from indexer import originals
from indexer.editions import USUAL_SHARING, SourceFile, content_hash, hash_of, new_edition
from indexer.encoding import encode_and_keep, encoder_texts, to_encode
from indexer.errors import AlreadyElsewhere, IndexerError
from indexer.outcomes import LoadRecord, LoadStatus, Progress
from indexer.reading import READER, Document
from indexer.retitling import encode_again
from indexer.sandbox import Sandbox
from knowledge.domain import EditionStatus
from knowledge.engines.ports import Encoder
from knowledge.errors import EditionConflict, LibraryUnusable, NotFound
from knowledge.store import Stores
from knowledge.store.jobs import JobStatus
from knowledge.store.library import Approved, EditionRecord, Fact, NewEdition

__all__ = [
    "LoadRecord",
    "LoadStatus",
    "Loader",
    "Progress",
    "SourceFile",
    "content_hash",
    "encode_and_keep",
    "encoder_texts",
    "hash_of",
    "new_edition",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What is to become of a file."""

    shown: str
    loaded_by: str
    approve: bool
    edition_of: int | None = None
    #: Whether to let answer again what was withdrawn.
    reinstate: bool = True
    on_progress: Progress | None = None


class Loader:
    """Loads one file after the other; the reading child and the encoder stay warm in between."""

    def __init__(self, stores: Stores, encoder: Encoder, sandbox: Sandbox, files_dir: Path) -> None:
        self._stores = stores
        self._encoder = encoder
        self._sandbox = sandbox
        self._files_dir = files_dir

    def load(
        self,
        path: Path,
        *,
        loaded_by: str,
        approve: bool,
        name: str | None = None,
        edition_of: int | None = None,
        reinstate: bool = True,
        on_progress: Progress | None = None,
    ) -> LoadRecord:
        """Loads a file; with `approve` it answers from then on, else it waits as a draft. Unreadable files are refused.

        name: the file's own name, where `path` is a copy under another one. edition_of: the document that it is an
        edition of, where that is known. reinstate: whether `approve` also means what was withdrawn; else it stays so.
        on_progress: passages encoded, of how many.

        Raises:
            KnowledgeError: the library cannot be written, or was encoded with another model.
        """
        wanted = _Wanted(
            shown=name or path.name,
            loaded_by=loaded_by,
            approve=approve,
            edition_of=edition_of,
            reinstate=reinstate,
            on_progress=on_progress,
        )
        return _refusing(wanted.shown, lambda: self._load(path, wanted))

    def _load(self, path: Path, wanted: _Wanted) -> LoadRecord:
        file_hash = hash_of(path)
        known = self._known(file_hash, wanted)
        if known is None:
            document = self._sandbox.read_document(path)
            known = self._same(document, wanted)
            if known is None:
                file = SourceFile(path=path, name=wanted.shown, hash=file_hash, loaded_by=wanted.loaded_by)
                new = self._encoded(document, file, _title(document, file), wanted.on_progress)
                known = self._stored(new, wanted)
        return self._finish(known, wanted)

    def plan(
        self, path: Path, *, approve: bool, edition_of: int | None = None, reinstate: bool = True
    ) -> LoadRecord:
        """What `load` would do with a file by itself; reads it, and stores and encodes nothing."""
        wanted = _Wanted(
            shown=path.name,
            loaded_by="plan",
            approve=approve,
            edition_of=edition_of,
            reinstate=reinstate,
        )
        return _refusing(wanted.shown, lambda: self._planned(path, wanted))

    def _planned(self, path: Path, wanted: _Wanted) -> LoadRecord:
        file_hash = hash_of(path)
        known = self._known(file_hash, wanted)
        if known is not None:
            return replace(self._would_finish(known, wanted), to_encode=0)
        document = self._sandbox.read_document(path)
        file = SourceFile(path=path, name=wanted.shown, hash=file_hash, loaded_by=wanted.loaded_by)
        title = _title(document, file)
        keys, missing = to_encode(encoder_texts(document, title), self._stores, self._encoder.fingerprint)
        known = self._same(document, wanted)
        record = self._would_finish(known or new_edition(document, file, title, keys), wanted)
        return replace(record, to_encode=len(missing))

    def _would_finish(self, known: EditionRecord | NewEdition, wanted: _Wanted) -> LoadRecord:
        """Does it all in a transaction that is taken back: nothing else tells as surely what would happen."""
        with self._stores.database.undone():
            if isinstance(known, NewEdition):
                known = self._stores.library.add_draft(known, wanted.edition_of)
            return self._finish(known, wanted)

    def load_again(
        self,
        edition: EditionRecord,
        *,
        loaded_by: str,
        approve: bool = False,
        on_progress: Progress | None = None,
    ) -> LoadRecord:
        """Reads the kept file of an edition with the reader of today; what comes of it waits as a draft, or answers.

        Title, year and the other facts are the edition's own, as people corrected them. It is unchanged where the
        reader makes the same passages of it. With `approve` what does not answer any more is passed over: reading
        takes its time, and whoever withdrew it meanwhile meant it.
        """
        wanted = _Wanted(
            shown=edition.file_name,
            loaded_by=loaded_by,
            approve=approve,
            edition_of=edition.document_id,
            on_progress=on_progress,
        )
        return _refusing(wanted.shown, lambda: self._loaded_again(edition.id, wanted))

    def _loaded_again(self, edition_id: int, wanted: _Wanted) -> LoadRecord:
        # As it is now: whoever asks may have listed it hours ago.
        edition = self._stores.library.edition(edition_id)
        if wanted.approve and edition.status is not EditionStatus.CURRENT:
            return _passed_over(edition, wanted)
        new: NewEdition | None = None
        if self._draft_again(edition) is None:
            with originals.as_it_was_loaded(edition, self._files_dir) as path:
                document = self._sandbox.read_document(path)
                if self._reads_the_same(document, edition):
                    self._stores.library.note_reader(edition.id, READER)
                    return LoadRecord(
                        file=wanted.shown,
                        status=LoadStatus.UNCHANGED,
                        reason="reads_the_same",
                        edition=edition,
                    )
                file = SourceFile(
                    path=path, name=wanted.shown, hash=edition.file_hash, loaded_by=wanted.loaded_by
                )
                new = self._encoded(document, file, edition.title, wanted.on_progress)
        return self._in_its_place(edition, new, wanted)

    def _in_its_place(self, as_read: EditionRecord, new: NewEdition | None, wanted: _Wanted) -> LoadRecord:
        """Puts what was read in the place of its edition, if that still answers, with its facts of this moment."""
        with self._stores.database.together():
            edition = self._stores.library.edition(as_read.id)
            draft = self._draft_again(edition)
            if wanted.approve and edition.status is not EditionStatus.CURRENT:
                return _passed_over(edition, wanted)
            if draft is None and new is not None:
                draft = self._stored(new, wanted)
            if draft is None:  # it was discarded meanwhile
                return _passed_over(edition, wanted)
            is_retitled = False
            if wanted.approve or new is not None:
                is_retitled = draft.title != edition.title
                draft = self._with_facts_of(edition, draft)
            record = self._finish(draft, wanted)
        if is_retitled and record.edition is not None:
            encode_again(self._stores, self._encoder, record.edition.id)
        return record

    def _with_facts_of(self, edition: EditionRecord, draft: EditionRecord) -> EditionRecord:
        for fact in Fact:
            draft = self._stores.library.edit(draft.id, fact, getattr(edition, fact.value)).after
        return draft

    def _draft_again(self, edition: EditionRecord) -> EditionRecord | None:
        """The draft that an earlier reading of this version left, which a kill kept from being reported."""
        return next(
            (
                each
                for each in self._stores.library.editions_of(edition.document_id)
                if each.status is EditionStatus.DRAFT
                and (each.file_hash, each.reader) == (edition.file_hash, READER)
            ),
            None,
        )

    def _reads_the_same(self, document: Document, edition: EditionRecord) -> bool:
        before = [
            (p.text, p.citation.section, p.citation.page_first, p.citation.page_last, p.kind, p.marks)
            for p in self._stores.passages.of_edition(edition.id)
        ]
        return before == [
            (c.text, c.section, c.page_first, c.page_last, c.kind, c.marks) for c in document.chunks
        ]

    # ------------------------------------------------------------------------------------------- what is known
    def _known(self, file_hash: str, wanted: _Wanted) -> EditionRecord | None:
        return self._usable(self._stores.library.find(file_hash=file_hash), wanted)

    def _same(self, document: Document, wanted: _Wanted) -> EditionRecord | None:
        """The edition that already holds this very content, described as this file describes it."""
        known = self._stores.library.find(content_hash=content_hash(document.chunks))
        described = document.parsed.metadata
        if known is None or known.is_sample != described.sample:
            return None
        told = ("title", "year", "publisher", "language", "source", "specialties")
        same = all(getattr(known, name) == getattr(described, name) for name in told)
        same = same and known.sharing == (described.sharing or USUAL_SHARING)
        return self._usable(known, wanted) if same else None

    def _usable(self, known: EditionRecord | None, wanted: _Wanted) -> EditionRecord | None:
        """What needs no reading again: not what was withdrawn, unless it is approved; nor what is of another document.

        Raises AlreadyElsewhere where the file answers already as another document than the one that is named.
        """
        if known is None:
            return None
        if wanted.edition_of not in (None, known.document_id):
            if known.status is EditionStatus.CURRENT:
                raise AlreadyElsewhere(f"document {known.document_id}, {known.title}")
            return None
        return None if known.status is EditionStatus.WITHDRAWN and not wanted.approve else known

    # ------------------------------------------------------------------------------------------ what is stored
    def _encoded(
        self, document: Document, file: SourceFile, title: str, on_progress: Progress | None
    ) -> NewEdition:
        keys = encode_and_keep(encoder_texts(document, title), self._stores, self._encoder, on_progress)
        try:
            originals.keep(file.path, file.hash, self._files_dir)
        except OSError as error:
            # Not this file is at fault, and the next would meet the same.
            raise LibraryUnusable(f"the data folder cannot be written: {error.strerror}") from error
        return new_edition(document, file, title, keys)

    def _stored(self, new: NewEdition, wanted: _Wanted) -> EditionRecord:
        with self._stores.database.together():
            draft = self._stores.library.add_draft(new, wanted.edition_of)
            if not wanted.approve:
                details = {"file": new.file_name}
                self._stores.audit.note(new.loaded_by, "edition.draft", f"edition:{draft.id}", details)
        return draft

    def _finish(self, edition: EditionRecord, wanted: _Wanted) -> LoadRecord:
        """A new draft, one left by an earlier run, a withdrawn edition to approve again, or one that is known."""
        if edition.status in (EditionStatus.CURRENT, EditionStatus.REPLACED):
            return LoadRecord(
                file=wanted.shown, status=LoadStatus.UNCHANGED, reason="already_loaded", edition=edition
            )
        if not wanted.approve:
            return LoadRecord(
                file=wanted.shown, status=LoadStatus.LOADED, edition=edition, warnings=edition.warnings
            )
        if edition.status is EditionStatus.WITHDRAWN and not wanted.reinstate:
            return LoadRecord(
                file=wanted.shown, status=LoadStatus.UNCHANGED, reason="withdrawn", edition=edition
            )
        approved = self._approved(edition, wanted.loaded_by)
        warnings = edition.warnings
        if approved.edition.status is EditionStatus.REPLACED:
            warnings += (("older_than_current", 1),)
        return LoadRecord(
            file=wanted.shown,
            status=LoadStatus.LOADED,
            edition=approved.edition,
            warnings=warnings,
            replaced=approved.replaced,
        )

    def _approved(self, edition: EditionRecord, who: str) -> Approved:
        with self._stores.database.together():
            approved = self._stores.library.approve(edition.id, decided_by=who)
            self._stores.jobs.decided(edition.id, JobStatus.APPROVED)
            details = {"file": edition.file_name, "replaced": [other.id for other in approved.replaced]}
            self._stores.audit.note(who, "edition.approve", f"edition:{edition.id}", details)
        return approved


def _passed_over(edition: EditionRecord, wanted: _Wanted) -> LoadRecord:
    return LoadRecord(
        file=wanted.shown, status=LoadStatus.SKIPPED, reason="changed_meanwhile", edition=edition
    )


def _title(document: Document, file: SourceFile) -> str:
    return document.parsed.metadata.title or Path(file.name).stem


def _refusing(shown: str, load: Callable[[], LoadRecord]) -> LoadRecord:
    """What came of it; a refusal where the file cannot be read, or be kept, or somebody was faster."""
    try:
        return load()
    except IndexerError as error:
        return LoadRecord(file=shown, status=LoadStatus.REFUSED, reason=error.code, message=str(error))
    except (EditionConflict, NotFound) as error:
        # Somebody decided about the same edition at this moment: it is told, and the next file is not to wait for it.
        return LoadRecord(
            file=shown, status=LoadStatus.REFUSED, reason="changed_meanwhile", message=str(error)
        )
    except OSError as error:
        if originals.is_full(error):
            raise LibraryUnusable(f"the file cannot be read: {error.strerror}") from error
        return LoadRecord(file=shown, status=LoadStatus.REFUSED, reason="unreadable", message=error.strerror)
