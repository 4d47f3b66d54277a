"""Which courses administrators have been told of. The audit log, which only grows, says up to which."""

from __future__ import annotations

import json

from sqlalchemy import Connection, func, insert, select

from knowledge.domain import Course
from knowledge.store.audit import audit_log
from knowledge.store.courses import course_of, courses
from knowledge.store.database import Database, now

_ACTION = "courses.offer"


class OfferStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def take_new(self) -> list[Course]:
        """Courses loaded since the last call, noted as told of; of a library that is looked at first, none is new.

        A course that was loaded again, with the same address, is not new. Samples never are.
        """
        with self._database.write() as connection:
            told_up_to = _told_up_to(connection)
            newest = connection.execute(select(func.max(courses.c.id))).scalar_one() or 0
            if told_up_to is not None and newest <= told_up_to:
                return []
            on_offer = courses.c.withdrawn.is_(False) & courses.c.is_sample.is_(False)
            query = select(courses).where(courses.c.id > (told_up_to or 0), on_offer).order_by(courses.c.id)
            found = [course_of(row) for row in connection.execute(query)] if told_up_to is not None else []
            details = json.dumps({"up_to": newest, "courses": len(found)})
            values = {
                "at": now(),
                "who": "yidao",
                "action": _ACTION,
                "subject": "courses",
                "details": details,
            }
            connection.execute(insert(audit_log).values(**values))
            return found


def _told_up_to(connection: Connection) -> int | None:
    last = select(audit_log.c.details).where(audit_log.c.action == _ACTION).order_by(audit_log.c.id.desc())
    details = connection.execute(last.limit(1)).scalar_one_or_none()
    return int(json.loads(details)["up_to"]) if details else None
