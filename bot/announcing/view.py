"""What recipients see of an announcement, and what its maker sees of how it fares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.conversation import Attachment, AttachmentKind, Button, Message
from bot.html import Line, Section, bold, line, page, render
from bot.progress import bar
from bot.texts import Texts, texts
from knowledge.domain import Language
from knowledge.quiet_hours import DEFAULT_ZONE
from knowledge.store.announcement_tables import AnnouncementStatus, Reason
from knowledge.store.announcements import Announcement
from knowledge.store.delivery_report import DeliveryReport

#: The part before the first colon in the data of every button that the staff presses, and of those under a message.
CALLBACK = "announce"
RECIPIENT_CALLBACK = "news"
#: Below Telegram's 4,096, counted as Telegram counts; under a picture it takes 1,024.
LONGEST_TEXT = 3500
LONGEST_CAPTION = 1000
#: An error of Telegram's is shown so far; it may hold whatever a proxy says.
_LONGEST_REASON = 60
_MOST_REASONS = 4


class Action(StrEnum):
    """What a button of the staff's does: "announce:pause:12"."""

    NEW_COURSE = "course"
    NEW_NOTICE = "notice"
    #: Of a course that was offered or found: its number stands in the announcement's place.
    TAKE = "take"
    DRAFT = "draft"
    TEXT = "text"
    PICTURE = "picture"
    NO_PICTURE = "nopicture"
    AUDIENCE = "who"
    SPECIALTIES = "specs"
    SPECIALTY = "spec"
    REGIONS = "regions"
    REGION = "region"
    LANGUAGE = "lang"
    ROLE = "role"
    JOINED = "joined"
    EVERYONE = "all"
    TIME = "time"
    AT = "at"
    TYPE_TIME = "typetime"
    ZONE = "zone"
    PREVIEW = "preview"
    SEND = "send"
    ASK_DISCARD = "drop"
    DISCARD = "discard"
    LIST = "list"
    CARD = "card"
    PAUSE = "pause"
    RESUME = "resume"
    ASK_STOP = "askstop"
    STOP = "stop"
    UNSCHEDULE = "unschedule"
    SEND_NOW = "now"
    CORRECT = "correct"
    APPLY = "apply"
    ASK_RECALL = "askrecall"
    RECALL = "recall"
    REPORT = "report"
    CHART = "chart"
    SHEET = "sheet"
    ASK_DOUBTFUL = "askdoubt"
    DOUBTFUL = "doubt"


class Wish(StrEnum):
    """What a button under a recipient's message does: "news:see:12"."""

    SEE = "see"
    MUTE = "mute"
    UNMUTE = "unmute"


def button(words: Texts, action: Action, announcement_id: int, *more: object, **values: object) -> Button:
    """The button of an action; its words are "announce.button.<action>" in the catalogue."""
    return Button(
        text=words.get(f"announce.button.{action}", **values), data=data(action, announcement_id, *more)
    )


def data(action: Action, announcement_id: int, *more: object) -> str:
    return ":".join([CALLBACK, action, str(announcement_id), *map(str, more)])


# --------------------------------------------------------------------------------------- for recipients
def posting(announcement: Announcement, language: Language, *, is_muted: bool = False) -> Message:
    """What somebody who reads this language gets; a preview shows the same."""
    words = texts(language)
    mute = Wish.UNMUTE if is_muted else Wish.MUTE
    buttons = [_wish(words.get(f"announce.news.{mute}.{announcement.kind}"), mute, announcement.id)]
    if announcement.course_id is not None:
        buttons.insert(0, _wish(words.get("announce.news.see"), Wish.SEE, announcement.id))
    picture = announcement.picture
    carried = (
        Attachment(kind=AttachmentKind.PICTURE, name="picture.jpg", content=picture) if picture else None
    )
    return Message(
        html=render((line(announcement.text_in(language)),)),
        buttons=tuple((each,) for each in buttons),
        attachment=carried,
    )


def _wish(words: str, wish: Wish, announcement_id: int) -> Button:
    return Button(text=words, data=f"{RECIPIENT_CALLBACK}:{wish}:{announcement_id}")


