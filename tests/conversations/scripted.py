"""Small honest parts for tests of conversations: bots, a customer, a centre with a corpus."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from conversations.answering import Answering
from conversations.bot_client import Bot, BotGone, BotUnavailable, Turn
from conversations.chats import Chats
from conversations.danger_net import DangerNet
from conversations.duty import Duty
from conversations.handovers import HandOvers
from conversations.hub import Hub
from conversations.live import Live
from conversations.message import Conversation, Incoming, Message, Received, Reply
from conversations.patience import Patience
from conversations.queueing import Queueing
from conversations.transcript import Transcript
from conversations.turns import Turns
from desk.database import Database
from knowledge.encoder import Encoder
from knowledge.indexes.cache import IndexCache
from knowledge.service import Knowledge
from knowledge.store import KnowledgeStore
from tests.conversations.persons import persons_of
from tests.knowledge.small_corpus import CALIBRATIONS, SMALL_CORPUS
from tickets.places import Labeller
from tickets.profile import Profile
from tickets.sent_file_service import SentFiles
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.ticket import Kind

HOW_TO_MUTE = "不想再收到，请发送 /mute。"
PUBLISHED_AT = datetime(2026, 11, 20, tzinfo=UTC)


class EchoBot:
    """Repeats the line, tells what came with it, and counts its turns."""

    def __init__(self) -> None:
        self.turns = 0

    async def answer(self, turn: Turn) -> list[Reply]:
        self.turns += 1
        heard = turn.payload or turn.text
        known = "".join(f" {slot}={value}" for slot, value in turn.details.items())
        again = "（又一遍）" if turn.again else ""
        return [Reply(text=f"第{self.turns}句：{heard}{known}{again}")]

    async def is_ready(self) -> bool:
        return True


class OfferingBot:
    """Answers everything with the same buttons, and with a card whose field can be changed."""

    async def answer(self, turn: Turn) -> list[Reply]:
        buttons = ({"title": "确认提交", "payload": "/affirm"},)
        fields = [{"slot": "phone", "payload": '/correct{"field": "phone"}'}]
        return [Reply(text="请核对", buttons=buttons, card={"type": "read_back", "fields": fields})]

    async def is_ready(self) -> bool:
        return True


class AwayBot:
    """A bot that is down."""

    async def answer(self, turn: Turn) -> list[Reply]:
        raise BotUnavailable("nobody listens there")

    async def is_ready(self) -> bool:
        return False


@dataclass
class KilledBot:
    """A bot that is killed: it goes at its first turn, and comes back when it is let."""

    may_have_heard: bool
    is_back: bool = False
    goes: int = 1
    turns: list[Turn] = field(default_factory=list)

    async def answer(self, turn: Turn) -> list[Reply]:
        self.turns.append(turn)
        if len(self.turns) <= self.goes:
            raise BotGone("killed", may_have_heard=self.may_have_heard)
        return [Reply(text=f"答：{turn.payload or turn.text}")]

    async def is_ready(self) -> bool:
        return self.is_back


class HearingBot:
    """Keeps every turn it was given."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []

    async def answer(self, turn: Turn) -> list[Reply]:
        self.turns.append(turn)
        return [Reply(text="好的")]

    async def is_ready(self) -> bool:
        return True


class DyingBot:
    """The process is killed while it works on a line."""

    async def answer(self, turn: Turn) -> list[Reply]:
        raise ConnectionAbortedError("killed")

    async def is_ready(self) -> bool:
        return True


class WaitingBot:
    """Holds the lines that begin with "等" until it is let go; all others it answers at once."""

    def __init__(self) -> None:
        self.has_heard, self.may_answer = asyncio.Event(), asyncio.Event()

    async def answer(self, turn: Turn) -> list[Reply]:
        if turn.text.startswith("等"):
            self.has_heard.set()
            await self.may_answer.wait()
        return [Reply(text=f"答：{turn.text}")]

    async def is_ready(self) -> bool:
        return True


