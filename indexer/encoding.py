"""What was encoded is kept, and never encoded again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from indexer.outcomes import Progress
from indexer.reading import Document
from knowledge.engines.ports import Encoder, Vectors
from knowledge.searchable import Encodable, passage_for_encoder
from knowledge.store import Stores

#: Vectors are kept after this many passages, so that a kill loses seconds of work and not the document.
_KEPT_AT_ONCE = 64


def encoder_texts(document: Document, title: str) -> list[Encodable]:
    """What the encoder sees of each passage, in order."""
    return [passage_for_encoder(title, chunk.section, chunk.text, chunk.kind) for chunk in document.chunks]


def encode_and_keep(
    texts: Sequence[Encodable],
    stores: Stores,
    encoder: Encoder,
    on_progress: Progress | None = None,
    *,
    changing_model: bool = False,
) -> list[str]:
    """The vector key of each text; what was encoded before with this model is not encoded again.

    Raises ModelChanged, unless the caller is about to change the model.
    """
    model = encoder.fingerprint
    if not changing_model:
        stores.vectors.use_model(model)
    keys, missing = to_encode(texts, stores, model)
    done = len(texts) - len(missing)
    pending = sorted(missing.items(), key=lambda item: -len(item[1].whole))
    for start in range(0, len(pending), _KEPT_AT_ONCE):
        some = pending[start : start + _KEPT_AT_ONCE]
        rows, windows = _encoded([text for _, text in some], encoder)
        stores.vectors.keep([key for key, _ in some], rows, model, windows)
        done += len(some)
        if on_progress:
            on_progress(done, len(texts))
    return keys


def to_encode(
    texts: Sequence[Encodable], stores: Stores, model: str
) -> tuple[list[str], dict[str, Encodable]]:
    """The vector key of each text, and by key what was not encoded with this model yet."""
    keys = [hashlib.sha256(text.whole.encode("utf-8", "replace")).hexdigest() for text in texts]
    known = stores.vectors.known(keys, model)
    return keys, {key: text for key, text in zip(keys, texts, strict=True) if key not in known}


def _encoded(texts: Sequence[Encodable], encoder: Encoder) -> tuple[Vectors, list[Vectors]]:
    """Wholes and windows in one call: the encoder batches what is of like length."""
    parts = encoder.encode_passages([part for text in texts for part in (text.whole, *text.windows)])
    firsts = np.cumsum([0, *(1 + len(text.windows) for text in texts)])
    windows = [parts[first + 1 : following] for first, following in pairwise(firsts)]
    return parts[firsts[:-1]], windows
