"""What a member of staff may see of the queue and of a conversation, now and live."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sse_starlette import ServerSentEvent

from connectors.api import Centres
from connectors.contacts import LastContacts
from connectors.sight import Sight
from connectors.sign_in import StaffService
from connectors.talks import Talks, hides_numbers
from connectors.ticket_data import hidden_from, ticket_data
from conversations.chats import Chats
from conversations.door import Reach
from conversations.duty import Duty
from conversations.handover import Handover, Standing, is_called
from conversations.handovers import HandOvers
from conversations.hub import Hub
from conversations.live import DESK, RATED_BAD, Event
from conversations.past_talks import PastTalks
from conversations.people import SignInFailed, Staff
from conversations.queueing import ReadDetails
from conversations.rights import Right, may
from tickets.event_service import Events
from tickets.open_nearby import OpenNearby
from tickets.privacy import mask_data
from tickets.profile import Profile
from tickets.sent_file_service import SentFiles
from tickets.service import TicketService
from tickets.terms import Terms

# an open page says so this often; see duty.ON_DUTY
BEAT_S = 15.0
# events that come together are told as one look at the queue
GATHERED_S = 0.2

Looked = tuple[list[Standing], dict[str, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desktop:
    """What the desk's calls need."""

    staff: StaffService
    hub: Hub
    chats: Chats
    handovers: HandOvers
    duty: Duty
    read_details: ReadDetails
    files: SentFiles
    tickets: TicketService
    nearby: OpenNearby
    events: Events
    talks: Talks
    profiles: Mapping[str, Profile]
    centres: Centres
    terms: Mapping[str, Terms]
    clock: Callable[[], datetime]
    sight: Sight
    contacts: LastContacts
    past_talks: PastTalks
    # who is behind a change when it is nobody of the staff, as people say it
    actors: Mapping[str, str]


