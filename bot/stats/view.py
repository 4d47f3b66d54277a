"""The figures of a period in words and as pictures for a phone."""

from __future__ import annotations

from enum import StrEnum

from bot.charts import Bars, Columns, Lines, Panel, Picture, Row, Series, Tone
from bot.conversation import Attachment, AttachmentKind, Button, Message
from bot.html import Line, bold, line, page
from bot.stats.usage import PERIODS, Usage
from bot.texts import Texts
from knowledge.domain import Outcome, Rating

CALLBACK = "stats"
_CAPTION_UNITS = 1024
_LONGEST_NAME = 28

_STACK = (
    ("answered", (Outcome.ANSWERED,), Tone.GOOD),
    ("related", (Outcome.RELATED,), Tone.FAIR),
    ("no_evidence", (Outcome.NO_EVIDENCE,), Tone.POOR),
    ("other", (Outcome.OUT_OF_SCOPE, Outcome.REFUSED, None), Tone.OTHER),
)


class Topic(StrEnum):
    """One picture each."""

    QUESTIONS = "questions"
    LIBRARY = "library"
    PEOPLE = "people"


def shown(usage: Usage, topic: Topic, drawn: bytes | None, words: Texts) -> Message:
    """The picture with its numbers beside it; without one where it could not be drawn."""
    days = len(usage.period.days)
    picture_ = (
        Attachment(kind=AttachmentKind.PICTURE, name=f"yidao-{topic}-{days}.png", content=drawn)
        if drawn is not None
        else None
    )
    lines = [line(bold(_title(usage, words))), *_LINES[topic](usage, words)]
    if drawn is None:
        lines.append(line(words.get("stats.not_drawn")))
    return Message(
        html=page(lines, _CAPTION_UNITS), buttons=_buttons(topic, days, words), attachment=picture_
    )


def private_only(words: Texts) -> Message:
    return Message(html=page((line(words.get("people.private_only")),)))


def _buttons(topic: Topic, days: int, words: Texts) -> tuple[tuple[Button, ...], ...]:
    """The other periods of this topic, and the other topics of this period."""
    periods = [
        Button(text=words.get("stats.button.days", days=each), data=f"{CALLBACK}:{topic}:{each}")
        for each in PERIODS
        if each != days
    ]
    topics = [
        Button(text=words.get(f"stats.button.{each}"), data=f"{CALLBACK}:{each}:{days}")
        for each in Topic
        if each is not topic
    ]
    return tuple(topics), tuple(periods)


def _title(usage: Usage, words: Texts) -> str:
    return words.get(
        "stats.title",
        days=len(usage.period.days),
        first=f"{usage.period.first:%m-%d}",
        last=f"{usage.period.last:%m-%d}",
    )


# ------------------------------------------------------------------------------------------ the numbers
def _question_lines(usage: Usage, words: Texts) -> list[Line]:
    asked = usage.asked
    lines = [
        line(words.get("stats.asked", total=asked.total, before=usage.asked_before, askers=asked.askers)),
        line(_outcomes(usage, words)),
    ]
    if usage.answered_share is not None:
        lines.append(line(words.get("stats.share", share=f"{usage.answered_share:.0%}")))
    if asked.p95_ms is not None and asked.p50_ms is not None:
        lines.append(line(words.get("stats.took", p50=_seconds(asked.p50_ms), p95=_seconds(asked.p95_ms))))
    up, down = asked.rated.get(Rating.UP, 0), asked.rated.get(Rating.DOWN, 0)
    if up or down:
        lines.append(line(words.get("stats.rated", up=up, down=down)))
    return lines


def _outcomes(usage: Usage, words: Texts) -> str:
    counted = ((name, usage.asked.with_outcome(*outcomes)) for name, outcomes, _ in _STACK)
    return " · ".join(f"{words.get(f'stats.outcome.{name}')} {count}" for name, count in counted)


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.2f}"


def _library_lines(usage: Usage, words: Texts) -> list[Line]:
    lines = [line(words.get("stats.documents" if usage.documents else "stats.documents.none"))]
    lines += [line(f"{each.count} · {_shortened(each.name)}") for each in usage.documents]
    lines.append(line(words.get("stats.gaps" if usage.gaps else "stats.gaps.none")))
    lines += [line(f"{each.count} · {_shortened(each.name)}") for each in usage.gaps]
    return lines


def _people_lines(usage: Usage, words: Texts) -> list[Line]:
    people = usage.people
    lines = [line(words.get("stats.people", total=people.total, new=people.new, gone=people.gone))]
    if not usage.announcements:
        lines.append(line(words.get("stats.announcements.none")))
    for each in usage.announcements:
        values = {"id": each.id, "name": _shortened(each.name, 16), "sent": each.sent}
        told = words.get("stats.announcement", **values, audience=each.audience, opened=each.opened)
        recalled = words.get("stats.recalled", count=each.recalled) if each.recalled else ""
        lines.append(line(told + recalled))
    return lines


_LINES = {
    Topic.QUESTIONS: _question_lines,
    Topic.LIBRARY: _library_lines,
    Topic.PEOPLE: _people_lines,
}


def _shortened(name: str, most: int = _LONGEST_NAME) -> str:
    plain = " ".join(name.split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


# ----------------------------------------------------------------------------------------- the pictures
def picture(usage: Usage, topic: Topic, words: Texts) -> Picture:
    return Picture(title=_title(usage, words), panels=_PANELS[topic](usage, words))


def _question_panels(usage: Usage, words: Texts) -> tuple[Panel, ...]:
    days = sorted(usage.asked.by_day)
    series = tuple(
        Series(
            name=words.get(f"stats.outcome.{name}"),
            values=tuple(
                float(sum(usage.asked.by_day[day].get(outcome, 0) for outcome in outcomes)) for day in days
            ),
            tone=tone,
        )
        for name, outcomes, tone in _STACK
    )
    labels = tuple(f"{day:%m-%d}" for day in days)
    return (Columns(title=words.get("stats.chart.questions"), labels=labels, series=series),)


def _library_panels(usage: Usage, words: Texts) -> tuple[Panel, ...]:
    return (
        Bars(
            title=words.get("stats.documents"),
            rows=tuple(Row(label=each.name, value=each.count) for each in usage.documents),
            nothing=words.get("stats.documents.none"),
        ),
        Bars(
            title=words.get("stats.gaps"),
            rows=tuple(Row(label=each.name, value=each.count, tone=Tone.POOR) for each in usage.gaps),
            nothing=words.get("stats.gaps.none"),
        ),
    )


def _people_panels(usage: Usage, words: Texts) -> tuple[Panel, ...]:
    days = sorted(usage.people.by_day)
    total = Series(
        name=words.get("stats.chart.people"), values=tuple(float(usage.people.by_day[day]) for day in days)
    )
    return (
        Lines(
            title=words.get("stats.chart.people"),
            labels=tuple(f"{day:%m-%d}" for day in days),
            series=(total,),
        ),
        Bars(
            title=words.get("stats.chart.announcements"),
            rows=tuple(
                Row(
                    label=words.get(
                        "stats.chart.announcement", id=each.id, name=each.name, opened=each.opened
                    ),
                    value=each.sent,
                )
                for each in usage.announcements
            ),
            nothing=words.get("stats.announcements.none"),
        ),
    )


_PANELS = {
    Topic.QUESTIONS: _question_panels,
    Topic.LIBRARY: _library_panels,
    Topic.PEOPLE: _people_panels,
}
