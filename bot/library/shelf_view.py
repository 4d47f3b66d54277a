"""The library as coordinators leaf through it: the list, its filter, and a document with what can be done to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.conversation import Button, Message
from bot.html import Block, Line, Section, bold, line
from bot.library.card_view import facts
from bot.library.courses.card_view import name_on_button
from bot.library.data import LANGUAGES, Action, data_for, filter_parts, find_data
from bot.library.naming import (
    Staff,
    day,
    edition_name,
    label,
    language_name,
    short_edition,
    specialty_name,
    status_name,
)
from bot.library.shelf import Entry, Filter, Page, Shown, Waiting
from bot.library.view import button, message
from bot.texts import Texts
from knowledge.domain import EditionStatus
from knowledge.store.library import EditionRecord, title_key

#: What can be put back in the place of what answers; more would fill a phone.
_EDITIONS_TO_RETURN_TO = 3
_EDITIONS_LISTED = 8
_LISTS_SHOWN = 5
_A_ROW = 3


# ---------------------------------------------------------------------------------------------- the list
def shelf(shown: Page, wanted: Filter, waiting: Waiting, words: Texts) -> Message:
    """waiting: what there is to decide in the whole library."""
    blocks: list[Block] = [line(bold(words.get("library.shelf.title")), " · ", _named(wanted, words))]
    lists = waiting.lists if wanted.shown is Shown.WAITING and shown.number == 0 else ()
    if lists:
        blocks.append(line(words.get("library.courses.waiting", count=len(lists))))
    if shown.total or not lists:
        blocks.append(line(_count(shown, words)))
    rows = [[name_on_button(job, words)] for job in lists[:_LISTS_SHOWN]]
    rows += _entries(shown, words)
    rows.append(_turns(shown, lambda to: data_for(Action.LIST, to, *filter_parts(wanted)), words))
    rows.append(
        [
            button("library.button.search", words, Action.SEARCH),
            button("library.button.filter", words, Action.FILTER, *filter_parts(wanted)),
        ]
    )
    if waiting.count and wanted.shown is not Shown.WAITING:
        drafts = filter_parts(Filter(shown=Shown.WAITING))
        rows.append([button("library.button.drafts", words, Action.LIST, 0, *drafts, count=waiting.count)])
    return message(*blocks, buttons=rows)


def hits(shown: Page, query: str, words: Texts) -> Message:
    key = "library.shelf.hits" if shown.total else "library.shelf.no_hits"
    blocks = [line(words.get(key, query=query, count=shown.total))]
    rows = _entries(shown, words)
    rows.append(_turns(shown, lambda to: find_data(to, query), words))
    rows.append([button("library.button.search", words, Action.SEARCH), _to_shelf(words)])
    return message(*blocks, buttons=rows)


def _named(wanted: Filter, words: Texts) -> str:
    named = [words.get(f"library.shown.{wanted.shown.value}")]
    if wanted.language:
        named.append(language_name(wanted.language, words))
    if wanted.specialty:
        named.append(specialty_name(wanted.specialty, words))
    return " · ".join(named)


def _count(shown: Page, words: Texts) -> str:
    if not shown.total:
        return words.get("library.shelf.empty")
    if shown.pages == 1:
        return words.get("library.shelf.count", count=shown.total)
    return words.get("library.shelf.page", count=shown.total, number=shown.number + 1, pages=shown.pages)


def _entries(shown: Page, words: Texts) -> list[list[Button]]:
    return [
        [Button(text=_entry(entry, words), data=data_for(Action.DOCUMENT, entry.edition.document_id))]
        for entry in shown.entries
    ]


def _entry(entry: Entry, words: Texts) -> str:
    text = label(entry.edition, words)
    if entry.edition.status is EditionStatus.CURRENT:
        # A new edition waits beside the one that answers.
        return f"{text} ＋" if entry.drafts else text
    shown = EditionStatus.DRAFT if entry.edition.status is EditionStatus.DRAFT else EditionStatus.WITHDRAWN
    return f"[{status_name(shown, words)}] {text}"


def _turns(shown: Page, data_of: Callable[[int], str], words: Texts) -> list[Button]:
    keys = (("library.button.page_before", shown.number - 1), ("library.button.page_after", shown.number + 1))
    return [Button(text=words.get(key), data=data_of(to)) for key, to in keys if 0 <= to < shown.pages]


def _to_shelf(words: Texts) -> Button:
    return button("library.button.shelf", words, Action.LIST, 0, *filter_parts(Filter()))


# --------------------------------------------------------------------------------------------- the filter
def filters(wanted: Filter, specialties: Sequence[str], words: Texts) -> Message:
    """specialties: ids of those that documents of the library have."""
    rows = [
        [_choice(words.get(f"library.shown.{each.value}"), wanted, Filter(
            shown=each, language=wanted.language, specialty=wanted.specialty)) for each in Shown],
        [_choice(words.get("library.any_language") if not each else language_name(each, words), wanted, Filter(
            shown=wanted.shown, language=each, specialty=wanted.specialty)) for each in ("", *LANGUAGES)],
    ]  # fmt: skip
    offered = [
        _choice(
            words.get("library.any_specialty") if not each else specialty_name(each, words),
            wanted,
            Filter(shown=wanted.shown, language=wanted.language, specialty=each),
        )
        for each in ("", *specialties)
    ]
    rows += [offered[at : at + _A_ROW] for at in range(0, len(offered), _A_ROW)]
    rows.append([button("library.button.show", words, Action.LIST, 0, *filter_parts(wanted))])
    return message(line(words.get("library.filter.ask")), line(_named(wanted, words)), buttons=rows)


def _choice(name: str, now: Filter, then: Filter) -> Button:
    text = f"✓ {name}" if now == then else name
    return Button(text=text, data=data_for(Action.FILTER, *filter_parts(then)))


# ------------------------------------------------------------------------------------------- a document
def document(
    editions: Sequence[EditionRecord], cited: Mapping[int, int], staff: Staff, words: Texts, *, note: str = ""
) -> Message:
    """editions: all of the document, the newest first; cited: in how many answers each was quoted."""
    decided = [each for each in editions if each.status is not EditionStatus.DRAFT]
    drafts = [each for each in editions if each.status is EditionStatus.DRAFT]
    current = next((each for each in editions if each.status is EditionStatus.CURRENT), None)
    head = current or (decided or drafts)[0]
    blocks: list[Block] = [line(note)] if note else []
    blocks += [line(bold(words.get("library.title", title=head.title))), *facts(head, words)]
    if head.is_sample:
        blocks.append(line(words.get("library.is_sample")))
    if current is None and decided:
        blocks.append(line(words.get("library.none_answers")))
    told = tuple(
        _edition(each, head, cited.get(each.id, 0), staff, words) for each in decided[:_EDITIONS_LISTED]
    )
    if told:
        blocks.append(Section(blocks=told))
    return message(*blocks, buttons=_deeds(head, current, decided, drafts, words))


def _edition(edition: EditionRecord, head: EditionRecord, cited: int, staff: Staff, words: Texts) -> Line:
    """Its year and standing, and its title where that is another; who brought it in and who decided, when; its use."""
    name = f"{short_edition(edition, words)} · {status_name(edition.status, words)}"
    title = "" if title_key(edition.title) == title_key(head.title) else f"\n{edition.title}"
    used = words.get("library.edition.cited", count=cited)
    return line(bold(name), title, "\n", " · ".join((*_brought_in(edition, staff, words), used)))


def _brought_in(edition: EditionRecord, staff: Staff, words: Texts) -> Iterator[str]:
    loaded = {"who": staff.called(edition.loaded_by, words), "day": day(edition.loaded_at)}
    if not edition.decided_by or not edition.decided_at:
        yield words.get("library.edition.loaded", **loaded)
        return
    decided = {"who": staff.called(edition.decided_by, words), "day": day(edition.decided_at)}
    if loaded == decided:
        yield words.get("library.edition.both", **loaded)
        return
    yield words.get("library.edition.loaded", **loaded)
    yield words.get("library.edition.decided", **decided)


def _deeds(
    head: EditionRecord,
    current: EditionRecord | None,
    decided: Sequence[EditionRecord],
    drafts: Sequence[EditionRecord],
    words: Texts,
) -> list[list[Button]]:
    rows = [
        [button("library.button.draft", words, Action.CARD, each.id, edition=short_edition(each, words))]
        for each in drafts
    ]
    if decided:
        rows.append(
            [
                button("library.button.edit", words, Action.EDIT, head.id),
                button("library.button.look", words, Action.SAMPLE, head.id, 0),
            ]
        )
        rows += ([each] for each in _returns(current, decided, words))
    if current:
        rows.append(
            [
                button("library.button.withdraw", words, Action.WITHDRAW, current.id),
                button("library.button.reread", words, Action.READ_AGAIN, current.id),
            ]
        )
    rows.append([_to_shelf(words)])
    return rows


def _returns(
    current: EditionRecord | None, decided: Sequence[EditionRecord], words: Texts
) -> Iterator[Button]:
    """Each edition that can answer again: the newest first."""
    others = [each for each in decided if each is not current]
    for other in others[:_EDITIONS_TO_RETURN_TO]:
        year = short_edition(other, words)
        if current is None:
            yield button("library.button.restore", words, Action.CONFIRM_EXCHANGE, other.id, 0, year=year)
            continue
        is_older = (other.year or 0, other.id) < (current.year or 0, current.id)
        key = "library.button.roll_back" if is_older else "library.button.exchange"
        yield button(key, words, Action.EXCHANGE, other.id, current.id, year=year)


def ask_withdraw(edition: EditionRecord, cited: int, words: Texts) -> Message:
    return message(
        line(words.get("library.withdraw.ask", edition=edition_name(edition, words), count=cited)),
        buttons=(
            [button("library.button.do_withdraw", words, Action.CONFIRM_WITHDRAW, edition.id)],
            [button("library.button.keep", words, Action.DOCUMENT, edition.document_id)],
        ),
    )


def ask_exchange(edition: EditionRecord, current: EditionRecord, words: Texts) -> Message:
    names = {"edition": edition_name(edition, words), "current": edition_name(current, words)}
    do = button(
        "library.button.do_exchange",
        words,
        Action.CONFIRM_EXCHANGE,
        edition.id,
        current.id,
        year=short_edition(edition, words),
    )
    keep = button("library.button.keep", words, Action.DOCUMENT, edition.document_id)
    return message(line(words.get("library.exchange.ask", **names)), buttons=([do], [keep]))
