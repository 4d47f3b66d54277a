"""A coordinator's own terms: what they add, what they correct, and what is said of those that cannot be understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.terms.merging import Merged, merge
from knowledge.terms.own import parse
from knowledge.terms.termlist import TermKind, TermRow

HYPERTENSION = TermRow(
    zh=("高血压", "血压高"), en=("hypertension", "high blood pressure"), abbreviations=("HTN",)
)
PREGNANT = TermRow(zh=("孕妇", "孕产妇"), en=("pregnant woman",), kind=TermKind.POPULATION)
PREGNANCY = TermRow(zh=("妊娠", "孕妇"), en=("pregnancy",), kind=TermKind.POPULATION)
ALZHEIMER = TermRow(zh=("阿尔茨海默病",), en=("alzheimer disease",), abbreviations=("AD",))
ECZEMA = TermRow(zh=("特应性皮炎",), en=("atopic dermatitis",), abbreviations=("AD",))
SHIPPED = (HYPERTENSION, PREGNANT, PREGNANCY, ALZHEIMER, ECZEMA)
HEADER = "zh,en,abbreviations,kind\n"


def merged(rows: str, header: str = HEADER) -> Merged:
    return merge(SHIPPED, parse((header + rows).encode()))


def row_with(found: Merged, name: str) -> TermRow:
    (row,) = [row for row in found.rows if name in (*row.zh, *row.en, *row.abbreviations)]
    return row


def told(found: Merged) -> list[tuple[int, str]]:
    return [(problem.line, problem.message) for problem in found.problems]


# ----------------------------------------------------------------------------------- adding and correcting


def test_a_row_that_shares_no_name_is_a_new_concept() -> None:
    found = merged("棕榈酸帕利哌酮1月剂,paliperidone palmitate 1-month,PP1M,drug\n")
    assert found.rows[: len(SHIPPED)] == SHIPPED
    assert found.rows[-1] == TermRow(
        zh=("棕榈酸帕利哌酮1月剂",),
        en=("paliperidone palmitate 1-month",),
        abbreviations=("PP1M",),
        kind=TermKind.DRUG,
    )
    assert (found.added, found.amended, found.removed, found.problems) == (1, 0, 0, ())


def test_a_row_without_a_kind_is_a_topic_where_it_is_new() -> None:
    assert merged("某病,,,\n").rows[-1].kind is TermKind.TOPIC


@pytest.mark.parametrize("name", ["高血压", "高血壓", "Hypertension", "high blood-pressure"])
def test_a_row_that_shares_a_name_adds_its_names_to_the_concept(name: str) -> None:
    column = f"{name}|动脉高压,," if not name.isascii() else f"动脉高压,{name},"
    found = merged(column + ",\n")
    assert row_with(found, "动脉高压").zh == (*HYPERTENSION.zh, "动脉高压")
    assert (found.added, found.amended) == (0, 1)
    assert len(found.rows) == len(SHIPPED)


def test_a_kind_that_a_row_states_replaces_that_of_the_concept() -> None:
    assert row_with(merged("高血压,,,general\n"), "高血压").kind is TermKind.GENERAL
    assert row_with(merged("孕产妇,expectant mother,,\n"), "孕产妇").kind is TermKind.POPULATION


def test_a_name_that_two_concepts_share_adds_to_both_unless_another_tells_them_apart() -> None:
    both = merged("孕妇,gravida,,\n")
    assert [row.en[-1] == "gravida" for row in both.rows].count(True) == 2
    assert row_with(merged("孕妇|孕产妇,gravida,,\n"), "gravida").zh == PREGNANT.zh


def test_an_abbreviation_does_not_tell_which_concept_is_meant_beside_a_name() -> None:
    found = merged("主动脉夹层,aortic dissection,AD,\n")
    assert found.added == 1
    assert found.amended == 0
    assert row_with(merged(",,HTN|HBP,\n"), "HBP").zh == HYPERTENSION.zh


def test_a_row_may_build_on_an_earlier_one() -> None:
    found = merged("某病,,,\n某病|另一名,,,\n")
    assert found.rows[-1].zh == ("某病", "另一名")
    assert (found.added, found.amended) == (1, 0)


def test_a_row_to_remove_takes_its_names_from_whatever_has_them() -> None:
    found = merged("血压高,,AD,remove\n")
    assert row_with(found, "高血压").zh == ("高血压",)
    assert not [row for row in found.rows if row.abbreviations == ("AD",)]
    assert found.removed == 2


def test_a_concept_without_names_is_gone() -> None:
    found = merged("高血压|血压高,hypertension|high blood pressure,HTN,remove\n")
    assert found.rows == SHIPPED[1:]


def test_names_are_taken_away_before_others_are_given_wherever_the_rows_stand() -> None:
    found = merged("特应性皮炎,,AD,\n,,AD,remove\n")
    assert row_with(found, "AD").zh == ECZEMA.zh


def test_names_given_twice_are_held_once() -> None:
    assert merged("高血压,Hypertension|hypertensions,HTN,\n").rows == SHIPPED


# ------------------------------------------------------------------------------------ what cannot be used


@pytest.mark.parametrize(
    "row, message",
    [
        ("高血压,hypertension,HTN,topik", "kind must be topic, drug, population, general or remove, not 'topik'"),
        ("高血压|妊娠,,,", "'高血压' and '妊娠' are known as different things: write a row for each"),
        (",,,drug", "it has no name"),
        ("|,,,", "it has no name"),
        ("病,,,", "the name '病' is too short: one character stands in too many words"),
        ("某病,the,,", "the name 'the' holds no word that a text could be found by"),
        ("某病,120,,", "the name '120' holds no word that a text could be found by"),
        ("某病,1,25-dihydroxyvitamin d,,drug", "it has more cells than columns: put a name with a comma in quotation marks"),
        ("没有的名字,,,remove", "nothing is called '没有的名字', so there is nothing to take away"),
        (f"某病,{'a' * 201},,", f"the name '{'a' * 20}'… is longer than 200 characters"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_understood_is_named_and_the_rest_counts(row: str, message: str) -> None:
    found = merged(f"\n心动过速病,,,\n{row}\n心动过缓病,,,\n")
    assert told(found) == [(4, message)]
    assert [row.zh for row in found.rows[len(SHIPPED) :]] == [("心动过速病",), ("心动过缓病",)]


@pytest.mark.parametrize(
    "raw, line",
    [
        (b"", 0),
        (b"\xff", 0),
        (b"x" * (5 * 1024 * 1024 + 1), 0),
        ("高血压,hypertension,HTN,topic\n".encode(), 1),
        (b"zh;en;abbreviations;kind\n", 1),
        (b"\nzh,en\n", 1),
        (b"zh,en,abbreviations,kinds\n", 1),
        (b"zh,zh\n", 1),
        (b"zh\n" + "某病\n".encode() * 20_001, 0),
    ],
)
def test_a_file_that_is_no_list_changes_nothing_and_says_so(raw: bytes, line: int) -> None:
    found = merge(SHIPPED, parse(raw))
    assert found.rows == SHIPPED
    assert [problem.line for problem in found.problems] == [line]


def test_what_is_no_table_any_more_ends_the_list_and_keeps_what_stood_before() -> None:
    found = merged('某病,,,\n"没有结束,,,\n另一病,,,\n')
    assert found.added == 1
    assert [problem.line for problem in found.problems] == [3]


def test_columns_may_be_left_out_or_stand_in_another_order() -> None:
    found = merged("drug,paliperidone\n", header="kind,en\n")
    assert found.rows[-1] == TermRow(zh=(), en=("paliperidone",), kind=TermKind.DRUG)


def test_a_name_in_quotation_marks_may_hold_a_comma_or_a_line() -> None:
    found = merged('某病,"1,25-dihydroxyvitamin d",,\n"多行\n病",,,\n病,,,\n')
    assert found.rows[len(SHIPPED)].en == ("1,25-dihydroxyvitamin d",)
    assert [problem.line for problem in found.problems] == [5]


# ---------------------------------------------------------------------------------- as spreadsheets save it

CHINESE = (
    "zh,en,abbreviations,kind\r\n糖尿病足溃疡|足部感染,foot ulcer,DFU,topic\r\n高血压急症处理,,,topic\r\n"
)
TRADITIONAL = (
    "zh,en,abbreviations,kind\r\n糖尿病足潰瘍|足部感染,foot ulcer,DFU,topic\r\n高血壓急症處理,,,topic\r\n"
)


@pytest.mark.parametrize(
    "text, encoding",
    [
        (CHINESE, "utf-8"),
        (CHINESE, "utf-8-sig"),
        (CHINESE, "utf-16"),
        (CHINESE, "gb18030"),
        (TRADITIONAL, "utf-8-sig"),
        (TRADITIONAL, "big5"),
    ],
)
def test_a_list_is_read_in_the_encodings_that_spreadsheets_use(text: str, encoding: str) -> None:
    found = merge(SHIPPED, parse(text.encode(encoding)))
    assert found.problems == ()
    expected = text.splitlines()[1].split(",")[0].split("|")
    assert list(found.rows[len(SHIPPED)].zh) == expected


def test_a_full_width_bar_separates_too() -> None:
    assert merged("某病｜另一名,,,\n").rows[-1].zh == ("某病", "另一名")


@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: (HEADER + text).encode("utf-8", "replace"))
)
def test_any_file_is_read_without_an_error_and_loses_nothing_it_does_not_name(raw: bytes) -> None:
    own = parse(raw)
    found = merge(SHIPPED, own)
    assert found.added <= len(own.rows)
    if not own.rows:
        assert found.rows == SHIPPED
