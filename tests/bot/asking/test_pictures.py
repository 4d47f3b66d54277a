"""Whoever presses a button under an answer gets what may be shown of its document at that moment, and no more."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.asking.drawing_process import Drawn, NotDrawn, PageWanted
from bot.asking.picture_cache import PictureCache
from bot.asking.pictures import Pictures
from bot.conversation import AttachmentKind, Pressed
from bot.testing import FakeChat, incoming
from knowledge.domain import Language, PassageKind, Script, Sharing
from knowledge.store.library import NewEdition, NewPassage
from knowledge.store.sources import SourceStore

JPEG = b"\xff\xd8\xffjpeg"
TEXTS = ("上文一句。", "所引的一句。", "下文一句。")


@dataclass
class FakeDrawing:
    outcome: Drawn | NotDrawn = field(default_factory=lambda: Drawn(jpeg=JPEG, is_marked=True))
    asked: list[PageWanted] = field(default_factory=list)

    async def draw(self, wanted: PageWanted) -> Drawn | NotDrawn:
        self.asked.append(wanted)
        return self.outcome


class Shelf:
    """A library of one document of three passages, on pages 4, 4 to 5, and 6; and what was asked of it."""

    def __init__(self, stores, folder: Path) -> None:
        self.stores = stores
        self.files = folder / "files"
        self.drawing = FakeDrawing()
        self.cache = PictureCache(folder / "pictures")
        self.pictures = Pictures(
            SourceStore(stores.database), files_dir=self.files, cache=self.cache, drawing=self.drawing
        )
        self.chat = FakeChat()

    def load(
        self, *, sharing=Sharing.PAGE_PICTURE, year=2024, name="指南.pdf", pages=True, approve=True, file=None
    ):
        """The edition, and the ids of its passages. file: what stands for its content."""
        digest = hashlib.sha256((file or f"{year}{sharing}{name}").encode()).hexdigest()
        numbers = ((4, 4), (4, 5), (6, 6)) if pages else ((None, None),) * 3
        passages = tuple(
            NewPassage(
                text=text,
                tokens=text,
                section=("一、总则",),
                kind=PassageKind.TEXT,
                script=Script.CHINESE,
                page_first=first,
                page_last=last,
                page_label=None,
                start=0,
                end=len(text),
                marks=frozenset(),
                vector_key=hashlib.sha256(text.encode()).hexdigest(),
            )
            for text, (first, last) in zip(TEXTS, numbers, strict=True)
        )
        edition = NewEdition(
            title="某某病指南",
            year=year,
            publisher=None,
            language="zh",
            specialties=(),
            source=None,
            sharing=sharing,
            is_sample=False,
            file_name=name,
            file_hash=digest,
            content_hash=digest,
            pages=9 if pages else None,
            warnings=(),
            loaded_by="test",
            passages=passages,
        )
        draft = self.stores.library.add_draft(edition)
        kept = self.files / digest[:2] / f"{digest}{Path(name).suffix}"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(b"%PDF-1.7")
        loaded = self.stores.library.approve(draft.id).edition if approve else draft
        source = SourceStore(self.stores.database)
        ids = [id_ for id_ in range(1, 50) if (found := source.of(id_)) and found.edition_id == loaded.id]
        return loaded, ids

    async def press(self, data: str, language: Language = Language.ZH) -> None:
        handlers = self.pictures.callbacks()
        pressed = incoming(Pressed(data=data, message_id=1), language=language)
        await handlers[data.partition(":")[0]](pressed, self.chat)


@pytest.fixture
def shelf(stores, tmp_path):
    return Shelf(stores, tmp_path)


async def test_a_page_comes_as_a_picture_that_says_whose_page_it_is(shelf):
    _, ids = shelf.load()
    await shelf.press(f"page:{ids[0]}:4")
    (sent,) = shelf.chat.sent
    assert sent.attachment.kind is AttachmentKind.PICTURE
    assert sent.attachment.content.read_bytes() == JPEG
    assert sent.html == "《某某病指南》（2024） · 第 4 页"
    assert sent.buttons == ()
    assert shelf.chat.notes == [""]
    assert shelf.drawing.asked[0].texts == (TEXTS[0],)


async def test_the_same_page_is_drawn_once(shelf):
    _, ids = shelf.load()
    await shelf.press(f"page:{ids[0]}:4")
    await shelf.press(f"page:{ids[0]}:4", Language.EN)
    assert len(shelf.chat.sent) == 2
    assert len(shelf.drawing.asked) == 1


async def test_passages_of_one_page_are_marked_together(shelf):
    _, ids = shelf.load()
    await shelf.press(f"page:{ids[0]}-{ids[1]}:4")
    assert shelf.drawing.asked[0].texts == TEXTS[:2]
    assert (shelf.drawing.asked[0].page_first, shelf.drawing.asked[0].page_last) == (4, 5)
    assert [(button.text, button.data) for row in shelf.chat.sent[0].buttons for button in row] == [
        ("第 5 页 ›", f"page:{ids[0]}-{ids[1]}:5")
    ]


async def test_a_passage_over_two_pages_can_be_leafed_through(shelf):
    _, ids = shelf.load()
    await shelf.press(f"page:{ids[1]}:5")
    assert [button.data for row in shelf.chat.sent[0].buttons for button in row] == [f"page:{ids[1]}:4"]


@pytest.mark.parametrize("sharing", Sharing)
async def test_a_document_is_shown_as_far_as_its_sharing_right_allows(shelf, sharing):
    _, ids = shelf.load(sharing=sharing)
    for data in (f"page:{ids[0]}:4", f"near:{ids[0]}", f"file:{ids[0]}", f"more:{ids[0]}"):
        await shelf.press(data)
    kinds = [message.attachment.kind if message.attachment else None for message in shelf.chat.sent]
    page, file = AttachmentKind.PICTURE, AttachmentKind.FILE
    assert (
        kinds
        == {
            Sharing.EXCERPT: [],
            Sharing.PAGE_PICTURE: [page, None],
            Sharing.FILE: [page, None, file, None],
        }[sharing]
    )
    refused = {
        Sharing.EXCERPT: ["这份文件只许摘录，不能发送原文。"] * 4,
        Sharing.PAGE_PICTURE: ["这份文件不能整份发送，只能看引用的那一页。"] * 2,
        Sharing.FILE: [],
    }
    assert [note for note in shelf.chat.notes if note] == refused[sharing]


async def test_the_file_goes_out_under_the_title_of_the_document(shelf):
    _, ids = shelf.load(sharing=Sharing.FILE, name="ab12.PDF".lower())
    await shelf.press(f"file:{ids[0]}")
    (sent,) = shelf.chat.sent
    assert sent.attachment.name == "某某病指南.pdf"
    assert sent.attachment.content.read_bytes() == b"%PDF-1.7"


async def test_more_lists_each_document_that_may_be_sent_once(shelf):
    _, ids = shelf.load(sharing=Sharing.FILE)
    await shelf.press(f"more:{ids[0]}-{ids[1]}")
    assert [[(button.text, button.data) for button in row] for row in shelf.chat.sent[0].buttons] == [
        [("某某病指南", f"file:{ids[1]}")]
    ]


async def test_the_passage_is_shown_between_its_neighbours(shelf):
    _, ids = shelf.load(name="指南.md", pages=False)
    await shelf.press(f"near:{ids[1]}")
    shown = shelf.chat.sent[0].html
    assert [shown.index(text) for text in TEXTS] == sorted(shown.index(text) for text in TEXTS)
    assert shelf.chat.sent[0].attachment is None
    await shelf.press(f"near:{ids[0]}")
    assert TEXTS[2] not in shelf.chat.sent[1].html


async def test_a_replaced_edition_says_so_and_shows_nothing(shelf):
    _, old = shelf.load(sharing=Sharing.FILE, year=2020)
    shelf.load(year=2024)
    for data in (f"page:{old[0]}:4", f"near:{old[0]}", f"file:{old[0]}", f"more:{old[0]}"):
        await shelf.press(data)
    assert {message.html for message in shelf.chat.sent} == {
        "《某某病指南》（2020）已有新版，旧版不再显示。请重新提问，会按新版查找。"
    }
    assert not any(message.attachment for message in shelf.chat.sent)
    assert not shelf.drawing.asked


async def test_what_was_only_read_again_shows_its_pages_and_file_as_before(shelf):
    _, old = shelf.load(file="one")
    shelf.load(file="one", sharing=Sharing.FILE)
    await shelf.press(f"page:{old[0]}:4")
    await shelf.press(f"file:{old[0]}")
    assert [message.attachment.kind for message in shelf.chat.sent] == [
        AttachmentKind.PICTURE,
        AttachmentKind.FILE,
    ]


async def test_how_much_may_be_shown_of_what_was_read_again_is_as_it_is_now(shelf):
    _, old = shelf.load(file="one", sharing=Sharing.FILE)
    now, _ = shelf.load(file="one", sharing=Sharing.EXCERPT)
    await shelf.press(f"page:{old[0]}:4")
    assert shelf.chat.sent == []
    assert "只许摘录" in shelf.chat.notes[0]
    shelf.stores.library.withdraw(now.id)
    await shelf.press(f"page:{old[0]}:4")
    assert shelf.chat.sent[0].attachment is None


async def test_what_was_read_again_shows_no_text_of_the_reading_before(shelf):
    _, old = shelf.load(file="one", name="指南.md", pages=False)
    shelf.load(file="one", name="指南.md", pages=False)
    await shelf.press(f"near:{old[0]}")
    assert [message.html for message in shelf.chat.sent] == [
        "《某某病指南》（2024）重新读取过，文字可能有改动。请重新提问。"
    ]


async def test_a_withdrawn_edition_says_so_even_where_its_picture_is_kept(shelf):
    edition, ids = shelf.load()
    await shelf.press(f"page:{ids[0]}:4")
    shelf.stores.library.withdraw(edition.id)
    await shelf.press(f"page:{ids[0]}:4")
    assert shelf.chat.sent[1].attachment is None
    assert "撤下" in shelf.chat.sent[1].html


async def test_a_draft_is_shown_to_nobody(shelf):
    _, ids = shelf.load(approve=False)
    for data in (f"page:{ids[0]}:4", f"near:{ids[0]}", f"file:{ids[0]}", f"more:{ids[0]}"):
        await shelf.press(data)
    assert not shelf.chat.sent


async def test_forged_data_shows_nothing_and_says_so(shelf):
    """Other pages than the passage's, passages that are not there, of two documents, and what is no number."""
    _, ids = shelf.load()
    _, others = shelf.load(sharing=Sharing.EXCERPT, year=2023, name="other.pdf")
    forged = (
        f"page:{ids[0]}:5", f"page:{ids[0]}:0", f"page:{ids[0]}:-1", f"page:{ids[0]}", "page:999:4", "page:x:4",
        f"page:{ids[0]}-999:4", f"page:{ids[0]}-{others[0]}:4", "page:999999999999999999:4", "near:999", "near:",
        "file:0", "more:", "more:1-2-3-4", "more:999", f"page:{ids[0]}:4:4", "page:" + "9" * 40 + ":4",
    )  # fmt: skip
    for data in forged:
        await shelf.press(data)
    assert not shelf.chat.sent
    assert shelf.chat.notes == ["这个按钮已经失效，请重新提问。"] * len(forged)
    assert not shelf.drawing.asked


