"""Telegram's HTML as its server takes it: few tags, properly nested, four named entities."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from urllib.parse import urlsplit

TEXT_LIMIT = 4096
_TAGS = frozenset("b strong i em u ins s strike del code pre a blockquote tg-spoiler".split())
_TOKEN = re.compile(r"<[^<>]*>|<|[^<]+")
_TAG = re.compile(
    r'<(?P<end>/?)(?P<name>[a-z-]+)(?P<attributes>(?:\s+expandable|\s+(?:href|class)="[^"<>]*")*)\s*>'
)
_BARE_AMPERSAND = re.compile(r"&(?!(?:lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")


class BadRequest(Exception):
    """What Telegram answers with 400."""


def plain_text(markup: str) -> str:
    """What a person reads. Raises BadRequest where Telegram would refuse it."""
    shown: list[str] = []
    open_tags: list[str] = []
    for token in _TOKEN.findall(markup):
        if token.startswith("<"):
            _nest(token, open_tags)
        else:
            shown.append(_unescaped(token))
    if open_tags:
        raise BadRequest(f"can't parse entities: no end tag for {open_tags[-1]}")
    text = "".join(shown).strip()
    if not text:
        raise BadRequest("message text is empty")
    if len(text) > TEXT_LIMIT:
        raise BadRequest("message is too long")
    return text


def _nest(token: str, open_tags: list[str]) -> None:
    tag = _TAG.fullmatch(token)
    if tag is None or tag["name"] not in _TAGS:
        raise BadRequest(f"can't parse entities: unsupported tag {token!r}")
    if not tag["end"]:
        open_tags.append(tag["name"])
    elif not open_tags or open_tags.pop() != tag["name"]:
        raise BadRequest(f"can't parse entities: unexpected end tag {token!r}")


def _unescaped(text: str) -> str:
    if _BARE_AMPERSAND.search(text):
        raise BadRequest("can't parse entities: a bare &")
    return html.unescape(text)


def keyboard(source: str | None) -> list[list[dict[str, str]]]:
    """The rows of an inline keyboard. Raises BadRequest."""
    markup: dict[str, Any] = json.loads(source) if source else {}
    rows: list[list[dict[str, str]]] = markup.get("inline_keyboard", [])
    for row in rows:
        for button in row:
            _check_button(button)
    return rows


def _check_button(button: dict[str, str]) -> None:
    if not button.get("text", "").strip():
        raise BadRequest("inline keyboard button text must be non-empty")
    data, url = button.get("callback_data"), button.get("url")
    if (data is None) == (url is None):
        raise BadRequest("a button has either data or a URL")
    if data is not None and not 1 <= len(data.encode()) <= 64:
        raise BadRequest("BUTTON_DATA_INVALID")
    if url is not None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or "." not in (parts.hostname or ""):
            raise BadRequest(f"inline keyboard button URL {url!r} is invalid")
