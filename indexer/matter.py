"""Front and back matter: what stands around a document's text and answers no clinical question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from indexer.numbering import rank_of
from indexer.parsed import Block, BlockKind
from indexer.shown import cjk_count

#: So many lines with dot leaders make a page one of contents.
_CONTENTS_LINES = 3
#: Covers, title pages and imprints stand on these pages.
_FIRST_PAGES = 6

_REFERENCES = re.compile(
    r"^(?:[\d.一二三四五六七八九十、\s]*)"
    r"(?:参考文献|參考文獻|參考資料|参考资料|引用文献|主要参考文献|References?|REFERENCES?|Bibliography"
    r"|Acknowledge?ments?|致谢|志谢|缩略语(?:表)?|縮略語"
    r"|Abbreviations(?: and acronyms)?|Acronyms(?: and abbreviations)?"
    r"|\S{0,12}(?:专家组|委员会)(?:成员)?名单|\S{0,8}(?:撰写|编写|写作|制[定订]|专家)小?组成员"
    r"|本刊\S{2,20}|征稿\S{0,10}|稿约)"
    r"\s*(?:[（(].*[）)])?[:：]?$"
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


_RUBRIC = re.compile(r"^ChinaXiv\S{0,6}$|^[·•．]\s?\w{2,8}(?:与\w{2,6})?\s?[·•．]$")
_CORRESPONDENCE = re.compile(
    r"通[信讯]作者|[Cc]orresponding author|[EeＥ]-?[mｍ][aａ][iｉ][lｌ]\s*[:：]|作者单位"
)
_ABSTRACT = re.compile(r"摘\s?要|[Aa]bstract|ABSTRACT|关键词|[Kk]ey\s?words")
_ORGANISATION = re.compile(r"(?:学会|协会|分会|学组|委员会|办公室|中心|医院|大学)(?:\S{0,4}学组)?$")
#: So many Chinese characters in its head make an article Chinese.
_CHINESE_HEAD = 100
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
        or not (is_head_matter(block.text) or (index < _HEAD_BLOCKS and _is_about_authors(block, blocks)))
    ]


def _is_about_authors(block: Block, blocks: Sequence[Block]) -> bool:
    return is_correspondence(block.text) or (
        block.kind is BlockKind.HEADING
        and (bool(_ORGANISATION.search(block.text)) or _is_translation(block, blocks))
    )


def _is_translation(block: Block, blocks: Sequence[Block]) -> bool:
    """An English title in the head of a Chinese article."""
    head = "".join(each.text for each in blocks[:_HEAD_BLOCKS])
    return cjk_count(head) > _CHINESE_HEAD and cjk_count(block.text) == 0 and rank_of(block.text) is None


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


def without_imprint(blocks: Sequence[Block]) -> list[Block]:
    """No page of copyright and catalogue data: a page near the front that has both."""
    signs: dict[int, set[str]] = {}
    for block in blocks:
        if block.page is not None and block.page <= _FIRST_PAGES:
            signs.setdefault(block.page, set()).update(_IMPRINT.findall(block.text))
    pages = {page for page, found in signs.items() if len(found) >= 2}
    return [block for block in blocks if block.page not in pages]


_CONTRIBUTOR = re.compile(
    r"[\u4e00-\u9fff]{2,4}（[^（）]*(?:医院|大学|中心|学院|研究所|协会|学会|医学科)[^（）]*）"
)
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
