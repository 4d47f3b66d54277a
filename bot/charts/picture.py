"""What a picture shows. It knows no drawing library, and travels as JSON to the process that draws."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Tone(StrEnum):
    """What a colour means; told apart also by those who see no red and green."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    name: str
    values: tuple[float, ...]
    tone: Tone = Tone.GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Columns side by side, each of the series on top of each other: so many a day, of these kinds."""

    title: str
    #: One a column.
    labels: tuple[str, ...]
    series: tuple[Series, ...]

    def __post_init__(self) -> None:
        _same_length(self.labels, self.series)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """How something grew."""

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]

    def __post_init__(self) -> None:
        _same_length(self.labels, self.series)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    label: str
    value: float
    tone: Tone = Tone.GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A bar a row, its words above it, for they are longer than a phone is wide."""

    title: str
    rows: tuple[Row, ...]
    #: What stands there where there is no row.
    nothing: str = ""


Panel = Columns | Lines | Bars
_KINDS: Mapping[str, type[Panel]] = {"columns": Columns, "lines": Lines, "bars": Bars}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Panels below each other under one title."""

    title: str
    panels: tuple[Panel, ...]

    def __post_init__(self) -> None:
        if not self.panels:
            raise ValueError("a picture shows something")


def to_json(picture: Picture) -> str:
    names = {kind: name for name, kind in _KINDS.items()}
    panels = [{"kind": names[type(panel)], **asdict(panel)} for panel in picture.panels]
    return json.dumps({"title": picture.title, "panels": panels}, ensure_ascii=False)


def from_json(text: str) -> Picture:
    read = json.loads(text)
    return Picture(title=read["title"], panels=tuple(_panel(panel) for panel in read["panels"]))


def _panel(read: Mapping[str, Any]) -> Panel:
    kind = _KINDS[read["kind"]]
    if kind is Bars:
        rows = tuple(Row(**{**row, "tone": Tone(row["tone"])}) for row in read["rows"])
        return Bars(title=read["title"], rows=rows, nothing=read["nothing"])
    series = tuple(
        Series(name=each["name"], values=tuple(each["values"]), tone=Tone(each["tone"]))
        for each in read["series"]
    )
    over_time = Lines if kind is Lines else Columns
    return over_time(title=read["title"], labels=tuple(read["labels"]), series=series)


def _same_length(labels: tuple[str, ...], series: tuple[Series, ...]) -> None:
    if any(len(each.values) != len(labels) for each in series):
        raise ValueError("each label has one value in each series")
