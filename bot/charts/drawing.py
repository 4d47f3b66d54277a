"""The one place that knows matplotlib: a picture's values as a PNG, in a font of our own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.ticker import MaxNLocator

from bot.charts.letters import drawable, shortened
from bot.charts.picture import Bars, Columns, Lines, Panel, Picture, Series, Tone

#: Whatever fonts the machine has, or has not; see THIRD_PARTY_NOTICES.
FONT = Path(__file__).parent / "font" / "NotoSansSC-subset.otf"

#: A phone's width; Telegram makes pictures smaller whose longer side is above 1,280.
_PIXELS, _DPI = 1080, 100
_TALLEST = 1280
_COLOURS = {Tone.GOOD: "#2f6fb5", Tone.FAIR: "#8fbce6", Tone.POOR: "#dd8a2e", Tone.OTHER: "#b9b9b9"}
_INK, _SOFT = "#222222", "#707070"
_TITLE_PT, _PANEL_PT, _WORDS_PT = 27, 22, 18
#: So many letters of the panels' size stand side by side, in half widths.
_LETTERS_A_ROW = 52
_MOST_LABELS = 7
#: Of the width; room for the numbers at a chart's side.
_LEFT = 0.085


def png(picture: Picture) -> bytes:
    known = _use_font()
    heights = [_height(panel) for panel in picture.panels]
    pixels = min(_TALLEST, 155 + sum(heights))
    figure = Figure(figsize=(_PIXELS / _DPI, pixels / _DPI), dpi=_DPI, facecolor="white")
    figure.suptitle(
        drawable(picture.title, known),
        x=_LEFT,
        y=1 - 34 / pixels,
        ha="left",
        va="top",
        size=_TITLE_PT,
        color=_INK,
    )
    grid = figure.add_gridspec(
        len(heights),
        1,
        height_ratios=heights,
        left=_LEFT,
        right=0.955,
        top=1 - 190 / pixels,
        bottom=70 / pixels,
    )
    grid.update(hspace=0.42)
    for place, panel in enumerate(picture.panels):
        _draw(figure.add_subplot(grid[place]), panel, known)
    kept = BytesIO()
    figure.savefig(kept, format="png")
    return kept.getvalue()


def letters() -> frozenset[int]:
    """The code points that can be drawn."""
    return frozenset(FT2Font(str(FONT)).get_charmap())


def _use_font() -> frozenset[int]:
    font_manager.fontManager.addfont(str(FONT))
    name = font_manager.FontProperties(fname=str(FONT)).get_name()
    mpl.rcParams.update({"font.family": name, "axes.unicode_minus": False, "text.parse_math": False})
    return letters()


def _height(panel: Panel) -> int:
    return 110 + 62 * max(2, len(panel.rows)) if isinstance(panel, Bars) else 520


def _title_pad(panel: Panel) -> int:
    """Room for a legend, where there is more than one thing to tell apart."""
    return 44 if not isinstance(panel, Bars) and len(panel.series) > 1 else 12


def _draw(axes: Any, panel: Panel, known: frozenset[int]) -> None:
    axes.set_title(
        drawable(panel.title, known), loc="left", size=_PANEL_PT, color=_INK, pad=_title_pad(panel)
    )
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    if isinstance(panel, Bars):
        _bars(axes, panel, known)
    else:
        _over_time(axes, panel, known)


def _bars(axes: Any, panel: Bars, known: frozenset[int]) -> None:
    axes.set_axis_off()
    if not panel.rows:
        axes.text(
            0, 0.7, drawable(panel.nothing, known), size=_WORDS_PT, color=_SOFT, transform=axes.transAxes
        )
        return
    most = max(row.value for row in panel.rows) or 1
    axes.set_xlim(0, most * 1.12)
    axes.set_ylim(max(2, len(panel.rows)) - 0.4, -0.6)
    for place, row in enumerate(panel.rows):
        # A bar of nothing is still seen to be there.
        axes.barh(place + 0.18, max(row.value, most / 400), height=0.3, color=_COLOURS[row.tone])
        words = shortened(drawable(row.label, known), _LETTERS_A_ROW)
        axes.text(0, place - 0.06, words, size=_WORDS_PT, color=_INK, va="bottom")
        axes.text(
            row.value + most * 0.012, place + 0.18, f"{row.value:g}", size=_WORDS_PT, color=_INK, va="center"
        )


def _over_time(axes: Any, panel: Columns | Lines, known: frozenset[int]) -> None:
    places = range(len(panel.labels))
    if isinstance(panel, Columns):
        _stacked(axes, places, panel.series)
    else:
        for series in panel.series:
            axes.plot(places, series.values, color=_COLOURS[series.tone], linewidth=4, solid_capstyle="round")
    axes.tick_params(length=0, pad=9, labelsize=_WORDS_PT, colors=_SOFT)
    axes.grid(visible=True, axis="y", color="#e3e3e3", linewidth=1)
    axes.set_axisbelow(True)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.set_ylim(bottom=0, top=None if _has_any(panel.series) else 1)
    axes.margins(x=0.02)
    shown = list(places)[:: max(1, math.ceil(len(panel.labels) / _MOST_LABELS))]
    axes.set_xticks(shown, [drawable(panel.labels[place], known) for place in shown])
    if len(panel.series) > 1:
        _legend(axes, panel.series, known)


def _stacked(axes: Any, places: range, series: Sequence[Series]) -> None:
    below = [0.0] * len(places)
    for each in series:
        axes.bar(places, each.values, bottom=below, width=0.78, color=_COLOURS[each.tone])
        below = [low + value for low, value in zip(below, each.values, strict=True)]


def _has_any(series: Sequence[Series]) -> bool:
    return any(value for each in series for value in each.values)


def _legend(axes: Any, series: Sequence[Series], known: frozenset[int]) -> None:
    """Names in their colours, on a line below the title."""
    from matplotlib.patches import Patch

    patches = [Patch(color=_COLOURS[each.tone], label=drawable(each.name, known)) for each in series]
    axes.legend(
        handles=patches,
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        ncol=len(patches),
        frameon=False,
        fontsize=_WORDS_PT,
        labelcolor=_INK,
        handlelength=0.9,
        handletextpad=0.35,
        columnspacing=0.9,
        borderaxespad=0,
    )