@dataclass
class Customer:
    """Somebody writing in one conversation; every line gets its own id unless one is given."""

    hub: Hub
    transcript: Transcript
    conversation: Conversation
    token: str
    lines: int = 0

    async def leaves(self, text: str, *, message_id: str = "", payload: str = "") -> Received:
        """Send a line or press a button; returns what became of it."""
        self.lines += 1
        incoming = Incoming(
            message_id=message_id or f"line-{self.lines}", text=text, payload=payload or None
        )
        return await self.hub.receive(self.conversation, incoming)

    async def sends(self, text: str, *, message_id: str = "", payload: str = "") -> list[Message]:
        """The same; returns the answers that came back."""
        received = await self.leaves(text, message_id=message_id, payload=payload)
        return received.answers

    async def says(self, text: str, *, message_id: str = "", payload: str = "") -> list[str]:
        """The same; returns only the words that came back."""
        sent = await self.sends(text, message_id=message_id, payload=payload)
        return [message.reply.text for message in sent]

    async def sees(self) -> list[str]:
        """Every line on the screen."""
        lines = await self.transcript.list_messages(self.conversation.conversation_id)
        return [message.reply.text for message in lines]


@dataclass
class Centre:
    """One desk over one database; a second one on the same database is the desk after a restart."""

    database: Database
    clock: Callable[[], datetime]
    power: Profile
    bot: Bot
    knowledge: Knowledge
    burst_window_s: float = 0.0
    net: DangerNet | None = None
    labeller: Labeller | None = None
    files: SentFiles | None = None
    patience_s: float | None = None
    live: Live = field(default_factory=Live)
    transcript: Transcript = field(init=False)
    turns: Turns = field(init=False)
    hub: Hub = field(init=False)
    chats: Chats = field(init=False)
    duty: Duty = field(init=False)
    queueing: Queueing = field(init=False)
    handovers: HandOvers = field(init=False)
    answering: Answering = field(init=False)
    tickets: TicketService = field(init=False)

    def __post_init__(self) -> None:
        write, read = self.database.write, self.database.read
        self.tickets = TicketService(write=write, read=read, clock=self.clock)
        self.answering = Answering(
            bot=self.bot,
            knowledge=self.knowledge,
            tickets=self.tickets,
            clock=self.clock,
            net=self.net,
            labeller=self.labeller,
            files=self.files,
            patience=None
            if self.patience_s is None
            else Patience(self.bot, seconds=self.patience_s, clock=time.monotonic),
        )
        persons = persons_of(
            self.database,
            self.live,
            self.tickets,
            {"power": self.power},
            self.clock,
            read_details=self.answering.read,
        )
        self.duty, self.queueing = persons.duty, persons.queueing
        self.handovers = persons.handovers
        self.transcript = Transcript(write=write, read=read, clock=self.clock)
        self.turns = Turns(
            write=write,
            read=read,
            live=self.live,
            transcript=self.transcript,
            answering=self.answering,
            queueing=self.queueing,
            profiles={"power": self.power},
            clock=self.clock,
            burst_window_s=self.burst_window_s,
        )
        self.chats = Chats(
            transcript=self.transcript,
            profiles=["power"],
            default_profile="power",
            how_to_mute=HOW_TO_MUTE,
            write=write,
            read=read,
        )
        self.hub = Hub(write=write, read=read, live=self.live, turns=self.turns, clock=self.clock)

    async def opens(self) -> Customer:
        """Somebody new opens a conversation."""
        conversation, token = await self.transcript.open(profile="power", channel="web")
        return Customer(self.hub, self.transcript, conversation, token)


def knowledge_of(
    database: Database, folder: Path, encoder: Encoder | None, clock: Callable[[], datetime]
) -> Knowledge:
    """The search over what is published in this database; load it with `refresh`."""
    return Knowledge(read=database.read, indexes=IndexCache(folder), encoder=encoder, clock=clock)


async def publish_small_corpus(database: Database, encoder: Encoder) -> None:
    """Put six entries live, with a calibration plain enough to be foreseen."""
    async with database.write() as connection:
        store = KnowledgeStore(connection)
        for entry in SMALL_CORPUS:
            await store.add_version("power", entry, at=PUBLISHED_AT)
        no = await store.add_publication(
            "power",
            SMALL_CORPUS,
            author="王老师",
            encoder=encoder.fingerprint,
            calibrations=CALIBRATIONS,
            figures={},
            at=PUBLISHED_AT,
        )
        await store.go_live("power", no)


async def somebody_informs(tickets: TicketService, conversation_id: str) -> None:
    """A report from this conversation, which seals it."""
    new = NewTicket(
        request_key=f"{conversation_id}:1",
        profile="power",
        kind=Kind.REPORT,
        conversation_id=conversation_id,
        fields={"words": "隔壁偷电"},
        urgent=False,
    )
    await tickets.register(new, actor="bot", timezone="Asia/Shanghai")
