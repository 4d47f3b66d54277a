"""What the printed numbers of pages tell, and what they do not."""

from __future__ import annotations

import pytest

from indexer.parsers.pdf.labels import missing_pages


@pytest.mark.parametrize(
    "numbers, missing",
    [
        ([[n] for n in range(1, 20)], 0),
        ([[n] for n in range(1045, 1060)], 0),
        ([[n] for n in (1, 2, 3, 4, 7, 8, 9, 10)], 2),
        ([[n] for n in (1, 2, 3, 4, 7, 8)], 0),
        ([[], [], *([n] for n in range(1, 9)), *([n] for n in range(12, 16))], 3),
        ([*([n] for n in range(1, 6)), *([n] for n in range(1, 9))], 0),
        ([[2020, n] for n in range(1, 12)], 0),
        ([[n] for n in (1, 2, 3, 4)] + [[n] for n in range(900, 910)], 0),
        ([[]] * 9, 0),
    ],
    ids=[
        "in step",
        "a journal's own",
        "two pages are gone",
        "too few to tell",
        "behind unnumbered pages",
        "they begin anew",
        "a year stands beside",
        "another numbering",
        "none are printed",
    ],
)
def test_pages_that_the_printed_numbers_skip_are_counted(numbers: list[list[int]], missing: int) -> None:
    assert missing_pages(numbers) == missing
