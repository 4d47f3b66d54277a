"""/gaps is for coordinators; a doctor decides whether to hear of an answer."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.asking.handlers import Asking
from bot.conversation import Button, Incoming, Message, Pressed, Said
from bot.gaps.handlers import Gaps
from bot.testing import FakeChat, incoming
from knowledge.domain import Language, NoEvidence, Related, Reply, Role
from knowledge.store import Stores
from knowledge.store.audit import audit_log
from knowledge.store.gaps import GapStatus
from knowledge.store.questions import Question
from tests.bot.asking.cases import answer
from tests.knowledge.asked import in_vain, meet

NOTHING = NoEvidence(question="x", documents_searched=3)


class FixedAnswers:
    """Fulfils Answers with one reply."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    async def answer(self, question: str, earlier: str | None = None, *, replies: bool = False) -> Reply:
        return self._reply


class Gathering:
    """Counts how often it was asked to gather."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


@pytest.fixture
def gathering() -> Gathering:
    return Gathering()


@pytest.fixture
def feature(stores: Stores, gathering: Gathering) -> Gaps:
    return Gaps(stores, gather=gathering)


def pressed(data: str, role: Role = Role.COORDINATOR, by: int = 7) -> Incoming:
    return incoming(Pressed(data=data, message_id=5), role=role, speaker_id=by)


def labels(message: Message) -> list[str]:
    return [button.text for row in message.buttons for button in row]


def button(message: Message, label: str) -> Button:
    return next(b for row in message.buttons for b in row if b.text == label)


def gap(stores: Stores, text: str = "手足口病隔离几天", *askers: int) -> int:
    for by in askers or (1,):
        in_vain(stores, text, by=by)
    first, *others = stores.gaps.unqueued(50)
    gap_id = stores.gaps.add(first, model=None, vector=None)
    for other in others:
        stores.gaps.join(other, gap_id)
    return gap_id


async def press(feature: Gaps, data: str, chat: FakeChat | None = None, **who: object) -> FakeChat:
    chat = chat or FakeChat()
    await feature.callbacks()[data.partition(":")[0]](pressed(data, **who), chat)  # type: ignore[arg-type]
    return chat


# -------------------------------------------------------------------------------------------- for coordinators


async def test_the_list_has_the_most_asked_first_and_no_names(stores: Stores, feature: Gaps) -> None:
    gap(stores, "水痘隔离几天")
    gap(stores, "手足口病隔离几天", 1, 2, 3)
    chat = FakeChat()
    await feature.list(incoming(Said(text="/gaps"), role=Role.COORDINATOR), chat)
    (shown,) = chat.sent
    assert "未答的问题 · 2 个" in shown.html
    assert shown.html.index("手足口病") < shown.html.index("水痘")
    assert "3 人问过 3 次" in shown.html
    assert "医生" not in shown.html
    assert labels(shown) == ["1", "2"]


async def test_pages_follow_each_other(stores: Stores, feature: Gaps) -> None:
    for number in range(14):
        gap(stores, f"第 {number} 种病怎么治")
    chat = await press(feature, "gaps:page:0")
    seen = chat.edits[-1][1].html
    while "下一页 ›" in labels(chat.edits[-1][1]):
        await press(feature, button(chat.edits[-1][1], "下一页 ›").data or "", chat)
        seen += chat.edits[-1][1].html
    assert all(f"第 {number} 种病怎么治" in seen for number in range(14))
    assert [message_id for message_id, _ in chat.edits] == [5, 5, 5]
    assert labels(chat.edits[-1][1]) == ["1", "2", "‹ 上一页"]


async def test_what_cannot_be_written_down_is_not_decided(stores: Stores, feature: Gaps) -> None:
    gap_id = gap(stores)
    with stores.database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    with pytest.raises(IntegrityError):
        await press(feature, f"gaps:dismiss:{gap_id}:0")
    found = stores.gaps.get(gap_id)
    assert found is not None
    assert found.status is GapStatus.OPEN


async def test_a_card_is_dismissed_with_a_line_in_the_audit_log_and_comes_back(
    stores: Stores, feature: Gaps
) -> None:
    gap_id = gap(stores)
    chat = await press(feature, f"gaps:card:{gap_id}:0")
    card = chat.edits[-1][1]
    assert labels(card) == ["收录文档来回答", "不再列出", "返回列表"]
    await press(feature, button(card, "不再列出").data or "", chat)
    assert "没有未答的问题" in chat.edits[-1][1].html
    assert "仍会收到通知" in chat.notes[-1]
    await press(feature, f"gaps:card:{gap_id}:0", chat)
    await press(feature, button(chat.edits[-1][1], "重新列出").data or "", chat)
    found = stores.gaps.get(gap_id)
    assert found is not None
    assert found.status is GapStatus.OPEN
    with stores.database.read() as connection:
        rows = connection.execute(select(audit_log.c.who, audit_log.c.action, audit_log.c.subject)).all()
    assert [tuple(row) for row in rows] == [
        ("telegram:7", "gap.dismiss", f"gap:{gap_id}"),
        ("telegram:7", "gap.reopen", f"gap:{gap_id}"),
    ]


async def test_a_second_press_on_dismiss_is_not_written_down_again(stores: Stores, feature: Gaps) -> None:
    gap_id = gap(stores)
    for _ in range(2):
        await press(feature, f"gaps:dismiss:{gap_id}:0")
    with stores.database.read() as connection:
        assert len(connection.execute(select(audit_log)).all()) == 1


async def test_a_card_says_how_to_answer_by_loading(stores: Stores, feature: Gaps) -> None:
    gap_id = gap(stores)
    chat = await press(feature, f"gaps:load:{gap_id}:0")
    assert "把能回答它的指南文件发到这里" in chat.edits[-1][1].html


async def test_a_doctor_sees_none_of_it(stores: Stores, feature: Gaps) -> None:
    gap_id = gap(stores)
    chat = FakeChat()
    await feature.commands()["gaps"](incoming(Said(text="/gaps")), chat)
    await press(feature, f"gaps:card:{gap_id}:0", chat, role=Role.DOCTOR)
    await press(feature, f"gaps:dismiss:{gap_id}:0", chat, role=Role.DOCTOR)
    assert all("手足口病" not in message.html for message in chat.sent)
    assert chat.edits == []
    assert stores.gaps.page(offset=0, limit=5).total == 1


async def test_a_group_does_not_see_it(stores: Stores, feature: Gaps) -> None:
    gap(stores)
    chat = FakeChat()
    await feature.list(incoming(Said(text="/gaps"), role=Role.COORDINATOR, is_group=True), chat)
    assert "私聊" in chat.sent[0].html
    assert "手足口病" not in chat.sent[0].html


@pytest.mark.parametrize(
    "data",
    ["gaps:", "gaps:card", "gaps:card:1", "gaps:card:99:0", "gaps:card:x:0", "gaps:card:²:0", "gaps:fly:1:0",
     "gaps:page:-1", f"gaps:page:{'9' * 40}", "gaps:card:1:0:0", "gaps"],
)  # fmt: skip
async def test_data_that_no_button_has_is_answered(stores: Stores, feature: Gaps, data: str) -> None:
    gap(stores)
    chat = await press(feature, data)
    assert chat.notes == ["这个按钮已经失效。"]
    assert chat.edits == []


async def test_a_page_that_is_gone_is_the_last_one(stores: Stores, feature: Gaps) -> None:
    gap(stores)
    chat = await press(feature, f"gaps:page:{'9' * 15}")
    assert "手足口病" in chat.edits[-1][1].html


# -------------------------------------------------------------------------------------------------- for askers


async def ask(stores: Stores, feature: Gaps, reply: Reply, **who: object) -> Message:
    meet(stores, 1001)
    chat = FakeChat()
    asking = Asking(stores.questions, FixedAnswers(reply), unanswered=feature)
    await asking.ask(incoming(Said(text="手足口病隔离几天"), **who), chat)  # type: ignore[arg-type]
    return chat.sent[0]


@pytest.mark.parametrize("language", Language)
async def test_who_asks_in_vain_is_promised_to_hear_and_can_decline(
    stores: Stores, feature: Gaps, gathering: Gathering, language: Language
) -> None:
    shown = await ask(stores, feature, NOTHING, language=language)
    assert ("收录后会通知您" if language is Language.ZH else "you will be told") in shown.html
    assert gathering.times == 1
    (label,) = labels(shown)
    chat = await press(feature, button(shown, label).data or "", by=1001, role=Role.DOCTOR)
    assert chat.notes == ["好，这个问题不通知您。"]
    assert declined(stores) == 1


async def test_what_is_only_related_is_passed_on_too(stores: Stores, feature: Gaps) -> None:
    related = Related(question="x", quotations=answer().quotations, missing=(), courses=())
    assert "不用通知" in labels(await ask(stores, feature, related))


async def test_an_answer_promises_nothing(stores: Stores, feature: Gaps, gathering: Gathering) -> None:
    assert "通知" not in (await ask(stores, feature, answer())).html
    assert gathering.times == 0


async def test_in_a_group_nobody_is_promised_anything(stores: Stores, feature: Gaps) -> None:
    shown = await ask(stores, feature, NOTHING, is_group=True, chat_id=-100)
    assert "已转给指南管理员。" in shown.html
    assert labels(shown) == []


async def test_who_wants_no_notes_is_promised_none(stores: Stores, feature: Gaps) -> None:
    meet(stores, 1001)
    stores.people.set_notes(1001, wanted=False)
    shown = await ask(stores, feature, NOTHING)
    assert "会通知" not in shown.html


async def test_a_disliked_answer_is_gathered_and_a_liked_one_is_not(
    stores: Stores, feature: Gaps, gathering: Gathering
) -> None:
    asking = Asking(stores.questions, FixedAnswers(answer()), unanswered=feature)
    await asking.ask(incoming(Said(text="老年降压目标")), FakeChat())
    for data, times in (("rate:1:up", 0), ("rate:1:down", 1)):
        await asking.rate(incoming(Pressed(data=data, message_id=1)), FakeChat())
        assert gathering.times == times


@pytest.mark.parametrize("data", ["untell:", "untell:99", "untell:x", "untell:1:2", "untell", "untell:-1"])
async def test_what_no_button_declines_is_answered(stores: Stores, feature: Gaps, data: str) -> None:
    in_vain(stores, by=7)
    chat = await press(feature, data)
    assert chat.notes == ["这个按钮已经失效。"]


async def test_nobody_else_declines(stores: Stores, feature: Gaps) -> None:
    question: Question = in_vain(stores, by=1)
    chat = await press(feature, f"untell:{question.id}", by=2, role=Role.DOCTOR)
    assert chat.notes == ["这个按钮已经失效。"]
    assert declined(stores) == 0


def declined(stores: Stores) -> int:
    with stores.database.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM notes").scalar_one())
