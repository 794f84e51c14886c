"""The wiring: every part is built here, once, and given what it needs."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

import actions.server
import connectors.agent_desk
import connectors.api
import connectors.attachments_api
import connectors.audit_api
import connectors.desk_api
import connectors.desk_view
import connectors.etiquette_api
import connectors.events_api
import connectors.forms_api
import connectors.gaps_api
import connectors.informants_api
import connectors.owed_api
import connectors.photos_api
import connectors.sign_in
import connectors.staff_api
import connectors.suggestions_api
import connectors.thumbs_api
import connectors.trainer_console
import connectors.web_chat
from connectors.headers import SafeHeaders
from connectors.sight import Sight
from connectors.talks import Talks
from connectors.ticket_door import TicketDoor
from conversations.answering import Answering
from conversations.bot_client import RasaClient
from conversations.door_words import load_door_terms
from conversations.drafts import Drafts, load_checks
from conversations.event_news import EventNews
from conversations.following_up import AskingBack
from conversations.gap_collecting import Collecting
from conversations.hand_over_terms import load_hand_over
from conversations.handovers import HandOvers
from conversations.hub import Hub
from conversations.inbox import Inbox
from conversations.live import Live
from conversations.message import MAX_TEXT
from conversations.outbox import Outbox
from conversations.people import Role
from conversations.receiving import Receiving
from conversations.redis_carrier import RedisCarrier
from conversations.suggesting import Suggesting
from conversations.thumbs import Thumbs
from desk import errors, jobs
from desk.database import Database
from desk.doors import Doors
from desk.intents import INTENTS
from desk.nets import find_danger_net, find_draft_sense, find_place_labeller
from desk.paths import Paths
from desk.settings import Settings
from desk.training import Training
from knowledge import shelf
from knowledge.encoder import EncoderError, OnnxEncoder
from knowledge.gap_service import Gaps
from knowledge.importing.heard_yaml import read_heard
from knowledge.importing.masking import Masker
from knowledge.importing.rules import load_rules
from knowledge.indexes.cache import IndexCache
from knowledge.phrasing import load_phrases
from knowledge.service import Knowledge
from tickets.attachment_files import AttachmentFiles
from tickets.attachment_service import AttachmentService
from tickets.event_duties import EventDuties
from tickets.event_rules import watch_of
from tickets.event_service import Events
from tickets.follow_up import FollowUp
from tickets.form_service import FormService
from tickets.forms import load_forms
from tickets.informant_service import InformantService
from tickets.informants import load_seal
from tickets.limits_file import load_limits
from tickets.owed import Owing
from tickets.profile import Profile, load_profile
from tickets.sent_file_service import SentFiles
from tickets.service import TicketService
from tickets.terms import load_terms
from tickets.timed_work import TimedWork
from tickets.together import Matters

log = logging.getLogger(__name__)

API = "/api/v1"


class Desk:
    """The parts of one desk process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.profiles = load_profiles(settings)
        self.database = Database(settings.database)
        write, read = self.database.write, self.database.read
        encoder = find_encoder(settings)
        heard = {name: read_heard(settings.profiles_dir / name) for name in self.profiles}
        self.knowledge = Knowledge(
            read=read,
            indexes=IndexCache(settings.data_dir / "indexes"),
            encoder=encoder,
            clock=now,
            find_encoder=lambda fingerprint: open_encoder(settings, fingerprint),
            heard=heard,
        )
        zones = {name: profile.timezone for name, profile in self.profiles.items()}
        self.terms = load_terms(settings.profiles_dir, zones)
        watches = {name: watch for name, each in self.profiles.items() if (watch := watch_of(each))}
        self.tickets = TicketService(
            write=write, read=read, clock=now, terms=self.terms, watches=watches
        )
        self.events = Events(
            write=write,
            read=read,
            clock=now,
            terms=self.terms,
            watches=watches,
            profiles=self.profiles,
        )
        self.event_duties = EventDuties(
            write=write, read=read, clock=now, terms=self.terms, watches=watches
        )
        self.owing = Owing(read=read, clock=now, terms=self.terms)
        self.follow_up = FollowUp(write=write, clock=now, terms=self.terms)
        self.timed_work = TimedWork(write=write, clock=now, terms=self.terms)
        files = AttachmentFiles(Paths.of(settings).attachments)
        self.attachments = AttachmentService(files=files, write=write, read=read, clock=now)
        self.sent_files = SentFiles(files=files, write=write, read=read, clock=now)
        self.informants = InformantService(
            seal=load_seal(settings.profiles_dir / "informants.yml", roles=list(Role)),
            write=write,
            read=read,
            clock=now,
        )
        self.forms = FormService(
            forms=load_forms(settings.profiles_dir / "forms.yml"),
            profiles=self.profiles,
            limits={name: load_limits(settings.profiles_dir / name) for name in self.profiles},
            seal=self.informants.seal,
            read=read,
            clock=now,
        )
        labeller, masker = find_place_labeller(settings), Masker(load_rules().masking)
        self.suggesting = Suggesting(
            knowledge=self.knowledge,
            tickets=self.tickets,
            owing=self.owing,
            seal=self.informants.seal,
            phrases=load_phrases(settings.profiles_dir / "phrasing.yml"),
            heard=heard,
            masker=masker,
            write=write,
            read=read,
            clock=now,
            labeller=labeller,
        )
        self.thumbs = Thumbs(write=write, read=read, clock=now)
        self.gaps = Gaps(
            knowledge=self.knowledge, write=write, read=read, clock=now, intents=INTENTS
        )
        self.collecting = Collecting(
            knowledge=self.knowledge,
            masker=masker,
            seal=self.informants.seal,
            write=write,
            read=read,
            clock=now,
            labeller=labeller,
        )
        self.training = Training(
            settings=settings,
            database=self.database,
            knowledge=self.knowledge,
            encoder=encoder,
            clock=now,
        )
        self.staff = connectors.sign_in.StaffService(write=write, read=read, clock=now)
        self.bot = RasaClient(
            [settings.bot_url], token=settings.bot_token, timeout_s=settings.bot_timeout_s
        )
        self.live = live = Live(RedisCarrier(settings.redis_url) if settings.redis_url else None)
        answering = Answering(
            bot=self.bot,
            knowledge=self.knowledge,
            tickets=self.tickets,
            clock=now,
            net=find_danger_net(settings, encoder),
            labeller=labeller,
            files=self.sent_files,
        )
        self.handovers = HandOvers(
            write=write,
            read=read,
            live=live,
            tickets=self.tickets,
            profiles=self.profiles,
            terms=load_hand_over(settings.profiles_dir, self.profiles),
            times=self.terms,
            read_details=answering.read,
            clock=now,
        )
        self.hub = Hub(
            write=write,
            read=read,
            live=live,
            answering=answering,
            handovers=self.handovers,
            profiles=self.profiles,
            clock=now,
            burst_window_s=settings.burst_window_s,
        )
        self.doors = _doors(self, live)
        self.event_news = EventNews(duties=self.event_duties, hub=self.hub)
        self.asking_back = AskingBack(
            hub=self.hub,
            follow_up=self.follow_up,
            profiles=self.profiles,
            terms=self.terms,
            clock=now,
        )
        self.drafts = Drafts(
            checks=load_checks(
                settings.profiles_dir,
                self.profiles,
                self.terms,
                sense.find if (sense := find_draft_sense(settings)) is not None else None,
            ),
            hub=self.hub,
            tickets=self.tickets,
            seal=self.informants.seal,
            clock=now,
        )

    async def close(self) -> None:
        """Let go of connections and threads."""
        await self.doors.close()
        self.knowledge.close()
        self.training.close()
        await self.bot.close()
        await self.database.close()


