"""Why a file cannot be read.

    IndexerError
    ├── NotFound · UnsupportedKind · WrongKind · LegacyOffice      the file is not one that is read
    ├── AlreadyElsewhere                                           it is in the library as something else
    ├── EmptyFile · TooLarge · NoText · UnknownEncoding            its content cannot be used
    ├── Encrypted · Damaged · ArchiveBomb                          it cannot be opened
    ├── Timeout · OutOfMemory · Crashed                            reading it was stopped
    ├── InvalidSidecar · InvalidCatalogue · TooManyRows            what stands beside it, or in it, is wrong
    └── InvalidSet                                                 questions to evaluate on are incomplete

The docstring of a class is its English message; `code` is stable, and other languages translate by it.
"""

from __future__ import annotations

import inspect
from typing import ClassVar


class IndexerError(Exception):
    """The file cannot be read."""

    code: ClassVar[str] = "unreadable"

    def __init__(self, detail: str = "") -> None:
        #: What this file in particular shows, in English, for the log; may be empty.
        self.detail = detail
        super().__init__(f"{self.message()} ({detail})" if detail else self.message())

    @classmethod
    def message(cls) -> str:
        return " ".join(inspect.cleandoc(cls.__doc__ or "").split())


class NotFound(IndexerError):
    """There is no such file. Check the name and the folder."""

    code = "not_found"


class UnsupportedKind(IndexerError):
    """This kind of file is not read. Send a PDF, DOCX, PPTX, EPUB, HTML, Markdown or plain text file."""

    code = "unsupported_kind"


class WrongKind(IndexerError):
    """The content of the file is not what its name says. Save it again in the format of its name."""

    code = "wrong_kind"


class LegacyOffice(IndexerError):
    """This is an old Word or PowerPoint file. Save it as .docx or .pptx, or install LibreOffice on this machine."""

    code = "legacy_office"


class AlreadyElsewhere(IndexerError):
    """This very file answers already as another document. Withdraw that one first."""

    code = "already_elsewhere"


class EmptyFile(IndexerError):
    """The file is empty. Send it again; the transfer may have broken off."""

    code = "empty_file"


class TooLarge(IndexerError):
    """The file is larger than 50 MB. Split it, or save it with smaller pictures."""

    code = "too_large"


class NoText(IndexerError):
    """No text was found, as in a scan without text recognition. Run OCR on it first."""

    code = "no_text"

    def __init__(self, detail: str = "", *, scans: tuple[int, ...] = ()) -> None:
        #: The pages that are pictures, and may hold text that recognition can read.
        self.scans = scans
        super().__init__(detail)


class UnknownEncoding(IndexerError):
    """The characters of the file cannot be told for certain. Save it as UTF-8."""

    code = "unknown_encoding"


class Encrypted(IndexerError):
    """The file is protected by a password. Save it without one."""

    code = "encrypted"


class Damaged(IndexerError):
    """The file is damaged or incomplete. Fetch it again from its source."""

    code = "damaged"


class ArchiveBomb(IndexerError):
    """The file unpacks to far more than it should and was not opened. Save it again from its source."""

    code = "archive_bomb"


class Timeout(IndexerError):
    """Reading took too long and was stopped. Split the file, or save it again in a simpler form."""

    code = "timeout"


class OutOfMemory(IndexerError):
    """Reading needed too much memory and was stopped. Split the file, or save it again in a simpler form."""

    code = "out_of_memory"


class Crashed(IndexerError):
    """The reader broke down on this file. It is likely damaged: save it again from its source."""

    code = "crashed"


class InvalidSidecar(IndexerError):
    """The .yaml file beside the document has a wrong value. Correct the key that is named."""

    code = "invalid_sidecar"


class InvalidCatalogue(IndexerError):
    """The course list cannot be read. It needs a CSV, JSONL or XLSX file with a title and a link in each row."""

    code = "invalid_catalogue"


class TooManyRows(IndexerError):
    """The course list has more than 20,000 rows. Split it."""

    code = "too_many_rows"


class InvalidSet(IndexerError):
    """This set cannot be evaluated. It needs corpus.jsonl, queries.jsonl and qrels/test.tsv as BEIR has them."""

    code = "invalid_set"


def _tree(base: type[IndexerError]) -> list[type[IndexerError]]:
    return [base, *(kind for child in base.__subclasses__() for kind in _tree(child))]


def by_code(code: str, detail: str = "") -> IndexerError:
    """The error of that code, as the reading child reports it; an unknown code is the base error."""
    kinds = {kind.code: kind for kind in _tree(IndexerError)}
    return kinds.get(code, IndexerError)(detail)
