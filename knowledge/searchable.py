"""What a passage is found by, made once when it is loaded."""

from __future__ import annotations

from collections.abc import Iterable

from knowledge.domain import PassageKind
from knowledge.sentences import pieces
from knowledge.text import encoded_text, tokens

#: Raised whenever `passage_tokens` cuts differently: `yidao-index rebuild` then cuts stored passages again.
TOKENS_VERSION = 2


def passage_for_encoder(title: str, section: Iterable[str], text: str) -> str:
    """A passage with what it is about, which it seldom repeats: its document's title and heading path."""
    return encoded_text("\n".join(filter(None, (_context(title, section), text))))


def passage_tokens(title: str, section: Iterable[str], text: str, kind: PassageKind) -> str:
    """Tokens separated by spaces: a line for title and heading path, then one for each sentence or row."""
    parts = (_context(title, section), *(text[span.start : span.end] for span in pieces(text, kind)))
    return "\n".join(" ".join(tokens(part)) for part in parts)


def _context(title: str, section: Iterable[str]) -> str:
    """Empty where a text has neither."""
    return " > ".join(filter(None, (title, *section)))
