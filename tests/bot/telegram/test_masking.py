"""Nothing that identifies a patient goes further than the door."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.masking import masked
from tests.bot.telegram.updates import message, update

PHONE, ID_CARD, MAIL = "13812345678", "11010519491231002X", "li.ming@example.org"
EVERYTHING = f"{PHONE} {ID_CARD} {MAIL}"


def test_identifiers_are_masked_wherever_people_write() -> None:
    payload = {
        "update_id": 1,
        "message": message(
            {"text": EVERYTHING, "caption": EVERYTHING},
            reply_to_message=message({"text": EVERYTHING}),
            external_reply={"poll": {"question": EVERYTHING, "options": [{"text": EVERYTHING}]}},
            quote={"text": EVERYTHING},
            document={"file_id": "x", "file_name": f"{PHONE}.pdf"},
            entities=[{"type": "text_link", "offset": 0, "length": 3, "url": f"mailto:{MAIL}"}],
        ),
    }
    kept = json.dumps(masked(payload), ensure_ascii=False)
    assert not any(identifier in kept for identifier in (PHONE, ID_CARD, MAIL))


def test_contacts_and_places_are_emptied_but_still_seen() -> None:
    contact = masked({"contact": {"phone_number": PHONE, "first_name": "李明", "vcard": "李明"}})
    place = masked(
        {"venue": {"location": {"latitude": 31.2, "longitude": 121.5}, "title": "李明家", "address": "x"}}
    )
    location = masked({"location": {"latitude": 31.2, "longitude": 121.5}})
    assert "contact" in contact
    assert "李明" not in json.dumps([contact, place, location], ensure_ascii=False)
    assert "31.2" not in json.dumps([place, location])


def test_buttons_ids_and_names_of_the_writers_stay() -> None:
    payload = {
        "update_id": 13812345678,
        "callback_query": {"data": "rate:13812345678:up", "id": "13812345678"},
    }
    assert masked(payload) == payload


@given(st.text(max_size=200))
def test_a_mask_is_as_long_as_what_it_hides(text: str) -> None:
    shown = masked({"text": f"{text} {PHONE}"})["text"]
    assert len(shown.encode("utf-16-le", "surrogatepass")) == len(
        f"{text} {PHONE}".encode("utf-16-le", "surrogatepass")
    )


def test_a_masked_update_is_still_one() -> None:
    sent = update({"contact": {"phone_number": PHONE, "first_name": "李明"}})
    assert type(sent).de_json(masked(sent.to_dict())).message is not None
