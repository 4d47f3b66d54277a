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
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.domain import Script

if TYPE_CHECKING:
    from opencc import OpenCC
    from rjieba import Jieba

#: CJK ideographs as guidelines use them; kana and hangul are not searched by pairs.
_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_CJK_RUN = re.compile(f"[{_CJK}]+")
#: Latin or Greek words and numbers, held together by what stands inside a name or figure: covid-19, 140/90, 6.5, β1.
_WORD_RUN = re.compile(r"[a-zα-ω0-9]+(?:[.\-/'][a-zα-ω0-9]+)*")
#: A piece of such a run: a figure, a unit, or a name with the digits it has (hba1c).
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
    0xB5: 0x3BC,  # the micro sign is typed as the Greek letter as often
}

#: Words that ask rather than name; the file says why.
STOP_WORDS = frozenset(
    word
    for line in Path(__file__).with_name("stopwords.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
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

    Pairs are taken only inside stretches of meaning words: one that spans 「的」 would be rare by accident.
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


def chinese_words(shown: str) -> frozenset[str]:
    """The words of a Chinese text. Neighbouring characters that the dictionary knows alone only are taken for one."""
    found: set[str] = set()
    for run in _CJK_RUN.findall(search_text(shown)):
        words = _segmenter().cut(run)
        found.update(words)
        found.update(one + other for one, other in pairwise(words) if len(one) == len(other) == 1)
    return frozenset(found)


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


def script_of(text: str) -> Script:
    """What a reader would call it: Chinese with at least one ideograph to every four Latin letters."""
    chinese = sum(len(run) for run in _CJK_RUN.findall(text))
    latin = sum(c.isascii() and c.isalpha() for c in text)
    return Script.CHINESE if chinese > 0 and chinese * 4 >= latin else Script.OTHER


def is_chinese(text: str) -> bool:
    return script_of(text) is Script.CHINESE


def encoded_text(shown: str) -> str:
    """What the encoder sees: simplified and half width, so that both scripts of Chinese give the same vector."""
    return str(_converter().convert(shown.translate(_HALF_WIDTH)))
