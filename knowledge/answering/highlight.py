"""Which words of a passage answer: found by the question's own words, so nothing is encoded again."""

from __future__ import annotations

import re

from knowledge.answering.coverage import Clues
from knowledge.domain import Passage, PassageKind, Span
from knowledge.sentences import pieces

#: A sentence that begins so takes back part of the one before it: both are shown or neither.
_EXCEPTION = re.compile(
    r"(?:但|然而|不过|除外|除非|禁忌|禁用|慎用|注意|例外|不包括|不適|除|惟|"
    r"except|unless|however|but|contraindicat|do not|caution|not )",
    re.IGNORECASE,
)

_ASKS_FOR_FIGURE = re.compile(
    r"多少|多大|多久|多长|多高|几[个天周月年岁次小毫克分片]|剂量|用量|目标|阈值|界值|切点|何时|什么时候"
    r"|how (?:much|many|long|often|old|soon|high|low)|\bdos(?:e|es|age|ing)\b|\btargets?\b|threshold|cut-?off"
    r"|\bage\b|interval|duration|frequency|\bwhen\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d")
#: Two figures of coverage are about the same when they differ by less than this.
_FIGURE_BONUS = 0.12
#: What holds in pregnancy, or for children, stands in the piece that says so, whatever else another one covers.
_PEOPLE_BONUS = 0.4

#: A source, a note or a list of abbreviations that is a piece of its own answers nothing by itself.
_APPARATUS = re.compile(
    r"[（(［\[](?:资料)?(?:来源|來源|sources?\b)[^\n]*[)）\]］]$"
    r"|(?:注|备注|備註|缩写|notes?|keys?|abbreviations?)\s*[:：]",
    re.IGNORECASE,
)

#: Below this share of the question's information no sentence stands out, and none is marked.
_LEAST_COVERAGE = 0.15


def begins_with_exception(sentence: str) -> bool:
    return bool(_EXCEPTION.match(sentence.lstrip(" \n·•-*0123456789.、()（）")))


def _bonus(text: str, words: frozenset[str], clues: Clues, *, asks: bool) -> float:
    """What a piece is worth beside its coverage: it has the figure asked for, or names whom the question is about."""
    figure = _FIGURE_BONUS if asks and words and _FIGURE.search(text) else 0.0
    return figure + (_PEOPLE_BONUS if any(clue.people and clue.is_in(words) for clue in clues) else 0.0)


def highlights(passage: Passage, question: str, clues: Clues) -> tuple[Span, ...]:
    """The piece that covers most of the question, with the exceptions that follow it at once.

    Where the question asks for a figure, a piece that has one comes first among those that cover about as much.

    Empty where no piece stands out.
    """
    spans = pieces(passage.text, passage.kind)
    texts = [passage.text[span.start : span.end] for span in spans]
    # A table's caption and header row name what is in it; they answer nothing by themselves.
    header = next((n for n, text in enumerate(texts) if " | " in text), 0)
    first = header + 1 if passage.kind is PassageKind.TABLE and len(spans) > header + 1 else 0
    # The first line of tokens is of the title and headings; the others are of the same pieces, in order.
    lines = [clues.among(line.split()) for line in passage.tokens.split("\n")[1:]]
    held = [
        frozenset[str]() if _APPARATUS.match(text) else words
        for text, words in zip(texts, lines, strict=True)
    ]
    covered = [clues.coverage(words) for words in held]
    asks = bool(_ASKS_FOR_FIGURE.search(question))
    worth = [
        share + _bonus(text, words, clues, asks=asks)
        for text, words, share in zip(texts, held, covered, strict=True)
    ]
    best = max(range(first, len(spans)), key=lambda n: (worth[n], -n), default=None)
    if best is None or covered[best] < _LEAST_COVERAGE:
        return ()
    last = best
    while last + 1 < len(spans) and begins_with_exception(passage.text[spans[last + 1].start :]):
        last += 1
    return tuple(spans[best : last + 1])
