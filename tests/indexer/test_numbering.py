"""The numbers that headings begin with."""

from __future__ import annotations

import pytest

from indexer.levels import heading_level, levels_by_number, looks_like_heading
from indexer.numbering import Rank, rank_of, title_of


@pytest.mark.parametrize(
    "line, rank, title",
    [
        ("第一章 总则", Rank.CHAPTER, "总则"),
        ("第三节 药物", Rank.SECTION, "药物"),
        ("一、概述", Rank.IDEOGRAPH, "概述"),
        ("二．诊断", Rank.IDEOGRAPH, "诊断"),
        ("（一）院前急救", Rank.BRACKETED_IDEOGRAPH, "院前急救"),
        ("1 Introduction", Rank.DECIMAL_1, "Introduction"),
        ("1流行病学", Rank.DECIMAL_1, "流行病学"),
        ("1.2 Title", Rank.DECIMAL_2, "Title"),
        ("1. 5 医学管理", Rank.DECIMAL_2, "医学管理"),
        ("3.1.2 Safety", Rank.DECIMAL_3, "Safety"),
        ("（1）常规监测", Rank.BRACKETED_DECIMAL, "常规监测"),
        ("概述", None, "概述"),
        ("2.5% 的患者", None, "2.5% 的患者"),
    ],
)
def test_kinds_of_number(line, rank, title):
    assert rank_of(line) is rank
    assert title_of(line) == title


@pytest.mark.parametrize("line", ["一、概述", "（一）院前急救", "1.1 流行现况", "3.1.2 Safety", "1 流行病学"])
def test_lines_that_are_headings(line):
    assert looks_like_heading(line)


@pytest.mark.parametrize(
    "line",
    [
        "一、患者应当服药。",
        "1. 二甲双胍，每日两次",
        "（1）常规监测",
        "12 名患者参加了本项研究，其中男性居多，且多为老年",
        "一、",
    ],
)
def test_lines_that_are_none(line):
    assert not looks_like_heading(line)


def test_levels():
    assert [heading_level(text) for text in ("1 a", "1.1 a", "1.1.1 a", "一、a", "（一）a", "a")] == [
        1,
        2,
        3,
        1,
        2,
        1,
    ]


def test_headings_whose_number_was_lost_take_the_place_that_it_left():
    titles = [
        "题目",
        "7 机会性感染",
        "7.1 肺炎",
        "7.1.2 治疗",
        "结核病",
        "7.2.2 治疗",
        "7.3 非结核",
        "诊断",
        "7.3.2 治疗",
        "致谢",
    ]
    assert levels_by_number(titles) == [1, 1, 2, 3, 2, 3, 2, 3, 3, 1]
