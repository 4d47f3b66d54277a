"""What the bot is called on Telegram, for a command that makes a link to it."""

from __future__ import annotations

import asyncio

from pydantic import SecretStr
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

_WAITS_S = 10.0


def own_name(token: SecretStr, base_url: str, proxy: str | None) -> str | None:
    """None where Telegram cannot be asked."""
    return asyncio.run(_asked(token, base_url, proxy))


async def _asked(token: SecretStr, base_url: str, proxy: str | None) -> str | None:
    request = HTTPXRequest(proxy=proxy, connect_timeout=_WAITS_S, read_timeout=_WAITS_S)
    try:
        async with Bot(token.get_secret_value(), base_url=base_url, request=request) as bot:
            return str(bot.username)
    except TelegramError:
        return None
