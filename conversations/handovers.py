"""The verbs of a hand-over: wait, claim, say, give back, call back; and what comes with time.

From the moment of the claim the bot is silent: the conversation's mode changes in the same
transaction, and the hub drops an answer that comes later.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.hand_over_terms import HandOverTerms
from conversations.handover import (
    HAND_OVER,
    AlreadyClaimed,
    Handover,
    HowEnded,
    NotHandedOver,
    NotYours,
    Reason,
    Standing,
    Summary,
    Wait,
    find_reason,
    queue_words,
    summarise,
    wait_of,
)
from conversations.handover_store import HandoverStore
from conversations.live import Event, Live, message_event
from conversations.message import (
    Conversation,
    Message,
    Mode,
    Reply,
    Sender,
    clean,
    file_as_text,
)
from conversations.store import ConversationStore
from conversations.turn_store import TurnStore
from tickets.keeping import Transaction
from tickets.profile import Profile
from tickets.sent_file_store import SentFileStore
from tickets.sent_files import KeptFile
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.terms import Terms
from tickets.ticket import BOT, Kind, spoken_number

log = logging.getLogger(__name__)

# what every open desk page watches: that the queue or a conversation of the desk has changed
DESK = "desk"
# a page says every few seconds that it is open; unheard for so long, its agent is not counted on
ON_DUTY = timedelta(seconds=45)
# lines looked back on for the reason and the summary
LOOKED_BACK = 60
# the customer's lines that are read for details, the newest
READ_FOR_DETAILS = 20
# buttons of ours that the bot never sees
CALL_BACK, RATE = "/call_back", "/rate_service"
# what a call-back must know, of what was told
FOR_A_CALL_BACK = ("phone", "address", "account_no", "name")

# the details in a line, by field
ReadDetails = Callable[[str, Profile], dict[str, str]]


class HandOvers:
    """Conversations that need a person."""

    def __init__(
        self,
        *,
        write: Transaction,
        read: Transaction,
        live: Live,
        tickets: TicketService,
        profiles: Mapping[str, Profile],
        terms: Mapping[str, HandOverTerms],
        times: Mapping[str, Terms],
        read_details: ReadDetails,
        clock: Callable[[], datetime],
    ) -> None:
        self._write, self._read, self._live, self._tickets = write, read, live, tickets
        self._profiles, self.terms, self._times = profiles, terms, times
        self.read_details, self._clock = read_details, clock

    # ------------------------------------------------------------ towards a person

    async def is_staffed(self, profile: str) -> bool:
        """Whether somebody is there to take a conversation of this centre now."""
        async with self._read() as connection:
            return await self._is_staffed(HandoverStore(connection), profile)

    async def consider(
        self, connection: AsyncConnection, conversation: Conversation, answers: Sequence[Reply]
    ) -> list[Reply]:
        """The bot's answers, or what is said instead or besides when a person is to take over.

        To be called in the transaction that stores the answers, before they are stored.
        """
        profile, terms = self._profiles[conversation.profile], self.terms[conversation.profile]
        store, lines = await self._lines(connection, conversation.conversation_id)
        reason = find_reason(lines, answers, profile, terms.limits)
        if reason is None:
            return list(answers)
        waiting = await store.find_open(conversation.conversation_id)
        if waiting is not None:
            if reason is not Reason.ASKED:
                return list(answers)
            ahead = await store.count_ahead(waiting)
            words = terms.words.still_queued.format(ahead=ahead)
            return [Reply(text=words, buttons=self._call_back_button(terms))]
        if not await self._is_staffed(store, conversation.profile):
            return [self._without_person(each, profile, terms) for each in answers]
        summary = await self._summary(connection, conversation, profile, lines)
        handover = await store.add(
            conversation.conversation_id, profile.name, reason, summary, at=self._clock()
        )
        ahead = await store.count_ahead(handover)
        queued = Reply(
            text=queue_words(reason, ahead, terms), card={"type": HAND_OVER, "ahead": ahead}
        )
        log.info("conversation %s waits for a person: %s", conversation.conversation_id, reason)
        return [queued] if reason is not Reason.ANGRY else [*answers, queued]

    async def press(self, conversation: Conversation, payload: str | None) -> list[Reply] | None:
        """What a button of ours does; None when it is none of ours."""
        if payload == CALL_BACK:
            async with self._read() as connection:
                waiting = await HandoverStore(connection).find_open(conversation.conversation_id)
            if waiting is None or not waiting.is_waiting:
                return None
            return [Reply(text=await self._call_back(waiting))]
        if payload is not None and payload.startswith(RATE):
            return [await self._rate(conversation, json.loads(payload.removeprefix(RATE)))]
        return None

    # ------------------------------------------------------------ the agent's verbs

    async def claim(self, conversation_id: str, *, agent: str) -> Handover:
        """Take a waiting conversation; raises `NotHandedOver` or `AlreadyClaimed`."""
        async with self._write() as connection:
            store = HandoverStore(connection)
            handover = await self._open(store, conversation_id)
            if handover.agent == agent:
                return handover
            if not await store.claim(handover.handover_id, agent=agent, at=self._clock()):
                raise AlreadyClaimed((await store.get(handover.handover_id)).agent or "")
            words = self.terms[handover.profile].words.claimed.format(agent=agent)
            told = await self._talk(connection, handover, Mode.AGENT, Reply(text=words))
            claimed = await store.get(handover.handover_id)
        self._publish(claimed, told, mode=Mode.AGENT)
        return claimed

    async def say(self, conversation_id: str, *, agent: str, key: str, text: str) -> Message:
        """An agent's line to the customer; the same key again is the same line.

        Raises `NotYours`, `EmptyMessage` or `MessageTooLong`.
        """
        text = clean(text)
        async with self._write() as connection:
            store = HandoverStore(connection)
            handover = await self._own(store, conversation_id, agent)
            message, is_new = await ConversationStore(connection).add_said(
                conversation_id,
                Sender.AGENT,
                Reply(text=text),
                key=f"agent:{key}",
                at=self._clock(),
            )
            await store.save_draft(handover.handover_id, "")
            await store.save_seen(handover.handover_id, message.seq)
        if is_new:
            self._publish(handover, message)
        return message

    async def send_file(
        self, conversation_id: str, *, agent: str, key: str, kept: KeptFile
    ) -> Message:
        """A file of an agent's for the customer; the same key again is the same line.

        Raises `NotYours`.
        """
        now, line_key = self._clock(), f"agent:{key}"
        async with self._write() as connection:
            store, files = HandoverStore(connection), SentFileStore(connection)
            handover = await self._own(store, conversation_id, agent)
            message, is_new = await ConversationStore(connection).add_said(
                conversation_id, Sender.AGENT, Reply(text=file_as_text("")), key=line_key, at=now
            )
            if is_new:
                sent = await files.add_from_staff(conversation_id, line_key, kept, at=now)
                message = replace(message, files=(sent,))
            await store.save_seen(handover.handover_id, message.seq)
        if is_new:
            self._publish(handover, message)
        return message

    async def keep_draft(self, conversation_id: str, *, agent: str, draft: str) -> None:
        """Keep what is typed and not sent: a browser may die in the middle of a sentence."""
        async with self._write() as connection:
            store = HandoverStore(connection)
            handover = await self._own(store, conversation_id, agent)
            await store.save_draft(handover.handover_id, draft)

    async def see(self, conversation_id: str, *, agent: str, seq: int) -> None:
        """The agent has read up to this line."""
        async with self._write() as connection:
            store = HandoverStore(connection)
            handover = await self._own(store, conversation_id, agent)
            await store.save_seen(handover.handover_id, seq)

    async def give_back(self, conversation_id: str, *, agent: str, asks_rating: bool) -> None:
        """The bot goes on; the customer is told, and asked how it was if the agent wishes."""
        async with self._write() as connection:
            store = HandoverStore(connection)
            handover = await self._own(store, conversation_id, agent)
            await store.end(handover.handover_id, HowEnded.GIVEN_BACK, at=self._clock())
            await TurnStore(connection).put_aside(conversation_id)
            told = await self._talk(
                connection, handover, Mode.BOT, self._farewell(handover, asks_rating)
            )
        self._publish(handover, told, mode=Mode.BOT)

    async def release(self, agent: str) -> int:
        """An agent goes: what was theirs is in the queue again, in front; returns how many."""
        async with self._read() as connection:
            own = await HandoverStore(connection).list_open(agent=agent)
        released = [await self._put_back(handover) for handover in own]
        async with self._write() as connection:
            await HandoverStore(connection).go_off_duty(agent)
        self._live.publish(DESK, Event(name="queue", data={}))
        return sum(released)

    async def be_on_duty(self, agent: str, *, is_taking: bool) -> None:
        """The agent's page is open."""
        async with self._write() as connection:
            await HandoverStore(connection).be_on_duty(agent, at=self._clock(), is_taking=is_taking)

    async def list_open(self) -> list[Handover]:
        """All that wait or go on, who asked first foremost."""
        async with self._read() as connection:
            return await HandoverStore(connection).list_open()

    async def list_standings(self) -> list[Standing]:
        """Every open hand-over with how its talk stands, who asked first foremost."""
        async with self._read() as connection:
            return await HandoverStore(connection).list_standings()

    async def list_on_duty(self) -> dict[str, bool]:
        """Whose page is open, and whether they take conversations."""
        async with self._read() as connection:
            return await HandoverStore(connection).list_on_duty(since=self._clock() - ON_DUTY)

    async def find_open(self, conversation_id: str) -> Handover | None:
        """The hand-over that waits or goes on in a conversation, if any."""
        async with self._read() as connection:
            return await HandoverStore(connection).find_open(conversation_id)

    # ------------------------------------------------------------ what comes with time

    async def look_after(self) -> int:
        """Tell of waits that grow long, take back from agents who are gone, close when nobody is.

        May run at any time and by several at once; returns how many things it did.
        """
        done = 0
        for handover in await self.list_open():
            try:
                done += await self._look_after(handover)
            except Exception:
                log.exception("hand-over %s could not be looked after", handover.handover_id)
        return done

    async def _look_after(self, handover: Handover) -> bool:
        terms, now = self.terms[handover.profile], self._clock()
        async with self._read() as connection:
            store = HandoverStore(connection)
            there = await store.list_on_duty(since=now - timedelta(seconds=terms.limits.gone_s))
            staffed = await self._is_staffed(store, handover.profile)
        if handover.agent is not None:
            return handover.agent not in there and await self._put_back(handover)
        if not staffed and not there:
            await self._call_back_unasked(handover)
            return True
        wait = wait_of(now - handover.asked_at, terms.limits)
        if wait <= handover.wait:
            return False
        async with self._write() as connection:
            store = HandoverStore(connection)
            if not await store.raise_wait(handover.handover_id, wait):
                return False
            told = None
            if handover.wait < Wait.TOO_LONG <= wait:
                ahead = await store.count_ahead(handover)
                words = Reply(
                    text=terms.words.waited_long.format(ahead=ahead),
                    buttons=self._call_back_button(terms),
                )
                told = await self._add_line(connection, handover.conversation_id, words)
        log.warning("conversation %s has waited %s", handover.conversation_id, wait.name.lower())
        self._publish(handover, told)
        return True

    # ------------------------------------------------------------ shared steps

    async def _is_staffed(self, store: HandoverStore, profile: str) -> bool:
        now = self._clock()
        if not self.is_opening_time(profile):
            return False
        return any((await store.list_on_duty(since=now - ON_DUTY)).values())

    def is_opening_time(self, profile: str) -> bool:
        """Whether persons answer at this hour in this centre."""
        times = self._times.get(profile)
        hours = times.limits.opening_hours.get(self.terms[profile].hours) if times else None
        return times is None or times.time.is_open(self._clock(), hours)

    async def _lines(
        self, connection: AsyncConnection, conversation_id: str
    ) -> tuple[HandoverStore, list[Message]]:
        """The lines since a person last let go, oldest first."""
        store = HandoverStore(connection)
        since = await store.last_ended_at(conversation_id)
        lines = await ConversationStore(connection).list_messages(
            conversation_id, limit=LOOKED_BACK
        )
        return store, [line for line in lines if since is None or line.at > since]

    async def _summary(
        self,
        connection: AsyncConnection,
        conversation: Conversation,
        profile: Profile,
        lines: Sequence[Message],
    ) -> Summary:
        reports = await self._tickets.list_tickets(
            conversation_id=conversation.conversation_id, kind=Kind.REPORT
        )
        if reports:
            # whoever informs stays confidential: the agent hears only what is said from now on
            return Summary(matter="", is_sealed=True)
        details: dict[str, str] = {}
        said = [line.reply.text for line in lines if line.sender is Sender.CUSTOMER]
        for text in said[-READ_FOR_DETAILS:]:
            details |= self.read_details(text, profile)
        tickets = await self._tickets.list_tickets(conversation_id=conversation.conversation_id)
        return summarise(lines, details, [ticket.no for ticket in tickets])

    async def _open(self, store: HandoverStore, conversation_id: str) -> Handover:
        handover = await store.find_open(conversation_id)
        if handover is None:
            raise NotHandedOver(f"nobody waits for a person in {conversation_id}")
        return handover

    async def _own(self, store: HandoverStore, conversation_id: str, agent: str) -> Handover:
        handover = await store.find_open(conversation_id)
        if handover is None or handover.agent != agent:
            raise NotYours(f"{agent} has not claimed {conversation_id}")
        return handover

    async def _put_back(self, handover: Handover) -> bool:
        words = self.terms[handover.profile].words.went_back
        async with self._write() as connection:
            if not await HandoverStore(connection).put_back(handover.handover_id):
                return False
            told = await self._talk(connection, handover, Mode.BOT, Reply(text=words))
        log.warning("conversation %s is in the queue again", handover.conversation_id)
        self._publish(handover, told, mode=Mode.BOT)
        return True

    async def _call_back_unasked(self, handover: Handover) -> None:
        nobody = self.terms[handover.profile].words.nobody
        words = f"{nobody}{await self._call_back(handover)}"
        async with self._write() as connection:
            told = await self._add_line(
                connection,
                handover.conversation_id,
                Reply(text=words),
                key=f"call-back:{handover.handover_id}",
            )
        self._publish(handover, told)

    async def _call_back(self, handover: Handover) -> str:
        """A ticket to call the customer back instead of the wait; what to tell of it."""
        profile, words = self._profiles[handover.profile], self.terms[handover.profile].words
        details = handover.summary.get("details", {})
        known = {name: details[name] for name in FOR_A_CALL_BACK if name in details}
        ticket = await self._tickets.register(
            NewTicket(
                request_key=f"{handover.conversation_id}:handover:{handover.handover_id}",
                profile=handover.profile,
                kind=Kind.CALLBACK,
                conversation_id=handover.conversation_id,
                fields={"words": handover.summary.get("matter", ""), **known},
            ),
            actor=BOT,
            timezone=profile.timezone,
        )
        async with self._write() as connection:
            await HandoverStore(connection).end(
                handover.handover_id, HowEnded.CALL_BACK, at=self._clock()
            )
        self._live.publish(DESK, Event(name="queue", data={}))
        template = words.called_back if "phone" in known else words.called_back_no_phone
        return template.format(no=spoken_number(ticket.no))

    async def _rate(self, conversation: Conversation, pressed: dict[str, Any]) -> Reply:
        words, rate = self.terms[conversation.profile].words, str(pressed["rate"])
        async with self._write() as connection:
            await HandoverStore(connection).rate(
                int(pressed["handover"]), conversation.conversation_id, rate
            )
        return Reply(text=words.rated_bad if rate == "bad" else words.rated)

    def _without_person(self, reply: Reply, profile: Profile, terms: HandOverTerms) -> Reply:
        """The last agent left while the bot was thinking: the way to a call-back instead."""
        if reply.card_type != HAND_OVER:
            return reply
        person = {"title": profile.wordings.person, "payload": "/request_person"}
        return Reply(text=terms.words.nobody, buttons=(person,))

    def _farewell(self, handover: Handover, asks_rating: bool) -> Reply:
        words = self.terms[handover.profile].words
        if not asks_rating:
            return Reply(text=words.given_back_quietly)
        marks = (
            (title, json.dumps({"handover": handover.handover_id, "rate": rate}))
            for rate, title in words.rates.items()
        )
        buttons = tuple({"title": title, "payload": f"{RATE}{mark}"} for title, mark in marks)
        return Reply(text=words.given_back, buttons=buttons)

    def _call_back_button(self, terms: HandOverTerms) -> tuple[dict[str, str], ...]:
        return ({"title": terms.words.call_back, "payload": CALL_BACK},)

    async def _talk(
        self, connection: AsyncConnection, handover: Handover, mode: Mode, reply: Reply
    ) -> Message:
        """Who answers from now on, and what the customer is told of it."""
        await ConversationStore(connection).set_mode(handover.conversation_id, mode)
        return await self._add_line(connection, handover.conversation_id, reply)

    async def _add_line(
        self,
        connection: AsyncConnection,
        conversation_id: str,
        reply: Reply,
        *,
        key: str | None = None,
    ) -> Message:
        message, _ = await ConversationStore(connection).add_said(
            conversation_id, Sender.SYSTEM, reply, key=key, at=self._clock()
        )
        return message

    def _publish(
        self, handover: Handover, message: Message | None = None, *, mode: Mode | None = None
    ) -> None:
        """To the customer's page and to the desk."""
        conversation_id = handover.conversation_id
        if mode is not None:
            self._live.publish(conversation_id, Event(name="mode", data={"mode": mode}))
        if message is not None:
            event = message_event(message)
            self._live.publish(conversation_id, event)
            data = {**event.data, "conversation_id": conversation_id}
            self._live.publish(DESK, replace(event, data=data))
        self._live.publish(DESK, Event(name="queue", data={}))
