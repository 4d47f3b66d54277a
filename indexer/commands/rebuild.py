"""`yidao-index rebuild` and `reread`: what is made from the documents, made again."""

from __future__ import annotations

import argparse
import shutil
import sys
from typing import Any

from indexer.app import App
from indexer.commands.load import shell_user
from indexer.encoding import encode_and_keep
from indexer.outcomes import LoadStatus
from indexer.reading import READER
from knowledge.domain import EditionStatus
from knowledge.searchable import Encodable, passage_for_encoder
from knowledge.store.library import EditionRecord
from knowledge.text import encoded_text


def add(subcommands: Any) -> None:
    rebuild = subcommands.add_parser("rebuild", help="make the caches again from the database")
    rebuild.add_argument(
        "--encode", action="store_true", help="also encode everything with the model that is set now"
    )
    rebuild.set_defaults(command=run_rebuild)
    reread = subcommands.add_parser(
        "reread", help="read the kept files again where the reader is newer; encode what is missing"
    )
    reread.add_argument(
        "documents", nargs="*", type=int, metavar="DOCUMENT", help="only these, as `list` shows them"
    )
    reread.add_argument("--draft", action="store_true", help="leave what differs for review")
    reread.set_defaults(command=run_reread)


def run_rebuild(app: App, options: argparse.Namespace) -> int:
    app.stores.database.require_current()
    if options.encode:
        _encode_again(app)
    else:
        app.stores.vectors.check_model(app.encoder.fingerprint)
    app.stores.passages.cut_again()
    shutil.rmtree(app.settings.cache_dir / "keywords", ignore_errors=True)
    print("rebuilt: tokens cut again; the keyword index is made anew at the next question")
    return 0


def run_reread(app: App, options: argparse.Namespace) -> int:
    app.stores.database.require_current()
    app.stores.vectors.check_model(app.encoder.fingerprint)
    current = app.stores.library.list_editions([EditionStatus.CURRENT])
    known = {edition.document_id for edition in current}
    missing = [each for each in options.documents if each not in known]
    for each in missing:
        print(f"yidao-index: no current document {each}; see `yidao-index list`", file=sys.stderr)
    wanted = [
        edition
        for edition in current
        if (edition.document_id in options.documents if options.documents else edition.reader != READER)
    ]
    refused = _read_again(app, wanted, approve=not options.draft)
    _encode_missing(app)
    return 1 if refused or missing else 0


def _read_again(app: App, editions: list[EditionRecord], *, approve: bool) -> int:
    """Reads each again and tells what became of it; how many could not be read."""
    refused = 0
    with app.loader() as loader:
        for number, edition in enumerate(editions, start=1):
            record = loader.load_again(edition, loaded_by=shell_user(), approve=approve)
            refused += record.status is LoadStatus.REFUSED
            told = f": {record.message}" if record.status is LoadStatus.REFUSED else ""
            print(f"[{number}/{len(editions)}] {_OUTCOMES[record.status]} {edition.title}{told}")
    print(f"{len(editions)} read again" if editions else "nothing was read by an older reader")
    return refused


_OUTCOMES = {
    LoadStatus.LOADED: "reads differently",
    LoadStatus.UNCHANGED: "reads the same",
    LoadStatus.REFUSED: "refused",
    LoadStatus.SKIPPED: "does not answer any more, left as it is:",
}


def _encode_missing(app: App) -> None:
    """What an older version encoded without the sentences of it."""
    passages = app.stores.passages.unencoded(app.encoder.fingerprint)
    if not passages:
        return
    texts = [passage_for_encoder(p.title, p.section, p.text, p.kind) for p in passages]
    encode_and_keep(texts, app.stores, app.encoder, _show)
    # The model is the same; what a process that answers remembers of these passages is not.
    app.stores.passages.change_model(app.encoder.fingerprint)
    print(f"encoded: {len(texts)} passages that lacked the vectors of their sentences")


def _show(done: int, total: int) -> None:
    print(f"\rencoded {done} of {total}", end="" if done < total else "\n", file=sys.stderr, flush=True)


def _encode_again(app: App) -> None:
    """Everything gets a vector of the model that is set now; only then does the library change over to it."""
    model = app.encoder.fingerprint
    passages = app.stores.passages.unencoded(model)
    courses = [*app.stores.courses.unencoded(model), *app.stores.course_lists.unencoded(model)]
    texts = [passage_for_encoder(p.title, p.section, p.text, p.kind) for p in passages]
    texts += [Encodable(whole=encoded_text(course.encoded_text)) for _, course in courses]

    keys = encode_and_keep(texts, app.stores, app.encoder, _show, changing_model=True)
    app.stores.passages.change_model(model)
    print(f"encoded with {model}: {len(keys)} passages and courses")
