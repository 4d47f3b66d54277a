"""Whether a question leans on the one before it, and how the two are read as one.

A question leans on an earlier one when it cannot be understood alone: it refers back (它, "this drug"), it is a
fragment (孕妇呢？, "and in CKD?"), or it asks something of nothing that it names (剂量多少？). A question that names
its own topic and asks something of it stands alone, whatever it begins with: that is how a change of topic shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.answering import wording
from knowledge.answering.parts import Part, PartKind, Parts, parts_of
from knowledge.domain import QUESTION_MAX_CHARACTERS
from knowledge.terms.termlist import TermList
from knowledge.text import is_chinese, question_terms

#: Beside the figure that it asks for, a fragment says at most this.
_FEW_TERMS = 2
_FEW_CHARACTERS = 4
_FEW_LETTERS = 12
#: Whoever writes no more than this, in characters, has something in mind that was said before.
_SHORT_CHINESE = 12
_SHORT_ENGLISH = 40


def read_with(
    earlier: str | None, question: str, term_list: TermList, *, replies: bool = False
) -> str | None:
    """Both as one question to look up; None where the new one stands alone.

    replies: it was sent as a reply to the earlier one, so it leans unless it is complete.
    """
    if not earlier or not question.strip():
        return None
    # What tied the earlier one to one before it ties it to nothing any more.
    earlier = wording.TIES_FIRST.sub("", earlier)
    new = parts_of(question, term_list)
    opener = wording.OPENER.match(new.text)
    begins = opener.end() if opener else 0
    pair = _Pair(earlier=parts_of(earlier, term_list), new=new, begins=begins)
    return _joined(earlier, question, pair) if _leans(pair, replies=replies) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Both questions, taken apart."""

    earlier: Parts
    new: Parts
    #: Where the new question begins, behind 那 or "what about".
    begins: int

    @property
    def goes_on(self) -> bool:
        """It begins with 那 or "and in", ends with 呢, or gives a bound and asks nothing."""
        text = self.new.text
        if self.begins or wording.PREPOSITION.match(text) or wording.ELLIPSIS.search(text):
            return True
        return bool(wording.BOUND.search(text)) and not self.new.aspects


# ------------------------------------------------------------------------------------------- the decision


def _leans(pair: _Pair, *, replies: bool) -> bool:
    new, earlier = pair.new, pair.earlier
    if not (earlier.named or earlier.says_more):
        return False
    if _refers_back(new) or _says_that_it_goes_on(new.text):
        return True
    if not (new.named or new.aspects or (pair.goes_on and question_terms(new.text))):
        return False
    if not new.topics and (not new.says_more or _asks_only_for_a_figure(new)):
        return True
    if _asks_of_the_drug(pair) or _is_a_short_measure(new):
        return True
    if new.aspects or _says_what_of_what(new):
        return _only_narrows(new)
    return replies or pair.goes_on or _is_another_drug(pair)


def _asks_only_for_a_figure(new: Parts) -> bool:
    said = {character for term in new.rest for character in term}
    least = _FEW_CHARACTERS if is_chinese(new.text) else _FEW_LETTERS
    return bool(wording.QUANTITY.search(new.text)) and len(new.rest) <= _FEW_TERMS and len(said) <= least


def _says_what_of_what(new: Parts) -> bool:
    """Complete, though nothing in it asks: "the CURB-65 score for pneumonia"."""
    kinds = {part.kind for part in new.topics}
    return PartKind.DISEASE in kinds and len(kinds) > 1


def _is_a_short_measure(new: Parts) -> bool:
    """多久复查血脂: a test or a procedure is done for the sake of a disease, and this names none."""
    if new.of(PartKind.DRUG, PartKind.DISEASE) or not wording.QUANTITY.search(new.text):
        return False
    return len(new.text) <= (_SHORT_CHINESE if is_chinese(new.text) else _SHORT_ENGLISH) and bool(new.topics)


def _says_that_it_goes_on(text: str) -> bool:
    return bool(wording.EXCHANGE.match(text) or wording.CONTINUES.match(text))


def _refers_back(new: Parts) -> bool:
    """Whether a pronoun means nothing that was named before it in the same question."""
    text = wording.EXPLETIVE.sub(lambda found: " " * len(found.group()), new.text)
    first_drug = min((part.start for part in new.of(PartKind.DRUG)), default=len(text))
    # A test cannot be meant: "what INR should it be kept at".
    things = new.of(PartKind.DRUG, PartKind.DISEASE)
    first_thing = min((part.start for part in things), default=len(text))
    return any(
        found.start() <= first
        for pattern, first in (
            (wording.TO_DRUG, first_drug),
            (wording.TO_ANY, first_thing),
            (wording.TO_CASE, -1 if new.of(PartKind.DISEASE) else len(text)),
        )
        for found in pattern.finditer(text)
    )