# ---------------------------------------------------------------------------------------- for its maker
def progress(announcement: Announcement, report: DeliveryReport, words: Texts) -> Message:
    """Stands in one message while it is sent, paused, corrected or recalled."""
    shown = {"bar": bar(report.handled, report.audience), "done": report.handled, "total": report.audience}
    lines = [
        heading(announcement, words),
        line(_state(announcement, words, **shown)),
        line(counts(report, words)),
    ]
    if report.postponed and report.postponed_until:
        lines.append(line(words.get("announce.until", at=clock(report.postponed_until, announcement.zone))))
    if announcement.correcting:
        lines.append(line(words.get("announce.correcting", done=report.mended, total=report.sent)))
    return message(*lines, buttons=steering(announcement, words))


def _state(announcement: Announcement, words: Texts, **values: object) -> str:
    key = {
        AnnouncementStatus.PAUSED: "announce.on_hold",
        AnnouncementStatus.RECALLING: "announce.recalling",
    }.get(announcement.status, "announce.sending")
    return words.get(key, **values)


def steering(announcement: Announcement, words: Texts) -> tuple[tuple[Button, ...], ...]:
    """The buttons for what can be done with it at this moment."""
    id_ = announcement.id
    if announcement.status is AnnouncementStatus.SENDING:
        return ((button(words, Action.PAUSE, id_), button(words, Action.ASK_STOP, id_)),)
    if announcement.status is AnnouncementStatus.PAUSED:
        return ((button(words, Action.RESUME, id_), button(words, Action.ASK_STOP, id_)),)
    return ()


def final(announcement: Announcement, report: DeliveryReport, words: Texts) -> Message:
    """The numbers, whose sum is the audience, and what can be had besides."""
    key = {
        AnnouncementStatus.STOPPED: "announce.stopped",
        AnnouncementStatus.RECALLING: "announce.recalled",
        AnnouncementStatus.RECALLED: "announce.recalled",
    }.get(announcement.status, "announce.done")
    id_ = announcement.id
    row = [button(words, Action.CHART, id_), button(words, Action.SHEET, id_)]
    return message(
        heading(announcement, words),
        line(words.get(key, total=report.audience)),
        line(counts(report, words)),
        *_explained(announcement, report, words),
        buttons=(tuple(row), (button(words, Action.CARD, id_),)),
    )


def closed(announcement: Announcement, words: Texts) -> Message:
    """In the place of the progress, when it was concluded in this state; a report stands in a message of its own."""
    key = {
        AnnouncementStatus.STOPPED: "announce.closed.stopped",
        AnnouncementStatus.RECALLING: "announce.closed.recalled",
        # It was out before, and was corrected since.
        AnnouncementStatus.DONE: "announce.closed.corrected",
    }.get(announcement.status, "announce.closed.sent")
    return plain(key, words)


def followed_up(announcement: Announcement, report: DeliveryReport, words: Texts) -> Message:
    """A day later: who pressed the button of its course. A link in the text tells nobody that it was opened."""
    return message(
        heading(announcement, words),
        line(words.get("announce.a_day_later")),
        line(interest(report, words)),
        buttons=((button(words, Action.REPORT, announcement.id),),),
    )


def checking(announcement: Announcement, report: DeliveryReport, words: Texts) -> Message:
    """While nothing is sent, and it is looked for messages whose sending was lost sight of."""
    return message(heading(announcement, words), line(words.get("announce.checking", count=report.checking)))


def missed(announcement: Announcement, words: Texts) -> Message:
    """Its time went by while the bot was down."""
    at = clock(announcement.send_at, announcement.zone) if announcement.send_at else ""
    id_ = announcement.id
    return message(
        heading(announcement, words),
        line(words.get("announce.missed", at=at)),
        buttons=(
            (button(words, Action.SEND_NOW, id_),),
            (button(words, Action.UNSCHEDULE, id_), button(words, Action.ASK_DISCARD, id_)),
        ),
    )


