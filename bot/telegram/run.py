"""The bot on Telegram: long polling from start to a tidy end."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pydantic import SecretStr
from telegram import Update
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, ContextTypes, TypeHandler
from telegram.request import HTTPXRequest

from bot.background import keep_running
from bot.conversation import Blocked
from bot.people.reception import Reception
from bot.privacy.pace import PersonalPace
from bot.router import Router
from bot.telegram.commands import Menus
from bot.telegram.desk import Desk
from bot.telegram.errors import described
from bot.telegram.inbox import Inbox, InboxBot
from bot.telegram.limits import USUAL_RATE, Limits
from bot.telegram.messenger import TelegramMessenger
from bot.telegram.order import OrderedProcessor
from bot.writing import InThread
from knowledge.store import Stores

log = logging.getLogger(__name__)

#: Nothing else is asked for: an edited question keeps its answer, and channels are none of the bot's business.
ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member")

_CONNECTIONS = 64
_POLL = timedelta(seconds=30)
#: How long the end waits for answers that are on their way; what is cut off is taken up at the next start.
_LAST_ANSWERS_S = 8.0
#: Whatever is still not loaded then, commands can be answered.
_LOADING_S = 20.0
_PRUNE_EVERY_S = 6 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings:
    token: SecretStr = field(repr=False)
    base_url: str
    base_file_url: str
    proxy: str | None
    #: Messages a second; 0: as many as there are. See bot.telegram.limits.
    rate: float = USUAL_RATE


#: Work beside the conversation, by its name in the log.
Background = tuple[str, Callable[[], Awaitable[None]]]


class TelegramBot:
    """Built before the router, which needs its messenger; then run with it."""

    def __init__(
        self,
        settings: TelegramSettings,
        stores: Stores,
        writing: InThread = asyncio.to_thread,
        pace: PersonalPace | None = None,
    ) -> None:
        """pace: how fast one person may write; by default as fast as they like."""
        self._stores = stores
        self._pace = pace
        self._inbox = Inbox(stores.updates, writing)
        self._processor = OrderedProcessor()
        self._application = _application(settings, self._inbox, self._processor)
        self.messenger = TelegramMessenger(self._application.bot, self._note_blocked)

    def spare(self, spares: Callable[[int, int], bool]) -> None:
        """Whose next message is left as it was written, by person and chat; asked for each that arrives."""
        self._inbox.spares = spares

    def name(self) -> str | None:
        """What the bot is called; None before Telegram has said so."""
        try:
            return str(self._application.bot.username)
        except RuntimeError:
            return None

    async def run(
        self,
        router: Router,
        reception: Reception,
        background: Sequence[Background] = (),
        ready: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Until SIGINT or SIGTERM.

        ready: awaited before updates are asked for, but not for ever.

        Raises:
            telegram.error.InvalidToken: Telegram does not know the token.
        """
        stop = _stop_event()
        menus = Menus(self._application.bot, self._stores.people)
        self._application.add_handler(TypeHandler(Update, self._callback(router, reception, menus)))
        work = (("menu", menus.register), ("prune", self._prune), *background)
        tasks: list[asyncio.Task[None]] = []
        try:
            if await _done_before(stop, self._connect(ready)):
                tasks += [asyncio.create_task(keep_running(name, job), name=name) for name, job in work]
                await stop.wait()
        finally:
            await self._end(tasks)

    async def _connect(self, ready: Callable[[], Awaitable[None]] | None) -> None:
        """Tried for a quarter of an hour: a network that is down for a while must not end a bot that nobody watches."""
        await self._application.initialize()
        log.info("action=telegram.connected bot=%s", self._application.bot.username)
        await self._application.start()
        await self._inbox.take_up_left_over(self._application.bot)
        if ready is not None:
            # What comes meanwhile is kept by Telegram; here it would slow down the loading that it waits for.
            with suppress(TimeoutError):
                await asyncio.wait_for(ready(), _LOADING_S)
        # What was built by now stays for good. Python would look through all of it from time to time; that takes 0.1 s,
        # in which nobody is answered.
        gc.freeze()
        await self._poll()

    async def _poll(self) -> None:
        updater = self._application.updater
        if updater is None:
            raise RuntimeError("the application was built without an updater")
        await updater.start_polling(
            timeout=_POLL,
            bootstrap_retries=-1,
            allowed_updates=ALLOWED_UPDATES,
            error_callback=_log_polling_error,
        )

    async def _end(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        """Ends in order: first what makes work, then what does it."""
        log.info("action=telegram.stopping")
        self._processor.close()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_LAST_ANSWERS_S)
        if self._application.updater is not None and self._application.updater.running:
            await self._application.updater.stop()
        if self._application.running:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._application.stop(), _LAST_ANSWERS_S)
        await self._application.shutdown()

    def _callback(
        self, router: Router, reception: Reception, menus: Menus
    ) -> Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, None]]:
        bot = self._application.bot
        desk = Desk(
            router=router,
            reception=reception,
            inbox=self._inbox,
            people=self._stores.people,
            messenger=self.messenger,
            menus=menus,
            bot=bot,
            me=lambda: bot.bot,
            pace=self._pace,
        )

        async def handle(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
            await desk.handle(update)

        return handle

    async def _note_blocked(self, telegram_id: int, how: Blocked) -> None:
        set_blocked = self._stores.people.set_blocked
        await asyncio.to_thread(set_blocked, telegram_id, blocked=True, deleted=how.is_deleted)

    async def _prune(self) -> None:
        while True:
            await asyncio.to_thread(self._stores.updates.prune)
            await asyncio.sleep(_PRUNE_EVERY_S)


def _application(
    settings: TelegramSettings, inbox: Inbox, processor: OrderedProcessor
) -> Application[Any, Any, Any, Any, Any, Any]:
    bot = InboxBot(
        inbox,
        token=settings.token.get_secret_value(),
        base_url=settings.base_url,
        base_file_url=settings.base_file_url,
        # In a burst, answers wait for each other on a small pool.
        request=HTTPXRequest(
            connection_pool_size=_CONNECTIONS,
            pool_timeout=60,
            connect_timeout=10,
            read_timeout=20,
            write_timeout=20,
            proxy=settings.proxy,
        ),
        get_updates_request=HTTPXRequest(read_timeout=10, connect_timeout=10, proxy=settings.proxy),
        rate_limiter=Limits(settings.rate),
    )
    builder = ApplicationBuilder().bot(bot).update_queue(inbox)
    return builder.concurrent_updates(processor).job_queue(None).build()


def _log_polling_error(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        log.error("action=telegram.conflict: another process polls with this token; run one only")
    elif isinstance(error, InvalidToken):
        log.error("action=telegram.token_refused")
    else:
        log.warning("action=telegram.poll_failed %s", described(error))


async def _done_before(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Whether the work was done before it was time to stop; else it is cancelled."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        return task.done()
    finally:
        for each in (task, stopped):
            each.cancel()
        await asyncio.gather(task, stopped, return_exceptions=True)


def _stop_event() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows has no signal handlers on its loop; there a keyboard interrupt ends the program.
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    return stop
