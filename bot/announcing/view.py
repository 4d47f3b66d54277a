"""What an administrator sees of an announcement, and what everyone sees of it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from bot.conversation import Button, Message
from bot.html import Line, line, render
from bot.html import units as length_of
from bot.progress import bar
from bot.texts import Texts
from knowledge.privacy import MASK
from knowledge.store.announcements import DeliveryReport

#: The part before the first colon in the data of every button here.
CALLBACK = "announce"
#: The dialogue that waits for an announcement's text.
TEXT_TOPIC = "announce-text"
#: Below Telegram's 4,096, counted as Telegram counts.
LONGEST_TEXT = 3500


class Choice(StrEnum):
    SEND = "send"
    CANCEL = "cancel"


def announcement(text: str) -> Message:
    """What recipients see, and the administrator before them: the text as it was written."""
    return Message(html=render((line(text),)))


def ask_text(announcement_id: int, words: Texts) -> Message:
    asked = line(words.get("announce.send_text", limit=LONGEST_TEXT))
    return _message(asked, buttons=((_cancel(announcement_id, words),),))


def too_long(text: str, words: Texts) -> Message:
    return _message(line(words.get("announce.too_long", length=length_of(text), limit=LONGEST_TEXT)))


def confirm(announcement_id: int, text: str, audience: int, words: Texts) -> Message:
    """Stands below the preview of the text."""
    send = Button(
        text=words.get("announce.button.send", count=audience),
        data=f"{CALLBACK}:{Choice.SEND}:{announcement_id}",
    )
    lines = [line(words.get("announce.confirm", count=audience))]
    if MASK in text:
        lines.append(line(words.get("announce.masked")))
    return _message(*lines, buttons=((send, _cancel(announcement_id, words)),))


def plain(key: str, words: Texts) -> Message:
    """A line without values: "announce.cancelled" and its like."""
    return _message(line(words.get(key)))


def progress(report: DeliveryReport, words: Texts, *, paused_s: float | None = None) -> Message:
    done = report.audience - report.queued - report.sending
    shown = bar(done, report.audience)
    lines = [
        line(words.get("announce.sending", bar=shown, done=done, total=report.audience)),
        line(_counts("announce.counts", report, words)),
    ]
    if paused_s is not None:
        lines.append(line(words.get("announce.paused", seconds=round(paused_s))))
    return _message(*lines)


def final(report: DeliveryReport, words: Texts) -> Message:
    """The numbers add up to the total."""
    lines = [line(_counts("announce.report", report, words, total=report.audience))]
    if report.in_doubt:
        lines.append(line(words.get("announce.doubt")))
    return _message(*lines)


def _counts(key: str, report: DeliveryReport, words: Texts, **more: int) -> str:
    return words.get(
        key,
        sent=report.sent,
        blocked=report.blocked,
        failed=report.failed,
        in_doubt=report.in_doubt,
        **more,
    )


def _cancel(announcement_id: int, words: Texts) -> Button:
    data = f"{CALLBACK}:{Choice.CANCEL}:{announcement_id}"
    return Button(text=words.get("announce.button.cancel"), data=data)


def _message(*lines: Line, buttons: Sequence[tuple[Button, ...]] = ()) -> Message:
    return Message(html=render(lines), buttons=tuple(buttons))