def make_app(settings: Settings) -> FastAPI:
    """The ASGI application of the desk."""
    desk = Desk(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await desk.knowledge.refresh()
        tasks = [
            asyncio.create_task(jobs.keep_knowledge_fresh(desk.knowledge)),
            asyncio.create_task(jobs.write_hits(desk.knowledge.hits, desk.database.write)),
            asyncio.create_task(jobs.resume_when_ready(desk.hub, desk.bot)),
            asyncio.create_task(jobs.watch_limits(desk.timed_work)),
            asyncio.create_task(jobs.look_after_waiting(desk.handovers)),
            asyncio.create_task(jobs.tell_of_events(desk.event_news)),
            asyncio.create_task(jobs.remind_of_events(desk.event_duties)),
            asyncio.create_task(jobs.ask_back(desk.asking_back)),
            asyncio.create_task(desk.live.carry()),
            asyncio.create_task(jobs.collect_gaps(desk.collecting)),
            *map(asyncio.create_task, desk.doors.work()),
        ]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await desk.close()

    app = FastAPI(
        title="Seatmate",
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(SafeHeaders)
    errors.install(app)
    _add_doors(app, desk)
    _add_health(app, desk)
    return app


def _doors(desk: Desk, live: Live) -> Doors:
    """The ways to customers who write elsewhere."""
    settings, write, read = desk.settings, desk.database.write, desk.database.read
    terms = load_door_terms(settings.profiles_dir)
    receiving = Receiving(
        hub=desk.hub,
        files=desk.sent_files,
        profiles=desk.profiles,
        default_profile=settings.profile,
        terms=terms,
        write=write,
        read=read,
        clock=now,
    )
    return Doors(
        settings,
        terms=terms,
        inbox=Inbox(receiving=receiving, write=write, read=read, clock=now),
        outbox=Outbox(
            live=live,
            words=terms.words,
            files=desk.sent_files,
            write=write,
            read=read,
            clock=now,
        ),
        clock=now,
    )


def load_profiles(settings: Settings) -> dict[str, Profile]:
    """Every profile folder; the default one must be among them."""
    folders = [path.parent for path in sorted(settings.profiles_dir.glob("*/profile.yml"))]
    profiles = {folder.name: load_profile(folder) for folder in folders}
    if settings.profile not in profiles:
        raise ValueError(
            f"PROFILE is {settings.profile!r}; there are: {', '.join(profiles) or 'none'}"
        )
    return profiles


def find_encoder(settings: Settings) -> OnnxEncoder | None:
    """The encoder, or None with a word in the log: search then goes by words alone."""
    try:
        return OnnxEncoder(settings.encoder_dir)
    except EncoderError as error:
        log.error("%s; searching by words alone", error)
        return None


def open_encoder(settings: Settings, fingerprint: str) -> OnnxEncoder | None:
    """The encoder a publication was made with, when it is not the one in use."""
    try:
        return shelf.find_encoder(settings.encoders_dir, fingerprint)
    except EncoderError as error:
        log.error("%s; searching by words alone", error)
        return None


def now() -> datetime:
    """The clock every part is given."""
    return datetime.now(UTC)


def _add_doors(app: FastAPI, desk: Desk) -> None:
    settings, profiles = desk.settings, desk.profiles
    app.include_router(connectors.web_chat.make_router())
    app.include_router(connectors.agent_desk.make_router(settings.frame_ancestors))
    app.include_router(connectors.trainer_console.make_page_router())
    app.include_router(connectors.sign_in.make_router(desk.staff), prefix=API)
    centres = connectors.api.Centres(profiles, default=settings.profile)
    door, sight = TicketDoor(desk.staff, desk.tickets), Sight(desk.informants.seal)
    talks = Talks(hub=desk.hub, handovers=desk.handovers, informants=desk.informants)
    for router in (
        connectors.api.make_router(desk.hub, centres, max_text=MAX_TEXT),
        connectors.staff_api.make_router(
            staff=desk.staff,
            talks=talks,
            knowledge=desk.knowledge,
            centres=centres,
        ),
        connectors.desk_api.make_router(
            connectors.desk_view.Desktop(
                staff=desk.staff,
                hub=desk.hub,
                handovers=desk.handovers,
                files=desk.sent_files,
                tickets=desk.tickets,
                events=desk.events,
                talks=talks,
                profiles=profiles,
                centres=centres,
                clock=now,
                sight=sight,
            )
        ),
        connectors.etiquette_api.make_router(staff=desk.staff, drafts=desk.drafts, centres=centres),
        *_ticket_doors(desk, centres, sight),
        connectors.suggestions_api.make_router(
            staff=desk.staff,
            suggesting=desk.suggesting,
            centres=centres,
            talks=talks,
        ),
        connectors.events_api.make_router(staff=desk.staff, events=desk.events, centres=centres),
        connectors.attachments_api.make_router(door=door, attachments=desk.attachments),
        connectors.photos_api.make_router(
            hub=desk.hub, files=desk.sent_files, staff=desk.staff, talks=talks
        ),
        connectors.informants_api.make_router(door=door, informants=desk.informants),
        connectors.audit_api.make_router(desk.staff),
        connectors.forms_api.make_router(
            staff=desk.staff, door=door, forms=desk.forms, centres=centres, sight=sight
        ),
        connectors.thumbs_api.make_router(hub=desk.hub, thumbs=desk.thumbs),
        connectors.gaps_api.make_router(
            staff=desk.staff, gaps=desk.gaps, centres=centres, intents=INTENTS
        ),
        connectors.trainer_console.make_router(
            staff=desk.staff, profiles=profiles, centres=centres
        ),
        *desk.training.routers(desk.staff, centres),
    ):
        app.include_router(router, prefix=API)
    executor = actions.server.make_executor(
        knowledge=desk.knowledge,
        tickets=desk.tickets,
        handovers=desk.handovers,
        events=desk.events,
        follow_up=desk.follow_up,
        files=desk.sent_files,
        profiles=profiles,
        default_profile=settings.profile,
        clock=now,
    )
    app.include_router(actions.server.make_router(executor, token=settings.action_token))
    desk.doors.add_to(app, api=API)


def _ticket_doors(desk: Desk, centres: connectors.api.Centres, sight: Sight) -> list[APIRouter]:
    write, terms = desk.database.write, desk.terms
    return [
        # before the calls with a ticket's number in their path
        connectors.owed_api.make_router(
            staff=desk.staff,
            owing=desk.owing,
            centres=centres,
            clock=now,
            sight=sight,
        ),
        connectors.staff_api.make_ticket_router(
            staff=desk.staff,
            tickets=desk.tickets,
            owing=desk.owing,
            centres=centres,
            clock=now,
            sight=sight,
        ),
        connectors.owed_api.make_verbs_router(
            staff=desk.staff,
            tickets=desk.tickets,
            matters=Matters(write=write, clock=now, terms=terms),
            follow_up=desk.follow_up,
            sight=sight,
        ),
    ]


def _add_health(app: FastAPI, desk: Desk) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        parts = {
            "bot": await desk.bot.is_ready(),
            "encoder": desk.knowledge.has_encoder,
            "knowledge": desk.settings.profile in desk.knowledge.live_numbers(),
        }
        ready = all(parts.values())
        # a door whose far side is away is told, and keeps nobody else's customers out
        told = {"ready": ready, "parts": parts, "doors": desk.doors.states()}
        return JSONResponse(told, 200 if ready else 503)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
