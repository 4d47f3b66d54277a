"""What of a passage stands open: all that answers, nothing reworded, nothing cut inside a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.asking import excerpt as excerpt_module
from bot.asking.excerpt import excerpt
from bot.asking.sentences import unit_spans
from bot.html import Quote
from knowledge.domain import PassageKind, QualityMark, Quotation, Span
from tests.bot.asking.cases import TEXT, quotation


@pytest.fixture(autouse=True)
def folding(monkeypatch: pytest.MonkeyPatch) -> None:
    """The texts here are short; how a passage is folded must hold from whatever length on it is."""
    monkeypatch.setattr(excerpt_module, "_SHOWN_WHOLE", 0.0)


BEST = "65～79 岁者应降至<140/90 mmHg。"
EXCEPTION = "但体位性低血压者应个体化。"
TABLE = "表 3 常用降压药\n药物 | 每日剂量 | 次数\n氨氯地平 | 2.5～10 mg | 1\n缬沙坦 | 80～160 mg | 1\n厄贝沙坦 | 150～300 mg | 1"


def text_of(quote: Quote) -> str:
    return "".join(part.text for unit in quote.units for part in unit)


def bold_of(quote: Quote) -> str:
    return "".join(part.text for unit in quote.units for part in unit if part.bold)


def test_the_sentence_that_answers_is_bold_and_open_with_its_exception() -> None:
    shown, _ = excerpt(quotation(TEXT, BEST))
    assert bold_of(shown) == BEST
    assert BEST + EXCEPTION in text_of(shown)
    assert not shown.folded


def test_the_sentence_before_leads_in_where_there_is_room() -> None:
    shown, _ = excerpt(quotation(TEXT, BEST))
    assert text_of(shown).startswith("老年人血压波动较大。")


def test_an_exception_is_never_shown_without_what_it_limits() -> None:
    shown, *_ = excerpt(quotation(TEXT, EXCEPTION))
    assert BEST + EXCEPTION in text_of(shown)


def test_what_follows_is_folded_and_nothing_is_lost() -> None:
    shown, rest = excerpt(quotation(TEXT, BEST))
    assert rest.folded
    assert text_of(shown) + text_of(rest) == TEXT


def test_with_a_rest_on_both_sides_the_whole_passage_is_folded_so_that_its_ends_do_not_meet() -> None:
    filler = "这一句与问题没有关系，只是为了让段落足够长，长到放不下为止，放到折叠里去。" * 4
    shown, rest = excerpt(quotation(f"{filler}\n{BEST}\n{filler}", BEST))
    assert text_of(shown).strip() == BEST
    assert text_of(rest) == f"{filler}\n{BEST}\n{filler}"


def test_a_heading_inside_the_passage_leads_on() -> None:
    filler = "这一句与问题没有关系，只是为了让段落足够长，放到折叠里去。" * 5
    shown, _ = excerpt(quotation(f"{filler}\n6.1 老年高血压\n{BEST}", BEST))
    assert text_of(shown) == f"6.1 老年高血压\n{BEST}"


def test_a_short_passage_is_not_folded_at_all() -> None:
    (shown,) = excerpt(quotation(f"{BEST}{EXCEPTION}", BEST))
    assert text_of(shown) == BEST + EXCEPTION


def test_text_in_doubt_is_never_bold() -> None:
    quotes = excerpt(quotation(TEXT, BEST, marks=frozenset({QualityMark.OCR})))
    assert not any(bold_of(quote) for quote in quotes)
    assert "".join(map(text_of, quotes)) == TEXT


def test_of_a_table_the_caption_the_header_and_the_row_that_answers_stand_open() -> None:
    shown, rest = excerpt(quotation(TABLE, "缬沙坦 | 80～160 mg | 1", kind=PassageKind.TABLE))
    assert text_of(shown) == "表 3 常用降压药\n药物 | 每日剂量 | 次数\n缬沙坦 | 80～160 mg | 1\n"
    assert bold_of(shown) == "缬沙坦 | 80～160 mg | 1"
    assert rest.folded
    assert text_of(rest) == TABLE


def test_a_table_without_a_best_row_shows_its_first_rows() -> None:
    shown, rest = excerpt(quotation(TABLE + "\n替米沙坦 | 20～80 mg | 1", kind=PassageKind.TABLE))
    assert "氨氯地平" in text_of(shown)
    assert "替米沙坦" not in text_of(shown)
    assert "替米沙坦" in text_of(rest)


@given(
    st.text(st.sampled_from("甲乙 ab1.。！\n|；但"), min_size=1, max_size=120),
    st.sampled_from(PassageKind),
    st.data(),
)
def test_every_highlight_is_open_and_the_text_is_whole(
    text: str, kind: PassageKind, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    passage = quotation(text, kind=kind).passage
    found = Quotation(passage=passage, score=1.0, highlights=(Span(start=start, end=end),))
    shown, *rest = excerpt(found)
    assert bold_of(shown) == text[start:end]
    everything = "".join(map(text_of, (shown, *rest)))
    assert sorted(everything) == sorted(text) or text in everything


@given(st.text(st.sampled_from("甲乙 ab1.。！\r\n|；\u2028"), max_size=120), st.sampled_from(PassageKind))
def test_units_are_the_text_letter_for_letter(text: str, kind: PassageKind) -> None:
    assert "".join(text[span.start : span.end] for span in unit_spans(text, kind)) == text


def test_a_passage_of_a_few_lines_is_shown_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rows for other patients, or its verdict, belong to it."""
    monkeypatch.setattr(excerpt_module, "_SHOWN_WHOLE", 200.0)
    (shown,) = excerpt(quotation(TABLE, "缬沙坦 | 80～160 mg | 1", kind=PassageKind.TABLE))
    assert text_of(shown).strip() == TABLE
    assert bold_of(shown) == "缬沙坦 | 80～160 mg | 1"
