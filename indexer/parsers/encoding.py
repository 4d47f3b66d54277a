"""Bytes to text: the byte order mark, then strict UTF-8, then what occurs in Chinese files, or a refusal."""

from __future__ import annotations

import codecs

from indexer.errors import UnknownEncoding

#: UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Only these are told apart: each further candidate makes the right one less certain.
_CANDIDATES = ["gb18030", "big5", "utf_16"]


def decode(raw: bytes) -> str:
    """The text of a file. Raises UnknownEncoding rather than guess."""
    marked = next((name for mark, name in _MARKS if raw.startswith(mark)), None)
    if marked:
        return _decode_as(raw, marked)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _detected(raw)


def _decode_as(raw: bytes, name: str) -> str:
    try:
        return raw.decode(name)
    except UnicodeDecodeError as error:
        raise UnknownEncoding(f"marked as {name}, but it is not") from error


def _detected(raw: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(raw, cp_isolation=_CANDIDATES).best()
    if best is None:
        raise UnknownEncoding("neither UTF-8 nor GB18030, Big5 or UTF-16")
    return str(best)
