"""What coordinators see of the questions that nothing answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.asking.citation import shortened
from bot.conversation import Button, Message
from bot.day import day
from bot.html import Block, Section, bold, italic, line, page, quote
from bot.texts import Texts
from knowledge.store.gaps import Gap, GapPage, GapStatus

#: The part before the first colon in the data of a coordinator's buttons here, and of a doctor's.
CALLBACK = "gaps"
UNTELL = "untell"
#: As many as fit a phone's screen, with a row of numbered buttons.
PAGE = 6

#: About two lines on a phone.
_LONGEST = 44


def listing(found: GapPage, at: int, words: Texts) -> Message:
    """at: which page, from 0."""
    if not found.total:
        return Message(html=page([line(words.get("gaps.none"))]))
    pages = -(-found.total // PAGE)
    heading = words.get("gaps.heading", count=found.total)
    blocks: list[Block] = [line(bold(heading))]
    if pages > 1:
        blocks.append(line(words.get("gaps.page", page=at + 1, pages=pages)))
    for number, gap in enumerate(found.gaps, start=1):
        blocks.append(
            Section(
                blocks=(
                    line(f"{number}. {shortened(gap.text, _LONGEST)}"),
                    line(italic(_asked(gap, words))),
                )
            )
        )
    return Message(html=page(blocks), buttons=tuple(_choices(found.gaps, at, pages, words)))


def card(gap: Gap, at: int, words: Texts) -> Message:
    """One of them, with what can be done about it. at: the page to go back to."""
    blocks: list[Block] = [quote(gap.text), line(_asked(gap, words))]
    if gap.status is not GapStatus.OPEN:
        blocks.append(line(italic(words.get(f"gaps.status.{gap.status}"))))
    return Message(html=page(blocks), buttons=tuple(_deeds(gap, at, words)))


def how_to_load(gap: Gap, at: int, words: Texts) -> Message:
    back = Button(text=words.get("gaps.button.back"), data=f"{CALLBACK}:card:{gap.id}:{at}")
    blocks = (quote(shortened(gap.text, 2 * _LONGEST)), line(words.get("gaps.how_to_load")))
    return Message(html=page(blocks), buttons=((back,),))


def privately(words: Texts) -> Message:
    """A group need not read what doctors asked."""
    return Message(html=page([line(words.get("gaps.privately"))]))


def _asked(gap: Gap, words: Texts) -> str:
    last = day(gap.asked_last, words)
    if gap.askers == gap.times == 1:
        return words.get("gaps.asked_once", last=last)
    return words.get("gaps.asked", askers=gap.askers, times=gap.times, last=last)


def _choices(gaps: Sequence[Gap], at: int, pages: int, words: Texts) -> Iterator[tuple[Button, ...]]:
    yield tuple(
        Button(text=str(number), data=f"{CALLBACK}:card:{gap.id}:{at}")
        for number, gap in enumerate(gaps, start=1)
    )
    turns = []
    if at > 0:
        turns.append(Button(text=words.get("gaps.button.before"), data=f"{CALLBACK}:page:{at - 1}"))
    if at + 1 < pages:
        turns.append(Button(text=words.get("gaps.button.after"), data=f"{CALLBACK}:page:{at + 1}"))
    yield tuple(turns)


def _deeds(gap: Gap, at: int, words: Texts) -> Iterator[tuple[Button, ...]]:
    def button(deed: str) -> Button:
        return Button(text=words.get(f"gaps.button.{deed}"), data=f"{CALLBACK}:{deed}:{gap.id}:{at}")

    if gap.status is GapStatus.OPEN:
        yield (button("load"),)
        yield (button("dismiss"),)
    elif gap.status is GapStatus.DISMISSED:
        yield (button("reopen"),)
    yield (Button(text=words.get("gaps.button.list"), data=f"{CALLBACK}:page:{at}"),)
