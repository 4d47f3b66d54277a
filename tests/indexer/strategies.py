"""Texts and documents as guidelines have them, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from indexer.parsed import Block, BlockKind, Parsed

DOSES = [
    "6.25~12.5 mg",
    "0.5 g/d",
    "1.73 m²",
    "≥140/90 mmHg",
    "HbA1c <7.0%",
    "10⁻³",
    "2.5 mg/kg，每日2次",
    "5～10 ml",
]
_OPENINGS = [
    "患者应当",
    "但",
    "推荐",
    "However, ",
    "除非",
    "Patients (e.g. adults) should ",
    "In the U.S. ",
    "（见表1）",
]
_FILLERS = [
    "长期规律服药",
    "控制血压血脂血糖",
    "be treated with care ",
    "定期随访并监测肾功能",
    "according to Fig. 2 ",
]

doses = st.sampled_from(DOSES)
sentences = st.builds(
    lambda opening, fillers, dose, end: opening + "".join(fillers) + dose + end,
    st.sampled_from(_OPENINGS),
    st.lists(st.sampled_from(_FILLERS), min_size=0, max_size=8),
    doses,
    st.sampled_from(["。", "；", ". ", "！", "？"]),
)
paragraphs = st.lists(sentences, min_size=1, max_size=12).map(lambda parts: "".join(parts).strip())
rows = st.lists(st.lists(doses, min_size=2, max_size=3), min_size=1, max_size=60)


def _table(cells: list[list[str]]) -> str:
    return "\n".join(["药物 | 剂量", *(" | ".join(row) for row in cells)])


def _block(kind: BlockKind, text: str, level: int) -> Block:
    return Block(kind=kind, text=text, level=level if kind is BlockKind.HEADING else 0)


blocks = st.one_of(
    st.builds(_block, st.sampled_from([BlockKind.PARAGRAPH, BlockKind.LIST_ITEM]), paragraphs, st.just(0)),
    st.builds(
        _block,
        st.just(BlockKind.HEADING),
        st.sampled_from(["一、总则", "1.1 剂量", "（一）禁忌"]),
        st.integers(1, 4),
    ),
    st.builds(_block, st.just(BlockKind.TABLE), rows.map(_table), st.just(0)),
)


def _paged(parts: list[Block], breaks: list[bool]) -> Parsed:
    from dataclasses import replace

    page = 1
    paged = []
    for block, turns in zip(parts, breaks, strict=False):
        page += turns
        paged.append(replace(block, page=page))
    return Parsed(blocks=tuple(paged), pages=page)


documents = st.builds(
    _paged, st.lists(blocks, min_size=1, max_size=14), st.lists(st.booleans(), min_size=14, max_size=14)
)
