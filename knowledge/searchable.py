"""What a passage is found by, made once when it is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.domain import PassageKind
from knowledge.sentences import pieces
from knowledge.text import encoded_text, tokens

#: Raised whenever `passage_tokens` cuts differently: `yidao-index rebuild` then cuts stored passages again.
TOKENS_VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Encodable:
    """A passage, or a course, as the encoder sees it."""

    whole: str
    #: Its sentences or rows in groups, each with the document's title; empty where the whole is hardly more than one.
    windows: tuple[str, ...] = ()


#: In ideographs. A window is closed once it has this much, and takes in nothing that makes it longer than the second.
_WINDOW_FROM = 50.0
_WINDOW_TO = 130.0
#: A Latin letter says about a third of what an ideograph says.
_LATIN_WEIGHT = 0.33


def passage_for_encoder(title: str, section: Iterable[str], text: str, kind: PassageKind) -> Encodable:
    """A passage with what it is about, which it seldom repeats: its document's title and heading path.

    One vector of a long passage blurs what a single sentence of it says: so that it is found by its best sentences
    too, they have vectors of their own.
    """
    groups = _windows(text, kind)
    return Encodable(
        whole=_with(_context(title, section), text),
        windows=tuple(_with(title, group) for group in groups) if len(groups) > 1 else (),
    )


def _with(context: str, text: str) -> str:
    return encoded_text("\n".join(filter(None, (context, text))))


def _windows(text: str, kind: PassageKind) -> list[str]:
    """Neighbouring sentences or rows, in groups that are about as long as an answer."""
    groups: list[str] = []
    # Of the group that is still open; 0 where none is.
    size = 0.0
    for span in pieces(text, kind):
        piece = text[span.start : span.end]
        weight = _weight(piece)
        if size and (size + weight <= _WINDOW_TO or size < _WINDOW_FROM / 2):
            groups[-1] = f"{groups[-1]} {piece}"
            size += weight
        else:
            groups.append(piece)
            size = weight
        if size >= _WINDOW_FROM:
            size = 0.0
    return groups


def _weight(text: str) -> float:
    return sum(1.0 if character > "\u2e7f" else _LATIN_WEIGHT for character in text)


def passage_tokens(title: str, section: Iterable[str], text: str, kind: PassageKind) -> str:
    """Tokens separated by spaces: a line for title and heading path, then one for each sentence or row."""
    parts = (_context(title, section), *(text[span.start : span.end] for span in pieces(text, kind)))
    return "\n".join(" ".join(tokens(part)) for part in parts)


def _context(title: str, section: Iterable[str]) -> str:
    """Empty where a text has neither."""
    return " > ".join(filter(None, (title, *section)))
