"""Which words of a passage answer: found by the question's own words, so nothing is encoded again."""

from __future__ import annotations

import re

from knowledge.answering.coverage import Clues, coverage
from knowledge.domain import Passage, PassageKind, Span
from knowledge.sentences import pieces
from knowledge.text import tokens

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

#: Below this share of the question's information no sentence stands out, and none is marked.
_LEAST_COVERAGE = 0.15


def begins_with_exception(sentence: str) -> bool:
    return bool(_EXCEPTION.match(sentence.lstrip(" \n·•-*0123456789.、()（）")))


def highlights(passage: Passage, question: str, clues: Clues) -> tuple[Span, ...]:
    """The piece that covers most of the question, with the exceptions that follow it at once.

    Where the question asks for a figure, a piece that has one comes first among those that cover about as much.

    Empty where no piece stands out, and where the text is in doubt: a misread dose must not be set in bold.
    """
    if passage.marks:
        return ()
    spans = pieces(passage.text, passage.kind)
    # The header row of a table names its columns; it answers nothing by itself.
    first = 1 if passage.kind is PassageKind.TABLE and len(spans) > 1 else 0
    texts = [passage.text[span.start : span.end] for span in spans]
    covered = [coverage(clues, set(tokens(text))) for text in texts]
    bonus = _FIGURE_BONUS if _ASKS_FOR_FIGURE.search(question) else 0.0
    worth = [
        share + (bonus if _FIGURE.search(text) else 0.0) for share, text in zip(covered, texts, strict=True)
    ]
    best = max(range(first, len(spans)), key=lambda n: (worth[n], -n), default=None)
    if best is None or covered[best] < _LEAST_COVERAGE:
        return ()
    last = best
    while last + 1 < len(spans) and begins_with_exception(passage.text[spans[last + 1].start :]):
        last += 1
    return tuple(spans[best : last + 1])
