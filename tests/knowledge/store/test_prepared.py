"""A query whose text is made once asks the same as SQLAlchemy would, whichever way the driver takes its parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    insert,
    select,
)

from knowledge.store.prepared import PreparedQuery

METADATA = MetaData()
DRUGS = Table("drugs", METADATA, Column("id", Integer, primary_key=True), Column("name", String))
NAMES = ("metformin", "insulin", "statin", "warfarin")


@pytest.fixture(params=["qmark", "named"])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """By position, as sqlite3 is used, and by name, as psycopg is."""
    engine = create_engine("sqlite://", paramstyle=request.param)
    METADATA.create_all(engine)
    with engine.connect() as made:
        made.execute(insert(DRUGS), [{"id": n, "name": name} for n, name in enumerate(NAMES, start=1)])
        yield made
    engine.dispose()


def rows(found: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in found]


def test_ids_and_other_values_reach_the_driver(connection: Connection) -> None:
    query = PreparedQuery(
        select(DRUGS.c.id, DRUGS.c.name)
        .where(
            DRUGS.c.id.in_(bindparam("ids", expanding=True)),
            DRUGS.c.name != bindparam("but"),
            DRUGS.c.name != "warfarin",
        )
        .order_by(DRUGS.c.id)
    )
    assert rows(query.rows(connection, [1, 2, 4], but="insulin")) == [(1, "metformin")]
    assert rows(query.rows(connection, [2, 3, 4], but="metformin")) == [(2, "insulin"), (3, "statin")]
    assert rows(query.rows(connection, [3], but="")) == [(3, "statin")]


def test_a_query_without_ids_is_asked_as_it_is(connection: Connection) -> None:
    assert rows(PreparedQuery(select(DRUGS.c.name).order_by(DRUGS.c.id)).rows(connection)) == [
        (name,) for name in NAMES
    ]
