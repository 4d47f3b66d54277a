"""What a button or a text of the settings says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import CALLBACK_BYTES
from bot.people import settings_view
from bot.people.choices import (
    JOINING,
    SETTINGS,
    Screen,
    SetLanguage,
    SetMuted,
    SetNotes,
    SetQuiet,
    SetRegion,
    SetSpecialty,
    SetZone,
    Show,
    Type,
    choice_of,
    hours_in,
    zone_in,
)
from knowledge.domain import AnnouncementKind, Language, Person
from knowledge.quiet_hours import QuietHours

WANG = Person(
    telegram_id=1001,
    name="王医生",
    language=Language.ZH,
    consent_version="1",
    started_at=None,
    specialties=("cardiology",),
    region="east",
    muted=frozenset({AnnouncementKind.COURSE}),
    quiet_hours=QuietHours(start=1320, end=420),
)


@pytest.mark.parametrize(
    "data,choice",
    [
        ("settings:show:main", Show(screen=Screen.MAIN)),
        ("join:show:specialties:1", Show(screen=Screen.SPECIALTIES, page=1)),
        ("settings:language:en", SetLanguage(language=Language.EN)),
        ("settings:specialty:cardiology:on", SetSpecialty(id="cardiology", chosen=True)),
        ("join:region:none", SetRegion(id=None)),
        ("settings:mute:course:off", SetMuted(kind=AnnouncementKind.COURSE, muted=False)),
        ("settings:quiet:22:00-07:00", SetQuiet(start=1320, end=420)),
        ("settings:quiet:off", SetQuiet(start=None, end=None)),
        ("settings:zone:America/New_York", SetZone(name="America/New_York")),
        ("settings:notes:off", SetNotes(wanted=False)),
        ("settings:type:zone", Type(screen=Screen.ZONE)),
    ],
)
def test_a_button_is_read(data: str, choice: object) -> None:
    assert choice_of(data) == choice


@pytest.mark.parametrize(
    "data",
    [
        "settings",
        "settings:",
        "settings:show:nowhere",
        "settings:show:specialties:99999999999",
        "settings:language:fr",
        "settings:specialty:astrology:on",
        "settings:specialty:cardiology",
        "settings:specialty:cardiology:maybe",
        "settings:region:mars",
        "settings:mute:everything:on",
        "settings:quiet:25:00-07:00",
        "settings:zone:asia/shanghai",
        "settings:zone:../../etc/passwd",
        "settings:notes:x:on",
        "settings:type:main",
        "settings:role:administrator",
    ],
)
def test_what_no_button_of_ours_says_is_nothing(data: str) -> None:
    assert choice_of(data) is None


@given(st.text(max_size=64))
def test_whatever_comes_is_read_or_refused(rest: str) -> None:
    choice_of(f"settings:{rest}")
    hours_in(rest)
    zone_in(rest)


@pytest.mark.parametrize("flow", [SETTINGS, JOINING])
@pytest.mark.parametrize("language", Language)
def test_every_button_of_every_screen_is_one_that_is_read(flow: str, language: Language) -> None:
    person = Person(telegram_id=1, name="", language=language, consent_version=None, started_at=None)
    for each in (person, WANG):
        for which in Screen:
            for page in (0, 1):
                shown = settings_view.screen(each, Show(screen=which, page=page), flow)
                for button in (button for row in shown.buttons for button in row):
                    assert button.data is not None
                    assert len(button.data.encode()) <= CALLBACK_BYTES
                    assert choice_of(button.data) is not None, button.data


@pytest.mark.parametrize(
    "text,span",
    [
        ("22:00-7:00", (1320, 420)),
        ("22-7", (1320, 420)),
        ("22：30 至 6：15", (1350, 375)),
        (" 22:00 – 24:00 ", (1320, 0)),
        ("22点到7点", (1320, 420)),
        ("9 to 12", (540, 720)),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, span: tuple[int, int]) -> None:
    assert hours_in(text) == SetQuiet(start=span[0], end=span[1])


@pytest.mark.parametrize(
    "text", ["", "22", "7-7", "24:00-0:00", "25-7", "22:60-7", "24:30-7", "22-7-8", "一-二"]
)
def test_what_is_no_stretch_of_a_day_is_refused(text: str) -> None:
    assert hours_in(text) is None


@pytest.mark.parametrize(
    "text,name",
    [
        ("Asia/Shanghai", "Asia/Shanghai"),
        ("asia/shanghai", "Asia/Shanghai"),
        ("上海", "Asia/Shanghai"),
        ("北京时间", "Asia/Shanghai"),
        ("London", "Europe/London"),
        ("new york", "America/New_York"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_known_by_its_name_and_by_a_city_in_it(text: str, name: str) -> None:
    assert zone_in(text) == name


@pytest.mark.parametrize(
    "text", ["", "Mars", "../etc/passwd", "/etc/localtime", "posix/Asia/Shanghai", "x" * 5000]
)
def test_what_is_no_zone_is_refused(text: str) -> None:
    assert zone_in(text) is None
