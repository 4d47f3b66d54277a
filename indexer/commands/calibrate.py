"""`yidao-index calibrate`: fits what counts as evidence to the questions in benchmarks/."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import Any

from indexer.app import App
from indexer.commands.samples import FOLDER
from indexer.evaluating.cached_encoder import CachedEncoder
from indexer.evaluating.calibrating import (
    ANSWERABLE,
    NEAR_MISS,
    NOT_ANSWERED_AT_LEAST,
    NOTHING_ABOUT_AT_MOST,
    NOTHING_RELATED_AT_MOST,
    OFF_TOPIC,
    calibrate,
    crossed,
    see,
)
from indexer.evaluating.trial import trial_of_samples
from knowledge.answering.evidence import CALIBRATION

_BENCHMARKS = FOLDER.parent / "benchmarks"


def add(subcommands: Any) -> None:
    command = subcommands.add_parser(
        "calibrate", help="fit what counts as evidence to the project's own questions (for developers)"
    )
    command.set_defaults(command=run)


def run(app: App, options: argparse.Namespace) -> int:
    if not (_BENCHMARKS.is_dir() and FOLDER.is_dir()):
        print("yidao-index: calibrate needs the source with its samples/ and benchmarks/", file=sys.stderr)
        return 2
    encoder = CachedEncoder(app.encoder, app.settings.cache_dir)
    with trial_of_samples(FOLDER, encoder, app.settings) as trial:
        sets = see(_BENCHMARKS, trial)
    models = calibrate(sets)
    areas = {name: round(area, 3) for name, area in crossed(sets, next(filter(None, models))).items()}
    made = {
        "by": "yidao-index calibrate",
        "on": datetime.now(UTC).date().isoformat(),
        "encoder": encoder.fingerprint,
        "questions": {name: len(sets[name]) for name in (*ANSWERABLE, *OFF_TOPIC, *NEAR_MISS)},
        "trade_off": {
            "answerable with nothing about them, at most": NOTHING_ABOUT_AT_MOST,
            "answerable with nothing related, at most": NOTHING_RELATED_AT_MOST,
            "near misses not answered, at least": NOT_ANSWERED_AT_LEAST,
        },
        "area under the curve when fitted to the other half": areas,
    }
    CALIBRATION.write_text(json.dumps({"made": made, "models": models}, indent=2) + "\n", "utf-8")
    print(json.dumps(made, indent=2))
    return 0
