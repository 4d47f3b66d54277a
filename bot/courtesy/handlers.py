"""What is neither a question nor a task: greetings, stickers, voice messages, unknown commands, old buttons."""

from __future__ import annotations

from bot.conversation import (
    Chat,
    Commanded,
    Handler,
    Incoming,
    OtherKind,
    PictureSent,
    Pressed,
    Said,
    SomethingElse,
)
from bot.courtesy import view
from bot.courtesy.smalltalk import small_talk
from bot.router import Feature


class Courtesy(Feature):
    """`otherwise` takes what no feature takes."""

    def takes_text(self, incoming: Incoming) -> Handler | None:
        is_talk = isinstance(incoming.content, Said) and small_talk(incoming.content.text) is not None
        return self.greet if is_talk else None

    async def greet(self, incoming: Incoming, chat: Chat) -> None:
        talk = small_talk(incoming.content.text) if isinstance(incoming.content, Said) else None
        if talk is not None:
            await chat.send(view.greeting(talk, incoming.speaker.language))

    async def otherwise(self, incoming: Incoming, chat: Chat) -> None:
        language = incoming.speaker.language
        match incoming.content:
            case Pressed():
                await chat.acknowledge(view.gone(language))
            case _ if incoming.is_group:
                # In a group it was rarely meant for the bot, and the group need not read a hint.
                return
            case Commanded():
                await chat.send(view.unknown_command(language))
            case SomethingElse(kind=kind):
                if message := view.unreadable(kind, language):
                    await chat.send(message)
            case PictureSent():
                if message := view.unreadable(OtherKind.PHOTO, language):
                    await chat.send(message)
            case _:
                await chat.send(view.only_text(language))
