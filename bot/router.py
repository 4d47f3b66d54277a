"""Finds the handler for what came in. Features register here; a name that two of them claim stops the start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.conversation import (
    Chat,
    Commanded,
    FileSent,
    Handler,
    Incoming,
    PictureSent,
    Pressed,
    Said,
    SomethingElse,
)
from bot.people.refusals import Refusal, Refusals
from bot.people.roles import Only


class Feature:
    """What a folder of the bot offers: one such class each, which overrides what it takes."""

    def commands(self) -> Mapping[str, Handler]:
        """By name without the slash: {"announce": self.announce}. Each stands in bot.menu too."""
        return {}

    def callbacks(self) -> Mapping[str, Handler]:
        """By the first part of a button's data: {"rate": self.rate} hears of "rate:12:up"."""
        return {}

    def document(self) -> Handler | None:
        """Who takes a file that was sent; at most one feature does."""
        return None

    def stops(self, incoming: Incoming) -> Handler | None:
        """Who takes this instead of everyone else, whatever it is: somebody who is shut out gets no further.

        Asked first, and for everything; it decides from memory too.
        """
        return None

    def takes_text(self, incoming: Incoming) -> Handler | None:
        """Who takes this text, or picture, before it is asked as a question: a dialogue that waits for one.

        It is asked for every text, on the event loop, so it decides from memory, without a call; see bot.dialogue.
        """
        return None


class Router:
    """Dispatches to one handler; roles are the handlers' own affair, since they are checked when acted on.

    It only writes down whom `only` refused.
    """

    def __init__(
        self,
        features: Iterable[Feature],
        *,
        question: Handler,
        otherwise: Handler,
        refusals: Refusals | None = None,
    ) -> None:
        """refusals: where to write down what is refused because of a role, and buttons that nobody made."""
        self._refusals = refusals
        self._features = tuple(features)
        self._question = question
        self._otherwise = otherwise
        self.commands = _unique(feature.commands() for feature in self._features)
        self.callbacks = _unique(feature.callbacks() for feature in self._features)
        self._document = _only(feature.document() for feature in self._features)

    async def handle(self, incoming: Incoming, chat: Chat) -> None:
        stopped = self._stopped(incoming)
        handler = self._by_content(incoming)
        if self._refusals is not None:
            if isinstance(handler, Only) and (stopped or not handler.admits(incoming.speaker)):
                await self._refusals.note(incoming, Refusal.ROLE, needed=handler.needed.value)
            elif isinstance(incoming.content, Pressed) and handler is self._otherwise:
                await self._refusals.note(incoming, Refusal.CALLBACK)
        await (stopped or handler)(incoming, chat)

    def handler_for(self, incoming: Incoming) -> Handler:
        return self._stopped(incoming) or self._by_content(incoming)

    def _stopped(self, incoming: Incoming) -> Handler | None:
        """Who keeps it from where it would go; that it would have gone to the staff's is written down all the same."""
        return next((handler for each in self._features if (handler := each.stops(incoming))), None)

    def _by_content(self, incoming: Incoming) -> Handler:
        match incoming.content:
            case Said() | PictureSent():
                return self._awaited(incoming)
            case Commanded(name=name):
                return self.commands.get(name, self._otherwise)
            case Pressed(data=data):
                return self.callbacks.get(data.partition(":")[0], self._otherwise)
            case FileSent():
                return self._document or self._otherwise
            case SomethingElse():
                return self._otherwise

    def _awaited(self, incoming: Incoming) -> Handler:
        for feature in self._features:
            if handler := feature.takes_text(incoming):
                return handler
        return self._question if isinstance(incoming.content, Said) else self._otherwise


def _unique(maps: Iterable[Mapping[str, Handler]]) -> dict[str, Handler]:
    found: dict[str, Handler] = {}
    for names in maps:
        for name, handler in names.items():
            if name in found:
                raise ValueError(f"two features claim {name!r}")
            found[name] = handler
    return found


def _only(handlers: Iterable[Handler | None]) -> Handler | None:
    found = [handler for handler in handlers if handler is not None]
    if len(found) > 1:
        raise ValueError("two features claim documents")
    return found[0] if found else None
