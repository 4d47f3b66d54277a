from __future__ import annotations

import pytest

from bot.library.plan import NewDocument, OlderThan, Plan, Replaces, plan_for
from knowledge.domain import EditionStatus
from knowledge.store import Stores
from tests.bot.library.drafts import new_edition


@pytest.mark.parametrize(
    "current, draft, kind",
    [
        (None, 2023, NewDocument),
        (2020, 2023, Replaces),
        (2023, 2023, Replaces),
        (2024, 2023, OlderThan),
        (2020, None, Replaces),
    ],
)
def test_what_is_told_is_what_approving_does(
    stores: Stores, current: int | None, draft: int | None, kind: type[Plan]
):
    """The card never promises something else than the store then does."""
    if current is not None:
        stores.library.approve(stores.library.add_draft(new_edition(year=current)).id)
    edition = stores.library.add_draft(new_edition(year=draft))
    plan = plan_for(edition, stores.library.list_editions())
    assert isinstance(plan, kind)
    done = stores.library.approve(edition.id)
    assert (done.edition.status is EditionStatus.REPLACED) is (kind is OlderThan)
    assert [other.year for other in done.replaced] == ([current] if kind is Replaces else [])
