"""Queries that every question asks, put together once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select

_Made = tuple[str, Sequence[str] | None, Mapping[str, Any]]


class PreparedQuery:
    """A query whose text is made once for each number of ids: to make it anew takes as long as to answer it.

    The rows are as the driver gives them: what SQLAlchemy translates, such as times, is not translated.
    """

    def __init__(self, query: Select[Any]) -> None:
        """query: with an expanding parameter `ids`, or without ids."""
        self._query = query
        #: For so many ids: the text, the names of its parameters in order, or None where the driver takes them by name,
        #: and the values that never change.
        self._made: dict[int, _Made] = {}

    def rows(
        self, connection: Connection, ids: Sequence[int] = (), **values: object
    ) -> Sequence[tuple[Any, ...]]:
        """values: of the query's other parameters."""
        made = self._made.get(len(ids)) or self._make(connection, {**values, "ids": list(ids)})
        text, names, fixed = made
        given = {**fixed, **values, **dict(zip(_names_of(len(ids)), ids, strict=True))}
        # psycopg takes parameters by name, sqlite3 by position.
        passed = given if names is None else tuple([given[name] for name in names])
        return connection.exec_driver_sql(text, passed).all()

    def _make(self, connection: Connection, values: Mapping[str, Any]) -> _Made:
        compiled = self._query.compile(dialect=connection.dialect)
        state = compiled.construct_expanded_state(values)
        made = state.statement, state.positiontup, state.parameters
        return self._made.setdefault(len(values["ids"]), made)


@cache
def _names_of(count: int) -> Sequence[str]:
    """As SQLAlchemy calls the parameters that `ids` becomes."""
    return tuple(f"ids_{n}" for n in range(1, count + 1))
