"""The conversation in a terminal shows the same words, with the buttons as numbers."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from rich.console import Console

from bot.console.lines import lines
from bot.console.rendering import terminal_text
from bot.console.screen import CONSOLE_ID, ConsoleChat, ConsoleMessenger, Screen
from bot.console.talk import Talk, language_of_locale
from bot.conversation import (
    Button,
    Chat,
    Commanded,
    Content,
    Failed,
    FileSent,
    Handler,
    Incoming,
    Message,
    Pressed,
    Said,
    Sent,
)
from bot.router import Router
from knowledge.domain import Language, Role
from knowledge.errors import LibraryUnusable
from knowledge.store import Stores

MESSAGE = Message(
    html="<b>粗</b> &lt;140\n<blockquote>一\n二</blockquote>\n<blockquote expandable>三</blockquote>\n出处",
    buttons=((Button(text="课程", url="https://example.org/a"),), (Button(text="👍", data="rate:1:up"),)),
)


def screen() -> tuple[Screen, io.StringIO]:
    out = io.StringIO()
    return Screen(Console(file=out, highlight=False, width=40)), out


async def typed(*inputs: str) -> AsyncIterator[str]:
    for each in inputs:
        yield each


async def talk(
    stores: Stores, *inputs: str, role: Role = Role.DOCTOR, handler: Handler | None = None
) -> tuple[list[Content], str]:
    """What the router was given for these inputs, and what was shown; every text is answered with MESSAGE."""
    heard: list[Content] = []

    async def hear(incoming: Incoming, chat: Chat) -> None:
        heard.append(incoming.content)
        await chat.send(MESSAGE)

    shown, out = screen()
    router = Router([], question=handler or hear, otherwise=handler or hear)
    await Talk(
        router=router, people=stores.people, screen=shown, role=role, language=Language.ZH, is_typed=True
    ).run(typed(*inputs))
    return heard, out.getvalue()


def test_html_is_shown_with_bars_and_without_tags() -> None:
    assert terminal_text(MESSAGE.html).plain == "粗 <140\n▎ 一\n▎ 二\n┆ 三\n出处"


def test_bold_and_dim_are_styles() -> None:
    styles = {str(span.style) for span in terminal_text(MESSAGE.html).spans}
    assert {"bold", "dim"} <= styles


def test_where_nobody_sits_there_are_no_colours_and_no_breaks() -> None:
    shown, out = screen()
    shown.show(Message(html="<b>" + "长" * 200 + "</b>"))
    assert out.getvalue() == "长" * 200 + "\n\n"


async def test_what_is_typed_becomes_content(stores: Stores) -> None:
    heard, _ = await talk(stores, "老年降压目标", "/Language en", "", "  ", "2", "9")
    assert heard == [
        Said(text="老年降压目标"),
        Commanded(name="language", argument="en"),
        Pressed(data="rate:1:up", message_id=2),
        Said(text="9"),
    ]


async def test_a_number_that_is_an_address_shows_it(stores: Stores) -> None:
    heard, shown = await talk(stores, "老年降压目标", "1")
    assert len(heard) == 1
    assert shown.count("https://example.org/a") == 2


async def test_the_prompt_follows_the_language(stores: Stores) -> None:
    async def switch(incoming: Incoming, chat: Chat) -> None:
        stores.people.set_language(CONSOLE_ID, Language.EN)

    _, shown = await talk(stores, "x", handler=switch)
    assert shown.startswith("你> ")
    assert shown.endswith("you> ")


async def test_a_coordinator_sends_a_file_by_its_path_and_a_doctor_does_not(
    stores: Stores, tmp_path: Path
) -> None:
    file = tmp_path / "指南 2024.pdf"
    file.write_bytes(b"12345")
    for line in (str(file), f"'{file}'", str(file).replace(" ", "\\ "), file.as_uri()):
        heard, _ = await talk(stores, line, role=Role.COORDINATOR)
        assert heard == [FileSent(name="指南 2024.pdf", size=5)]
    heard, _ = await talk(stores, str(file))
    assert not isinstance(heard[0] if heard else None, FileSent)


async def test_identifiers_are_masked_here_too(stores: Stores) -> None:
    heard, _ = await talk(stores, "患者 13812345678")
    assert heard == [Said(text="患者 ■■■■■■■■■■■")]


@pytest.mark.parametrize("error", [LibraryUnusable(), ValueError("x")])
async def test_a_failure_ends_nothing(stores: Stores, error: Exception) -> None:
    async def fail(incoming: Incoming, chat: Chat) -> None:
        raise error

    _, shown = await talk(stores, "a", "b", handler=fail)
    assert shown.count("你> ") == 3


async def test_a_download_is_a_copy_under_a_name_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "../x.PDF"
    file.resolve().write_bytes(b"12345")
    shown, _ = screen()
    copy = await ConsoleChat(shown, file).download(tmp_path / "uploads")
    assert copy.read_bytes() == b"12345"
    assert copy.parent == tmp_path / "uploads"
    assert copy.suffix == ".pdf"
    with pytest.raises(ValueError, match="no file"):
        await ConsoleChat(shown).download(tmp_path)


async def test_long_work_writes_to_the_one_person_there_and_to_nobody_else() -> None:
    shown, out = screen()
    messenger = ConsoleMessenger(shown)
    assert isinstance(await messenger.send(CONSOLE_ID, MESSAGE), Sent)
    assert isinstance(await messenger.send_once(1001, MESSAGE), Failed)
    assert await messenger.edit(CONSOLE_ID, 1, Message(html="后"))
    assert not await messenger.edit(1001, 1, MESSAGE)
    assert out.getvalue().count("出处") == 1
    assert "后" in out.getvalue()


def test_what_comes_while_somebody_types_goes_before_the_prompt() -> None:
    shown, out = screen()
    shown.prompt("你> ")
    shown.show(Message(html="读完了"))
    shown.prompted()
    shown.show(Message(html="答案"))
    assert out.getvalue() == "你> \n读完了\n\n你> 答案\n\n"


async def test_lines_arrive_whole_whatever_the_bytes() -> None:
    reading, writing = os.pipe()
    os.write(writing, "老年\r\n\n".encode() + b"\xff\xfe\nlast")
    os.close(writing)
    found = [line async for line in lines(reading)]
    os.close(reading)
    assert found == ["老年", "", "\ufffd\ufffd", "last"]


async def test_a_line_may_come_in_pieces() -> None:
    reading, writing = os.pipe()
    found = lines(reading)
    os.write(writing, "老".encode()[:2])
    first = asyncio.ensure_future(anext(found))
    await asyncio.sleep(0.05)
    os.write(writing, "老".encode()[2:] + b"\n")
    assert await first == "老"
    os.close(writing)
    assert [line async for line in found] == []
    os.close(reading)


@pytest.mark.parametrize(
    "values,language",
    [
        ({"LANG": "zh_CN.UTF-8"}, Language.ZH),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_TW.UTF-8"}, Language.ZH),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, Language.EN),
        ({}, Language.EN),
    ],
)
def test_the_terminals_language(
    values: dict[str, str], language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    assert language_of_locale() is language