class DeskView:
    """What a member of staff may see of the queue and of a conversation."""

    def __init__(self, desk: Desktop) -> None:
        self._desk = desk
        self._look: asyncio.Task[Looked] | None = None

    async def look(self) -> Looked:
        """One look at the queue for all who ask at the same moment."""
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(self._look_now())
        return await asyncio.shield(self._look)

    async def _look_anew(self) -> Looked:
        """A look that began after this was called, not one that was under way."""
        if self._look is not None and not self._look.done():
            await asyncio.wait([self._look])
        return await self.look()

    async def _look_now(self) -> Looked:
        return (
            await self._desk.handovers.list_standings(),
            await self._desk.duty.list_on_duty(),
        )

    def of(self, member: Staff, looked: Looked) -> dict[str, Any]:
        """The queue as this member sees it: an agent sees who waits and their own."""
        standings, on_duty = looked
        sees_all = may(member.role, Right.READ_OTHERS_TALKS)
        shown = [self._row(each, member) for each in standings]
        return {
            "now": self._desk.clock().isoformat(),
            "me": {"name": member.name, "role": member.role},
            "waiting": [row for row in shown if row["agent"] is None],
            "mine": [row for row in shown if row["agent"] == member.name],
            "others": [row for row in shown if row["agent"] not in (None, member.name)]
            if sees_all
            else [],
            "on_duty": [{"name": name, "taking": taking} for name, taking in on_duty.items()],
        }

    async def stream(
        self, member: Staff, *, token: str, is_taking: bool
    ) -> AsyncIterator[ServerSentEvent]:
        """The queue now and after each change, and the lines of this member's conversations.

        While it runs the member is on duty; it ends with the session.
        """
        time, beat_at = asyncio.get_running_loop().time, 0.0
        async with self._desk.hub.watch(DESK) as happening:
            events: list[Event] = []
            while True:
                if time() >= beat_at:
                    try:
                        # a page left open is a use of the session while one takes conversations
                        member = await self._desk.staff.get(token, is_use=is_taking)
                    except SignInFailed:
                        return
                    if not may(member.role, Right.SERVE):
                        return
                    await self._desk.duty.be_on_duty(member.name, is_taking=is_taking)
                    beat_at = time() + BEAT_S
                # whose a line is, is looked up after it came: it may be the first since a claim
                looked = await self._look_anew()
                for event in events:
                    is_told = event.name in ("message", "undelivered")
                    if is_told and _is_own(event, looked, member):
                        yield _sent(event.name, event.data)
                    if event.name == RATED_BAD and may(member.role, Right.READ_OTHERS_TALKS):
                        yield _sent(event.name, event.data)
                yield _sent("queue", self.of(member, looked))
                events = await _next_events(happening, until=beat_at)
                if any(event.name == "lagging" for event in events):
                    # the page comes again and reads what it missed
                    return

    async def conversation(self, member: Staff, conversation_id: str) -> dict[str, Any]:
        """The lines, the hand-over and the tickets of one conversation, as far as they may be."""
        talk = await self._desk.talks.open(member, conversation_id)
        conversation, handover = talk.conversation, talk.handover
        sight = self._desk.sight
        tickets = await self._desk.tickets.list_tickets(
            conversation_id=conversation_id, without=hidden_from(member)
        )
        return {
            "conversation_id": conversation_id,
            "profile": conversation.profile,
            "channel": conversation.channel,
            "mode": conversation.mode,
            "opened_at": conversation.opened_at.isoformat(),
            "is_sealed": talk.is_sealed,
            "hides_numbers": talk.hides_numbers,
            "messages": talk.lines_data(),
            "has_earlier": talk.has_earlier,
            "reach": _reach_data(await self._desk.chats.find_reach(conversation_id)),
            "handover": self._handover(handover, member) if handover else None,
            "tickets": [
                ticket_data(sight.of(member, each, is_served=talk.is_own)) for each in tickets
            ],
            "contacts": await self._desk.contacts.of(member, talk),
        }

    def _row(self, standing: Standing, member: Staff) -> dict[str, Any]:
        last = standing.last_text
        hides = hides_numbers(member, standing.handover)
        return {
            **self._handover(standing.handover, member),
            "unread": standing.unread,
            "turn": standing.turn,
            "last_text": mask_data(last) if hides else last,
            "last_seq": standing.last_seq,
        }

    def _handover(self, handover: Handover, member: Staff) -> dict[str, Any]:
        limits = self._desk.handovers.terms[handover.profile].limits
        hides = hides_numbers(member, handover)
        summary = mask_data(handover.summary) if hides else dict(handover.summary)
        profile = self._desk.profiles[handover.profile]
        labels = {name: field.label for name, field in profile.fields.items()}
        labels |= profile.field_labels
        return {
            "conversation_id": handover.conversation_id,
            "profile": handover.profile,
            "centre": profile.title,
            "reason": handover.reason,
            "summary": summary,
            "labels": {name: labels.get(name, name) for name in summary.get("details", {})},
            "asked_at": handover.asked_at.isoformat(),
            "waits_since": handover.waits_since.isoformat(),
            "wait": handover.wait.name.lower(),
            "limits_s": [limits.long_wait_s, limits.too_long_s, limits.far_too_long_s],
            "calls_me": handover.is_waiting and is_called(member.role, handover.wait),
            "agent": handover.agent,
            "claimed_at": handover.claimed_at.isoformat() if handover.claimed_at else None,
            "seen_seq": handover.seen_seq,
            "draft": "" if hides else handover.draft,
        }


async def _next_events(queue: asyncio.Queue[Event], *, until: float) -> list[Event]:
    """What happens next, with what follows at once; nothing when the time is over first."""
    rest = until - asyncio.get_running_loop().time()
    try:
        events = [await asyncio.wait_for(queue.get(), max(rest, 0.01))]
    except TimeoutError:
        return []
    await asyncio.sleep(GATHERED_S)
    while not queue.empty():
        events.append(queue.get_nowait())
    return events


def _is_own(event: Event, looked: Looked, member: Staff) -> bool:
    return any(
        each.handover.conversation_id == event.data["conversation_id"]
        and each.handover.agent == member.name
        for each in looked[0]
    )


def _reach_data(reach: Reach | None) -> dict[str, Any] | None:
    """What did not reach a customer elsewhere, by line; None where the page asks by itself."""
    if reach is None:
        return None
    return {
        "delivered_seq": reach.delivered_seq,
        "gone_at": reach.gone_at.isoformat() if reach.gone_at else None,
        "failed": {str(seq): reason for seq, reason in reach.failed.items()},
    }


def _sent(name: str, data: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(data=json.dumps(data, ensure_ascii=False), event=name)
