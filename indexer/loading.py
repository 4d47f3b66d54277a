"""From a file to an edition in the library: read, cut, encoded, stored, approved."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from indexer.errors import IndexerError
from indexer.parsed import Chunk
from indexer.reading import Document
from indexer.sandbox import Sandbox
from indexer.sidecar import SUFFIXES as SIDECAR_SUFFIXES
from knowledge.domain import EditionStatus, Sharing
from knowledge.engines.ports import Encoder, Vectors
from knowledge.searchable import Encodable, passage_for_encoder, passage_tokens
from knowledge.store import Stores
from knowledge.store.library import EditionRecord, NewEdition, NewPassage
from knowledge.text import script_of

#: Vectors are kept after this many passages, so that a kill loses seconds of work and not the document.
_KEPT_AT_ONCE = 64

#: What a document's loader allows who says nothing of it.
_USUAL_SHARING = Sharing.PAGE_PICTURE

Progress = Callable[[int, int], None]


class LoadStatus(StrEnum):
    LOADED = "loaded"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRecord:
    """What became of one file."""

    file: str
    status: LoadStatus
    #: Stable code of why a file was not loaded; None when it was.
    reason: str | None = None
    #: The same for people, in English.
    message: str | None = None
    edition: EditionRecord | None = None
    warnings: tuple[tuple[str, int], ...] = ()
    replaced: tuple[EditionRecord, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        edition = self.edition
        return {
            "file": self.file,
            "status": self.status.value,
            "reason": self.reason,
            "message": self.message,
            "document_id": edition.document_id if edition else None,
            "edition_id": edition.id if edition else None,
            "title": edition.title if edition else None,
            "year": edition.year if edition else None,
            "pages": edition.pages if edition else None,
            "passages": edition.passages if edition else None,
            "warnings": [{"code": code, "count": count} for code, count in self.warnings],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file on its way in: where it is now, and what it was called."""

    path: Path
    name: str
    hash: str
    loaded_by: str


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
        on_progress: Progress | None = None,
    ) -> LoadRecord:
        """Loads a file; with `approve` it answers from then on, else it waits as a draft. Unreadable files are refused.

        name: the file's own name, where `path` is a copy under another one. on_progress: passages encoded, of how many.

        Raises:
            KnowledgeError: the library cannot be written, or was encoded with another model.
        """
        shown = name or path.name
        try:
            file_hash = hash_of(path)
            known = _usable(self._stores.library.find(file_hash=file_hash), approve=approve)
            if known is None:
                document = self._sandbox.read_document(path)
                known = _usable(self._same(document), approve=approve)
                upload = SourceFile(path=path, name=shown, hash=file_hash, loaded_by=loaded_by)
                known = known or self._store(document, upload, on_progress)
        except IndexerError as error:
            return LoadRecord(file=shown, status=LoadStatus.REFUSED, reason=error.code, message=str(error))
        except OSError as error:
            return LoadRecord(
                file=shown, status=LoadStatus.REFUSED, reason="unreadable", message=error.strerror
            )
        return self._finish(known, shown, approve=approve)

    def _finish(self, edition: EditionRecord, shown: str, *, approve: bool) -> LoadRecord:
        """A new draft, one left by an earlier run, a withdrawn edition to approve again, or one that is known."""
        if edition.status in (EditionStatus.CURRENT, EditionStatus.REPLACED):
            return LoadRecord(
                file=shown, status=LoadStatus.UNCHANGED, reason="already_loaded", edition=edition
            )
        if not approve:
            return LoadRecord(
                file=shown, status=LoadStatus.LOADED, edition=edition, warnings=edition.warnings
            )
        approved = self._stores.library.approve(edition.id)
        warnings = edition.warnings
        if approved.edition.status is EditionStatus.REPLACED:
            warnings += (("older_than_current", 1),)
        return LoadRecord(
            file=shown,
            status=LoadStatus.LOADED,
            edition=approved.edition,
            warnings=warnings,
            replaced=approved.replaced,
        )

    def _same(self, document: Document) -> EditionRecord | None:
        """The edition that already holds this very content, described as this file describes it."""
        known = self._stores.library.find(content_hash=content_hash(document.chunks))
        described = document.parsed.metadata
        if known is None or known.is_sample != described.sample:
            return None
        told = ("title", "year", "publisher", "language", "source", "specialties")
        same = all(getattr(known, name) == getattr(described, name) for name in told)
        return known if same and known.sharing == (described.sharing or _USUAL_SHARING) else None

    def _store(self, document: Document, file: SourceFile, on_progress: Progress | None) -> EditionRecord:
        title = document.parsed.metadata.title or Path(file.name).stem
        contexts = encoder_texts(document, title)
        keys = encode_and_keep(contexts, self._stores, self._encoder, on_progress)
        self._keep_file(file.path, file.hash)
        return self._stores.library.add_draft(new_edition(document, file, title, keys))

    def _keep_file(self, path: Path, file_hash: str) -> None:
        """Stores the file under its hash, whole or not at all."""
        kept = self._files_dir / file_hash[:2] / f"{file_hash}{path.suffix.lower()}"
        if kept.exists():
            return
        kept.parent.mkdir(parents=True, exist_ok=True)
        temporary = kept.with_suffix(f"{kept.suffix}.{os.getpid()}.part")
        shutil.copyfile(path, temporary)
        temporary.replace(kept)


