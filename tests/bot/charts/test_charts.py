"""Charts: something is drawn, in letters that the font has, and whatever goes wrong is told apart."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bot.charts import Bars, Charts, Columns, Lines, NotDrawn, Picture, Row, Series, Tone
from bot.charts.drawing import letters, png
from bot.charts.letters import drawable, shortened, width
from bot.charts.picture import from_json, to_json
from bot.texts import texts
from knowledge.domain import Language
from knowledge.specialties import REGIONS, SPECIALTIES

DAYS = tuple(f"11-{day:02d}" for day in range(1, 31))
PICTURE = Picture(
    title="近 30 天 of 2026",
    panels=(
        Columns(
            title="每天的提问",
            labels=DAYS,
            series=(
                Series(name="有答案", values=tuple(float(n % 7) for n in range(30))),
                Series(name="没有答案", values=tuple(float(n % 3) for n in range(30)), tone=Tone.POOR),
            ),
        ),
        Bars(
            title="文献",
            rows=(Row(label="國家基層高血壓 𠮷😀 ﬁ", value=3), Row(label="零", value=0)),
            nothing="无",
        ),
    ),
)


def drawn(picture: Picture) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(png(picture))).convert("RGB"))


def test_a_picture_is_as_wide_as_a_phone_and_no_taller_than_telegram_keeps():
    height, wide, _ = drawn(PICTURE).shape
    assert wide == 1080
    assert height <= 1280


def test_it_is_not_empty():
    """Each meaning's colour is there, and so is ink."""
    colours = {tuple(pixel) for row in drawn(PICTURE)[::2] for pixel in row[::2]}
    assert (0x2F, 0x6F, 0xB5) in colours
    assert (0xDD, 0x8A, 0x2E) in colours
    assert (0x22, 0x22, 0x22) in colours


def test_nothing_to_show_is_shown_too():
    nothing = Picture(
        title="空",
        panels=(
            Columns(title="提问", labels=DAYS, series=(Series(name="有", values=(0.0,) * 30),)),
            Lines(title="人", labels=("11-01",), series=(Series(name="人", values=(1.0,)),)),
            Bars(title="文献", rows=(), nothing="没有"),
        ),
    )
    assert drawn(nothing).min() < 0x60


def test_a_letter_the_font_lacks_never_becomes_a_box():
    """The library warns of each such letter, and a warning fails a test; 'tofu' would be drawn otherwise."""
    hostile = "國繁體𠮷😀\u202e\x00\u0301é ﬁ Ⅷ ㎎ ☃ ا ก $x^2$ \\frac"
    assert drawn(
        Picture(title=hostile, panels=(Bars(title=hostile, rows=(Row(label=hostile, value=1),)),))
    ).any()


@pytest.mark.parametrize("language", Language)
def test_every_word_of_ours_can_be_drawn(language: Language):
    known = letters()
    words = texts(language)
    ours = "".join(
        words._words[key] for key in sorted(words.keys()) if key.startswith(("stats.", "announce."))
    )
    ours += "".join(each.name(language) for each in (*SPECIALTIES, *REGIONS))
    assert {letter for letter in ours if not letter.isspace() and ord(letter) not in known} == set()


def test_what_cannot_be_drawn_becomes_its_simplified_form_or_a_dot():
    known = {ord(letter) for letter in "国家fi ·"}
    assert drawable("國家 ﬁ 😀", known) == "国家 fi ·"


def test_words_are_cut_by_their_width():
    assert shortened("一二三四", 8) == "一二三四"
    assert shortened("一二三四五", 8) == "一二三…"
    assert width("ab一") == 4


def test_a_picture_travels_whole():
    assert from_json(to_json(PICTURE)) == PICTURE


def test_values_without_labels_are_no_chart():
    with pytest.raises(ValueError, match="each label"):
        Columns(title="x", labels=("a",), series=(Series(name="s", values=(1.0, 2.0)),))


async def test_it_is_drawn_in_a_process_of_its_own(tmp_path: Path):
    import sys

    before = "matplotlib" in sys.modules
    made = await Charts(tmp_path).png(PICTURE)
    assert made.startswith(b"\x89PNG")
    assert ("matplotlib" in sys.modules) == before


async def test_one_that_takes_too_long_is_given_up(tmp_path: Path):
    with pytest.raises(NotDrawn):
        await Charts(tmp_path, patience_s=0.01).png(PICTURE)


async def test_one_that_fails_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.charts.process.to_json", lambda _: "{}")
    with pytest.raises(NotDrawn):
        await Charts(tmp_path).png(PICTURE)
