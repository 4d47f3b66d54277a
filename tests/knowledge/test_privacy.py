"""Patient identifiers are masked; what a doctor asks about is not."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge.privacy import MASK, is_masked, mask

ID_CARDS = [
    "11010519491231002X",
    "11010519491231002x",
    "440524188001010014",
    "110105 19491231 002X",
    "110105-19491231-002X",
    "110105 1949 1231 002X",
    "１１０１０５１９４９１２３１００２Ｘ",
    "110105491231002",
]
PHONES = [
    "13812345678",
    "138 1234 5678",
    "138-1234-5678",
    "+8613812345678",
    "+86 138 1234 5678",
    "008613812345678",
    "１３８１２３４５６７８",
    "0755-12345678",
    "(010)12345678",
    "（０２０）１２３４５６７８",
]
INTERNATIONAL = ["+1 (415) 555-2671", "+44 20 7946 0958", "+852 9123 4567", "+886-2-2720-8889", "+6591234567"]
EMAILS = [
    "zhang.san@example.com",
    "a_b+c@mail.hospital.org.cn",
    "13812345678@qq.com",
    "ｚｓ＠ example.com".replace(" ", "").replace("ｚｓ", "zs"),
]
IDENTIFIERS = [*ID_CARDS, *PHONES, *INTERNATIONAL, *EMAILS]

STAYS = [
    "比索洛尔 6.25~12.5 mg，每日 1 次",
    "血压 <140/90 mmHg，130/80~139/89",
    "收缩压 120-129 和舒张压 70-79",
    "HBV DNA 2×10^5 IU/mL，1.5×10⁵",
    "FEV1 改变 +200 mL 或 +12%",
    "体重 +10 20 30",
    "HbA1c 7.0%, eGFR 30-45 mL/min/1.73 m2",
    "血小板 100000-300000 /μL",
    "Na+ 135-145 mmol/L, Ca2+ 2.25",
    "CD4+ 350 cells/μL",
    "2019-2024 年，2024年10月31日，20241031",
    "ICD-10 I10.x02, E11.900, J44.1",
    "PMID: 31234567, PMC7654321",
    "NCT01234567, NCT04567890123",
    "ChiCTR1800012345, ChiCTR-IPR-15007654, ISRCTN13812345678",
    "EudraCT 2013-001234-56",
    "doi:10.1056/NEJMoa1813812345",
    "10.3760/cma.j.cn112138-20230101-00012",
    "10.1016/S0140-6736(20)30183-5",
    "ISSN 0253-3758, ISBN 978-7-117-13912-3, 9787117139123",
    "GB/T 19489-2008, WS 310.2-2016",
    "0.125-0.25 mg qd",
    "1,000,000 U",
]


@pytest.mark.parametrize("identifier", IDENTIFIERS)
@pytest.mark.parametrize("around", ["{}", "患者张三{}，高血压", "patient ({}) asks", "电话：{}。"])
def test_an_identifier_is_hidden_whole_and_nothing_else_is(identifier: str, around: str) -> None:
    assert mask(around.format(identifier)) == around.format(MASK * len(identifier))


@pytest.mark.parametrize("text", STAYS)
def test_what_medicine_writes_stays(text: str) -> None:
    assert mask(text) == text


def test_every_identifier_of_a_text_is_hidden() -> None:
    assert mask("13812345678、13912345678 a@b.cn") == f"{MASK * 11}、{MASK * 11} {MASK * 6}"


def test_it_is_told_whether_something_was_hidden() -> None:
    assert is_masked(mask("电话 13812345678"))
    assert not is_masked(mask("血压 140/90"))


@given(st.text())
@example("138𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖")
@example("😀13812345678😀")
def test_a_masked_text_has_as_many_utf_16_units(text: str) -> None:
    """Telegram's offsets count them."""
    assert len(mask(text).encode("utf-16-le")) == len(text.encode("utf-16-le"))


@given(st.text(st.sampled_from("0123456789 -+()Xx@.１３＋年患a"), max_size=60))
def test_a_masked_text_has_nothing_left_to_mask(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.sampled_from(IDENTIFIERS), st.text(st.characters(categories=["Lo", "So"], codec="utf-8")))
def test_chinese_words_around_an_identifier_do_not_hide_it_from_us(identifier: str, words: str) -> None:
    assert identifier not in mask(f"{words}{identifier}{words}")


@given(
    st.integers(1, 9999),
    st.integers(1, 999),
    st.sampled_from([" mg", " mmHg", " mL/min", "%", " 岁", " U/L"]),
)
def test_no_figure_with_its_unit_is_taken_for_a_number_of_a_person(whole: int, other: int, unit: str) -> None:
    for text in (
        f"{whole}.{other}{unit}",
        f"{whole}/{other}{unit}",
        f"{whole}-{other}{unit}",
        f"+{whole}{unit}",
    ):
        assert mask(text) == text
