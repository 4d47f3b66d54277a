"""What is no question gets a friendly line, or rightly none."""

from __future__ import annotations

import pytest

from bot.conversation import Commanded, Content, FileSent, OtherKind, Pressed, Said, SomethingElse
from bot.courtesy.handlers import Courtesy
from bot.courtesy.smalltalk import Talk, small_talk
from bot.testing import FakeChat, incoming
from knowledge.domain import Language


@pytest.mark.parametrize(
    "text", ["你好", "您好！", "Hello", "hi!", "早上好～", "在吗？", "help", "你好 👋", "ｈｅｌｌｏ"]
)
def test_greetings(text: str) -> None:
    assert small_talk(text) is Talk.HELLO


@pytest.mark.parametrize("text", ["谢谢", "谢谢您！", "thanks", "Thank you.", "OK", "好的", "收到", "謝謝"])
def test_thanks(text: str) -> None:
    assert small_talk(text) is Talk.THANKS


@pytest.mark.parametrize("language,button", [(Language.ZH, "“同意”"), (Language.EN, "“I agree”")])
@pytest.mark.parametrize(
    "text",
    ["同意", "我同意。", "同意，并回答我的问题", "I agree", "Yes, I agree.", "I agree, answer my question"],
)
async def test_agreement_that_was_typed_is_shown_to_the_button(
    text: str, language: Language, button: str
) -> None:
    typed, chat = incoming(Said(text=text), language=language), FakeChat()
    handler = Courtesy().takes_text(typed)
    assert handler is not None
    await handler(typed, chat)
    (shown,) = chat.sent
    assert button in shown.html


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "知情同意的要求",
        "是否需要透析",
        "你好，老年高血压的降压目标是多少",
        "高血压",
        "hi-flow oxygen",
        "好转标准",
        "ok dose",
    ],
)
def test_a_question_is_never_taken_for_a_greeting(text: str) -> None:
    assert small_talk(text) is None


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    "content",
    [
        *(SomethingElse(kind=kind) for kind in OtherKind if kind is not OtherKind.EDITED),
        Commanded(name="nosuch"),
        FileSent(name="a.pdf", size=1),
    ],
)
async def test_each_gets_one_line_in_a_private_chat_and_silence_in_a_group(
    content: Content, language: Language
) -> None:
    private, group = FakeChat(), FakeChat()
    await Courtesy().otherwise(incoming(content, language=language), private)
    await Courtesy().otherwise(incoming(content, language=language, is_group=True), group)
    assert len(private.sent) == 1
    assert not group.sent


async def test_an_edited_message_disturbs_nobody() -> None:
    chat = FakeChat()
    await Courtesy().otherwise(incoming(SomethingElse(kind=OtherKind.EDITED)), chat)
    assert not chat.sent


@pytest.mark.parametrize("is_group", [True, False])
async def test_an_old_button_stops_spinning_everywhere(is_group: bool) -> None:
    chat = FakeChat()
    await Courtesy().otherwise(incoming(Pressed(data="gone:1", message_id=3), is_group=is_group), chat)
    assert chat.notes == ["这个按钮已经失效。"]


async def test_a_greeting_is_answered_with_how_to_ask() -> None:
    chat = FakeChat()
    hello = incoming(Said(text="你好"))
    handler = Courtesy().takes_text(hello)
    assert handler is not None
    await handler(hello, chat)
    assert "您好" in chat.sent[0].html
    assert "/help" in chat.sent[0].html
