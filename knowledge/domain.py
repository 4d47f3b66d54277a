"""The values of the product: what is loaded, what is asked, what is answered. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from knowledge.quiet_hours import QuietHours

#: A guideline older than this says so beside its year (design: "anything over five years old says so").
OLD_AFTER_YEARS = 5
QUESTION_MAX_CHARACTERS = 500


class Language(StrEnum):
    """The languages that the bot speaks."""

    ZH = "zh"
    EN = "en"


class Sharing(StrEnum):
    """How much of a document may be sent to a doctor."""

    EXCERPT = "excerpt"
    PAGE_PICTURE = "page_picture"
    FILE = "file"


class EditionStatus(StrEnum):
    DRAFT = "draft"
    CURRENT = "current"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class PassageKind(StrEnum):
    TEXT = "text"
    TABLE = "table"


class Script(StrEnum):
    """What a text is written in. Passages of one script are searched on a scale of their own."""

    CHINESE = "zh"
    OTHER = "en"


class QualityMark(StrEnum):
    """Why a passage's text is in doubt; a passage with any of them says "check the page"."""

    OCR = "ocr"
    FORMULA = "formula"
    PRIVATE_USE = "private_use"


class Role(StrEnum):
    DOCTOR = "doctor"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"

    def includes(self, other: Role) -> bool:
        """An administrator may do what a coordinator may, and a coordinator what a doctor may."""
        ranks = tuple(Role)
        return ranks.index(self) >= ranks.index(other)


class Join(StrEnum):
    """How people come in."""

    OPEN = "open"
    #: By a link that an administrator made.
    INVITE = "invite"


class Consent(StrEnum):
    """How people agree to what is kept of them."""

    #: By a button, before their first question is kept or answered.
    ASK = "ask"
    #: They are told, and ask on: for where they agreed elsewhere already.
    NOTICE = "notice"


class AnnouncementKind(StrEnum):
    """What people may mute by itself."""

    COURSE = "course"
    NOTICE = "notice"


class Outcome(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    RELATED = "related"
    NO_EVIDENCE = "no_evidence"
    OUT_OF_SCOPE = "out_of_scope"
    REFUSED = "refused"


class RefusalReason(StrEnum):
    EMPTY = "empty"
    TOO_LONG = "too_long"
    NO_WORDS = "no_words"


class Rating(StrEnum):
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a text, in code points, end exclusive."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"an empty or backward span: {self.start}..{self.end}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where a passage stands, as it was when the answer was given; stored with the answer, never recomputed."""

    title: str
    #: None where neither the file nor its loader says one.
    year: int | None
    publisher: str | None
    #: "zh", "zh-TW" or "en".
    language: str
    #: Headings from the outermost inwards.
    section: tuple[str, ...]
    #: Physical pages, counted from 1; None where the format has none.
    page_first: int | None
    page_last: int | None
    #: The number printed on the first page, where it differs.
    page_label: str | None
    #: Where the document is from: its file's name, or the address that its loader gave.
    source: str
    is_sample: bool = False

    def is_old(self, today: date) -> bool:
        return self.year is not None and today.year - self.year > OLD_AFTER_YEARS


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A quotable piece of an edition: whole sentences or a table, never a paraphrase."""

    id: int
    document_id: int
    edition_id: int
    #: Place in the edition, from 0.
    ordinal: int
    kind: PassageKind
    #: Of this very passage: a Chinese guideline may hold an English abstract.
    script: Script
    text: str
    #: What it is found by: a line of tokens for its title and heading path, then one for each sentence or row.
    tokens: str
    citation: Citation
    marks: frozenset[QualityMark] = frozenset()
    #: As it was when the passage was found; looked up again before anything is sent.
    sharing: Sharing = Sharing.EXCERPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """A passage as it is shown: the passage, how well it fits, and which of its words answer."""

    passage: Passage
    #: 0 to 1; comparable within one answer only.
    score: float
    #: The best sentences, in order; empty where none stands out. Text in doubt is never shown in bold all the same.
    highlights: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    id: int
    title: str
    summary: str
    url: str
    provider: str
    #: "zh" or "en".
    language: str
    specialty: str | None = None
    credits: float | None = None
    starts: date | None = None
    ends: date | None = None

    @property
    def encoded_text(self) -> str:
        """What it is found by."""
        return f"{self.title}\n{self.summary}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Passages that answer, best first, from up to three places."""

    question: str
    quotations: tuple[Quotation, ...]
    courses: tuple[Course, ...]
    #: What a follow-up was looked up as, together with the question before it; None where it stands alone.
    context: str | None = None

    def __post_init__(self) -> None:
        if not self.quotations:
            raise ValueError("an answer quotes at least one passage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Nothing loaded answers the question; these passages are the closest, and are no answer."""

    question: str
    quotations: tuple[Quotation, ...]
    #: What the question names and none of the passages does, in the question's own words; empty where all is named.
    missing: tuple[str, ...]
    courses: tuple[Course, ...]
    #: What a follow-up was looked up as, together with the question before it; None where it stands alone.
    context: str | None = None

    def __post_init__(self) -> None:
        if not self.quotations:
            raise ValueError("what is related quotes at least one passage")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoEvidence:
    """Nothing loaded answers the question, nor comes near it."""

    question: str
    #: How many current guidelines were searched; 0 means that the library is empty.
    documents_searched: int
    #: What a follow-up was looked up as, together with the question before it; None where it stands alone.
    context: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfScope:
    """The question is not a medical one."""

    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The text is no question that can be looked up."""

    question: str
    reason: RefusalReason


Reply = Answer | Related | NoEvidence | OutOfScope | Refused


def outcome_of(reply: Reply) -> Outcome:
    match reply:
        case Answer():
            return Outcome.ANSWERED
        case Related():
            return Outcome.RELATED
        case NoEvidence():
            return Outcome.NO_EVIDENCE
        case OutOfScope():
            return Outcome.OUT_OF_SCOPE
        case Refused():
            return Outcome.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who wrote to the bot."""

    telegram_id: int
    name: str
    language: Language
    #: The version of the notice that /start showed them; None before they pressed start.
    consent_version: str | None
    #: When they joined.
    started_at: datetime | None
    blocked: bool = False
    role: Role = Role.DOCTOR
    #: Ids of knowledge.specialties, in its order.
    specialties: tuple[str, ...] = ()
    region: str | None = None
    muted: frozenset[AnnouncementKind] = frozenset()
    quiet_hours: QuietHours | None = None
    #: None where they named none: knowledge.quiet_hours.DEFAULT_ZONE.
    time_zone: str | None = None
    #: Whether they want courses recommended for what they asked.
    recommendations: bool = True
    #: Whether they want to hear of replaced editions and closed gaps.
    notes: bool = True
    consent_at: datetime | None = None
    #: Shut out by the staff; `blocked` is what they did to the bot, `is_deleted` what became of their account.
    barred: bool = False
    is_deleted: bool = False
    #: By which invitation they came last.
    invitation_id: int | None = None
    #: The role whose commands Telegram's menu shows them; None: everyone's.
    menu: Role | None = None
    seen_at: datetime | None = None

    @property
    def is_member(self) -> bool:
        """Whether they are in where joining is by invitation; the staff that the settings name is anyway."""
        return bool(self.started_at or self.invitation_id or self.role is not Role.DOCTOR)
