"""What each passage that was found is to the question: an answer, related, or neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.answering.asked_figure import asks_for_dose, asks_for_time, has_dose, has_dose_of, has_time
from knowledge.answering.evidence import Calibration, Signs, Tone, Verdict
from knowledge.answering.index import PassageIndex
from knowledge.answering.naming import Named, Names, names_in
from knowledge.answering.question import PreparedQuestion
from knowledge.answering.retrieval import Found
from knowledge.domain import Passage, Script
from knowledge.sentences import pieces
from knowledge.text import search_text, tokens

#: What comes later is hardly ever shown, or joined to what is.
LOOKED_AT = 8

#: Where a question names none, a passage can neither name it nor not.
_NOTHING_NAMED = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    found: Found
    signs: Signs
    verdict: Verdict
    #: Drugs, people and figures that the question names and the passage does not speak of, in the question's words.
    missing: tuple[str, ...]
    #: Whether nothing is missing, and it names a disease or test of the question, so that it may answer; and whether it
    #: names at least a drug of it, so that it may be related. See `Calibration.judge`.
    is_complete: bool
    is_on_it: bool

    @property
    def tone(self) -> Tone:
        return self.verdict.tone


def judge(
    question: PreparedQuestion, found: Sequence[Found], index: PassageIndex, calibration: Calibration
) -> list[Judged]:
    """The first of what was found, in the same order."""
    names = names_in(question)
    library = _Library(
        unheard=_unheard(question, index),
        rarity={subject.words: _rarity(subject, index) for subject in (*names.subjects, *names.drugs)},
        unheard_subjects=_unheard_share(names.subjects, index),
        untreated=_untreated(names, [candidate.passage for candidate in found[:LOOKED_AT]]),
    )
    searched = search_text(question.understood)
    asks = _Asks(dose=asks_for_dose(searched), time=asks_for_time(searched))
    judged = []
    for candidate in found[:LOOKED_AT]:
        held = set(candidate.passage.tokens.split())
        missing = names.missing(candidate.passage, held)
        signs = _signs(candidate, names, held, asks, library)
        # One on another disease fits a question about a drug or a treatment well, and is not on it.
        is_on_subject = not signs.other_subject or signs.titled_broadly > 0
        is_complete = is_on_subject and not missing
        is_on_it = is_on_subject or any(drug.is_in(held) for drug in names.drugs)
        verdict = calibration.judge(
            signs, own_script=candidate.fit.own_script, is_complete=is_complete, is_on_it=is_on_it
        )
        judged.append(
            Judged(
                found=candidate,
                signs=signs,
                verdict=verdict,
                missing=missing,
                is_complete=is_complete,
                is_on_it=is_on_it,
            )
        )
    return judged


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asks:
    dose: bool
    time: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Library:
    """What the whole library tells of a question."""

    unheard: float
    #: Of each subject and drug that the question names, in nats.
    rarity: Mapping[str, float]
    unheard_subjects: float
    untreated: float


def _signs(candidate: Found, names: Names, held: set[str], asks: _Asks, library: _Library) -> Signs:
    fit, passage = candidate.fit, candidate.passage
    subjects = _share(names.subjects, library.rarity, held)
    title = _tokens_of(passage.citation.title)
    return Signs(
        cosine=fit.cosine,
        window_cosine=fit.window_cosine,
        z=fit.z,
        coverage=fit.coverage,
        together=fit.together,
        subjects=subjects,
        drugs=_share(names.drugs, library.rarity, held),
        names_no_subject=float(not names.subjects),
        other_subject=float(subjects == 0),
        titled=float(any(subject.is_in(title) for subject in names.subjects)),
        titled_broadly=float(any(name <= title for name in names.broader)),
        untreated=library.untreated,
        unheard=library.unheard,
        unheard_subjects=library.unheard_subjects,
        lacks_dose=float(asks.dose and not _has_dose(passage, names.drugs)),
        lacks_time=float(asks.time and not has_time(passage.text)),
    )


@lru_cache(maxsize=4096)
def _tokens_of(title: str) -> frozenset[str]:
    return frozenset(tokens(title))


def _share(subjects: Sequence[Named], rarity: Mapping[str, float], held: set[str]) -> float:
    total = sum(rarity[subject.words] for subject in subjects)
    if not total:
        return _NOTHING_NAMED
    return sum(rarity[subject.words] for subject in subjects if subject.is_in(held)) / total


def _rarity(subject: Named, index: PassageIndex) -> float:
    """The weight of its commonest name, in the script where that is; a name is as rare as its rarest token."""
    names = ((name, script) for name in subject.names for script in index.vectors)
    return min((max(index.weigh(token, script) for token in name) for name, script in names), default=0.0)


def _untreated(names: Names, found: Sequence[Passage]) -> float:
    """Of a disease that is mentioned in passing, as what to rule out or not to harm, no guideline tells."""
    if not names.diseases:
        return 0.0
    # The first line of tokens is of the title and headings.
    heads = [frozenset(line.split()) for line in {passage.tokens.partition("\n")[0] for passage in found}]
    return float(not any(name <= head for name in names.diseases for head in heads))


def _unheard_share(subjects: Sequence[Named], index: PassageIndex) -> float:
    return sum(not _is_heard_of(subject, index) for subject in subjects) / len(subjects) if subjects else 0.0


def _is_heard_of(subject: Named, index: PassageIndex) -> bool:
    """Whether some name of it has all its tokens somewhere in the library."""
    return any(
        all(index.keywords.document_frequency(token, script) for token in name)
        for name in subject.names
        for script in Script
    )


def _has_dose(passage: Passage, drugs: Sequence[Named]) -> bool:
    if not has_dose(passage.text) or not drugs:
        return has_dose(passage.text)
    texts = [passage.text[span.start : span.end] for span in pieces(passage.text, passage.kind)]
    # The first line of tokens is of the title and headings; the others are of the same pieces, in order.
    held = [set(line.split()) for line in passage.tokens.split("\n")[1:]]
    return has_dose_of(drugs, texts, held)


def _unheard(question: PreparedQuestion, index: PassageIndex) -> float:
    """Share of the question's information that is in no passage; what the term list knows is looked for elsewhere."""
    known = {token for mention in question.mentions for token in mention.tokens}
    weights = {term: index.weigh(term, question.script) for term in question.terms}
    new = (
        weight
        for term, weight in weights.items()
        if term not in known and not any(index.keywords.document_frequency(term, script) for script in Script)
    )
    return sum(new) / (sum(weights.values()) or 1.0)
