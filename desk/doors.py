"""The doors that this desk has open, and the work that keeps them so."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, FastAPI

import connectors.signed_webhook
import connectors.telegram_webhook
from connectors.signed_webhook import SignedWebhook
from connectors.telegram import TelegramDoor
from connectors.telegram_bot import make_bot
from conversations.chats import Chats
from conversations.door import Connector
from conversations.door_words import DoorTerms
from conversations.hub import Hub
from conversations.inbox import Inbox
from conversations.lease_holding import LeaseHolding
from conversations.live import Live
from conversations.outbox import Outbox
from conversations.receiving import Receiving
from conversations.transcript import Transcript
from conversations.turns import Turns
from desk.settings import Settings
from tickets.keeping import Transaction
from tickets.profile import Profile
from tickets.sent_file_service import SentFiles

log = logging.getLogger(__name__)

# what only one desk of a database may do: two that poll with one token take each other's updates
LEASE = "doors"
ELSEWHERE = "another desk of this database has it"


class Doors:
    """The doors besides the web pages; each is there when its setting is."""

    def __init__(
        self,
        settings: Settings,
        *,
        terms: DoorTerms,
        inbox: Inbox,
        outbox: Outbox,
        lease: LeaseHolding,
        clock: Callable[[], datetime],
        resume: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        self._inbox, self._outbox, self._lease = inbox, outbox, lease
        self._resume = resume
        self.telegram = _telegram(settings, terms, inbox, clock)
        self.webhook = _webhook(settings, terms, inbox, clock)

    def connectors(self) -> dict[str, Connector]:
        """The open doors by name."""
        doors: list[Connector | None] = [self.telegram, self.webhook]
        return {door.name: door for door in doors if door is not None}

    def work(self) -> list[Coroutine[Any, Any, None]]:
        """What has to run as long as the desk does."""
        if self.telegram is None:
            log.info("no TELEGRAM_TOKEN: the desk runs without Telegram")
        return [self._lease.run(self._open)] if self.connectors() else []

    def _open(self) -> list[Coroutine[Any, Any, None]]:
        """Reading, sending and polling, which one desk does for all; letters come to any.

        Whoever takes this over answers first what the desk before it may have left.
        """
        opened = self.connectors()
        running = [self._inbox.run(opened), self._outbox.run(opened), self._resume()]
        return [*running, self.telegram.run()] if self.telegram else running

    def states(self) -> dict[str, str]:
        """How each door is: off, open, or what keeps it from being open."""
        well = ELSEWHERE if self._lease.is_held_elsewhere else "open"
        if self.telegram is None:
            telegram = "off"
        else:
            telegram = well if well == ELSEWHERE else self.telegram.trouble or well
        return {"telegram": telegram, "webhook": well if self.webhook else "off"}

    def add_to(self, app: FastAPI, *, api: str) -> None:
        """The addresses at which others bring something."""
        if self.telegram is not None:
            app.include_router(connectors.telegram_webhook.make_router(self.telegram))
        if self.webhook is not None:
            router: APIRouter = connectors.signed_webhook.make_router(self.webhook)
            app.include_router(router, prefix=api)

    async def close(self) -> None:
        """Let go of connections."""
        for door in (self.telegram, self.webhook):
            if door is not None:
                await asyncio.wait_for(door.close(), 5)


def find_doors(
    settings: Settings,
    *,
    terms: DoorTerms,
    hub: Hub,
    turns: Turns,
    transcript: Transcript,
    chats: Chats,
    live: Live,
    files: SentFiles,
    profiles: Mapping[str, Profile],
    write: Transaction,
    read: Transaction,
    clock: Callable[[], datetime],
    resume: Callable[[], Coroutine[Any, Any, None]],
) -> Doors:
    """The ways to customers who write elsewhere."""
    receiving = Receiving(
        hub=hub,
        turns=turns,
        transcript=transcript,
        chats=chats,
        files=files,
        profiles=profiles,
        terms=terms,
        read=read,
        clock=clock,
    )
    outbox = Outbox(live=live, words=terms.words, files=files, write=write, read=read, clock=clock)
    return Doors(
        settings,
        terms=terms,
        inbox=Inbox(receiving=receiving, write=write, read=read, clock=clock),
        lease=LeaseHolding(LEASE, write=write, clock=clock),
        outbox=outbox,
        clock=clock,
        resume=resume,
    )


def _telegram(
    settings: Settings, terms: DoorTerms, inbox: Inbox, clock: Callable[[], datetime]
) -> TelegramDoor | None:
    if not settings.telegram_token:
        return None
    # every address it would log holds the token
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return TelegramDoor(
        make_bot(settings.telegram_token, api=settings.telegram_api, proxy=settings.telegram_proxy),
        commands=terms.commands,
        inbox=inbox,
        clock=clock,
        webhook=settings.telegram_webhook,
        secret=settings.telegram_secret,
    )


def _webhook(
    settings: Settings, terms: DoorTerms, inbox: Inbox, clock: Callable[[], datetime]
) -> SignedWebhook | None:
    if not settings.webhook_url:
        return None
    return SignedWebhook(
        url=settings.webhook_url,
        secret=settings.webhook_secret,
        commands=terms.commands,
        inbox=inbox,
        clock=clock,
    )
