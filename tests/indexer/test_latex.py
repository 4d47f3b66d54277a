"""LaTeX becomes plain text by exact rules, or stays."""

from __future__ import annotations

import pytest

from indexer.latex import plain


@pytest.mark.parametrize(
    "source, shown",
    [
        (r"$2 4 \sim 4 8 \mathrm { ~ h ~ }$", "24~48 h"),
        (r"$9 0 \%$", "90%"),
        (r"$34 . 3 \%$", "34.3%"),
        (r"$\geqslant 7 0$", "≥70"),
        (r"$< 2 0 0$", "<200"),
        (r"${ > } 1 2 0 ~ \mathrm{HU}$", ">120 HU"),
        (r"$\mathrm { C D 4 } ^ { + }$", "CD4⁺"),
        (r"$\mathrm { C D 4 ^ { + } ~ T }$", "CD4⁺ T"),
        (r"$2 0 0 ~ \mathrm { { m g } }$", "200 mg"),
        (r"$1 0 0 \sim 4 0 0 ~ \mathrm { { m g / d } }$", "100~400 mg/d"),
        (
            r"$3 0 ~ \mathrm { m l } / ( \mathrm { m i n } \cdot 1 . 7 3 ~ \mathrm { m } ^ { 2 } )$",
            "30 ml/(min·1.73 m²)",
        ),
        (r"$\textcircled{2}$", "②"),
        (r"$\mu \mathrm { l }$", "μl"),
        (r"$< 1 0 ^ { 5 }$", "<10⁵"),
        (r"$1 0 ^ { - 3 }$", "10⁻³"),
        (r"$P = 0 . 0 0 0 2$", "P=0.0002"),
        (r"$3 8 ~ \mathrm { { ^ { \circ } C } }$", "38 °C"),
        (r"$5 \% \sim 2 0 \% ^ { [ 1 1 ] }$", "5%~20%[11]"),
        (r"$\pm \times \alpha \beta$", "±×αβ"),
        (r"$9 . 7 \ \mathrm { k b }$", "9.7 kb"),
        (r"$\frac { 1 } { 2 }$", "1/2"),
    ],
)
def test_the_rule_table(source, shown):
    assert plain(source).text == shown


@pytest.mark.parametrize(
    "source",
    [
        r"$\dot { \mu } \mathrm { l }$",
        r"$\sqrt { 2 }$",
        r"$\overline { { 2 4 } }$",
        r"${ 4 2$",
        r"$x ^ { a + b }$",
    ],
)
def test_what_no_rule_covers_stays_and_is_counted(source):
    result = plain(f"剂量{source}。")
    assert result.text == f"剂量{source}。"
    assert result.left == 1


def test_prices_are_no_formula():
    assert plain("费用$5元至$10元").text == "费用$5元至$10元"