def _explained(announcement: Announcement, report: DeliveryReport, words: Texts) -> Iterator[Line]:
    for key, reasons in (("failed", report.failed_by), ("in_doubt", report.in_doubt_by)):
        if reasons:
            yield line(words.get(f"announce.why.{key}", reasons=_reasons(reasons, words)))
    if report.in_doubt and not announcement.at_least_once:
        yield line(words.get("announce.doubt"))
    if announcement.revision and report.sent:
        yield line(words.get("announce.mended", done=report.mended, total=report.sent))
    if report.not_mended:
        yield line(words.get("announce.not_mended", count=report.not_mended))
    if report.opened and announcement.course_id is not None:
        yield line(interest(report, words))


def interest(report: DeliveryReport, words: Texts) -> str:
    received = report.sent + report.recalled
    return words.get(
        "announce.interest", opened=report.opened, sent=received, share=percent(report.opened, received)
    )


def percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "–"


#: Everything that a recipient's row may say, in the order of the report; together they are the audience.
PARTS = (
    "sent",
    "recalled",
    "blocked",
    "deleted",
    "failed",
    "checking",
    "in_doubt",
    "muted",
    "stopped",
    "postponed",
    "sending",
    "queued",
)


def parts(report: DeliveryReport) -> tuple[tuple[str, int], ...]:
    """Each that anybody is in, by its name; "sent" always."""
    found = ((name, getattr(report, name)) for name in PARTS)
    return tuple((name, count) for name, count in found if count or name == "sent")


def counts(report: DeliveryReport, words: Texts) -> str:
    return " · ".join(f"{words.get(f'announce.part.{name}')} {count}" for name, count in parts(report))


def _reasons(reasons: Mapping[str, int], words: Texts) -> str:
    most = sorted(reasons.items(), key=lambda each: -each[1])
    shown = [f"{reason_name(reason, words)} {count}" for reason, count in most[:_MOST_REASONS]]
    rest = sum(count for _, count in most[_MOST_REASONS:])
    return "; ".join([*shown, *([words.get("announce.why.others", count=rest)] if rest else [])])


def reason_name(reason: str, words: Texts) -> str:
    """Ours in the reader's language; Telegram's as Telegram says it."""
    match reason:
        case Reason.INTERRUPTED:
            return words.get("announce.why.interrupted")
        case Reason.LOST:
            return words.get("announce.why.lost")
        case Reason.UNREACHABLE:
            return words.get("announce.why.unreachable")
        case Reason.NOT_HERE:
            return words.get("announce.why.not_here")
        case Reason.RESTORED:
            return words.get("announce.why.restored")
        case Reason.NUMBERING:
            return words.get("announce.why.numbering")
        case Reason.TOO_MANY:
            return words.get("announce.why.too_many")
        case Reason.UNTOLD:
            return words.get("announce.why.untold")
        case "":
            return words.get("announce.why.unknown")
    return reason[:_LONGEST_REASON]


# ------------------------------------------------------------------------------------------ shared parts
def name_of(announcement: Announcement, words: Texts, most: int = 24) -> str:
    """Its first line, in so many letters."""
    first = announcement.text_in(words.language).strip().partition("\n")[0].strip()
    if not first:
        return words.get("announce.no_text")
    return first if len(first) <= most else first[: most - 1].rstrip() + "…"


def heading(announcement: Announcement, words: Texts) -> Line:
    kind = words.get(f"announce.kind.{announcement.kind}")
    return line(bold(f"{kind} {announcement.id} · {name_of(announcement, words)}"))


def clock(moment: datetime, zone: str | None) -> str:
    """When it is, on the clocks of the zone."""
    return f"{moment.astimezone(ZoneInfo(zone or DEFAULT_ZONE)):%Y-%m-%d %H:%M}"


def plain(key: str, words: Texts, **values: object) -> Message:
    return message(line(words.get(key, **values)))


def message(*blocks: Line | Section, buttons: Sequence[tuple[Button, ...]] = ()) -> Message:
    return Message(html=page(blocks), buttons=tuple(buttons))
