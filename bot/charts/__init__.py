"""Charts drawn for a phone: values in, a PNG out, in a process of its own."""

from bot.charts.picture import Bars, Columns, Lines, Panel, Picture, Row, Series, Tone
from bot.charts.process import Charts, NotDrawn

__all__ = ["Bars", "Charts", "Columns", "Lines", "NotDrawn", "Panel", "Picture", "Row", "Series", "Tone"]
