"""The table of replaced characters: what a reader of its form finds in it."""

from __future__ import annotations

import struct
import unicodedata
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from knowledge.engines.e5_small import find_weights
from knowledge.engines.e5_small.charsmap import charsmap, double_array


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
    units = double_array(values).tolist()
    assert len(units) % 256 == 0
    assert {key: _look_up(units, key) for key in values} == values
    assert all(_look_up(units, key) is None for key in others if key not in values)


def test_a_charsmap_normalises_as_its_table_says() -> None:
    """tokenizers, which reads the same form that sentencepiece writes, is the judge."""
    from tokenizers import normalizers

    table = {"Ａ": "A", "\u200b": "", "㎎": "mg", "①": "1", "ﷺ": "صلى الله عليه وسلم", "\u3000": " "}
    normalizer = normalizers.Precompiled(charsmap(table))
    assert normalizer.normalize_str("Ａb㎎\u200b①\u3000ﷺ甲") == "Abmg1 صلى الله عليه وسلم甲"


def test_no_text_of_the_table_is_cut(model_folder: Path) -> None:
    """Each of the 4,837 entries becomes what Unicode's compatibility form says, but for the few that are e5's own."""
    from tokenizers import Tokenizer

    normalizer = Tokenizer.from_file(str(model_folder / "tokenizer.json")).normalizer
    data = find_weights().read_bytes()
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
