"""From any text whatever to a question that can be looked up, or the reason why it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.answering.followup import read_with
from knowledge.domain import QUESTION_MAX_CHARACTERS, RefusalReason, Refused, Script
from knowledge.privacy import MASK, mask
from knowledge.terms.termlist import Mention, TermList
from knowledge.text import chinese_words, encoded_text, question_terms, safe_text, script_of

#: Of a text that is refused for its length, this much is repeated.
_SHOWN_OF_TOO_LONG = 80
#: No letter, and no figure, comes behind it.
_FIRST_IDEOGRAPH = "\u3400"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedQuestion:
    #: In the asker's own words, safe and masked: as it may be stored and shown.
    text: str
    #: The earlier question that it leans on; None where it stands alone.
    context: str | None = None
    #: As it is looked up: the text, or what the text says together with its context.
    understood: str
    #: As the encoder sees it; this and what follows are of `understood`.
    encoded: str
    #: The words, pairs and figures that carry its information.
    terms: tuple[str, ...]
    #: Those of them that tell little beside the others: single characters, and pairs that are no word of their own.
    lesser: frozenset[str]
    #: The concepts of the term list that it names.
    mentions: tuple[Mention, ...]
    #: Those that a part of such a name names: of 支原体肺炎, 肺炎. In the words of the whole name.
    broader: tuple[Mention, ...]
    #: The script it is written in.
    script: Script

    @property
    def combined(self) -> str | None:
        """What it was understood as, where that is not what its asker wrote."""
        return self.understood if self.context is not None else None


def prepare(
    raw: str, term_list: TermList, earlier: str | None = None, *, replies: bool = False
) -> PreparedQuestion | Refused:
    """earlier: the question before, as it was understood; it is used where the new one leans on it, and only then.

    replies: the new one was sent as a reply to the earlier one.
    """
    text = _safe(raw)
    if not text:
        return Refused(question="", reason=RefusalReason.EMPTY)
    if len(text) > QUESTION_MAX_CHARACTERS:
        return Refused(question=text[:_SHOWN_OF_TOO_LONG], reason=RefusalReason.TOO_LONG)
    context = _safe(earlier or "")[:QUESTION_MAX_CHARACTERS]
    understood = read_with(context, text, term_list, replies=replies)
    searched = _searched(understood or text)
    terms = tuple(question_terms(searched))
    # One letter, or a figure alone, stands in any text: a passage that has nothing to say on it would cover it in full.
    if not any(len(term) > 1 and not term.replace(".", "").isdigit() for term in terms):
        return Refused(question=text, reason=RefusalReason.NO_WORDS)
    mentions = tuple(term_list.mentions(searched))
    return PreparedQuestion(
        text=text,
        context=context if understood else None,
        understood=understood or text,
        encoded=encoded_text(searched),
        terms=terms,
        lesser=_lesser(searched, terms, mentions),
        mentions=mentions,
        broader=tuple(
            replace(mention, concept=concept)
            for mention in mentions
            if mention.concept.is_subject
            for concept in term_list.within(mention)
        ),
        script=script_of(searched),
    )


def _lesser(searched: str, terms: Sequence[str], mentions: Sequence[Mention]) -> frozenset[str]:
    """A pair inside a longer word says it once more, one that spans two words stands elsewhere by accident.

    Of a name that the term list knows each pair counts: the dictionary may well not know it.
    """
    words = chinese_words(searched)
    short = {
        term
        for term in terms
        if term >= _FIRST_IDEOGRAPH and (len(term) == 1 or (len(term) == 2 and term not in words))
    }
    return frozenset(short.difference(*(mention.tokens for mention in mentions)))


def _safe(raw: str) -> str:
    # Beyond a few thousand characters nothing is looked at: the rest only costs time.
    return mask(safe_text(raw[: QUESTION_MAX_CHARACTERS * 8]))


def _searched(text: str) -> str:
    return text.replace(MASK, " ").strip()
