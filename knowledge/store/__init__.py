"""The library's database: one file of tables and queries an area."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import MetaData

from knowledge.store.announcements import AnnouncementStore
from knowledge.store.audit import AuditLog
from knowledge.store.course_lists import CourseListStore
from knowledge.store.courses import CourseStore
from knowledge.store.database import Database, metadata
from knowledge.store.deliveries import DeliveryStore
from knowledge.store.dialogues import DialogueStore
from knowledge.store.doubts import DoubtStore
from knowledge.store.gaps import GapStore
from knowledge.store.invitations import InvitationStore
from knowledge.store.jobs import JobStore
from knowledge.store.library import LibraryStore
from knowledge.store.notes import NoteStore
from knowledge.store.passages import PassageStore
from knowledge.store.people import PeopleStore
from knowledge.store.privacy import PrivacyStore
from knowledge.store.questions import QuestionStore
from knowledge.store.updates import UpdateStore
from knowledge.store.vectors import VectorStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Every area's store over one database."""

    database: Database
    library: LibraryStore
    passages: PassageStore
    vectors: VectorStore
    courses: CourseStore
    course_lists: CourseListStore
    people: PeopleStore
    invitations: InvitationStore
    questions: QuestionStore
    gaps: GapStore
    notes: NoteStore
    updates: UpdateStore
    jobs: JobStore
    announcements: AnnouncementStore
    deliveries: DeliveryStore
    doubts: DoubtStore
    audit: AuditLog
    dialogues: DialogueStore
    privacy: PrivacyStore


def open_stores(url: str) -> Stores:
    """Connects to nothing yet; `Stores.database.migrate()` makes the schema, `require_current()` checks it."""
    database = Database(url)
    return Stores(
        database=database,
        library=LibraryStore(database),
        passages=PassageStore(database),
        vectors=VectorStore(database),
        courses=CourseStore(database),
        course_lists=CourseListStore(database),
        people=PeopleStore(database),
        invitations=InvitationStore(database),
        questions=QuestionStore(database),
        gaps=GapStore(database),
        notes=NoteStore(database),
        updates=UpdateStore(database),
        jobs=JobStore(database),
        announcements=AnnouncementStore(database),
        deliveries=DeliveryStore(database),
        doubts=DoubtStore(database),
        audit=AuditLog(database),
        dialogues=DialogueStore(database),
        privacy=PrivacyStore(database),
    )


def metadata_of_all_areas() -> MetaData:
    """The schema as this version has it: importing this package has registered every area's tables."""
    return metadata
