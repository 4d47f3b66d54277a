"""Texts as an encoder takes them: safe for a tokenizer, and in batches of like length."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

#: A model reads about 512 tokens; more characters than this only cost time (U+FDFA becomes 18 letters each).
MAX_CHARACTERS = 4_000
#: A batch holds texts of about the same length: at most this many texts, and this many characters with padding.
#: Larger batches fall out of the processor's caches (a tenth slower at 32 texts) and make a question wait longer.
BATCH_TEXTS = 8
BATCH_CHARACTERS = 1_600


def safe_text(text: str, special_tokens: Sequence[str] = ()) -> str:
    """The text as a tokenizer may see it: short enough, NFC, and nothing in it that reads as a special token.

    NFC, because the default model's table knows characters one by one: it cannot join a letter and its accent.
    """
    text = text[:MAX_CHARACTERS].replace("\0", " ")
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    for token in special_tokens:
        if token in text:
            text = text.replace(token, f"{token[0]} {token[1:]}")
    return text


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The texts' positions in batches of like length, the longest first: it shows early if memory is short."""
    batch: list[int] = []
    longest = 0
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        longest = max(longest, lengths[index])
        if batch and (len(batch) == BATCH_TEXTS or (len(batch) + 1) * longest > BATCH_CHARACTERS):
            yield batch
            batch, longest = [], lengths[index]
        batch.append(index)
    if batch:
        yield batch
