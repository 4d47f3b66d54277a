"""The report as a picture and as a file."""

from __future__ import annotations

from bot.announcing.view import clock, name_of, parts, percent
from bot.charts import Bars, Picture, Row, Tone
from bot.conversation import Attachment, AttachmentKind, Message
from bot.html import line, page
from bot.texts import Texts
from knowledge.store.announcements import Announcement
from knowledge.store.delivery_report import DeliveryReport

_TONES = {
    "sent": Tone.GOOD,
    "recalled": Tone.FAIR,
    "postponed": Tone.FAIR,
    "queued": Tone.FAIR,
    "sending": Tone.FAIR,
    "checking": Tone.FAIR,
    "blocked": Tone.POOR,
    "deleted": Tone.POOR,
    "failed": Tone.POOR,
    "in_doubt": Tone.POOR,
}


def picture(announcement: Announcement, report: DeliveryReport, words: Texts) -> Picture:
    """What became of the whole audience, and how many of those reached asked about the course."""
    became = tuple(
        Row(label=words.get(f"announce.part.{name}"), value=count, tone=_TONES.get(name, Tone.OTHER))
        for name, count in parts(report)
    )
    panels = [Bars(title=words.get("announce.chart.became", total=report.audience), rows=became)]
    if announcement.course_id is not None:
        panels.append(_interest(report, words))
    begun = announcement.confirmed_at or announcement.made_at
    title = words.get("announce.chart.title", id=announcement.id, day=clock(begun, announcement.zone)[:10])
    return Picture(
        title=f"{title} {name_of(announcement, words, most=16)}",
        panels=tuple(panels),
    )


def _interest(report: DeliveryReport, words: Texts) -> Bars:
    received = report.sent + report.recalled
    share = percent(report.opened, received)
    rows = (
        Row(label=words.get("announce.chart.received"), value=received),
        Row(label=words.get("announce.chart.opened", share=share), value=report.opened, tone=Tone.FAIR),
    )
    return Bars(title=words.get("announce.chart.interest"), rows=rows)


def with_picture(caption: str, drawn: bytes, name: str) -> Message:
    carried = Attachment(kind=AttachmentKind.PICTURE, name=name, content=drawn)
    return Message(html=page((line(caption),), 1024), attachment=carried)


def with_file(carried: Attachment, words: Texts) -> Message:
    return Message(html=page((line(words.get("announce.sheet.caption")),), 1024), attachment=carried)
