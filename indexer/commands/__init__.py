"""`yidao-index`: one file a family of commands, each with `add(subcommands)`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence

from pydantic import ValidationError

from indexer.app import App, build
from indexer.commands import (
    backup,
    bench,
    calibrate,
    courses,
    editions,
    evaluate,
    load,
    rebuild,
    samples,
    status,
    terms,
    worker,
)
from knowledge.errors import KnowledgeError
from knowledge.settings import Settings

Command = Callable[[App, argparse.Namespace], int]


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        prog="yidao-index", description="Reads guideline documents and course lists into Yidao's library."
    )
    subcommands = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for family in (
        load,
        courses,
        samples,
        terms,
        status,
        editions,
        rebuild,
        backup,
        worker,
        bench,
        evaluate,
        calibrate,
    ):
        family.add(subcommands)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives its exit status: 0 done, 1 something was refused, 2 it could not run."""
    options = parser().parse_args(arguments)
    try:
        settings = Settings()
    except ValidationError as error:
        return _complain("\n".join(f"YIDAO_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors()))
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    for name in ("alembic", "sentence_transformers"):
        logging.getLogger(name).setLevel(logging.WARNING)
    command: Command = options.command
    try:
        return command(build(settings), options)
    except KnowledgeError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return _complain(
            "stopped; what was loaded stays loaded, and the same command goes on where it stopped", 130
        )
    except BrokenPipeError:
        # Whoever read our output has gone; nothing is left to tell them, and Python must not try again at exit.
        sys.stdout = None
        return 0


def _complain(text: str, status: int = 2) -> int:
    print(f"yidao-index: {text}", file=sys.stderr)
    return status
