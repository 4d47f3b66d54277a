"""A draft's card: what was read, samples of it, what approving it would do, and what came of the decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.asking.sentences import unit_spans
from bot.conversation import Button, Message
from bot.html import Block, Line, Quote, Section, Text, bold, line
from bot.library.data import Action, data_for
from bot.library.deciding import Decided, Discarded, Dropped, Gone, Loaded, Settled, Waiting
from bot.library.naming import (
    Staff,
    day,
    edition_name,
    label,
    language_name,
    name_of,
    short_edition,
    specialty_names,
)
from bot.library.plan import NewDocument, OlderThan, Plan, Proposal, ReadAgain, Replaces, Returns, SameContent
from bot.library.view import button, first_known, message, open_button
from bot.texts import Texts
from knowledge.domain import EditionStatus, Passage
from knowledge.store.library import EditionRecord

SAMPLES = 5


def card(proposal: Proposal, words: Texts, *, note: str = "") -> Message:
    """note: what changed since the card was last shown."""
    draft = proposal.draft
    blocks: list[Block] = [line(note)] if note else []
    blocks += [line(bold(words.get("library.title", title=draft.title))), *facts(draft, words)]
    blocks += (line(_warning(code, count, words)) for code, count in draft.warnings)
    blocks.append(Section(blocks=tuple(line(each) for each in _prospect(proposal, words))))
    return message(*blocks, buttons=_choices(proposal, words))


def facts(edition: EditionRecord, words: Texts) -> Iterator[Line]:
    """Two lines; what is unknown says so, for it can be filled in."""
    year = words.get("library.year", year=edition.year) if edition.year else words.get("library.year_unknown")
    publisher = edition.publisher or words.get("library.publisher_unknown")
    yield line(" · ".join((year, publisher, language_name(edition.language, words))))
    specialties = specialty_names(edition, words) or words.get("library.specialty_unknown")
    sharing = words.get("library.may_get", what=words.get(f"library.sharing.{edition.sharing.value}"))
    yield line(f"{specialties} · {sharing}")
    size = [words.get("library.pages", count=edition.pages)] if edition.pages else []
    yield line(" · ".join((*size, words.get("library.passages", count=edition.passages))))


def _warning(code: str, count: int, words: Texts) -> str:
    key = first_known((f"library.warning.{code}", "library.warning.other"), words)
    return "⚠ " + words.get(key, count=count, code=code)


def _prospect(proposal: Proposal, words: Texts) -> Iterator[str]:
    yield _plan(proposal.plan, words)
    if proposal.by_content is not None and isinstance(proposal.plan, Replaces):
        yield words.get("library.plan.by_content", share=_percent(proposal.by_content))
    for each in proposal.alike[:1]:
        name = edition_name(each.edition, words)
        yield words.get("library.plan.alike", edition=name, share=_percent(each.share))
    if proposal.samples:
        yield words.get("library.plan.samples", count=proposal.samples)


def _percent(share: float) -> int:
    """All of them is said only where it is all of them."""
    return round(100 * share) if share == 1 else min(99, round(100 * share))


_PLANS: dict[type[Plan], str] = {
    Replaces: "library.plan.replaces",
    ReadAgain: "library.plan.read_again",
    SameContent: "library.plan.same_content",
    OlderThan: "library.plan.older",
    Returns: "library.plan.returns",
}


def _plan(plan: Plan, words: Texts) -> str:
    if isinstance(plan, NewDocument):
        return words.get("library.plan.new")
    return words.get(_PLANS[type(plan)], edition=edition_name(plan.edition, words))


def _choices(proposal: Proposal, words: Texts) -> list[list[Button]]:
    draft = proposal.draft
    load = button("library.button.load", words, Action.APPROVE, draft.id, proposal.seen)
    discard = button("library.button.discard", words, Action.DISCARD, draft.id, proposal.seen)
    samples = min(SAMPLES, draft.passages)
    rows = [
        [discard, load] if isinstance(proposal.plan, SameContent) else [load, discard],
        [
            button("library.button.edit", words, Action.EDIT, draft.id),
            button("library.button.samples", words, Action.SAMPLE, draft.id, 0, count=samples),
        ],
    ]
    if not isinstance(proposal.plan, ReadAgain):
        key = "library.button.which" if isinstance(proposal.plan, NewDocument) else "library.button.not_this"
        rows.append([button(key, words, Action.OTHER, draft.id)])
    return rows


def sample(edition_id: int, number: int, shown: Iterable[Passage], *, back: Button, words: Texts) -> Message:
    """One of the passages, as doctors would read it; number: from 0."""
    passages = tuple(shown)
    at = min(number, len(passages) - 1)
    passage = passages[at]
    spans = unit_spans(passage.text, passage.kind)
    units = tuple((Text(text=passage.text[span.start : span.end]),) for span in spans)
    where = [words.get("library.sample", number=at + 1, count=len(passages))]
    if passage.citation.page_first is not None:
        where.append(words.get("library.sample_page", page=passage.citation.page_first))
    blocks: list[Block] = [line(bold(" · ".join(where)))]
    if passage.citation.section:
        blocks.append(line(" › ".join(passage.citation.section[-2:])))
    blocks.append(Quote(units=units))
    if passage.marks:
        blocks.append(line(words.get("library.sample_doubt")))
    turns = [
        button(key, words, Action.SAMPLE, edition_id, to)
        for key, to in (("library.button.previous", at - 1), ("library.button.next", at + 1))
        if 0 <= to < len(passages)
    ]
    return message(*blocks, buttons=(turns, (back,)))


def other_documents(
    proposal: Proposal, found: Iterable[EditionRecord], words: Texts, query: str = ""
) -> Message:
    """Which document is this an edition of? What it is most like comes first; the rest by its name."""
    draft = proposal.draft
    known = {each.edition.document_id: each.edition for each in proposal.alike}
    known |= {edition.document_id: edition for edition in found if edition.document_id != draft.document_id}
    name = words.get("library.title", title=draft.title)
    key = "library.other.none" if query and not known else "library.other.ask"
    rows = [
        [Button(text=label(edition, words), data=data_for(Action.ASSIGN, draft.id, edition.document_id))]
        for edition in known.values()
    ]
    rows.append([button("library.button.search", words, Action.ASK, draft.id, "document")])
    if not isinstance(proposal.plan, NewDocument):
        rows.append([button("library.button.own_document", words, Action.ASSIGN, draft.id, 0)])
    rows.append([button("library.button.back", words, Action.CARD, draft.id)])
    return message(line(words.get(key, title=name, query=query)), buttons=rows)


def decided(result: Decided, staff: Staff, words: Texts) -> Message:
    match result:
        case Waiting(proposal=proposal):
            return card(proposal, words, note=words.get("library.changed"))
        case Loaded(approved=approved):
            edition = approved.edition
            if edition.status is EditionStatus.REPLACED:
                return _settled(edition, "library.kept", words)
            lines = [line(words.get("library.loaded", edition=edition_name(edition, words)))]
            lines += (_replaced(other, words) for other in approved.replaced)
            if approved.samples_withdrawn:
                lines.append(line(words.get("library.samples_withdrawn", count=approved.samples_withdrawn)))
            return message(*lines, buttons=(_take_back(edition, approved.replaced, words),))
        case Settled(edition=edition):
            return _told_before(edition, staff, words)
        case Discarded(title=title):
            return message(line(words.get("library.discarded", edition=name_of(title, None, words))))
        case Dropped(title=title, year=year, who=who, at=at):
            values = {"edition": name_of(title, year, words), "who": staff.called(who, words), "day": day(at)}
            return message(line(words.get("library.discarded_before", **values)))
        case Gone():
            return message(line(words.get("library.nothing_to_decide")))


def _replaced(other: EditionRecord, words: Texts) -> Line:
    return line(words.get("library.replaced", edition=edition_name(other, words)))


def _take_back(edition: EditionRecord, replaced: tuple[EditionRecord, ...], words: Texts) -> list[Button]:
    """The way back stands where the decision was made."""
    if len(replaced) == 1:
        old = replaced[0]
        year = short_edition(old, words)
        back = button("library.button.roll_back", words, Action.EXCHANGE, old.id, edition.id, year=year)
    else:
        back = button("library.button.withdraw", words, Action.WITHDRAW, edition.id)
    return [back, open_button(edition.document_id, words)]


def _settled(edition: EditionRecord, key: str, words: Texts) -> Message:
    return message(
        line(words.get(key, edition=edition_name(edition, words))),
        buttons=((open_button(edition.document_id, words),),),
    )


def _told_before(edition: EditionRecord, staff: Staff, words: Texts) -> Message:
    """Who decided, when, and how it stands now: two may hold the same card."""
    who = staff.called(edition.decided_by or edition.loaded_by, words)
    values = {
        "edition": edition_name(edition, words),
        "status": words.get(f"library.status.{edition.status.value}"),
        "who": who,
        "day": day(edition.decided_at or edition.loaded_at),
    }
    return message(
        line(words.get("library.settled", **values)), buttons=((open_button(edition.document_id, words),),)
    )
