"""What a cited passage was taken from, as that stands at this moment: its page, its file, and how much may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from knowledge.domain import EditionStatus, PassageKind, Sharing
from knowledge.store.database import Database
from knowledge.store.library_tables import editions, passages


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A passage with the edition that it stands in."""

    passage_id: int
    edition_id: int
    #: Place in the edition, from 0.
    ordinal: int
    kind: PassageKind
    text: str
    #: Physical pages, counted from 1; None where the format has none.
    page_first: int | None
    page_last: int | None
    title: str
    year: int | None
    status: EditionStatus
    sharing: Sharing
    #: What the file was called when it was loaded; its ending tells the format.
    file_name: str
    file_hash: str
    #: Its edition was replaced by another reading of the very same file; title, year, status and sharing are of that.
    was_read_anew: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    kind: PassageKind
    text: str


class SourceStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, passage_id: int) -> Source | None:
        """None where there is no such passage, or no longer."""
        query = (
            select(
                passages.c.id.label("passage_id"),
                passages.c.edition_id,
                passages.c.ordinal,
                passages.c.kind,
                passages.c.text,
                passages.c.page_first,
                passages.c.page_last,
                editions.c.title,
                editions.c.year,
                editions.c.status,
                editions.c.sharing,
                editions.c.file_name,
                editions.c.file_hash,
            )
            .select_from(passages.join(editions))
            .where(passages.c.id == passage_id)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            values = {**row._mapping}  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
            if row.status == EditionStatus.REPLACED:
                values |= _read_anew(connection, row.edition_id, row.file_hash)
        return Source(
            **{
                **values,
                "kind": PassageKind(values["kind"]),
                "status": EditionStatus(values["status"]),
                "sharing": Sharing(values["sharing"]),
            }
        )

    def beside(self, source: Source) -> tuple[Neighbour | None, Neighbour | None]:
        """The passages before and after it in its edition."""
        query = select(passages.c.ordinal, passages.c.kind, passages.c.text).where(
            passages.c.edition_id == source.edition_id,
            passages.c.ordinal.in_((source.ordinal - 1, source.ordinal + 1)),
        )
        with self._database.read() as connection:
            found = {
                row.ordinal: Neighbour(kind=PassageKind(row.kind), text=row.text)
                for row in connection.execute(query)
            }
        return found.get(source.ordinal - 1), found.get(source.ordinal + 1)


def _read_anew(connection: Connection, edition_id: int, file_hash: str) -> dict[str, Any]:
    """The facts of the edition that answers in its place and is of the same file; nothing where that is another one."""
    mine = select(editions.c.document_id).where(editions.c.id == edition_id).scalar_subquery()
    query = select(editions.c.title, editions.c.year, editions.c.status, editions.c.sharing).where(
        editions.c.document_id == mine,
        editions.c.status == EditionStatus.CURRENT,
        editions.c.file_hash == file_hash,
    )
    found = connection.execute(query.limit(1)).one_or_none()
    if found is None:
        return {}
    return {**found._mapping, "was_read_anew": True}  # noqa: SLF001 - as above
