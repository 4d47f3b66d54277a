"""Alembic's entry: runs on the connection that `Database.migrate` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from knowledge.store import metadata_of_all_areas
from knowledge.store.database import UtcDateTime


def _render(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    # A migration outlives the code: it names the column's own type, not our decorator.
    return "sa.DateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata_of_all_areas(),
    render_as_batch=True,
    render_item=_render,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