def _usable(known: EditionRecord | None, *, approve: bool) -> EditionRecord | None:
    """A withdrawn edition can be approved again as it is; as something to decide on it comes as a draft of its own."""
    return None if known and known.status is EditionStatus.WITHDRAWN and not approve else known


def encoder_texts(document: Document, title: str) -> list[Encodable]:
    """What the encoder sees of each passage, in order."""
    return [passage_for_encoder(title, chunk.section, chunk.text, chunk.kind) for chunk in document.chunks]


def encode_and_keep(
    texts: Sequence[Encodable],
    stores: Stores,
    encoder: Encoder,
    on_progress: Progress | None = None,
    *,
    changing_model: bool = False,
) -> list[str]:
    """The vector key of each text; what was encoded before with this model is not encoded again.

    Raises ModelChanged, unless the caller is about to change the model.
    """
    model = encoder.fingerprint
    if not changing_model:
        stores.vectors.use_model(model)
    keys = [hashlib.sha256(text.whole.encode("utf-8", "replace")).hexdigest() for text in texts]
    known = stores.vectors.known(keys, model)
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    done = len(texts) - len(missing)
    pending = sorted(missing.items(), key=lambda item: -len(item[1].whole))
    for start in range(0, len(pending), _KEPT_AT_ONCE):
        some = pending[start : start + _KEPT_AT_ONCE]
        rows, windows = _encoded([text for _, text in some], encoder)
        stores.vectors.keep([key for key, _ in some], rows, model, windows)
        done += len(some)
        if on_progress:
            on_progress(done, len(texts))
    return keys


def _encoded(texts: Sequence[Encodable], encoder: Encoder) -> tuple[Vectors, list[Vectors]]:
    """Wholes and windows in one call: the encoder batches what is of like length."""
    parts = encoder.encode_passages([part for text in texts for part in (text.whole, *text.windows)])
    firsts = np.cumsum([0, *(1 + len(text.windows) for text in texts)])
    windows = [parts[first + 1 : following] for first, following in pairwise(firsts)]
    return parts[firsts[:-1]], windows


def new_edition(document: Document, file: SourceFile, title: str, keys: Sequence[str]) -> NewEdition:
    """The document as it is stored. keys: of its passages' vectors, in order."""
    parsed, described = document.parsed, document.parsed.metadata
    pairs = zip(document.chunks, keys, strict=True)
    return NewEdition(
        title=title,
        year=described.year,
        publisher=described.publisher,
        language=described.language or "en",
        specialties=described.specialties,
        source=described.source,
        sharing=Sharing(described.sharing or _USUAL_SHARING),
        is_sample=described.sample,
        file_name=file.name,
        file_hash=file.hash,
        content_hash=content_hash(document.chunks),
        pages=parsed.pages,
        warnings=parsed.warnings,
        loaded_by=file.loaded_by,
        passages=tuple(_passage(chunk, title, key, parsed.page_labels) for chunk, key in pairs),
    )


def _passage(chunk: Chunk, title: str, key: str, labels: dict[int, str]) -> NewPassage:
    label = labels.get(chunk.page_first) if chunk.page_first is not None else None
    return NewPassage(
        text=chunk.text,
        tokens=passage_tokens(title, chunk.section, chunk.text, chunk.kind),
        section=chunk.section,
        kind=chunk.kind,
        script=script_of(chunk.text),
        page_first=chunk.page_first,
        page_last=chunk.page_last,
        page_label=label if label != str(chunk.page_first) else None,
        start=chunk.start,
        end=chunk.end,
        marks=chunk.marks,
        vector_key=key,
    )


def hash_of(path: Path) -> str:
    """SHA-256 of a file with what stands beside it about it: a corrected sidecar makes the file worth loading again."""
    digest = hashlib.sha256()
    for part in (path, *(path.with_suffix(suffix) for suffix in SIDECAR_SUFFIXES)):
        if part.is_file():
            with part.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def content_hash(chunks: Sequence[Chunk]) -> str:
    """SHA-256 of what a document says, whatever its file's name or format."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk.text.encode("utf-8", "replace") + b"\0")
    return digest.hexdigest()
