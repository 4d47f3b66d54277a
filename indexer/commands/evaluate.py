"""`yidao-index evaluate`: how well questions of which the answers are known are answered."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from indexer.app import App
from indexer.commands.samples import FOLDER
from indexer.errors import IndexerError
from indexer.evaluating.beir import QUERIES, QuestionSet, read_set
from indexer.evaluating.cached_encoder import CachedEncoder
from indexer.evaluating.exporting import export
from indexer.evaluating.figures import Figure, measure
from indexer.evaluating.floors import fallen, raised, read_floors, write_floors
from indexer.evaluating.own import OwnFigure, evaluate_own
from indexer.evaluating.rankings import Engine, rank
from indexer.evaluating.trial import trial_of_samples, trial_of_set

_BENCHMARKS = FOLDER.parent / "benchmarks"


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
        "evaluate", help="figures of finding: on sets of questions in BEIR's layout, or on the project's own"
    )
    command.add_argument("sets", nargs="*", type=Path, metavar="DIR", help="a folder with a set")
    command.add_argument(
        "--queries", default=QUERIES, metavar="FILE", help=f"the questions, where not {QUERIES}"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object, by set or by figure")
    command.add_argument("--export", type=Path, metavar="FOLDER", help="write passages, vectors and rankings")
    command.add_argument(
        "--own",
        action="store_true",
        help="the questions in benchmarks/, on the samples, against their floors",
    )
    command.add_argument("--raise-floors", action="store_true", help="with --own: raise what was improved on")
    command.set_defaults(command=run)


def run(app: App, options: argparse.Namespace) -> int:
    if bool(options.sets) == options.own:
        return _complain("evaluate wants folders of sets, or --own")
    # Told before anything is encoded.
    if find_spec("ir_measures") is None:
        return _complain("evaluate needs ir-measures, which is not published for this kind of machine")
    encoder = CachedEncoder(app.encoder, app.settings.cache_dir)
    try:
        return _own(app, encoder, options) if options.own else _sets(encoder, options)
    except IndexerError as error:
        return _complain(str(error))


def _complain(text: str) -> int:
    print(f"yidao-index: {text}", file=sys.stderr)
    return 2


def _sets(encoder: CachedEncoder, options: argparse.Namespace) -> int:
    sets = [read_set(folder, options.queries) for folder in options.sets]
    reports = []
    for questions in sets:
        reports.append(_report(questions, encoder, options.export))
        if not options.json:
            _show(reports[-1])
    if options.json:
        print(json.dumps({report.questions.name: report.as_json() for report in reports}))
    return 0


def _own(app: App, encoder: CachedEncoder, options: argparse.Namespace) -> int:
    if not (_BENCHMARKS.is_dir() and FOLDER.is_dir()):
        return _complain("--own needs the source with its samples/ and benchmarks/")
    with trial_of_samples(FOLDER, encoder, app.settings) as made:
        figures = evaluate_own(_BENCHMARKS, made)
    return judge(figures, _BENCHMARKS / "floors.json", options)


def judge(figures: Sequence[OwnFigure], file: Path, options: argparse.Namespace) -> int:
    """Shows the figures beside their floors; 1 where one is below."""
    floors = read_floors(file)
    if options.json:
        print(json.dumps({figure.name: round(figure.value, 5) for figure in figures}))
    else:
        for figure in figures:
            floor = f"{floors[figure.name]:.3f}" if figure.name in floors else "-"
            print(f"{figure.name:<40} {figure.value:.3f}   floor {floor:<5}   {figure.questions} questions")
    below = fallen(figures, floors)
    for line in below:
        print(f"yidao-index: {line}", file=sys.stderr)
    if options.raise_floors:
        write_floors(file, raised(figures, floors))
    return 1 if below else 0


def _report(questions: QuestionSet, encoder: CachedEncoder, folder: Path | None) -> Report:
    started = time.perf_counter()
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(questions.name, total=None)
        with trial_of_set(
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
        print(f"{engine:10}{''.join(f'{cell:24}' for cell in cells)}".rstrip(), flush=True)
