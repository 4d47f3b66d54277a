"""What can go wrong with what is known. One base class; a docstring is the message that a log or a terminal shows.

KnowledgeError
├── LibraryMissing
├── LibraryOutdated
├── LibraryUnusable
├── BackupUnusable
├── ModelChanged
├── EncoderUnavailable
├── RerankerUnavailable
├── EditionConflict
└── NotFound
"""

from __future__ import annotations


class KnowledgeError(Exception):
    """Something about the library is not as it must be."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or " ".join((type(self).__doc__ or "").split()))


class LibraryMissing(KnowledgeError):
    """There is no library in this folder yet: load a document first (yidao-index load PATH)."""


class LibraryOutdated(KnowledgeError):
    """The library was written by another version of Yidao: run `yidao-index migrate`."""


class LibraryUnusable(KnowledgeError):
    """The library's database cannot be read or written: check the folder's free space and permissions."""


class BackupUnusable(KnowledgeError):
    """This is no backup, or it is damaged: nothing was changed."""


class ModelChanged(KnowledgeError):
    """The library was encoded with another model: set YIDAO_EMBEDDING_MODEL back, or run
    `yidao-index rebuild --encode` to encode it again.
    """


class EncoderUnavailable(KnowledgeError):
    """The embedding model cannot be loaded."""


class RerankerUnavailable(KnowledgeError):
    """The re-ranking model cannot be loaded: set YIDAO_RERANKER_MODEL to a folder that holds a sentence-transformers
    CrossEncoder, or to the name of one on the hub; or leave it empty to do without.
    """


class EditionConflict(KnowledgeError):
    """Somebody else changed this edition meanwhile: look at it again."""


class NotFound(KnowledgeError):
    """There is no such record."""
