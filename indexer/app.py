"""The composition root of the indexer's process: everything is built here, once, from the settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from indexer import recognition
from indexer.loading import Loader
from indexer.recognition.cache import RecognitionCache
from indexer.recognition.recogniser import Recogniser
from indexer.sandbox import Sandbox
from knowledge.engines import open_encoder
from knowledge.engines.ports import Encoder
from knowledge.settings import Settings
from knowledge.store import Stores, open_stores


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    settings: Settings
    stores: Stores
    encoder: Encoder

    @contextmanager
    def loader(self) -> Iterator[Loader]:
        """A loader whose reading child lives as long as the block."""
        with self.sandbox() as sandbox:
            yield Loader(self.stores, self.encoder, sandbox, self.settings.files_dir)

    def sandbox(self) -> Sandbox:
        """Reads files in a child with the limits that are set; no child yet."""
        limits, kept = self.settings, RecognitionCache(self.settings.cache_dir / "recognised")
        recogniser = Recogniser(kept) if recognition.is_installed() else None
        return Sandbox(timeout=limits.read_timeout, memory_mb=limits.read_memory_mb, recogniser=recogniser)


def build(settings: Settings) -> App:
    """Connects to nothing and loads no model yet."""
    return App(
        settings=settings,
        stores=open_stores(settings.library_url),
        encoder=open_encoder(settings.embedding_model, settings.cache_dir, settings.threads),
    )
