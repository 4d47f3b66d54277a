"""Whether two questions ask the same.

Two gaps made one would close together when only one of them is answered, and a dose of one drug is no answer to the
dose of another. So what is alike to the encoder must name the same drugs, the same people and the same numbers as well.
"""

from __future__ import annotations

import re

from knowledge.answering.question import PreparedQuestion
from knowledge.terms.termlist import Concept, TermKind
from knowledge.text import search_text

#: From this cosine on, questions that name the same ask the same. Of 500 medical questions of benchmarks/*.jsonl, 22
#: pairs reach it: 20 ask the same, two ask two things of one drug in the same patients. The next pairs below it do not
#: (诊断高血压要测几次血压 and 在家量血压，超过多少能诊断高血压 have 0.956).
ALIKE_FROM = 0.96

_NOT_WORDS = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def plain(text: str) -> str:
    """A question without what does not change its sense: script of Chinese, width, case, spaces and punctuation.

    What stands between two digits stays, for 1.5 is not 15.
    """
    return _NOT_WORDS.sub(_between, search_text(text))


def _between(match: re.Match[str]) -> str:
    text, start, end = match.string, match.start(), match.end()
    is_within = start > 0 and end < len(text) and text[start - 1].isdigit() and text[end].isdigit()
    return match[0].strip() or " " if is_within else ""


def names_the_same(one: PreparedQuestion, other: PreparedQuestion) -> bool:
    """Whether both name the same drugs, people and numbers, and no disease stands against another.

    One may leave out a disease that the other names. Both were prepared with the same term list.
    """
    if _numbers(one) != _numbers(other) or _concepts(one, _EXACT) != _concepts(other, _EXACT):
        return False
    its, others = _concepts(one, _TOPICS), _concepts(other, _TOPICS)
    return its <= others or others <= its


_EXACT = frozenset({TermKind.DRUG, TermKind.POPULATION})
_TOPICS = frozenset({TermKind.TOPIC})


def _concepts(question: PreparedQuestion, kinds: frozenset[TermKind]) -> frozenset[Concept]:
    return frozenset(mention.concept for mention in question.mentions if mention.concept.kind in kinds)


def _numbers(question: PreparedQuestion) -> frozenset[str]:
    return frozenset(_NUMBER.findall(search_text(question.understood)))
