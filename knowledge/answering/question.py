"""From any text whatever to a question that can be looked up, or the reason why it cannot."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.domain import QUESTION_MAX_CHARACTERS, RefusalReason, Refused, Script
from knowledge.privacy import MASK, mask
from knowledge.terms.termlist import Mention, TermList
from knowledge.text import encoded_text, question_terms, safe_text, script_of

#: Of a text that is refused for its length, this much is repeated.
_SHOWN_OF_TOO_LONG = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedQuestion:
    #: Safe and masked: as it may be stored and shown.
    text: str
    #: As the encoder sees it.
    encoded: str
    #: The words, pairs and figures that carry its information.
    terms: tuple[str, ...]
    #: The concepts of the term list that it names.
    mentions: tuple[Mention, ...]
    #: The script it is written in.
    script: Script


def prepare(raw: str, term_list: TermList) -> PreparedQuestion | Refused:
    # Beyond a few thousand characters nothing is looked at: the rest only costs time.
    text = mask(safe_text(raw[: QUESTION_MAX_CHARACTERS * 8]))
    searched = text.replace(MASK, " ").strip()
    if not text:
        return Refused(question="", reason=RefusalReason.EMPTY)
    if len(text) > QUESTION_MAX_CHARACTERS:
        return Refused(question=text[:_SHOWN_OF_TOO_LONG], reason=RefusalReason.TOO_LONG)
    terms = tuple(question_terms(searched))
    # One letter, or a figure alone, stands in any text: a passage that has nothing to say on it would cover it in full.
    if not any(len(term) > 1 and not term.replace(".", "").isdigit() for term in terms):
        return Refused(question=text, reason=RefusalReason.NO_WORDS)
    return PreparedQuestion(
        text=text,
        encoded=encoded_text(searched),
        terms=terms,
        mentions=tuple(term_list.mentions(searched)),
        script=script_of(searched),
    )
