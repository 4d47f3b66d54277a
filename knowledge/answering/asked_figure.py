"""Does the question ask for a dose or a time, and does the passage have one?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from knowledge.answering.naming import Named

_DOSE_ASKED = re.compile(
    r"毫克|微克|毫升|多少(?:克|单位|片|粒)|几(?:克|片|粒|喷|包|支|颗)|剂量|用量|多大量|泵速|起始量|负荷量"
    r"|\bdos(?:e|es|age|ing)\b|\bm[c]?g\b|\bhow (?:much|many) (?:g|units|ml|puffs|tablets)\b|titrat|strength"
)
_TIME_ASKED = re.compile(
    r"几(?:天|日|周|个月|年|小时|个小时)|多少(?:天|周|年|小时)|多久|多长|疗程"
    r"|\bhow (?:long|soon|often)\b|\bhow many (?:days|weeks|months|hours|years)\b|duration|interval"
)
_DOSE = re.compile(
    r"\d\s*(?:mg|g|μg|µg|ug|mcg|ml|iu|u|units?|mmol|单位|單位|毫克|微克|克|毫升|片|粒|顆|錠|喷|噴|puffs?|次|万|萬)(?![a-z])|\d\s*%"
)
_TIME = re.compile(
    r"\d\s*(?:小时|小時|h|hours?|分钟|分鐘|min|天|日|d|days?|周|週|weeks?|个月|個月|月|months?|年|years?)(?![a-z])"
    r"|终身|終身|长期|長期|立即|lifelong|indefinite|immediately"
)


def asks_for_dose(question: str) -> bool:
    """question: as it is searched in (simplified, lower case)."""
    return bool(_DOSE_ASKED.search(question))


def asks_for_time(question: str) -> bool:
    """question: as it is searched in (simplified, lower case)."""
    return bool(_TIME_ASKED.search(question))


def has_dose(text: str) -> bool:
    """Whether there is an amount of something at all."""
    return bool(_DOSE.search(text.lower()))


def has_dose_of(drugs: Sequence[Named], pieces: Sequence[str], held: Sequence[AbstractSet[str]]) -> bool:
    """Whether a sentence or row has an amount, and it or the one before names one of the drugs.

    held: the tokens of each piece.
    """
    return any(
        has_dose(piece) and any(drug.is_in(held[n] | held[max(0, n - 1)]) for drug in drugs)
        for n, piece in enumerate(pieces)
    )


def has_time(text: str) -> bool:
    return bool(_TIME.search(text.lower()))
