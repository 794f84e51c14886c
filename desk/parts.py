"""What a desk is made of: every part is built here, once, and given what it needs."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

import connectors.sign_in
from conversations.answering import Answering
from conversations.bot_client import RasaClient
from conversations.chats import Chats
from conversations.door_words import load_door_terms
from conversations.drafts import Drafts, load_checks
from conversations.duty import Duty
from conversations.event_news import EventNews
from conversations.following_up import AskingBack
from conversations.gap_collecting import Collecting
from conversations.hand_over_terms import load_hand_over
from conversations.handovers import HandOvers
from conversations.hub import Hub
from conversations.listening import Listening
from conversations.live import Live
from conversations.masking import make_mask
from conversations.past_talks import PastTalks
from conversations.patience import Patience
from conversations.people import Role
from conversations.queueing import Queueing
from conversations.redis_carrier import RedisCarrier
from conversations.suggesting import Suggesting
from conversations.talk_alarms import TalkAlarms
from conversations.thumbs import Thumbs
from conversations.transcript import Transcript
from conversations.turns import Turns
from desk.centres import load_profiles
from desk.clock import now
from desk.database import Database
from desk.doors import find_doors
from desk.intents import INTENTS
from desk.jobs import resume_when_ready
from desk.nets import (
    find_danger_net,
    find_draft_sense,
    find_encoder,
    find_place_labeller,
    open_encoder,
)
from desk.paths import Paths
from desk.questions import QuestionFiles
from desk.reviewing import Reviewing
from desk.school import School
from desk.settings import Settings
from desk.training import Training
from knowledge.gap_service import Gaps
from knowledge.importing.heard_yaml import read_heard
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
from tickets.noting import Noting
from tickets.owed import Owing
from tickets.sent_file_service import SentFiles
from tickets.service import TicketService
from tickets.terms import load_terms
from tickets.timed_work import TimedWork

log = logging.getLogger(__name__)


class Desk:
    """The parts of one desk process."""

    def __init__(self, settings: Settings, *, clock: Callable[[], datetime] = now) -> None:
        self.clock = clock
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
            clock=clock,
            find_encoder=lambda fingerprint: open_encoder(settings, fingerprint),
            heard=heard,
        )
        zones = {name: profile.timezone for name, profile in self.profiles.items()}
        self.terms = load_terms(settings.profiles_dir, zones)
        watches = {name: watch for name, each in self.profiles.items() if (watch := watch_of(each))}
        self.tickets = TicketService(
            write=write, read=read, clock=clock, terms=self.terms, watches=watches
        )
        self.events = Events(
            write=write,
            read=read,
            clock=clock,
            terms=self.terms,
            watches=watches,
            profiles=self.profiles,
        )
        self.event_duties = EventDuties(
            write=write, read=read, clock=clock, terms=self.terms, watches=watches
        )
        self.owing = Owing(read=read, clock=clock, terms=self.terms)
        self.noting = Noting(write=write, clock=clock, terms=self.terms)
        self.follow_up = FollowUp(write=write, clock=clock, terms=self.terms)
        self.timed_work = TimedWork(write=write, clock=clock, terms=self.terms)
        files = AttachmentFiles(Paths.of(settings).attachments)
        self.attachments = AttachmentService(files=files, write=write, read=read, clock=clock)
        self.sent_files = SentFiles(files=files, write=write, read=read, clock=clock)
        self.informants = InformantService(
            seal=load_seal(settings.profiles_dir / "informants.yml", roles=list(Role)),
            write=write,
            read=read,
            clock=clock,
        )
        self.forms = FormService(
            forms=load_forms(settings.profiles_dir / "forms.yml"),
            profiles=self.profiles,
            limits={name: load_limits(settings.profiles_dir / name) for name in self.profiles},
            seal=self.informants.seal,
            read=read,
            clock=clock,
        )
        labeller = find_place_labeller(settings)
        mask = make_mask(labeller)
        self.suggesting = Suggesting(
            knowledge=self.knowledge,
            tickets=self.tickets,
            owing=self.owing,
            seal=self.informants.seal,
            phrases=load_phrases(settings.profiles_dir / "phrasing.yml"),
            heard=heard,
            mask=mask,
            write=write,
            read=read,
            clock=clock,
            labeller=labeller,
        )
        self.thumbs = Thumbs(write=write, read=read, clock=clock)
        self.gaps = Gaps(
            knowledge=self.knowledge,
            files=QuestionFiles(settings.profiles_dir),
            write=write,
            read=read,
            clock=clock,
            intents=INTENTS,
        )
        self.collecting = Collecting(
            knowledge=self.knowledge,
            mask=mask,
            seal=self.informants.seal,
            write=write,
            read=read,
            clock=clock,
        )
        self.listening = Listening(
            mask=mask,
            seal=self.informants.seal,
            write=write,
            clock=clock,
        )
        self.training = Training(
            settings=settings,
            database=self.database,
            knowledge=self.knowledge,
            encoder=encoder,
            clock=clock,
        )
        self.staff = connectors.sign_in.StaffService(write=write, read=read, clock=clock)
        self.bot = RasaClient(
            [settings.bot_url],
            token=settings.bot_token,
            timeout_s=settings.bot_timeout_s,
            on_read=self.listening.hear,
        )
        self.school = School(settings=settings, database=self.database, bot=self.bot, clock=clock)
        self.live = live = Live(RedisCarrier(settings.redis_url) if settings.redis_url else None)
        self.answering = Answering(
            bot=self.bot,
            knowledge=self.knowledge,
            tickets=self.tickets,
            clock=clock,
            net=find_danger_net(settings, encoder),
            labeller=labeller,
            files=self.sent_files,
            patience=Patience(self.bot, seconds=settings.bot_patience_s, clock=time.monotonic),
        )
        hand_over = load_hand_over(settings.profiles_dir, self.profiles)
        self.duty = Duty(write=write, read=read, terms=hand_over, times=self.terms, clock=clock)
        self.queueing = Queueing(
            write=write,
            read=read,
            live=live,
            tickets=self.tickets,
            profiles=self.profiles,
            terms=hand_over,
            duty=self.duty,
            read_details=self.answering.read,
            clock=clock,
        )
        self.handovers = HandOvers(
            write=write,
            read=read,
            live=live,
            terms=hand_over,
            queueing=self.queueing,
            clock=clock,
        )
        self.past_talks = PastTalks(read=read, clock=clock, seal=self.informants.seal)
        self.talk_alarms = TalkAlarms(write=write, read=read, clock=clock)
        self.transcript = Transcript(write=write, read=read, clock=clock)
        turns = Turns(
            write=write,
            read=read,
            live=live,
            transcript=self.transcript,
            answering=self.answering,
            queueing=self.queueing,
            profiles=self.profiles,
            clock=clock,
            burst_window_s=settings.burst_window_s,
        )
        door_terms = load_door_terms(settings.profiles_dir)
        self.hub = Hub(
            write=write,
            read=read,
            live=live,
            turns=turns,
            clock=clock,
            lines_a_minute=settings.lines_a_minute or door_terms.limits.lines_a_minute,
        )
        self.chats = Chats(
            transcript=self.transcript,
            profiles=self.profiles,
            default_profile=settings.profile,
            how_to_mute=door_terms.words.how_to_mute,
            write=write,
            read=read,
        )
        self.doors = find_doors(
            settings,
            terms=door_terms,
            hub=self.hub,
            turns=turns,
            transcript=self.transcript,
            chats=self.chats,
            live=live,
            files=self.sent_files,
            profiles=self.profiles,
            write=write,
            read=read,
            clock=clock,
            resume=partial(resume_when_ready, self.hub, self.bot),
        )
        self.event_news = EventNews(duties=self.event_duties, hub=self.hub, chats=self.chats)
        self.asking_back = AskingBack(
            hub=self.hub,
            transcript=self.transcript,
            chats=self.chats,
            follow_up=self.follow_up,
            profiles=self.profiles,
            terms=self.terms,
            clock=clock,
        )
        self.drafts = Drafts(
            checks=load_checks(
                settings.profiles_dir,
                self.profiles,
                self.terms,
                sense.find if (sense := find_draft_sense(settings)) is not None else None,
            ),
            transcript=self.transcript,
            tickets=self.tickets,
            seal=self.informants.seal,
            knowledge=self.knowledge,
            clock=clock,
        )
        self.reviewing = Reviewing(
            database=self.database,
            knowledge=self.knowledge,
            drafts=self.drafts,
            seal=self.informants.seal,
            mask=mask,
            clock=clock,
        )

    async def close(self) -> None:
        """Let go of connections and threads."""
        await self.doors.close()
        self.knowledge.close()
        self.training.close()
        await self.bot.close()
        await self.database.close()
