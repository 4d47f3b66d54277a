"""Which model a name means, and which weights: known without loading it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from knowledge.engines import e5_small
from knowledge.errors import EncoderUnavailable

DEFAULT_MODEL = e5_small.NAME

_SAMPLES = 64
_SAMPLE_BYTES = 1 << 16


def fingerprint_of(name: str) -> str:
    """Which model and which weights. Raises EncoderUnavailable if a hub model is neither cached nor reachable."""
    if name == DEFAULT_MODEL:
        return e5_small.FINGERPRINT
    if folder := model_folder(name):
        return f"{folder.resolve().name}/{_digest_of_folder(folder)}"
    return f"{name}/{_hub_revision(name)}"


def model_folder(name: str) -> Path | None:
    """The folder that the name means, or None if it is one on the hub. Raises EncoderUnavailable if it is missing."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if is_path(name):
        raise EncoderUnavailable(f"YIDAO_EMBEDDING_MODEL={name!r}: there is no such folder.")
    return None


def is_path(name: str) -> bool:
    """Whether a name can only mean a folder: models on the hub are called `model` or `owner/model`."""
    return Path(name).expanduser().is_absolute() or name.startswith((".", "~")) or name.count("/") > 1


def repository(name: str) -> str:
    """The name on the hub; a bare one belongs to sentence-transformers, as that library has it."""
    return name if "/" in name else f"sentence-transformers/{name}"


def _digest_of_folder(folder: Path) -> str:
    """A digest of all files' names, sizes and samples: gigabytes of weights are not read in full at each start."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            size = path.stat().st_size
            digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
            with path.open("rb") as file:
                for position in range(0, size, max(_SAMPLE_BYTES, size // _SAMPLES)):
                    file.seek(position)
                    digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()[:12]


def _hub_revision(name: str) -> str:
    """The commit of the model in the hub's cache; asks the hub only if it is not there."""
    try:
        return hub_config(repository(name)).parent.name
    except Exception as error:  # the hub's client raises the errors of several libraries
        raise EncoderUnavailable(
            f"YIDAO_EMBEDDING_MODEL={name!r} is not on this machine and could not be fetched: {error}"
        ) from error


def hub_config(repository: str) -> Path:
    """A model's config.json in the hub's cache, in a folder named by its commit; fetched only if it is not there.

    Raises whatever the hub's client does: the errors of several libraries.
    """
    from huggingface_hub import hf_hub_download, try_to_load_from_cache

    found = try_to_load_from_cache(repository, "config.json")
    return Path(found if isinstance(found, str) else hf_hub_download(repository, "config.json"))
