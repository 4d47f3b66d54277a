"""Blocks freed of what no author wrote as text: running heads, stray pinyin, broken spaces, back matter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexer.parsed import Block, BlockKind, Parsed
from indexer.shown import CJK, CJK_PUNCTUATION, cjk_count, letter_count, one_line

#: On this many pages, a line that differs only in its digits is a running head (facts.md).
_RUNS_FROM_PAGES = 3
#: So many lines with dot leaders make a page one of contents.
_CONTENTS_LINES = 3
#: Without a letter and no longer than this, a block is a number left alone.
_SHORT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningLines:
    """The lines that stand at the head or foot of three pages or more."""

    shapes: frozenset[str]

    def matches(self, line: str) -> bool:
        return shape(line) in self.shapes


def shape(line: str) -> str:
    """A line with each run of digits replaced by "#", so that page numbers do not tell lines apart."""
    return re.sub(r"[\d０-９]+", "#", re.sub(r"\s+", "", line))


def running_lines(pages: Sequence[Sequence[str]]) -> RunningLines:
    """The running heads and feet, from the outer lines of each page."""
    counts = Counter(each for lines in pages for each in {shape(line) for line in lines})
    return RunningLines(shapes=frozenset(each for each, pages_with in counts.items() if pages_with >= _RUNS_FROM_PAGES))


_WIDE = f"[{CJK}{CJK_PUNCTUATION}]"
_BETWEEN_WIDE = re.compile(f"(?<={_WIDE})[ \u3000]+(?={_WIDE})")
_BEFORE_MARK = re.compile(r"(?<=\S) +(?=[，。；：、！？）】》」』])")
_AFTER_MARK = re.compile(r"(?<=[，。；：、！？（【《「『]) +(?=\S)")


def without_broken_spaces(text: str) -> str:
    """No spaces between two Chinese characters, or beside Chinese punctuation."""
    return _AFTER_MARK.sub("", _BEFORE_MARK.sub("", _BETWEEN_WIDE.sub("", text)))


_PINYIN_BRACKET = re.compile(f"([{CJK}])[（(]([a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜḿńňǹ][a-zü]*)[）)]")


def without_pinyin(text: str) -> str:
    """Brackets of one toned syllable go where it is a reading of the character before them: 內(nèi)容 → 內容."""
    return _PINYIN_BRACKET.sub(_unless_reading, text)


def _unless_reading(match: re.Match[str]) -> str:
    from pypinyin import Style, pinyin

    readings = pinyin(match.group(1), style=Style.TONE, heteronym=True)[0]
    return match.group(1) if match.group(2) in readings else match.group(0)


def clean_text(text: str) -> str:
    return without_broken_spaces(without_pinyin(one_line(text)))


def clean_table(text: str) -> str:
    rows = (" | ".join(clean_text(cell) for cell in row.split(" | ")).rstrip() for row in text.split("\n"))
    return "\n".join(rows)


def cleaned_block(block: Block) -> Block:
    clean = _CLEANERS.get(block.kind, clean_text)
    return block.with_text(clean(block.text))


def clean_heading(text: str) -> str:
    """A chapter's number keeps its space: 第一章 概述."""
    return re.sub(r"^(第[^章节節]{1,4}[章节節])(?=\S)", r"\1 ", clean_text(text))


_CLEANERS = {BlockKind.TABLE: clean_table, BlockKind.HEADING: clean_heading}


_REFERENCES = re.compile(
    r"^(?:[\d.一二三四五六七八九十、\s]*)(?:参考文献|參考文獻|參考資料|参考资料|引用文献|主要参考文献|References?|REFERENCES?|Bibliography|Literature cited)\s*(?:[（(].*[）)])?[:：]?$"
)
_LEADERS = re.compile(r"(?:[.．·…]\s?){5,}\s*[\divxlIVXL]*(?:\s|$)|(?:[.．·…]\s?){8,}")


def is_reference_heading(text: str) -> bool:
    return bool(_REFERENCES.match(text.strip()))


def without_references(blocks: Sequence[Block]) -> list[Block]:
    """No reference lists: from their heading to the next heading as high, or to the end."""
    kept: list[Block] = []
    dropping = 0
    for block in blocks:
        if is_reference_heading(block.text):
            dropping = block.level or 9
        elif dropping and block.kind is BlockKind.HEADING and block.level <= dropping:
            dropping = 0
        if not dropping:
            kept.append(block)
    return kept


def is_contents_line(text: str) -> bool:
    """A line of a table of contents: dot leaders, then a page number."""
    return bool(_LEADERS.search(text))


_HEAD_MATTER = re.compile(
    r"^(?:DOI\s*[:：]|ＤＯＩ|doi\s*[:：]|收稿日期|【?中图分类号|【?文献标[志识]码|【?文章编号|基金项目|通[信讯]作者|作者单位|本文编辑|引用本文|"
    r"Corresponding author|Conflicts? of interest|Fund program|\*?通信作者|作者简介|\d{2}\.\d{4,5}/\S+$)",
    re.IGNORECASE,
)


def is_head_matter(text: str) -> bool:
    """What stands around a journal article's title and is no part of its text."""
    return bool(_HEAD_MATTER.match(text))


def without_contents(blocks: Sequence[Block]) -> list[Block]:
    """No tables of contents: neither their lines nor, where there are pages, what else stands on theirs."""
    lines = Counter(block.page for block in blocks if is_contents_line(block.text))
    pages = {page for page, number in lines.items() if page is not None and number >= _CONTENTS_LINES}
    return [block for block in blocks if block.page not in pages and not is_contents_line(block.text)]


def cleaned(parsed: Parsed) -> Parsed:
    """The document with clean blocks only."""
    blocks = [cleaned_block(block) for block in parsed.blocks]
    kept = without_references(without_contents([block for block in blocks if block.text]))
    return replace(parsed, blocks=tuple(block for block in kept if not _is_noise(block)))


def _is_noise(block: Block) -> bool:
    if block.kind is BlockKind.TABLE:
        return False
    return is_head_matter(block.text) or (letter_count(block.text) == 0 and len(block.text) < _SHORT)


def has_text(blocks: Sequence[Block]) -> bool:
    return any(cjk_count(block.text) or letter_count(block.text) for block in blocks)
