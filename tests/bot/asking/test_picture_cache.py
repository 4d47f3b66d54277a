"""Pictures are kept by what they show, and never more of them than the folder may hold."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from bot.asking.picture_cache import PictureCache, PictureName

NAME = PictureName(file_hash="ab", page=4, page_first=4, page_last=5, texts=("文",))


def test_what_was_put_is_found_again(tmp_path):
    cache = PictureCache(tmp_path / "pictures")
    assert cache.get(NAME) is None
    path = cache.put(NAME, b"jpeg")
    assert path is not None
    assert path.read_bytes() == b"jpeg"
    assert PictureCache(tmp_path / "pictures").get(NAME) == path


@pytest.mark.parametrize(
    "other", [{"file_hash": "cd"}, {"page": 5}, {"page_last": 4}, {"texts": ("文", "字")}]
)
def test_another_page_document_or_passage_is_another_picture(tmp_path, other):
    cache = PictureCache(tmp_path)
    cache.put(NAME, b"jpeg")
    assert cache.get(replace(NAME, **other)) is None


def test_the_folder_never_holds_more_than_it_may(tmp_path):
    """What was asked for the longest ago goes first, and so does what a kill left half written."""
    cache = PictureCache(tmp_path, most_bytes=30)
    (tmp_path / "left.1234.part").write_bytes(b"x")
    names = [replace(NAME, page=page) for page in range(4)]
    for age, name in enumerate(names[:3]):
        path = cache.put(name, b"0123456789")
        assert path is not None
        os.utime(path, (age, age))
    assert cache.get(names[0])
    cache.put(names[3], b"0123456789")
    assert [cache.get(name) is not None for name in names] == [True, False, True, True]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 30
    assert not list(tmp_path.glob("*.part"))


def test_a_folder_that_cannot_be_written_keeps_nothing_and_says_so(tmp_path):
    (tmp_path / "pictures").write_text("a file where the folder should be")
    cache = PictureCache(tmp_path / "pictures")
    assert cache.put(NAME, b"jpeg") is None
    assert cache.get(NAME) is None
