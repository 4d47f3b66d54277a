"""The numbers printed on pages, where they are not the physical ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

#: "· 10 ·", "- 10 -", "第 10 页", "10".
_BARE_NUMBER = re.compile(r"^[·•\-–—\s|]*(?:第\s?)?(\d{1,4})(?:\s?页|\s?頁)?[·•\-–—\s|]*$")
FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
#: The share of pages that must agree before a printed number is believed.
_AGREEMENT = 0.6


def bare_number(line: str) -> int | None:
    """The page number that a line consists of; None for any other line."""
    match = _BARE_NUMBER.match(line.translate(FULL_WIDTH))
    return int(match.group(1)) if match else None


_ROMAN = re.compile(r"^[·•\-–—\s|]*[ivxlc]{1,7}[·•\-–—\s|]*$")


def is_page_number(line: str) -> bool:
    """Whether a line at the edge of a page is its number, in Arabic or small Roman numerals."""
    return bare_number(line) is not None or bool(_ROMAN.match(line))


def printed_labels(edge_numbers: Sequence[Sequence[int]]) -> dict[int, str]:
    """Labels by physical page, from the numbers in the head and foot of each page; empty unless most agree.

    Printed numbers run in step with the pages, so the difference that most pages share is the right one.
    """
    differences = Counter(
        number - page for page, numbers in enumerate(edge_numbers, start=1) for number in set(numbers)
    )
    if not differences:
        return {}
    difference, votes = differences.most_common(1)[0]
    if votes < max(3, _AGREEMENT * len(edge_numbers)) or difference == 0:
        return {}
    return {page: str(page + difference) for page in range(1, len(edge_numbers) + 1) if page + difference > 0}


#: Fewer pages that agree are chance: figures and years stand in heads and feet too.
_STEADY = 3
#: More pages than this are another numbering, and no gap.
_WIDEST_GAP = 200


def missing_pages(edge_numbers: Sequence[Sequence[int]]) -> int:
    """How many pages the printed numbers skip: the file lacks them.

    Told only where the numbers run in step, jump ahead, and run in step again; where they begin anew, nothing is.
    """
    differences = [
        {number - page for number in numbers} for page, numbers in enumerate(edge_numbers, start=1)
    ]
    votes = Counter(difference for some in differences for difference in some)
    steady = [
        max(some, key=lambda difference: votes[difference])
        for some in differences
        if any(votes[difference] >= _STEADY for difference in some)
    ]
    jumps = [after - before for before, after in pairwise(steady)]
    if any(jump < 0 for jump in jumps) or sum(jumps) > _WIDEST_GAP:
        return 0
    return sum(jumps)


def differing(labels: Mapping[int, str]) -> dict[int, str]:
    """Only the labels that say something else than the physical page."""
    return {page: label for page, label in labels.items() if label and label != str(page)}
