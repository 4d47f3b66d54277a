"""`yidao-index rebuild`: what is made from the documents, made again."""

from __future__ import annotations

import argparse
import shutil
import sys
from typing import Any

from indexer.app import App
from indexer.encoding import encode_and_keep
from knowledge.searchable import Encodable, passage_for_encoder
from knowledge.text import encoded_text


def add(subcommands: Any) -> None:
    rebuild = subcommands.add_parser("rebuild", help="make the caches again from the database")
    rebuild.add_argument(
        "--encode", action="store_true", help="also encode everything with the model that is set now"
    )
    rebuild.set_defaults(command=run_rebuild)


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


def _encode_again(app: App) -> None:
    """Everything gets a vector of the model that is set now; only then does the library change over to it."""
    model = app.encoder.fingerprint
    passages = app.stores.passages.unencoded(model)
    courses = app.stores.courses.unencoded(model)
    texts = [passage_for_encoder(p.title, p.section, p.text, p.kind) for p in passages]
    texts += [Encodable(whole=encoded_text(course.encoded_text)) for _, course in courses]

    def show(done: int, total: int) -> None:
        print(f"\rencoded {done} of {total}", end="" if done < total else "\n", file=sys.stderr, flush=True)

    keys = encode_and_keep(texts, app.stores, app.encoder, show, changing_model=True)
    app.stores.passages.change_model(model)
    print(f"encoded with {model}: {len(keys)} passages and courses")
