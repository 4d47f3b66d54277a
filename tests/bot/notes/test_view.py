"""What a note says: when it was asked, what changed, and what to do about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.conversation import Message
from bot.notes import view
from bot.texts import texts
from knowledge.domain import Language
from knowledge.store.notes import Due, EditionGone, GapsClosed, Named, NotedQuestion, NowAnswered

ASKED = NotedQuestion(note_id=5, text="老年高血压的降压目标", asked_at=datetime(2026, 3, 1, 20, tzinfo=UTC))
OLD, NEW = Named(title="高血压指南", year=2018), Named(title="高血压指南", year=2024)


def shown(about: NowAnswered | EditionGone | GapsClosed, language: Language = Language.ZH) -> Message:
    due = Due(note_ids=(5,), telegram_id=1, chat_id=1, language=language, about=about)
    return view.note(due, texts(language))


def gone(*, edition: Named = OLD, successor: Named | None = NEW) -> EditionGone:
    return EditionGone(questions=(ASKED,), edition=edition, successor=successor)


@pytest.mark.parametrize(
    "about, said",
    [
        (gone(), "您 3 月 2 日问过“老年高血压的降压目标”，当时引用的《高血压指南》（2018）已被《高血压指南》（2024）取代。"),
        (gone(successor=None), "当时引用的《高血压指南》（2018）已撤下，不再作为依据。"),
        (gone(edition=NEW, successor=OLD), "《高血压指南》（2024）已撤下，现在以《高血压指南》（2018）为准。"),
        (NowAnswered(question=ASKED), "当时没有找到答案。现在收录的指南里有了。"),
        (NowAnswered(question=ASKED, was_disliked=True), "当时的答案没有帮到您。后来收录的指南里有新的内容。"),
        (GapsClosed(gaps=2, told=5), "有 2 个未答问题现在有了答案，已通知 5 位医生。"),
        (GapsClosed(gaps=1, told=0), "有 1 个未答问题现在有了答案。"),
    ],
)  # fmt: skip
def test_it_says_what_changed(about: NowAnswered | EditionGone | GapsClosed, said: str) -> None:
    assert said in shown(about).html


def test_what_was_asked_twice_in_the_same_words_is_one_question() -> None:
    twice = EditionGone(questions=(ASKED, replace(ASKED, note_id=4)), edition=OLD, successor=NEW)
    assert shown(twice).html == shown(gone()).html
    another = replace(ASKED, note_id=3, text="头晕怎么处理")
    of_two = shown(EditionGone(questions=(*twice.questions, another), edition=OLD, successor=NEW))
    assert "您问过的 2 个问题" in of_two.html
    assert [button.data for button in of_two.buttons[0]] == ["note:again:5", "note:again:3"]


def test_the_same_in_english() -> None:
    said = "On Mar 2 you asked “老年高血压的降压目标”. 高血压指南 (2018), which was quoted then, has been replaced by 高血压指南 (2024)."
    assert shown(gone(), Language.EN).html == said


def test_a_year_that_the_title_has_is_not_said_twice() -> None:
    edition = Named(title="高血压指南（2018年版）", year=2018)
    assert "《高血压指南（2018年版）》已被" in shown(gone(edition=edition)).html


def test_its_buttons_ask_again_and_end_the_notes() -> None:
    (again,), (off,) = shown(gone()).buttons
    assert (again.text, again.data) == ("用新版重新查找", "note:again:5")
    assert (off.text, off.data) == ("不再提醒", "note:off")


def test_who_loaded_has_nothing_to_press() -> None:
    assert shown(GapsClosed(gaps=1, told=0)).buttons == ()
