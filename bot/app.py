"""The composition root: everything the bot is made of, built from the settings."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from rich.console import Console

from bot.announcing.audience import AudienceOf, recipients
from bot.announcing.handlers import Announcing
from bot.announcing.offering import CourseOffers
from bot.announcing.pace import Pace
from bot.announcing.sender import AnnouncementSender
from bot.asking.answer_thread import AnswerThread
from bot.asking.answering_process import AnsweringProcess
from bot.asking.answers import Answering, AnsweringHere, AnswerQueue
from bot.asking.drawing_process import DrawingProcess
from bot.asking.handlers import Asking
from bot.asking.picture_cache import PictureCache
from bot.asking.pictures import Pictures
from bot.charts import Charts
from bot.console.lines import lines
from bot.console.screen import CONSOLE_ID, ConsoleMessenger, Screen
from bot.console.talk import Talk, is_typed, language_of_locale
from bot.conversation import Messenger
from bot.courtesy.handlers import Courtesy
from bot.dialogue import Dialogues
from bot.gaps.handlers import Gaps
from bot.gaps.watcher import GapWatcher
from bot.library.handlers import Library
from bot.library.watcher import LoadWatcher
from bot.notes.handlers import Notes
from bot.notes.sender import NoteSender
from bot.people.auditing import Auditing
from bot.people.handlers import People
from bot.people.inviting import Inviting
from bot.people.reception import Reception
from bot.people.refusals import Refusals
from bot.people.roles import Roles
from bot.people.settings import PersonalSettings
from bot.people.staff import Staff
from bot.privacy.consent import Consent
from bot.privacy.handlers import Privacy
from bot.privacy.pace import PersonalPace
from bot.privacy.retention import Retention
from bot.router import Router
from bot.stats.handlers import Stats
from bot.texts import texts
from bot.writing import Writing
from knowledge.answering import Answerer, open_answerer, open_reranking
from knowledge.domain import Join, Role
from knowledge.engines import open_encoder
from knowledge.gaps import Gatherer
from knowledge.settings import Settings
from knowledge.store import Stores, open_stores
from knowledge.store.sources import SourceStore
from knowledge.store.usage import UsageStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """What the conversation consists of, on Telegram and in a terminal alike."""

    router: Router
    dialogues: Dialogues
    answering: Answering
    watcher: LoadWatcher
    sender: AnnouncementSender
    offers: CourseOffers
    gaps: GapWatcher
    notes: NoteSender
    drawing: DrawingProcess


def build(
    settings: Settings,
    stores: Stores,
    messenger: Messenger,
    *,
    audience: AudienceOf | None = None,
    writing: Writing | None = None,
    answering: Answering | None = None,
    bot_name: Callable[[], str | None] = lambda: None,
) -> Bot:
    """audience: whom an announcement goes to; by default those of the database whom it names.

    answering: by default in a thread of this process.
    """
    writing = writing or Writing(stores.database)
    answering = answering or _answering_here(settings, stores)
    answers = AnswerQueue(answering)
    watcher = LoadWatcher(stores=stores, messenger=messenger)
    charts = Charts(settings.cache_dir)
    of = audience or partial(recipients, stores.people)
    sender = AnnouncementSender(
        stores=stores,
        messenger=messenger,
        audience=of,
        at_least_once=settings.announce_at_least_once,
        pace=Pace(settings.announce_rate),
    )
    within = timedelta(days=settings.notes_days)
    gap_watcher = GapWatcher(stores=stores, gather=answering.gather, answers=answers, within=within)
    note_sender = NoteSender(
        stores=stores, messenger=messenger, within=within, most_a_day=settings.notes_a_day
    )
    gaps = Gaps(stores, gather=gap_watcher.gather_soon, gathered=gap_watcher.gathered)
    refusals = Refusals(stores.audit, writing)
    consent = Consent(
        stores.people,
        stores.privacy,
        mode=settings.consent,
        days=settings.question_days,
        writing=writing,
        refusals=refusals,
    )
    asking = Asking(
        stores.questions,
        answers,
        unanswered=gaps,
        consented=consent.before,
        refusals=refusals,
        writing=writing,
        writing_soon=writing.soon,
    )
    drawing = DrawingProcess()
    pictures = Pictures(
        SourceStore(stores.database),
        files_dir=settings.files_dir,
        cache=PictureCache(settings.cache_dir / "pictures"),
        drawing=drawing,
        recognised_dir=settings.cache_dir / "recognised",
    )
    courtesy = Courtesy()
    dialogues = Dialogues(stores.dialogues)
    roles = roles_of(settings)
    people = People(stores, refusals, consent)
    features = (
        dialogues,
        gaps,
        Notes(stores.notes, stores.people, refusals, ask_again=asking.ask_again, consented=consent.before),
        people,
        PersonalSettings(stores.people, dialogues, refusals),
        Staff(stores=stores, roles=roles, dialogues=dialogues, messenger=messenger, refusals=refusals),
        Inviting(stores=stores, refusals=refusals, bot_name=bot_name),
        Auditing(stores, refusals),
        Privacy(
            stores.privacy,
            consent,
            question=asking.ask,
            welcome=people.welcome,
            backup_days=settings.backup_days,
            dialogues=dialogues,
            roles=roles,
            refusals=refusals,
            by_invitation=settings.join is Join.INVITE,
        ),
        # Before courtesy: an announcement's text may well begin with a greeting.
        Announcing(
            stores=stores,
            sender=sender,
            dialogues=dialogues,
            charts=charts,
            refusals=refusals,
            audience=audience,
        ),
        Stats(UsageStore(stores.database), charts, refusals),
        Library(
            stores=stores,
            uploads_dir=settings.uploads_dir,
            watcher=watcher,
            dialogues=dialogues,
            refusals=refusals,
        ),
        asking,
        pictures,
        courtesy,
    )
    question = consent.before(asking.ask)
    router = Router(features, question=question, otherwise=courtesy.otherwise, refusals=refusals)
    return Bot(
        router=router,
        dialogues=dialogues,
        answering=answering,
        watcher=watcher,
        sender=sender,
        offers=CourseOffers(stores=stores, messenger=messenger),
        gaps=gap_watcher,
        notes=note_sender,
        drawing=drawing,
    )


def roles_of(settings: Settings) -> Roles:
    """Those that the settings give."""
    return Roles(coordinators=settings.coordinator_ids, administrators=settings.admin_ids)


def answerer_for(settings: Settings, stores: Stores) -> Answerer:
    """Loads nothing yet."""
    encoder = open_encoder(settings.embedding_model, settings.cache_dir)
    reranking = open_reranking(
        settings.reranker_model, milliseconds=settings.reranker_ms, threads=settings.threads
    )
    return open_answerer(stores, encoder, settings.cache_dir, reranking, own_terms=settings.terms_file)


def _answering_here(settings: Settings, stores: Stores) -> AnsweringHere:
    answerer = answerer_for(settings, stores)
    return AnsweringHere(AnswerThread(answerer, Gatherer(stores.gaps, answerer).gather))


async def run_on_telegram(settings: Settings, stores: Stores) -> None:
    """Until it is told to stop."""
    from bot.telegram.run import TelegramBot, TelegramSettings

    if settings.bot_token is None:
        raise ValueError("a bot on Telegram needs a token")
    writing = Writing(stores.database)
    telegram = TelegramBot(
        TelegramSettings(
            token=settings.bot_token,
            base_url=settings.telegram_base_url,
            base_file_url=settings.telegram_base_file_url,
            proxy=settings.telegram_proxy,
            rate=settings.telegram_rate,
        ),
        stores,
        writing,
        PersonalPace(a_minute=settings.messages_a_minute, a_day=settings.messages_a_day),
    )
    # A model that is not there is told now and ends the bot; it is loaded in the answering process only.
    answerer_for(settings, stores)
    bot = build(
        settings,
        stores,
        telegram.messenger,
        writing=writing,
        answering=AnsweringProcess(settings),
        bot_name=telegram.name,
    )
    telegram.spare(bot.dialogues.spares)
    bot.answering.warm()
    try:
        await telegram.run(
            bot.router,
            Reception(stores.people, roles_of(settings), writing.soon, join=settings.join),
            background=(
                ("library", bot.watcher.run),
                ("announcements", bot.sender.run),
                ("offers", bot.offers.run),
                ("privacy", Retention(stores.privacy, settings.question_days).run),
                *told_of_later(bot),
            ),
            ready=bot.answering.warmed,
        )
    finally:
        await bot.drawing.close()
        await bot.answering.close()
        writing.close()


async def run_in_terminal(settings: Settings, stores: Stores, role: Role) -> None:
    """Until /quit or the end of input."""
    screen = Screen(Console(highlight=False))
    bot = build(settings, stores, ConsoleMessenger(screen), audience=lambda _: [CONSOLE_ID])
    bot.answering.warm()
    is_staff = role is not Role.DOCTOR
    talk = Talk(
        router=bot.router,
        people=stores.people,
        screen=screen,
        role=role,
        language=language_of_locale(),
        is_typed=is_typed(),
        settled=(bot.watcher.settled, bot.sender.settled) if is_staff else (),
    )
    screen.note(texts(language_of_locale()).get("console.hint"))
    # Only what this role can set going, so that a second terminal does not take up the first one's work.
    staff = (("library", bot.watcher.run), ("announcements", bot.sender.run))
    try:
        await talk.run(lines(), background=(*told_of_later(bot), *(staff if is_staff else ())))
    finally:
        await bot.drawing.close()
        await bot.answering.close()


def told_of_later(bot: Bot) -> tuple[tuple[str, Callable[[], Awaitable[None]]], ...]:
    """What was asked in vain is asked again, and whoever waits for that hears of it; so for every role."""
    return (("gaps", bot.gaps.run), ("notes", bot.notes.run))


def load_samples() -> bool:
    """Loads the samples where that was not done before; whether all is well. Their progress goes to stderr."""
    command = [sys.executable, "-m", "indexer", "samples", "--once"]
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False).returncode == 0


def open_library(settings: Settings) -> Stores:
    """The library, made or brought up to date where needed."""
    stores = open_stores(settings.library_url)
    stores.database.migrate()
    return stores
