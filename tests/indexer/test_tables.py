"""Tables as text: one row a line, merged cells repeated."""

from __future__ import annotations

from indexer.grids import filled_share, rendered
from indexer.htmltables import grids_in


def test_rows_are_lines_and_empty_columns_go():
    assert (
        rendered([["药物", "", "剂量"], ["甲\n药", "", "5 mg"], ["", "", ""]]) == "药物 | 剂量\n甲 药 | 5 mg"
    )


def test_a_bar_in_a_cell_is_no_end_of_cell():
    assert rendered([["a|b", "c"]]) == "a｜b | c"


def test_merged_cells_are_repeated():
    html = "<table><tr><td rowspan=2>甲药</td><td colspan=2>剂量</td></tr><tr><td>晨</td><td>晚</td></tr></table>"
    assert list(grids_in(html)) == [[["甲药", "剂量", "剂量"], ["甲药", "晨", "晚"]]]


def test_a_span_of_a_million_is_bounded():
    (grid,) = grids_in("<table><tr><td colspan=999999 rowspan=99999>x</td></tr></table>")
    assert len(grid) <= 1000
    assert len(grid[0]) <= 100


def test_a_line_break_in_a_cell_is_a_space():
    assert next(iter(grids_in("<table><tr><td>a<br>b</td></tr></table>"))) == [["a b"]]


def test_the_filled_share():
    assert filled_share([["a", ""], ["", ""]]) == 0.25
    assert filled_share([]) == 0.0
