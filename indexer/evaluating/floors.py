"""Floors under the project's own figures: they rise with what was reached, and never fall."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from indexer.evaluating.own import OwnFigure

Floors = Mapping[str, float]
"""By figure. A floor lies as far below what was measured as is no difference, so that it holds on any processor."""

#: As many as the file has.
_DIGITS = 4


def read_floors(path: Path) -> Floors:
    """The floors in a file; none where there is none."""
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


def write_floors(path: Path, floors: Floors) -> None:
    path.write_text(json.dumps(floors, indent=1) + "\n", "utf-8")


def fallen(figures: Sequence[OwnFigure], floors: Floors) -> list[str]:
    """What is below its floor, or is not measured any more, in a line each."""
    measured = {figure.name: figure for figure in figures}
    lines = []
    for name, floor in floors.items():
        figure = measured.get(name)
        if figure is None:
            lines.append(f"{name} has a floor of {floor:.4f} and is not measured any more")
        elif round(figure.value, _DIGITS) < floor:
            lines.append(f"{name} is {figure.value:.4f}, below its floor of {floor:.4f}")
    return lines


def raised(figures: Sequence[OwnFigure], floors: Floors) -> Floors:
    """The floors with those raised that lie lower than they could; a figure without one gets one."""
    reached = {
        figure.name: round(max(0.0, figure.value - figure.noise), _DIGITS)
        for figure in figures
        if not figure.told_only
    }
    return dict(floors) | {name: max(floor, floors.get(name, 0.0)) for name, floor in reached.items()}
