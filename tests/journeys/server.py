"""A small Bot API server for the journeys: as strict as Telegram where it matters, with faults on demand."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import web

from tests.journeys.calls import Call, Fault, Plan
from tests.journeys.markup import BadRequest, keyboard, plain_text

TOKEN = "4242:journeys-token-journeys-token-journeys"
BOT = {"id": 4242, "is_bot": True, "first_name": "医导", "username": "yidao_journey_bot"}
DOWNLOAD_LIMIT = 20 * 1024 * 1024
T = TypeVar("T")


@dataclass(slots=True)
class ChatState:
    id: int
    info: dict[str, Any]
    #: The bot's messages as they stand now, by id.
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    #: What the bot did here, in order: ("message" | "edit" | "note", text, message or {}).
    events: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    blocked: bool = False
    #: Everything that was ever said here, by id.
    said: dict[int, dict[str, Any]] = field(default_factory=dict)


class Refusal(Exception):
    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


class Server:
    """Holds chats, updates and files; `url` is where a bot finds it."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[Call] = []
        self.chats: dict[int, ChatState] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.plans: list[Plan] = []
        self.release = asyncio.Event()
        self._queries: set[str] = set()
        self._updates: list[dict[str, Any]] = []
        self._again: list[dict[str, Any]] = []
        self._update_ids = itertools.count(1001)
        #: As Telegram counts: one counter over all private chats, and one for each group.
        self._private_ids = itertools.count(1)
        self._group_ids: dict[int, Iterator[int]] = {}
        #: Instead of it, private chats count each for itself: Telegram promises nothing.
        self.numbers_by_chat = False
        self._changed = asyncio.Event()
        self._polls = 0
        self._plain_calls: dict[str, Callable[[dict[str, str]], Any]] = {
            "editMessageText": self._edit,
            "editMessageReplyMarkup": self._edit_buttons,
            "setMessageReaction": self._react,
            "deleteMessage": self._delete,
            "answerCallbackQuery": self._answer_query,
            "getFile": self._get_file,
        }

    # --------------------------------------------------------------------------------- for the story
    async def start(self) -> None:
        application = web.Application()
        application.router.add_route("*", f"/bot{TOKEN}/{{method}}", self._handle)
        application.router.add_get(f"/file/bot{TOKEN}/{{file_id}}", self._file)
        self._runner = web.AppRunner(
            application, access_log=None, shutdown_timeout=0.1, handler_cancellation=True
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = "http://{}:{}".format(*self._runner.addresses[0][:2])

    async def stop(self) -> None:
        self.release.set()
        await self._runner.cleanup()

    async def until(self, what: str, find: Callable[[], T | None], within: float = 20) -> T:
        """What `find` finds, as soon as it finds something."""
        try:
            async with asyncio.timeout(within):
                while not (found := find()):
                    await self._changed.wait()
                return found
        except TimeoutError:
            raise AssertionError(f"within {within:g} s there was no {what}\n{self.transcript()}") from None

    def plan(self, method: str, faults: Iterable[Fault | None], words: str = "") -> None:
        """What the next calls of a method meet."""
        self.plans.append(Plan(method, iter(faults), words))

    async def polled(self) -> None:
        """Returns when the bot has asked for updates anew."""
        seen = self._polls
        await self.until("getUpdates", lambda: self._polls > seen, within=60)

    def push(self, **content: Any) -> dict[str, Any]:
        update = {"update_id": next(self._update_ids), **content}
        self._updates.append(update)
        self._notify()
        return update

    def deliver_again(self, update: dict[str, Any]) -> None:
        """The same update once more, although it was confirmed."""
        self._again.append(update)
        self._notify()

    def press(self, sender: dict[str, Any], message: dict[str, Any], data: str) -> None:
        query_id = str(next(self._update_ids))
        self._queries.add(query_id)
        pressed = {"id": query_id, "chat_instance": "1", "from": sender, "message": message, "data": data}
        self.push(callback_query=pressed)

    def new_message(self, chat: ChatState, sender: dict[str, Any], **content: Any) -> dict[str, Any]:
        base = {"message_id": self._next_id(chat), "date": int(time.time()), "chat": chat.info}
        message = {**base, "from": sender, **content}
        chat.said[message["message_id"]] = message
        return message

    def _next_id(self, chat: ChatState) -> int:
        if chat.info["type"] == "private" and not self.numbers_by_chat:
            return next(self._private_ids)
        return next(self._group_ids.setdefault(chat.id, itertools.count(1)))

    def held(self, fault: Fault) -> bool:
        """Whether a call is being held: for HELD_AFTER, one that was carried out."""
        return any(call.fault is fault and (fault is Fault.HELD or call.status == 200) for call in self.calls)

    @property
    def notes(self) -> list[str]:
        """The passing notes that pressed buttons were answered with."""
        return [call.params.get("text", "") for call in self.calls if call.method == "answerCallbackQuery"]

    @property
    def bad_requests(self) -> list[Call]:
        """Calls that ask whether a message is there are answered so, and are none."""
        refused = [call for call in self.calls if call.status == 400]
        return [call for call in refused if call.description not in _ANSWERS.get(call.method, ())]

    def transcript(self) -> str:
        shown = [f"{chat.id} {kind}: {text}" for chat in self.chats.values() for kind, text, _ in chat.events]
        return "\n".join([*shown, *(f"refused: {call}" for call in self.bad_requests)]) or "(silence)"

    # --------------------------------------------------------------------------------------- calls
    async def _handle(self, request: web.Request) -> web.StreamResponse:
        given = {**request.query, **await request.post()}
        params = {name: _written(value) for name, value in given.items()}
        call = Call(request.match_info["method"], params)
        call.fault = next((next(plan.faults, None) for plan in self.plans if plan.fits(call)), None)
        self.calls.append(call)
        self._notify()
        if (failed := await self._before(request, call)) is not None:
            return failed
        body = await self._carry_out(call)
        if call.fault is Fault.HELD_AFTER:
            await self.release.wait()
        if call.fault is Fault.LOST_REPLY and request.transport is not None:
            request.transport.abort()
        return web.json_response(body, status=call.status)

    async def _before(self, request: web.Request, call: Call) -> web.Response | None:
        match call.fault:
            case Fault.HELD:
                await self.release.wait()
            case Fault.BAD_GATEWAY:
                call.status = 502
                return web.Response(status=502, text="<html>502 Bad Gateway</html>", content_type="text/html")
            case Fault.FLOOD:
                call.status = 429
                refusal = Refusal(429, "Too Many Requests: retry after 1", retry_after=1)
                return web.json_response(_refused(refusal), status=429)
            case Fault.DROP if request.transport is not None:
                request.transport.abort()
                return web.Response()
        return None

    async def _carry_out(self, call: Call) -> dict[str, Any]:
        try:
            result = await self._result(call.method, call.params)
        except BadRequest as error:
            refusal = Refusal(400, f"Bad Request: {error}")
        except Refusal as error:
            refusal = error
        else:
            call.status = 200
            self._notify()
            return {"ok": True, "result": result}
        call.status, call.description = refusal.status, refusal.description
        self._notify()
        return _refused(refusal)

    async def _result(self, method: str, params: dict[str, str]) -> Any:
        match method:
            case "getMe":
                return {**BOT, "can_join_groups": True, "can_read_all_group_messages": False}
            case "getUpdates":
                return await self._get_updates(params)
            case "sendMessage" | "sendDocument" | "sendPhoto":
                return self._send(params, _CARRIED.get(method))
            case "sendChatAction":
                return bool(self._writable(params))
            case _ if method.startswith(("setMy", "deleteMy")) or method == "deleteWebhook":
                return True
        if (carried_out := self._plain_calls.get(method)) is not None:
            return carried_out(params)
        raise Refusal(404, f"Not Found: {method}")

    async def _get_updates(self, params: dict[str, str]) -> list[dict[str, Any]]:
        offset, wait = int(params.get("offset", 0)), float(params.get("timeout", 0))
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        self._polls += 1
        self._notify()
        end = time.monotonic() + wait
        while not (self._updates or self._again) and (left := end - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                break
        again, self._again = self._again, []
        return [*again, *self._updates[: int(params.get("limit", 100))]]

    def _send(self, params: dict[str, str], carried: str | None) -> dict[str, Any]:
        chat, content = self._writable(params), _content(params)
        if carried is not None:
            file_id = f"sent{len(self.files)}"
            self.files[file_id] = (carried, params[carried].encode("utf-8", "surrogateescape"))
            file = {"file_id": file_id, "file_unique_id": file_id}
            content[carried] = [{**file, "width": 800, "height": 800}] if carried == "photo" else file
        hung_on = chat.said.get(json.loads(params.get("reply_parameters", "{}")).get("message_id", 0))
        if hung_on is not None:
            content["reply_to_message"] = {k: v for k, v in hung_on.items() if k != "reply_to_message"}
        message = self.new_message(chat, BOT, **content)
        chat.messages[message["message_id"]] = message
        chat.events.append(("message", content["text"], message))
        return message

    def _edit(self, params: dict[str, str]) -> dict[str, Any]:
        chat, content = self._writable(params), _content(params)
        message = chat.messages.get(int(params["message_id"]))
        if message is None:
            raise BadRequest("message to edit not found")
        if all(message[key] == content[key] for key in content):
            raise BadRequest("message is not modified")
        message.update(content, edit_date=int(time.time()))
        chat.events.append(("edit", content["text"], message))
        return message

    def _edit_buttons(self, params: dict[str, str]) -> dict[str, Any]:
        chat, id_ = self._writable(params), int(params["message_id"])
        if id_ not in chat.said:
            raise BadRequest("message to edit not found")
        if id_ not in chat.messages:
            raise BadRequest("message can't be edited")
        buttons = {"inline_keyboard": keyboard(params.get("reply_markup"))}
        if chat.messages[id_]["reply_markup"] == buttons:
            raise BadRequest("message is not modified")
        chat.messages[id_]["reply_markup"] = buttons
        chat.events.append(("buttons", chat.messages[id_]["text"], chat.messages[id_]))
        return chat.messages[id_]

    def _react(self, params: dict[str, str]) -> bool:
        if int(params["message_id"]) not in self._writable(params).said:
            raise BadRequest("message to react not found")
        if json.loads(params.get("reaction", "[]")):
            raise BadRequest("the bot is not meant to react to anything")
        return True

    def _delete(self, params: dict[str, str]) -> bool:
        chat, id_ = self._writable(params), int(params["message_id"])
        if chat.said.pop(id_, None) is None:
            raise BadRequest("message to delete not found")
        del chat.messages[id_]
        return True

    def _answer_query(self, params: dict[str, str]) -> bool:
        if params["callback_query_id"] not in self._queries:
            raise BadRequest("query is too old and response timeout expired or query ID is invalid")
        if len(params.get("text", "")) > 200:
            raise BadRequest("MESSAGE_TOO_LONG")
        return True

    def _get_file(self, params: dict[str, str]) -> dict[str, Any]:
        name, content = self.files[params["file_id"]]
        if len(content) > DOWNLOAD_LIMIT:
            raise BadRequest("file is too big")
        path = params["file_id"]
        return {"file_id": path, "file_unique_id": name, "file_size": len(content), "file_path": path}

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.match_info["file_id"]][1])

    def _writable(self, params: dict[str, str]) -> ChatState:
        chat = self.chats.get(int(params["chat_id"]))
        if chat is None:
            raise BadRequest("chat not found")
        if chat.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return chat

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _content(params: dict[str, str]) -> dict[str, Any]:
    if params.get("parse_mode", "HTML") != "HTML":
        raise BadRequest("unsupported parse_mode")
    markup = params.get("text", params.get("caption", ""))
    text = (
        plain_text(markup)
        if "parse_mode" in params
        else plain_text(markup.replace("&", "&amp;").replace("<", "&lt;"))
    )
    return {
        "text": text,
        "markup": markup,
        "reply_markup": {"inline_keyboard": keyboard(params.get("reply_markup"))},
    }


def _written(value: object) -> str:
    """What a parameter says, be it a text or a file."""
    return (
        value.file.read().decode("utf-8", "surrogateescape")
        if isinstance(value, web.FileField)
        else str(value)
    )


#: What a message may carry, by the call that sends it.
_CARRIED = {"sendPhoto": "photo", "sendDocument": "document"}


#: What a call that asks for a message may be told.
_ANSWERS = {
    "setMessageReaction": {"Bad Request: message to react not found"},
    "editMessageReplyMarkup": {
        "Bad Request: message is not modified",
        "Bad Request: message can't be edited",
    },
}


def _refused(refusal: Refusal) -> dict[str, Any]:
    body: dict[str, Any] = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    return {**body, "parameters": refusal.parameters} if refusal.parameters else body
