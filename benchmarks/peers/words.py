"""How the peers' keyword engines are given words: Chinese by jieba, English as it stands or by its stems.

None of the four cuts Chinese by itself. rjieba cuts as jieba does, some fifteen times faster.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import rjieba
import Stemmer

Cut = Callable[[str], list[str]]

_ENGLISH = re.compile(r"[a-z0-9]+")
_stem = Stemmer.Stemmer("english").stemWord
# Lucene's list of English stop words, which txtai ships as its own.
_STOP_WORDS = frozenset(
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they"
    " this to was will with".split()
)


def words(text: str) -> list[str]:
    """Jieba's words in lower case, without punctuation."""
    return [word for word in rjieba.cut(text.lower()) if any(map(str.isalnum, word))]


def stems(text: str) -> list[str]:
    """Jieba's words and the shorter words within them; English without stop words, as Snowball stems."""
    found: list[str] = []
    for word in rjieba.cut_for_search(text.lower()):
        if word.isascii():
            found += [_stem(part) for part in _ENGLISH.findall(word) if part not in _STOP_WORDS]
        elif any(map(str.isalnum, word)):
            found.append(word)
    return found


def spaced(cut: Cut) -> Callable[[str], str]:
    """The words as a text again, for engines that take texts and split them at spaces."""
    return lambda text: " ".join(cut(text))
