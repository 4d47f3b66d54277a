"""RapidOCR with the models that its wheel carries: nothing is downloaded."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from indexer import errors
from indexer.parsers.pdf.reader import as_shown
from indexer.recognition.columns import in_reading_order
from indexer.recognition.lines import RecognisedLine

#: 200 dots an inch, as scans are made; a page of print is then read in six seconds.
_PIXELS_A_POINT = 2.78
_MOST_PIXELS = 8_000_000
#: Less certain than this, a line is a stain or a stamp.
_LEAST_SCORE = 0.6


def recognised(path: Path, number: int) -> list[RecognisedLine]:
    """The lines of a page, counted from 1, in reading order. Raises IndexerError."""
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        raise errors.Damaged(str(error)) from error
    try:
        if not 1 <= number <= len(document):
            raise errors.Damaged("no such page")
        page = document[number - 1]
        try:
            return in_reading_order(list(_lines(page)))
        finally:
            page.close()
    finally:
        document.close()


def _lines(page: pdfium.PdfPage) -> Iterator[RecognisedLine]:
    width, height = page.get_size()
    if not (0 < width < math.inf and 0 < height < math.inf):
        raise errors.Damaged("a page without size")
    scale = min(_PIXELS_A_POINT, math.sqrt(_MOST_PIXELS / (width * height)))
    picture = page.render(scale=scale).to_numpy()
    left, low, _, _ = as_shown(page.get_bbox(), page.get_mediabox(), page.get_rotation())
    found = _engine()(picture)
    if found.boxes is None:
        return
    for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
        if score >= _LEAST_SCORE and text.strip():
            across, down = [float(x) for x, _ in box], [float(y) for _, y in box]
            yield RecognisedLine(
                text=text,
                box=(
                    left + min(across) / scale,
                    low + height - max(down) / scale,
                    left + max(across) / scale,
                    low + height - min(down) / scale,
                ),
            )


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": 1280,
            # One by one takes a third of the memory of six at once, and on one thread no longer.
            "Rec.rec_batch_num": 1,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
