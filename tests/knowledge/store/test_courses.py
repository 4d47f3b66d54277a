"""The course catalogue."""

from __future__ import annotations

from datetime import date

import numpy as np

from knowledge.store import Stores
from tests.knowledge.editions import MODEL, course, offer


def test_a_course_comes_back_as_it_was_put(stores: Stores) -> None:
    new = course(
        "高血压规范管理", "https://e.org/1", summary="降压目标", provider="学院", language="zh", specialty="心内科",
        credits=1.5, starts=date(2026, 1, 1), ends=date(2026, 6, 30),
    )  # fmt: skip
    assert offer(stores, new) == (1, 0)
    (found,) = stores.courses.current()
    for field in (
        "title",
        "url",
        "summary",
        "provider",
        "language",
        "specialty",
        "credits",
        "starts",
        "ends",
    ):
        assert getattr(found, field) == getattr(new, field)


def test_a_known_link_brings_its_course_up_to_date(stores: Stores) -> None:
    offer(stores, course("旧名", "https://e.org/1"), course("另一门", "https://e.org/2"))
    (old, _) = stores.courses.current()
    assert offer(stores, course("新名", "https://e.org/1"), course("第三门", "https://e.org/3")) == (1, 1)
    assert [c.title for c in stores.courses.current()] == ["新名", "另一门", "第三门"]
    assert stores.courses.current()[0].id == old.id


def test_every_put_is_a_new_generation(stores: Stores) -> None:
    before = stores.library.generation()
    offer(stores, course("甲"))
    assert stores.library.generation() > before


def test_the_first_real_course_withdraws_the_samples(stores: Stores) -> None:
    offer(stores, course("样例", is_sample=True))
    assert stores.courses.count() == 1
    assert stores.courses.has_samples()
    offer(stores, course("真课程"))
    assert [c.title for c in stores.courses.current()] == ["真课程"]
    assert stores.courses.count() == 1
    assert stores.courses.has_samples(), "withdrawn ones count: they are not to be loaded a second time"


def test_more_samples_withdraw_nothing(stores: Stores) -> None:
    offer(stores, course("样例一", is_sample=True))
    offer(stores, course("样例二", is_sample=True))
    assert stores.courses.count() == 2


def test_courses_come_with_their_vectors_or_not_at_all(stores: Stores) -> None:
    offer(stores, course("高血压"))
    stores.courses.put([course("没有向量")])
    ((found, vector),) = stores.courses.with_vectors(MODEL)
    assert found.title == "高血压"
    np.testing.assert_allclose(np.linalg.norm(vector), 1, atol=1e-2)
    assert [c.title for _, c in stores.courses.unencoded(MODEL)] == ["没有向量"]
    assert {c.title for _, c in stores.courses.unencoded("other/1")} == {"高血压", "没有向量"}


def test_withdrawn_courses_are_neither_found_nor_encoded(stores: Stores) -> None:
    offer(stores, course("样例", is_sample=True))
    offer(stores, course("真课程"))
    assert [c.title for c, _ in stores.courses.with_vectors(MODEL)] == ["真课程"]
    assert [c.title for _, c in stores.courses.unencoded("other/1")] == ["真课程"]
