"""What is shown, and what is searched.

Shown text is NFC with nothing invisible in it. Search text is made from it one character to one character
(simplified, half width, lower case), so that an offset into the one is an offset into the other. Tokens are the
words and character pairs of search text; they are what the keyword index holds and what coverage counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC
    from rjieba import Jieba

#: Raised whenever `tokens` cuts differently: stored tokens are then cut again (`yidao-index rebuild`).
TOKENS_VERSION = 1

#: CJK ideographs as guidelines use them; kana and hangul are not searched by pairs.
_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_CJK_RUN = re.compile(f"[{_CJK}]+")
#: Latin or Greek words and numbers, held together by what stands inside a name or figure: covid-19, 140/90, 6.5, β1.
_WORD_RUN = re.compile(r"[a-zα-ω0-9]+(?:[.\-/'][a-zα-ω0-9]+)*")
#: A piece of such a run: a figure without its unit, a unit without its figure, or a name with the digits it has (hba1c).
_PART = re.compile(r"[0-9]+(?:\.[0-9]+)?|[a-zα-ω][a-zα-ω0-9]*")

_WHITE = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")

#: Bidirectional controls, zero-width characters and soft hyphens: invisible, and able to reorder what is read.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)

#: Full-width forms have one half-width form each, so offsets hold.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: 0x20,
    0x2212: 0x2D,
    0x301C: 0x7E,
}

#: Words that ask rather than name: they are in no guideline's sentence, so their rarity would mislead.
STOP_WORDS = frozenset(
    """
    的 了 和 与 及 或 在 是 有 为 对 把 被 让 给 从 到 吗 呢 吧 啊 呀 嘛 么 什么 怎么 怎样 怎么办 如何 哪 哪些 哪个 哪种 哪几 几 几个
    多少 多大 多久 多长 多高 是否 能否 可否 可以 能 能不能 可不可以 要不要 需要 需不需要 应该 应 该 应当 请问 请 我 我们 你 您 他 她 它 这 那 这个
    那个 这些 那些 个 一个 一下 之 其 并 而 等 也 都 还 就 才 又 再 很 最 更 时 时候 情况 下 中 上 里 后 前 们 得 地 着 过 会 不会
    有没有 没有 关于 对于 以及 如果 因为 所以 但是 为什么 为何 何 何时 谁 哪里 怎 做 用 吃 想 问 知道 告诉 介绍 谈谈 说说
    一般 通常 主要 具体 目前 现在 算 才能 必须 属于 使用 进行 患者 病人 病患
    a an the of in on at to for from by with without and or not no is are was were be been being do does did can could may
    might should would will shall must have has had i me my we our you your he she it its they them their this that these
    those what which who whom whose when where why how much many any some there here as if than then so such into about
    over under between during per each other more most least very just also only both all us vs please tell give
    patient patients s t re ve ll d m need needed get take taking use used using
    """.split()
)


def safe_text(raw: str) -> str:
    """What may be shown and stored: NFC, no control or invisible characters, no lone surrogates, tidy white space."""
    text = raw.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\ufffd", " ")
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    text = "".join(" " if unicodedata.category(c) == "Cc" and c != "\n" else c for c in text)
    return _LINES.sub("\n", _WHITE.sub(" ", text)).strip()


@cache
def _converter() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


def search_text(shown: str) -> str:
    """The text to search in: simplified, half width, lower case; as long as what is shown, character for character."""
    folded = shown.translate(_HALF_WIDTH)
    simplified = _converter().convert(folded)
    # OpenCC keeps the length of what it was tried on; where a phrase table should ever not, each character alone does.
    if len(simplified) != len(folded):
        simplified = "".join(_single(c) for c in folded)
    lower = simplified.lower()
    return lower if len(lower) == len(shown) else "".join(_lower(c) for c in simplified)


@lru_cache(maxsize=8192)
def _single(character: str) -> str:
    simplified = _converter().convert(character)
    return simplified if len(simplified) == 1 else character


def _lower(character: str) -> str:
    lower = character.lower()
    return lower if len(lower) == 1 else character


@cache
def _segmenter() -> Jieba:
    from rjieba import Jieba

    return Jieba()


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    from Stemmer import Stemmer

    return str(Stemmer("english").stemWord(word))


def tokens(shown: str) -> Iterator[str]:
    """The terms that a text is found by: words and character pairs of Chinese, stems and figures of the rest."""
    text = search_text(shown)
    for run in _CJK_RUN.findall(text):
        yield from _chinese(run)
    for run in _WORD_RUN.findall(text):
        yield from _latin(run)


def question_terms(shown: str) -> list[str]:
    """The terms of a question that carry information, each once, in order.

    Pairs are taken only inside stretches of meaning words: one that spans 「的」 or 「是多少」 would be rare by accident.
    """
    text = search_text(shown)
    found: list[str] = []
    for run in _CJK_RUN.findall(text):
        for stretch in _meaning_stretches(run):
            found += _chinese(stretch)
    for run in _WORD_RUN.findall(text):
        if run not in STOP_WORDS:
            found += _latin(run)
    return list(dict.fromkeys(t for t in found if t not in STOP_WORDS))


def _meaning_stretches(run: str) -> Iterable[str]:
    stretch = ""
    for word in _segmenter().cut(run):
        if word in STOP_WORDS:
            if stretch:
                yield stretch
            stretch = ""
        else:
            stretch += word
    if stretch:
        yield stretch


def _chinese(run: str) -> list[str]:
    words = [word for word in _segmenter().cut(run) if len(word) != 2]  # two-character words are pairs anyway
    pairs = [run[i : i + 2] for i in range(len(run) - 1)]
    return words + pairs


def _latin(run: str) -> list[str]:
    parts = _PART.findall(run)
    whole = [run] if len(parts) > 1 else []
    return whole + [_stem(part) if part.isalpha() else part for part in parts]


def has_words(text: str) -> bool:
    """Whether there is a letter or figure in it at all."""
    return any(c.isalnum() for c in text)


def is_chinese(text: str) -> bool:
    """Whether a reader would call it Chinese: at least one ideograph to every four Latin letters."""
    chinese = sum(len(run) for run in _CJK_RUN.findall(text))
    latin = sum(c.isascii() and c.isalpha() for c in text)
    return chinese > 0 and chinese * 4 >= latin


def encoded_text(shown: str) -> str:
    """What the encoder sees: simplified and half width, so that both scripts of Chinese give the same vector."""
    folded = shown.translate(_HALF_WIDTH)
    return _converter().convert(folded)


def passage_in_context(title: str, section: Iterable[str], text: str) -> str:
    """A passage with what it is about: its document's title and heading path, which it seldom repeats itself."""
    return "\n".join((" > ".join((title, *section)), text))
