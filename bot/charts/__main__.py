"""Draws one picture: its JSON on standard input, a PNG on standard output. Started by bot.charts.process."""

from __future__ import annotations

import sys

from bot.charts.drawing import png
from bot.charts.picture import from_json

if __name__ == "__main__":
    sys.stdout.buffer.write(png(from_json(sys.stdin.buffer.read().decode())))
