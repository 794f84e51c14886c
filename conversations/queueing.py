"""A customer's way to a person: into the queue, through the wait, or to a call-back instead.

Also the customer's mark for the talk afterwards.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.answering import TO_A_PERSON
from conversations.call_promises import CallPromises
from conversations.changing_hands import add_line, change_mode, tell
from conversations.duty import Duty
from conversations.duty_store import DutyStore
from conversations.hand_over_terms import HandOverTerms
from conversations.handover import (
    HAND_OVER,
    Handover,
    Reason,
    Summary,
    Wait,
    find_reason,
    is_over,
    queue_words,
    summarise,
    wait_of,
)
from conversations.handover_store import HandoverStore
from conversations.live import DESK, Event, Live
from conversations.marking import take_mark
from conversations.message import Conversation, Message, Mode, Reply, Sender
from conversations.store import ConversationStore
from conversations.talk_alarm_store import TalkAlarmStore
from tickets.keeping import Transaction
from tickets.profile import Profile
from tickets.service import TicketService
from tickets.ticket import Kind

log = logging.getLogger(__name__)

# lines looked back on for the reason and the summary
LOOKED_BACK = 60
# the customer's lines that are read for details, the newest
READ_FOR_DETAILS = 20
# buttons of ours that the bot never sees
CALL_BACK, RATE = "/call_back", "/rate_service"

# the details in a line, by field
ReadDetails = Callable[[str, Profile], dict[str, str]]


class Queueing:
    """Customers who need a person and have none yet."""

    def __init__(
        self,
        *,
        write: Transaction,
        read: Transaction,
        live: Live,
        tickets: TicketService,
        profiles: Mapping[str, Profile],
        terms: Mapping[str, HandOverTerms],
        duty: Duty,
        read_details: ReadDetails,
        clock: Callable[[], datetime],
    ) -> None:
        self._write, self._read, self._live, self._tickets = write, read, live, tickets
        self._profiles, self._terms, self._duty = profiles, terms, duty
        self._read_details, self._clock = read_details, clock
        self._calls = CallPromises(tickets=tickets, profiles=profiles, terms=terms, clock=clock)

    async def consider(
        self, connection: AsyncConnection, conversation: Conversation, answers: Sequence[Reply]
    ) -> list[Reply]:
        """The bot's answers, or what is said instead or besides when a person is to take over.

        To be called in the transaction that stores the answers, before they are stored.
        """
        profile, terms = self._profiles[conversation.profile], self._terms[conversation.profile]
        store, lines = await self._lines(connection, conversation.conversation_id)
        reason = find_reason(lines, answers, profile, terms.limits)
        if reason is None:
            return list(answers)
        waiting = await store.find_open(conversation.conversation_id)
        if waiting is not None:
            if reason is not Reason.ASKED:
                return list(answers)
            ahead = await store.count_ahead(waiting)
            words = terms.words.still_queued.format(place=terms.words.place(ahead))
            return [Reply(text=words, buttons=self._call_back_button(terms))]
        is_staffed = await self._duty.is_staffed_in(connection, conversation.profile)
        if not is_staffed and reason is Reason.ASKED:
            return [self._without_person(each, profile) for each in answers]
        if not is_staffed and reason is Reason.MISSED and _offers_a_person(answers):
            # who takes the offer is asked for the phone, and has one call-back
            return list(answers)
        summary = await self._summary(conversation, profile, lines)
        if not is_staffed:
            key = f"{conversation.conversation_id}:{reason}:{lines[-1].seq}"
            return [*answers, *await self._calls.promise(connection, conversation, key, summary)]
        handover = await store.add(
            conversation.conversation_id, profile.name, reason, summary, at=self._clock()
        )
        ahead = await store.count_ahead(handover)
        queued = Reply(
            text=queue_words(reason, ahead, terms, profile.hours),
            card={"type": HAND_OVER, "ahead": ahead},
        )
        log.info("conversation %s waits for a person: %s", conversation.conversation_id, reason)
        return [queued] if reason is not Reason.ANGRY else [*answers, queued]

    async def press(self, conversation: Conversation, payload: str | None) -> list[Reply] | None:
        """What a button of ours does; None when it is none of ours."""
        if payload == CALL_BACK:
            async with self._write() as connection:
                waiting = await HandoverStore(connection).find_open(conversation.conversation_id)
                if waiting is None or not waiting.is_waiting:
                    return None
                words = await self._calls.end_wait(connection, waiting)
            self._live.publish(DESK, Event(name="queue", data={}))
            return [] if words is None else [Reply(text=words)]
        if payload is not None and payload.startswith(RATE):
            mark = await take_mark(
                conversation,
                json.loads(payload.removeprefix(RATE)),
                terms=self._terms[conversation.profile],
                write=self._write,
                live=self._live,
                at=self._clock(),
            )
            return [mark]
        return None

    async def put_back(self, handover: Handover) -> bool:
        """A talk of an agent who is gone waits again, in front; false when it had changed."""
        words, now = self._terms[handover.profile].words.went_back, self._clock()
        async with self._write() as connection:
            store = HandoverStore(connection)
            agent = handover.agent
            if agent is None or not await store.put_back(handover.handover_id, agent=agent, at=now):
                return False
            told = await change_mode(connection, handover, Mode.BOT, Reply(text=words), at=now)
        log.warning("conversation %s is in the queue again", handover.conversation_id)
        tell(self._live, handover, told, mode=Mode.BOT)
        return True

    async def look_after(self) -> int:
        """Tell of waits that grow long, take back from agents who are gone, close when nobody is.

        May run at any time and by several at once; returns how many things it did.
        """
        done = 0
        async with self._read() as connection:
            opened = await HandoverStore(connection).list_open()
        for handover in opened:
            try:
                done += await self._look_after(handover)
            except Exception:
                log.exception("hand-over %s could not be looked after", handover.handover_id)
        return done

    async def _look_after(self, handover: Handover) -> bool:
        terms, now = self._terms[handover.profile], self._clock()
        async with self._read() as connection:
            gone = now - timedelta(seconds=terms.limits.gone_s)
            there = await DutyStore(connection).list_on_duty(since=gone)
            staffed = await self._duty.is_staffed_in(connection, handover.profile)
        if handover.agent is not None:
            return handover.agent not in there and await self.put_back(handover)
        wait = wait_of(now - handover.waits_since, terms.limits)
        if not staffed and is_over(wait, there):
            return await self._call_back_unasked(handover)
        if wait <= handover.wait:
            return False
        async with self._write() as connection:
            store = HandoverStore(connection)
            if not await store.raise_wait(handover.handover_id, wait):
                return False
            await TalkAlarmStore(connection).add_wait(handover, wait, at=now)
            told = None
            if handover.wait < Wait.TOO_LONG <= wait:
                ahead = await store.count_ahead(handover)
                words = Reply(
                    text=terms.words.waited_long.format(place=terms.words.place(ahead)),
                    buttons=self._call_back_button(terms),
                )
                told = await add_line(connection, handover, words, at=now)
        log.warning("conversation %s has waited %s", handover.conversation_id, wait.name.lower())
        tell(self._live, handover, told)
        return True

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
        self, conversation: Conversation, profile: Profile, lines: Sequence[Message]
    ) -> Summary:
        # asked for by itself: the list of all tickets ends after so many
        reports = await self._tickets.list_tickets(
            conversation_id=conversation.conversation_id, kind=Kind.REPORT
        )
        if reports:
            # whoever informs stays confidential: the agent hears only what is said from now on
            return Summary(matter="", is_sealed=True)
        details: dict[str, str] = {}
        said = [line.reply.text for line in lines if line.sender is Sender.CUSTOMER]
        for text in said[-READ_FOR_DETAILS:]:
            details |= self._read_details(text, profile)
        tickets = await self._tickets.list_tickets(conversation_id=conversation.conversation_id)
        return summarise(lines, details, [ticket.no for ticket in tickets])

    async def _call_back_unasked(self, handover: Handover) -> bool:
        async with self._write() as connection:
            promised = await self._calls.end_wait(connection, handover)
            if promised is None:
                return False
            words = Reply(text=f"{self._calls.nobody(handover.profile)}{promised}")
            told = await add_line(connection, handover, words, at=self._clock())
        tell(self._live, handover, told)
        return True

    def _without_person(self, reply: Reply, profile: Profile) -> Reply:
        """The last agent left while the bot was thinking: the way to a call-back instead."""
        if reply.card_type != HAND_OVER:
            return reply
        person = {"title": profile.wordings.person, "payload": "/request_person"}
        return Reply(text=self._calls.nobody(profile.name), buttons=(person,))

    def _call_back_button(self, terms: HandOverTerms) -> tuple[dict[str, str], ...]:
        return ({"title": terms.words.call_back, "payload": CALL_BACK},)


def _offers_a_person(answers: Sequence[Reply]) -> bool:
    return any(button["payload"] == TO_A_PERSON for each in answers for button in each.buttons)
