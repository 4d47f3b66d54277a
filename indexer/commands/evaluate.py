"""`yidao-index evaluate`: how well questions of which the answers are known are answered."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from indexer.app import App
from indexer.errors import IndexerError
from indexer.evaluating.beir import QUERIES, QuestionSet, read_set
from indexer.evaluating.cached_encoder import CachedEncoder, cached
from indexer.evaluating.exporting import export
from indexer.evaluating.figures import Figure, measure
from indexer.evaluating.rankings import Engine, rank
from indexer.evaluating.trial import trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came out for one set."""

    questions: QuestionSet
    figures: Mapping[Engine, Mapping[str, Figure]]
    passages: int
    #: Questions that answering refuses.
    refused: int
    seconds: float

    def as_json(self) -> dict[str, dict[str, float]]:
        return {
            engine.value: {name: round(figure.mean, 5) for name, figure in figures.items()}
            for engine, figures in self.figures.items()
        }


def add(subcommands: Any) -> None:
    command = subcommands.add_parser(
        "evaluate", help="figures of finding, on sets of questions in BEIR's layout"
    )
    command.add_argument("sets", nargs="+", type=Path, metavar="DIR", help="a folder with a set")
    command.add_argument(
        "--queries", default=QUERIES, metavar="FILE", help=f"the questions, where not {QUERIES}"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object, by set")
    command.add_argument("--export", type=Path, metavar="FOLDER", help="write passages, vectors and rankings")
    command.set_defaults(command=run)


def run(app: App, options: argparse.Namespace) -> int:
    try:
        sets = [read_set(folder, options.queries) for folder in options.sets]
    except IndexerError as error:
        print(f"yidao-index: {error}", file=sys.stderr)
        return 2
    encoder = cached(app.encoder, app.settings.cache_dir)
    reports = []
    for questions in sets:
        reports.append(_report(questions, encoder, options.export))
        if not options.json:
            _show(reports[-1])
    if options.json:
        print(json.dumps({report.questions.name: report.as_json() for report in reports}))
    return 0


def _report(questions: QuestionSet, encoder: CachedEncoder, folder: Path | None) -> Report:
    started = time.perf_counter()
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(questions.name, total=None)
        with trial(
            questions, encoder, lambda done, total: progress.update(task, completed=done, total=total)
        ) as made:
            asked = made.ask(questions.questions)
            rankings = rank(made, asked)
            if folder:
                export(folder / questions.name, questions, made, asked, dict(rankings[Engine.FUSED]))
            return Report(
                questions=questions,
                figures={engine: measure(questions.relevant, r) for engine, r in rankings.items()},
                passages=len(made.passages),
                refused=sum(a.prepared is None for a in asked),
                seconds=time.perf_counter() - started,
            )


def _show(report: Report) -> None:
    questions = report.questions
    left_out = (
        f" ({questions.unjudged} without a document that answers left out)" if questions.unjudged else ""
    )
    refused = f", {report.refused} refused" if report.refused else ""
    print(
        f"{questions.name}: {len(questions.documents)} documents, {report.passages} passages, "
        f"{len(questions.questions)} questions{left_out}{refused}, {report.seconds:.1f} s"
    )
    measures = list(next(iter(report.figures.values())))
    print(f"{'':10}{''.join(f'{name:24}' for name in measures)}".rstrip())
    for engine, figures in report.figures.items():
        cells = (f"{f.mean:.3f} ({f.low:.3f} to {f.high:.3f})" for f in figures.values())
        print(f"{engine:10}{''.join(f'{cell:24}' for cell in cells)}".rstrip())