def _is_another_drug(pair: _Pair) -> bool:
    """「卡维地洛？」 behind a question on another drug."""
    new, earlier = pair.new, pair.earlier
    is_bare = len(new.named) == len(new.of(PartKind.DRUG)) == 1 and not new.says_more
    return is_bare and bool(earlier.aspects and earlier.of(PartKind.DRUG))


def _only_narrows(new: Parts) -> bool:
    """Each of its names is a condition of something that it does not name: 合并糖尿病时目标是多少."""
    return (
        bool(new.topics) and not new.says_more and all(_is_condition(part, new.text) for part in new.topics)
    )


def _is_condition(part: Part, text: str) -> bool:
    before = wording.NARROWS_BEFORE.search(text, 0, part.start)
    # In English "in diabetes" is how a topic is named, too; there only the whole question can narrow down.
    is_chinese_before = before is not None and not before.group()[0].isascii()
    return is_chinese_before or bool(wording.NARROWS_BEHIND.match(text, part.end))


def _asks_of_the_drug(pair: _Pair) -> bool:
    """肾功能不全者可以用吗, behind a question on a drug."""
    text = pair.new.text
    if pair.new.of(PartKind.DRUG) or not pair.earlier.of(PartKind.DRUG):
        return False
    if wording.OF_A_DRUG.search(text):
        return True
    opens = bool(wording.STRONG_OPENER.match(text)) and (is_chinese(text) or wording.PREPOSITION.match(text))
    return bool(opens and wording.OF_A_DRUG_LOOSELY.search(text))


# ---------------------------------------------------------------------------------------- reading as one


def _joined(earlier: str, question: str, pair: _Pair) -> str:
    """What the earlier one is about, less what the new one puts in its place, and the new one."""
    replaced = _replaced(pair)
    if _says_only(replaced, pair):
        return _substituted(earlier, question, replaced)[:QUESTION_MAX_CHARACTERS]
    # It asks something else of the same: what was asked before would only distract.
    asked = pair.earlier.asked if pair.new.asked else ()
    gone = [(old.start, old.end) for old, _ in replaced] + [(span.start, span.end) for span in asked]
    kept = _without(earlier, gone) or wording.ASKING_END.sub("", earlier)
    addition = wording.TRAILING.sub("", question[pair.begins :].strip())
    addition = wording.GOES_BACK_FIRST.sub("", addition) or addition
    comma = "，" if is_chinese(kept + addition) else ", "
    room = QUESTION_MAX_CHARACTERS - len(addition) - len(comma)
    # Where both are too long, the earlier one gives way.
    return f"{kept[: max(room, 0)]}{comma}{addition}"[:QUESTION_MAX_CHARACTERS]


_Replaced = list[tuple[Part, Part]]


def _replaced(pair: _Pair) -> _Replaced:
    """An old name and the new one of its kind, for each kind that has both."""
    found = []
    for kind in (PartKind.DRUG, PartKind.DISEASE, PartKind.PEOPLE):
        new, old = pair.new.of(kind), pair.earlier.of(kind)
        if new and old and _takes_the_place(kind, new[0], pair):
            found.append((old[-1], new[0]))
    return found


def _takes_the_place(kind: PartKind, new: Part, pair: _Pair) -> bool:
    text = pair.new.text
    if kind is PartKind.PEOPLE:
        return True
    if _refers_back(pair.new):
        return False
    if kind is PartKind.DRUG:
        return not wording.TOGETHER.search(text, pair.begins)
    # 那糖尿病呢 asks the same of another disease; 那糖尿病患者呢 and "in diabetes" ask it of some of the patients.
    of_some = (
        wording.NARROWS_BEFORE.search(text, 0, new.start)
        or wording.NARROWS_BEHIND.match(text, new.end)
        or wording.PERSONS_BEHIND.match(text, new.end)
    )
    return not of_some and not pair.new.aspects


def _says_only(replaced: _Replaced, pair: _Pair) -> bool:
    """Whether the new question consists of names that take the place of old ones."""
    new = pair.new
    return len(replaced) == len(new.named) > 0 and not new.aspects and not new.says_more


def _substituted(earlier: str, question: str, replaced: _Replaced) -> str:
    text = earlier
    for old, new in sorted(replaced, key=lambda pair: -pair[0].start):
        text = text[: old.start] + question[new.start : new.end] + text[old.end :]
    return wording.TRAILING.sub("", text)


def _without(text: str, gone: list[tuple[int, int]]) -> str:
    """The text less some stretches, and less the small words that led to them."""
    for start, end in sorted(gone, reverse=True):
        text = wording.LEADING_IN.sub("", text[:start]).rstrip() + " " + text[end:].lstrip()
    text = _BESIDE_CHINESE.sub("", " ".join(text.split()))
    text = wording.LEFT_OVER_FIRST.sub("", wording.ASKING_END.sub("", text))
    return text.strip(" ，,的?？")


_BESIDE_CHINESE = re.compile(r"\s+(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])\s+")
