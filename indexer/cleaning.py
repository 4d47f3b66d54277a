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
    """A line with each number replaced by "#", Roman ones at its ends too, so that pages do not tell lines apart."""
    plain = re.sub(r"^[ivxlc]{1,6}\s|\s[ivxlc]{1,6}$", "0", line.strip())
    return re.sub(r"[\d０-９]+", "#", re.sub(r"\s+", "", plain))


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
    """A chapter's number keeps its space: 第一章 概述."""
    return re.sub(r"^(第[^章节節]{1,4}[章节節])(?=\S)", r"\1 ", clean_text(text))


_CLEANERS = {BlockKind.TABLE: clean_table, BlockKind.HEADING: clean_heading}


_REFERENCES = re.compile(
    r"^(?:[\d.一二三四五六七八九十、\s]*)(?:参考文献|參考文獻|參考資料|参考资料|引用文献|主要参考文献|References?|REFERENCES?|Bibliography|Literature cited|Acknowledge?ments?|致谢|志谢|\S{0,12}(?:专家组|委员会)(?:成员)?名单|本刊\S{2,20}|征稿\S{0,10}|稿约)\s*(?:[（(].*[）)])?[:：]?$"
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


_RUBRIC = re.compile(r"^[·•．]\s?\w{2,8}(?:与\w{2,6})?\s?[·•．]$")
_CORRESPONDENCE = re.compile(r"通[信讯]作者|[Cc]orresponding author|[EeＥ]-?[mｍ][aａ][iｉ][lｌ]\s*[:：]|作者单位")
_ABSTRACT = re.compile(r"摘\s?要|[Aa]bstract|ABSTRACT|关键词|[Kk]ey\s?words")
#: Names and addresses stand within so many blocks of the title.
_HEAD_BLOCKS = 15


def is_head_matter(text: str) -> bool:
    """What stands around a journal article's title and is no part of its text."""
    return bool(_HEAD_MATTER.match(text) or _RUBRIC.match(text))


def is_correspondence(text: str) -> bool:
    """Authors and their addresses; a block with the abstract in it too is kept whole."""
    return bool(_CORRESPONDENCE.search(text)) and not _ABSTRACT.search(text)


def without_head_matter(blocks: Sequence[Block]) -> list[Block]:
    return [
        block
        for index, block in enumerate(blocks)
        if block.kind is BlockKind.TABLE
        or not (is_head_matter(block.text) or (index < _HEAD_BLOCKS and is_correspondence(block.text)))
    ]


#: A cover has little text, and only longer documents have one.
_COVER_CHARACTERS = 500
_COVERED_PAGES = 8


def without_cover(blocks: Sequence[Block]) -> list[Block]:
    """No cover, nor the title page that repeats it: the title stands in the metadata."""
    last = max((block.page or 0 for block in blocks), default=0)
    cover = {block.text for block in blocks if block.page == 1}
    if last <= _COVERED_PAGES or sum(map(len, cover)) > _COVER_CHARACTERS:
        return list(blocks)
    return [block for block in blocks if not _is_cover(block, cover)]


def _is_cover(block: Block, cover: set[str]) -> bool:
    return block.page == 1 or (block.page is not None and block.page <= _FIRST_PAGES and block.text in cover)


_IMPRINT = re.compile(r"\bISBN\b|[Rr]ights reserved|版权所有|All rights|Cataloguing-in-Publication")
#: The page of the imprint comes before this one.
_FIRST_PAGES = 6


def without_imprint(blocks: Sequence[Block]) -> list[Block]:
    """No page of copyright and catalogue data: a page near the front that has both."""
    signs: dict[int, set[str]] = {}
    for block in blocks:
        if block.page is not None and block.page <= _FIRST_PAGES:
            signs.setdefault(block.page, set()).update(_IMPRINT.findall(block.text))
    pages = {page for page, found in signs.items() if len(found) >= 2}
    return [block for block in blocks if block.page not in pages]


_CONTRIBUTOR = re.compile(r"[\u4e00-\u9fff]{2,4}（[^（）]*(?:医院|大学|中心|学院|研究所|协会|学会|医学科)[^（）]*）")
_INTERESTS = re.compile(r"^(?:利益冲突|Conflicts? of interest|Competing interests)", re.IGNORECASE)


def is_contributors(text: str) -> bool:
    """A list of names with their hospitals, or a declaration of interests."""
    names = _CONTRIBUTOR.findall(text)
    listed = len(names) >= 2 and sum(map(len, names)) > 0.6 * len(text)
    return listed or (bool(_INTERESTS.match(text)) and len(text) < 120)


def without_contributors(blocks: Sequence[Block]) -> list[Block]:
    return [block for block in blocks if block.kind is BlockKind.TABLE or not is_contributors(block.text)]


def without_contents(blocks: Sequence[Block]) -> list[Block]:
    """No tables of contents: neither their lines nor, where there are pages, what else stands on theirs."""
    lines = Counter(block.page for block in blocks if is_contents_line(block.text))
    pages = {page for page, number in lines.items() if page is not None and number >= _CONTENTS_LINES}
    return [block for block in blocks if block.page not in pages and not is_contents_line(block.text)]


def cleaned(parsed: Parsed) -> Parsed:
    """The document with clean blocks only."""
    blocks = [cleaned_block(block) for block in parsed.blocks]
    kept = [block for block in blocks if block.text]
    for step in (without_cover, without_imprint, without_head_matter, without_contributors, without_contents, without_references):
        kept = step(kept)
    return replace(parsed, blocks=tuple(block for block in kept if not _is_noise(block)))


def _is_noise(block: Block) -> bool:
    if block.kind is BlockKind.TABLE:
        return False
    return letter_count(block.text) == 0 and len(block.text) < _SHORT


def has_text(blocks: Sequence[Block]) -> bool:
    return any(cjk_count(block.text) or letter_count(block.text) for block in blocks)
