"""What an administrator sees of announcements that are confirmed: the list, a card each, and what is asked first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.announcing import draft_view, view
from bot.announcing.view import Action, button, data, message
from bot.conversation import Button, Message
from bot.html import bold, line
from bot.texts import Texts
from knowledge.domain import Language
from knowledge.store.announcement_tables import AnnouncementStatus as Status
from knowledge.store.announcements import BEGUN, Announcement
from knowledge.store.delivery_report import DeliveryReport

A_PAGE = 6
#: As the list has them; what was dropped is not among them.
GROUPS: Mapping[str, tuple[Status, ...]] = {
    "drafts": (Status.EMPTY, Status.DRAFT),
    "scheduled": (Status.SCHEDULED, Status.MISSED),
    "running": (Status.SENDING, Status.PAUSED, Status.RECALLING),
    "done": (Status.DONE, Status.STOPPED, Status.RECALLED),
}
LISTED = tuple(status for group in GROUPS.values() for status in group)


def listed(found: Sequence[Announcement], counts: Mapping[str, int], page: int, words: Texts) -> Message:
    """counts: how many there are in each of the groups."""
    if not any(counts.values()):
        return message(line(words.get("announce.list.none")), buttons=(_new(words),))
    told = " · ".join(
        words.get(f"announce.list.{name}", count=count) for name, count in counts.items() if count
    )
    rows = [
        (
            Button(
                text=f"{_status(each, words)} · {each.id} {_name(each, words)}",
                data=data(Action.CARD, each.id),
            ),
        )
        for each in found
    ]
    pages = -(-sum(counts.values()) // A_PAGE)
    turn = [
        Button(text=text, data=data(Action.LIST, to))
        for text, to in (("‹", page - 1), (f"{page + 1}/{pages}", page), ("›", page + 1))
        if 0 <= to < pages and pages > 1
    ]
    return message(
        line(bold(words.get("announce.list"))),
        line(told),
        buttons=[*rows, *([tuple(turn)] if turn else []), _new(words)],
    )


def _new(words: Texts) -> tuple[Button, ...]:
    return (button(words, Action.NEW_COURSE, 0), button(words, Action.NEW_NOTICE, 0))


def _name(announcement: Announcement, words: Texts) -> str:
    return view.name_of(announcement, words, most=22)


def _status(announcement: Announcement, words: Texts) -> str:
    return words.get(f"announce.status.{announcement.status}")


def card(announcement: Announcement, report: DeliveryReport, words: Texts) -> Message:
    """Of one that is confirmed; a draft has its own."""
    match announcement.status:
        case Status.SCHEDULED:
            return draft_view.scheduled(announcement, words)
        case Status.MISSED:
            return view.missed(announcement, words)
        case Status.DISCARDED:
            return view.plain("announce.discarded", words, id=announcement.id)
        case Status.SENDING | Status.PAUSED | Status.RECALLING:
            shown = view.progress(announcement, report, words)
        case _:
            shown = view.final(announcement, report, words)
    rows = [row for row in shown.buttons if not _is_to_card(row)]
    return Message(html=shown.html, buttons=(*rows, *_mending(announcement, report, words), _list(words)))


def under_way(announcement: Announcement, report: DeliveryReport, words: Texts) -> Message:
    """The progress in the maker's chat. While it is paused it stands still, and holds all that can be done with it."""
    if announcement.status is Status.PAUSED:
        return card(announcement, report, words)
    return view.progress(announcement, report, words)


def _is_to_card(row: tuple[Button, ...]) -> bool:
    return any((each.data or "").startswith(f"{view.CALLBACK}:{Action.CARD}:") for each in row)


def _mending(announcement: Announcement, report: DeliveryReport, words: Texts) -> list[tuple[Button, ...]]:
    id_, rows = announcement.id, []
    if announcement.status in BEGUN and report.sent:
        corrections = [
            Button(
                text=words.get(f"announce.button.correct.{language}"),
                data=data(Action.CORRECT, id_, language),
            )
            for language in Language
        ]
        rows += [tuple(corrections), (button(words, Action.ASK_RECALL, id_),)]
    is_over = announcement.status in {Status.DONE, Status.STOPPED} and announcement.done_at is not None
    if report.in_doubt and is_over:
        rows.append((button(words, Action.ASK_DOUBTFUL, id_, count=report.in_doubt),))
    return rows


def _list(words: Texts) -> tuple[Button, ...]:
    return (button(words, Action.LIST, 0),)


def ask(action: Action, announcement: Announcement, report: DeliveryReport, words: Texts) -> Message:
    """Before something that cannot be undone. It stands in a message of its own: progress is edited all the time."""
    waiting = report.queued + report.postponed + report.sending
    questions = {
        Action.STOP: words.get("announce.ask_stop", count=waiting),
        Action.RECALL: words.get("announce.ask_recall", count=report.sent),
        Action.DOUBTFUL: words.get("announce.ask_doubtful", count=report.in_doubt),
    }
    yes = Button(text=words.get(f"announce.button.really.{action}"), data=data(action, announcement.id))
    return message(
        view.heading(announcement, words),
        line(questions[action]),
        buttons=((yes, button(words, Action.CARD, announcement.id)),),
    )


def ask_correction(announcement: Announcement, language: Language, words: Texts) -> Message:
    return message(
        view.heading(announcement, words),
        line(words.get(f"announce.ask_correction.{language}", limit=draft_view.limit_of(announcement))),
        buttons=((button(words, Action.CARD, announcement.id),),),
    )


def confirm_correction(announcement: Announcement, report: DeliveryReport, words: Texts) -> Message:
    """Stands below the corrected message as it will be."""
    apply = button(words, Action.APPLY, announcement.id, count=report.sent)
    return message(
        line(words.get("announce.confirm_correction", count=report.sent)),
        buttons=((apply,), (button(words, Action.CARD, announcement.id),)),
    )
