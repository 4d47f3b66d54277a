"""/audit in sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Commanded, Message, Pressed
from bot.people.auditing import Auditing, press_of
from bot.people.refusals import Refusals
from bot.testing import FakeChat, incoming
from knowledge.domain import Language, Role
from knowledge.store import Stores


@pytest.fixture
def auditing(stores: Stores) -> Auditing:
    stores.people.meet(3001, "陈主任", Language.ZH)
    stores.people.meet(1001, "王医生", Language.ZH)
    return Auditing(stores, Refusals(stores.audit))


async def read(auditing: Auditing, argument: str = "", language: Language = Language.ZH) -> Message:
    chat = FakeChat()
    command = Commanded(name="audit", argument=argument)
    await auditing.begin(incoming(command, role=Role.ADMINISTRATOR, language=language), chat)
    return chat.sent[0]


async def turn(auditing: Auditing, data: str) -> FakeChat:
    chat = FakeChat()
    await auditing.press(incoming(Pressed(data=data, message_id=7), role=Role.ADMINISTRATOR), chat)
    return chat


def data_of(message: Message) -> list[str]:
    return [str(button.data) for row in message.buttons for button in row]


@pytest.mark.parametrize(
    "language,sentence",
    [
        (Language.ZH, "陈主任（3001）把王医生（1001）从医生改为指南管理员"),
        (Language.EN, "陈主任 (3001) changed 王医生 (1001) from doctor to coordinator"),
    ],
)
async def test_it_reads_as_a_sentence(
    auditing: Auditing, stores: Stores, language: Language, sentence: str
) -> None:
    details = {"before": "doctor", "after": "coordinator"}
    stores.audit.note("telegram:3001", "person.role", "person:1001", details)
    assert sentence in (await read(auditing, language=language)).html


async def test_a_role_by_the_settings_is_told_once(auditing: Auditing, stores: Stores) -> None:
    for _ in range(3):
        stores.people.meet(1001, "王医生", Language.ZH, Role.COORDINATOR)
    shown = (await read(auditing)).html
    assert shown.count("设置文件把王医生（1001）从医生改为指南管理员") == 1
    stores.people.meet(1001, "王医生", Language.ZH, Role.ADMINISTRATOR)
    assert [entry.details for entry in stores.audit.page(size=9).entries] == [
        {"before": "coordinator", "after": "administrator"},
        {"before": "doctor", "after": "coordinator"},
    ]


@pytest.mark.parametrize("language", Language)
async def test_whatever_was_done_has_words(auditing: Auditing, stores: Stores, language: Language) -> None:
    done: list[tuple[str, str, dict[str, object]]] = [
        ("edition.approve", "edition:12", {}),
        ("person.bar", "person:99", {"before": "admitted", "after": "barred"}),
        ("invitation.make", "invitation:1", {"role": "doctor", "most": 5, "days": 7}),
        ("invitation.use", "invitation:1", {"before": "doctor", "after": "doctor"}),
        ("refused.invitation", "invitation", {"reason": "forged", "role": "doctor"}),
        ("refused.callback", "button:<b>&x", {"role": "doctor"}),
        ("something.new", "thing:1", {"list": [1, 2]}),
    ]
    for who in ("telegram:3001", "telegram:424242", "telegram:0", "shell:root"):
        for action, subject, details in done:
            stores.audit.note(who, action, subject, details)
        shown = (await read(auditing, language=language)).html
        assert "<b>&x" not in shown
        assert "?" not in shown
        assert len(shown.splitlines()) >= 1 + len(done)


async def test_pages_turn_to_both_sides_and_keep_the_filter(auditing: Auditing, stores: Stores) -> None:
    for number in range(20):
        stores.audit.note("telegram:3001", "edition.approve", f"edition:{number}")
        stores.audit.note("telegram:3001", "person.bar", "person:1001")
    first = await read(auditing, "edition")
    assert "文档 #19" in first.html
    assert "停用" not in first.html
    older = next(data for data in data_of(first) if data.startswith("audit:before"))
    ((_, second),) = (await turn(auditing, older)).edits
    assert "文档 #11" in second.html
    newer = next(data for data in data_of(second) if data.startswith("audit:after"))
    ((_, back),) = (await turn(auditing, newer)).edits
    assert back.html == first.html


async def test_it_is_filtered_by_person(auditing: Auditing, stores: Stores) -> None:
    stores.audit.note("telegram:3001", "person.bar", "person:1001")
    stores.audit.note("telegram:3001", "edition.approve", "edition:1")
    assert "文档" not in (await read(auditing, "1001")).html


async def test_an_empty_log_says_so(auditing: Auditing) -> None:
    assert "没有记录" in (await read(auditing)).html


async def test_a_forged_button_is_refused_and_written_down(auditing: Auditing, stores: Stores) -> None:
    chat = await turn(auditing, "audit:before:x:")
    assert chat.notes == ["这个按钮已经失效。"]
    assert stores.audit.page(size=1).entries[0].action == "refused.callback"


@given(st.text(max_size=60))
def test_whatever_comes_is_read_or_refused(rest: str) -> None:
    press_of(f"audit:{rest}")
