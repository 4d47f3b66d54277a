"""What is shown, and what is searched."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge.text import (
    STOP_WORDS,
    chinese_words,
    encoded_text,
    is_chinese,
    question_terms,
    safe_text,
    search_text,
    tokens,
)

#: Any text at all, lone surrogates included.
ANYTHING = st.text(st.characters(codec=None, exclude_categories=()))
#: What may be shown: no lone surrogates.
SHOWABLE = st.text(st.characters(codec="utf-8"))
BIDI_AND_ZERO_WIDTH = "\u200b\u200e\u200f\u202a\u202e\u2066\u2069\u061c\ufeff\u00ad\u2060"

OLD_PATIENTS = ("老年高血压患者的降压目标", "老年高血壓患者的降壓目標")


# ------------------------------------------------------------------------------------------------- safe_text


@given(ANYTHING)
@example("a\ud800b")
@example("\udc00\ud800")
@example("\u0000")
@example("﷽" * 3000)
def test_safe_text_can_be_stored_and_sent(raw: str) -> None:
    text = safe_text(raw)
    text.encode("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert not any(unicodedata.category(c) == "Cc" and c != "\n" for c in text)
    assert text == text.strip()
    assert "  " not in text
    assert "\n\n" not in text


@given(ANYTHING)
def test_safe_text_of_safe_text_is_itself(raw: str) -> None:
    assert safe_text(safe_text(raw)) == safe_text(raw)


@pytest.mark.parametrize("hidden", list(BIDI_AND_ZERO_WIDTH))
def test_what_reorders_or_hides_is_removed(hidden: str) -> None:
    assert safe_text(f"140{hidden}/90") == "140/90"


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\t", "\u2028", "\u3000"])
def test_controls_and_odd_spaces_become_one_space(control: str) -> None:
    assert safe_text(f"血压 {control}{control} 140") == "血压 140"


def test_a_lone_surrogate_becomes_a_space_and_a_pair_stays_whole() -> None:
    assert safe_text("a\ud800b") == "a b"
    assert safe_text("a\ud83d\ude00b") == "a😀b"


def test_line_breaks_stay_and_superscripts_are_not_flattened() -> None:
    assert safe_text("10⁻³ mol\r\n  ½ 片") == "10⁻³ mol\n½ 片"


def test_composed_and_decomposed_letters_are_shown_alike() -> None:
    assert safe_text("Sjo\u0308gren") == "Sj\u00f6gren"


# ----------------------------------------------------------------------------------------------- search_text


@given(SHOWABLE)
@example("İstanbul 高血壓")
@example("ẞ ﬁ ŉ ΑΣ Σ")
@example("一\u0000個")
@example("頭髮發現乾燥著作")
@example("𠀀𪚥a")
def test_an_offset_into_search_text_is_an_offset_into_what_is_shown(shown: str) -> None:
    assert len(search_text(shown)) == len(shown)


@given(st.text(st.sampled_from("高血壓糖尿病患者髮發乾后後裡裏Aa１２／mM ．。İß"), max_size=40))
def test_search_text_of_search_text_is_itself(shown: str) -> None:
    once = search_text(shown)
    assert search_text(once) == once


def test_search_text_is_simplified_half_width_and_lower_case() -> None:
    assert search_text("高血壓 ＨｂＡ１ｃ＜７．０％") == "高血压 hba1c<7.0%"


# ---------------------------------------------------------------------------------------------------- tokens


@pytest.mark.parametrize(
    "one, other",
    [
        OLD_PATIENTS,
        ("二甲双胍起始剂量500mg", "二甲雙胍起始劑量５００ｍｇ"),
        ("HbA1c<7.0%", "ｈｂａ１ｃ＜７．０％"),
        ("Metformin", "METFORMIN"),
        ("10 µg", "10 μg"),
    ],
)
def test_both_scripts_and_both_widths_give_the_same_tokens(one: str, other: str) -> None:
    assert list(tokens(one)) == list(tokens(other))


@pytest.mark.parametrize(
    "shown, expected",
    [
        ("140/90mmHg", {"140/90mmhg", "140", "90", "mmhg"}),
        ("140/90 mmHg", {"140/90", "140", "90", "mmhg"}),
        ("HbA1c", {"hba1c"}),
        ("SGLT2i", {"sglt2i"}),
        ("6.25~12.5 mg", {"6.25", "12.5", "mg"}),
        ("COVID-19", {"covid-19", "covid", "19"}),
        ("β1", {"β1"}),
    ],
)
def test_figures_units_and_names_are_found_whole_and_in_parts(shown: str, expected: set[str]) -> None:
    assert set(tokens(shown)) == expected


def test_english_words_are_found_in_any_number() -> None:
    assert set(tokens("guidelines")) == set(tokens("guideline"))


def test_chinese_is_found_by_pairs_and_by_words() -> None:
    found = set(tokens("老年高血压"))
    assert {"老年", "高血", "血压", "高血压"} <= found


@given(SHOWABLE)
def test_a_token_holds_no_white_space(shown: str) -> None:
    """They are stored joined by spaces, and split there."""
    found = list(tokens(shown))
    assert " ".join(found).split() == found


# -------------------------------------------------------------------------------------------- question_terms


@pytest.mark.parametrize(
    "question, kept, dropped",
    [
        (
            "老年高血压患者的降压目标是多少？",
            {"高血压", "老年", "降压", "目标"},
            {"患者", "多少", "的", "是多"},
        ),
        ("糖尿病应该怎么治疗", {"糖尿病", "治疗"}, {"应该", "怎么"}),
        (
            "What is the first-line drug for type 2 diabetes?",
            {"first-line", "drug", "diabet"},
            {"what", "is", "the", "for"},
        ),
    ],
)
def test_words_that_ask_carry_no_information(question: str, kept: set[str], dropped: set[str]) -> None:
    terms = set(question_terms(question))
    assert kept <= terms
    assert not dropped & terms


def test_no_pair_spans_a_word_that_asks() -> None:
    """「压的」 would be rare by accident."""
    assert not any("的" in term for term in question_terms("高血压的目标"))


@given(SHOWABLE)
def test_question_terms_are_distinct_and_none_is_a_stop_word(question: str) -> None:
    terms = question_terms(question)
    assert len(terms) == len(set(terms))
    assert not STOP_WORDS.intersection(terms)


def test_chinese_words_are_those_of_a_dictionary() -> None:
    words = chinese_words("冠心病患者的他汀剂量")
    assert {"冠心病", "患者", "剂量"} <= words
    assert not {"心病", "病患", "者的"} & words


def test_neighbouring_characters_that_are_no_word_are_taken_for_one() -> None:
    """A drug that the dictionary does not know comes apart into them."""
    assert {"司", "他", "司他"} <= chinese_words("罗沙司他")


def test_a_question_in_traditional_characters_has_the_same_terms() -> None:
    simplified, traditional = OLD_PATIENTS
    assert question_terms(simplified) == question_terms(traditional)


# ---------------------------------------------------------------------------------------------------- others


@pytest.mark.parametrize(
    "text, chinese",
    [
        ("高血压", True),
        ("HbA1c 目标", True),
        ("first-line drug", False),
        ("metformin 二甲双胍 dose in elderly patients", False),
        ("123", False),
        ("", False),
    ],
)
def test_the_script_of_a_text_is_what_a_reader_would_say(text: str, chinese: bool) -> None:
    assert is_chinese(text) is chinese


def test_the_encoder_sees_one_script_of_chinese() -> None:
    simplified, traditional = OLD_PATIENTS
    assert encoded_text(simplified) == encoded_text(traditional)