async def test_a_page_that_cannot_be_drawn_or_whose_file_is_gone_is_explained(shelf):
    _, ids = shelf.load(sharing=Sharing.FILE)
    shelf.drawing.outcome = NotDrawn(reason="timeout")
    await shelf.press(f"page:{ids[0]}:4")
    assert "画不出来" in shelf.chat.sent[0].html
    for path in shelf.files.rglob("*.pdf"):
        path.unlink()
    await shelf.press(f"page:{ids[0]}:4")
    await shelf.press(f"file:{ids[0]}")
    assert all("原文件不在了" in message.html for message in shelf.chat.sent[1:])


async def test_a_file_that_telegram_would_not_take_is_not_read(shelf):
    _, ids = shelf.load(sharing=Sharing.FILE)
    for path in shelf.files.rglob("*.pdf"):
        os.truncate(path, 50_000_001)
    await shelf.press(f"file:{ids[0]}")
    (sent,) = shelf.chat.sent
    assert "超过 50 MB" in sent.html
    assert sent.attachment is None


async def test_a_page_without_marks_says_so_and_is_not_kept(shelf):
    _, ids = shelf.load()
    shelf.drawing.outcome = Drawn(jpeg=JPEG, is_marked=False)
    await shelf.press(f"page:{ids[0]}:4")
    await shelf.press(f"page:{ids[0]}:4")
    assert "没有找到所引段落" in shelf.chat.sent[0].html
    assert len(shelf.drawing.asked) == 2


async def test_a_full_disk_does_not_keep_the_picture_from_the_doctor(stores, tmp_path):
    shelf = Shelf(stores, tmp_path)
    (tmp_path / "pictures").write_text("a file where the folder should be")
    _, ids = shelf.load()
    await shelf.press(f"page:{ids[0]}:4")
    (sent,) = shelf.chat.sent
    assert sent.attachment is not None
    assert sent.attachment.content == JPEG
