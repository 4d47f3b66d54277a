"""Blocks freed of what no author wrote as text: running heads, stray pinyin, broken spaces, front and back matter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexer.matter import (
    without_contents,
    without_contributors,
    without_cover,
    without_head_matter,
    without_imprint,
    without_references,
)
from indexer.numbering import number_of
from indexer.parsed import Block, BlockKind, Parsed
from indexer.shown import CJK, CJK_PUNCTUATION, letter_count, one_line

#: On this many pages, a line that differs only in its digits is a running head (facts.md).
_RUNS_FROM_PAGES = 3
#: Without a letter and no longer than this, a block is a number left alone.
_SHORT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningLines:
    """The lines that stand at the head or foot of three pages or more."""

    shapes: frozenset[str]

    def matches(self, line: str) -> bool:
        return shape(line) in self.shapes


def shape(line: str) -> str:
    """A line with each number replaced by "#", Roman ones at its ends too, so that pages do not tell lines apart."""
    plain = re.sub(r"^[ivxlc]{1,6}\s|\s[ivxlc]{1,6}$", "0", line.strip())
    return re.sub(r"[\d０-９]+", "#", re.sub(r"\s+", "", plain))


def running_lines(pages: Sequence[Sequence[str]]) -> RunningLines:
    """The running heads and feet, from the outer lines of each page."""
    counts = Counter(each for lines in pages for each in {shape(line) for line in lines})
    return RunningLines(
        shapes=frozenset(each for each, pages_with in counts.items() if pages_with >= _RUNS_FROM_PAGES)
    )


_WIDE = f"[{CJK}{CJK_PUNCTUATION}]"
_BETWEEN_WIDE = re.compile(f"(?<={_WIDE})[ \u3000]+(?={_WIDE})")
_BEFORE_MARK = re.compile(r"(?<=\S) +(?=[，。；：、！？）】》」』])")
_AFTER_MARK = re.compile(r"(?<=[，。；：、！？（【《「『]) +(?=\S)")


def without_broken_spaces(text: str) -> str:
    """No spaces between two Chinese characters, or beside Chinese punctuation."""
    return _AFTER_MARK.sub("", _BEFORE_MARK.sub("", _BETWEEN_WIDE.sub("", text)))


#: "min ⁻¹": the space is an accident of print, a unit is one word with its exponent.
_BEFORE_EXPONENT = re.compile(r"(?<=[A-Za-z]) (?=⁻[¹²³])")

_PINYIN_BRACKET = re.compile(f"([{CJK}])[（(]([a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜḿńňǹ][a-zü]*)[）)]")


def without_pinyin(text: str) -> str:
    """Brackets of one toned syllable go where it is a reading of the character before them: 內(nèi)容 → 內容."""
    return _PINYIN_BRACKET.sub(_unless_reading, text)


def _unless_reading(match: re.Match[str]) -> str:
    from pypinyin import Style, pinyin

    readings = pinyin(match.group(1), style=Style.TONE, heteronym=True)[0]
    return match.group(1) if match.group(2) in readings else match.group(0)


def clean_text(text: str) -> str:
    return _BEFORE_EXPONENT.sub("", without_broken_spaces(without_pinyin(one_line(text))))


def clean_table(text: str) -> str:
    rows = (" | ".join(clean_text(cell) for cell in row.split(" | ")).rstrip() for row in text.split("\n"))
    return "\n".join(rows)


def cleaned_block(block: Block) -> Block:
    clean = _CLEANERS.get(block.kind, clean_text)
    return block.with_text(clean(block.text))


def clean_heading(text: str) -> str:
    """A heading with a space behind its number and none in it, and without reference marks: 第一章 总则, 1.5 管理."""
    clean = _REFERENCE_MARKS.sub("", clean_text(text)) or clean_text(text)
    number = number_of(clean)
    title = clean[len(number) :].strip() if number else clean
    if not number or not title or number[-1] in "、）)．，,":
        return clean
    return f"{re.sub(r'(?<=[.．]) ', '', number)} {title}"


#: "3 实验室检查[5]", "预防［9，15］".
_REFERENCE_MARKS = re.compile(r"\s*[\[［][\d０-９][\d０-９,，\-–－~～‑\s]*[\]］]$")
_CLEANERS = {BlockKind.TABLE: clean_table, BlockKind.HEADING: clean_heading}


def cleaned(parsed: Parsed) -> Parsed:
    """The document with clean blocks only."""
    blocks = [cleaned_block(block) for block in parsed.blocks]
    kept = [block for block in blocks if block.text]
    for step in (
        without_cover,
        without_imprint,
        without_head_matter,
        without_contributors,
        without_contents,
        without_references,
    ):
        kept = step(kept)
    return replace(parsed, blocks=tuple(block for block in kept if not _is_noise(block)))


def _is_noise(block: Block) -> bool:
    if block.kind is BlockKind.TABLE:
        return False
    return letter_count(block.text) == 0 and len(block.text) < _SHORT
