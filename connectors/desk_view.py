"""What a member of staff may see of the queue and of a conversation, now and live."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sse_starlette import ServerSentEvent

from connectors.api import Centres
from connectors.sign_in import StaffService
from connectors.ticket_data import LEADING_ROLES, hidden_from, ticket_data
from conversations.door import Reach
from conversations.handover import Handover, NotYours, Standing
from conversations.handovers import DESK, HandOvers
from conversations.hub import Hub
from conversations.live import Event, message_data
from conversations.message import Conversation, Message, Sender
from conversations.people import SignInFailed, Staff
from conversations.request import BUSINESSES
from tickets.details import find_choice
from tickets.informant_service import InformantService
from tickets.informants import InformantSealed
from tickets.profile import Profile
from tickets.sent_file_service import SentFiles
from tickets.service import TicketService
from tickets.ticket import OPEN, Kind, Ticket

# an open page says so this often; see handovers.ON_DUTY
BEAT_S = 15.0
# events that come together are told as one look at the queue
GATHERED_S = 0.2
# what is written down of a call that is no business of its own
ASKED_OF_ANYBODY = ("name", "phone", "address")
WORDS = "words"
FAULT_KIND = "fault_kind"

_PHONE = re.compile(r"(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)", re.ASCII)

Looked = tuple[list[Standing], dict[str, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desktop:
    """What the desk's calls need."""

    staff: StaffService
    hub: Hub
    handovers: HandOvers
    files: SentFiles
    tickets: TicketService
    informants: InformantService
    profiles: Mapping[str, Profile]
    centres: Centres
    clock: Callable[[], datetime]
    sealed: Callable[[Ticket], Ticket]


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

    async def _look_now(self) -> Looked:
        return (
            await self._desk.handovers.list_standings(),
            await self._desk.handovers.list_on_duty(),
        )

    def of(self, member: Staff, looked: Looked) -> dict[str, Any]:
        """The queue as this member sees it: an agent sees who waits and their own."""
        standings, on_duty = looked
        leads = member.role in LEADING_ROLES
        shown = [self._row(each, member) for each in standings]
        return {
            "now": self._desk.clock().isoformat(),
            "me": {"name": member.name, "role": member.role},
            "waiting": [row for row in shown if row["agent"] is None],
            "mine": [row for row in shown if row["agent"] == member.name],
            "others": [row for row in shown if row["agent"] not in (None, member.name)]
            if leads
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
        async with self._desk.hub.watch(DESK) as events:
            while True:
                if time() >= beat_at:
                    try:
                        await self._desk.staff.get(token)
                    except SignInFailed:
                        return
                    await self._desk.handovers.be_on_duty(member.name, is_taking=is_taking)
                    beat_at = time() + BEAT_S
                looked = await self.look()
                yield _sent("queue", self.of(member, looked))
                for event in await _next_events(events, until=beat_at):
                    if event.name == "lagging":
                        # the page comes again and reads what it missed
                        return
                    is_told = event.name in ("message", "undelivered")
                    if is_told and _is_own(event, looked, member):
                        yield _sent(event.name, event.data)

    async def conversation(self, member: Staff, conversation_id: str) -> dict[str, Any]:
        """The lines, the hand-over and the tickets of one conversation, as far as they may be."""
        desk = self._desk
        conversation = await desk.hub.get_for_staff(conversation_id)
        handover = await desk.handovers.find_open(conversation_id)
        holds = handover is not None and handover.agent == member.name
        is_others = handover is not None and handover.agent is not None and not holds
        if is_others and member.role not in LEADING_ROLES:
            raise NotYours(f"another agent is talking in {conversation_id}")
        lines, is_sealed = await self._lines(member, conversation, handover)
        tickets = await desk.tickets.list_tickets(
            conversation_id=conversation_id, without=hidden_from(member)
        )
        masks = not holds and member.role not in LEADING_ROLES
        shown = [message_data(line) for line in lines]
        for line in shown if masks else ():
            line["text"] = mask_phones(line["text"])
            line["corrected_from"] = mask_phones(line["corrected_from"] or "") or None
        return {
            "conversation_id": conversation_id,
            "profile": conversation.profile,
            "channel": conversation.channel,
            "mode": conversation.mode,
            "opened_at": conversation.opened_at.isoformat(),
            "is_sealed": is_sealed,
            "messages": shown,
            "reach": _reach_data(await desk.hub.find_reach(conversation_id)),
            "handover": self._handover(handover, masks=masks) if handover else None,
            "tickets": [ticket_data(desk.sealed(ticket)) for ticket in tickets],
        }

    async def details(self, member: Staff, conversation_id: str) -> dict[str, Any]:
        """The details told in a talk, each with the line it came from, and what may be filed."""
        desk = self._desk
        conversation = await desk.hub.get_for_staff(conversation_id)
        profile = desk.profiles[conversation.profile]
        lines, _ = await self._lines(
            member, conversation, await desk.handovers.find_open(conversation_id)
        )
        said = [line for line in lines if line.sender is Sender.CUSTOMER and line.reply.text]
        found: dict[str, dict[str, Any]] = {}
        for line in said:
            for name, value in desk.handovers.read_details(line.reply.text, profile).items():
                found[name] = {"value": value, "seq": line.seq, "text": line.reply.text}
        if said:
            # the longest of the lines is nearly always the one that tells the matter
            told = max(said, key=lambda line: len(line.reply.text))
            words = {"value": told.reply.text, "seq": told.seq, "text": told.reply.text}
            found["words"] = words
        tickets = await desk.tickets.list_tickets(
            conversation_id=conversation_id, without=hidden_from(member)
        )
        return {
            "details": found,
            "kinds": kinds_of(profile),
            "likely": _likely_kind([line.reply.text for line in said], profile),
            "open": [ticket.no for ticket in tickets if ticket.state in OPEN],
            "labels": {"kinds": profile.kind_labels, "states": profile.state_labels},
        }

    async def _lines(
        self, member: Staff, conversation: Conversation, handover: Handover | None
    ) -> tuple[list[Message], bool]:
        """The lines; of a talk in which somebody informed only what came after the asking."""
        conversation_id = conversation.conversation_id
        lines = await self._desk.hub.list_messages(conversation_id)
        try:
            await self._desk.informants.before_reading(
                conversation_id, actor=member.name, role=member.role
            )
        except InformantSealed:
            if handover is None:
                raise
            return [line for line in lines if line.at >= handover.asked_at], True
        return lines, False

    def _row(self, standing: Standing, member: Staff) -> dict[str, Any]:
        handover = standing.handover
        masks = handover.agent != member.name and member.role not in LEADING_ROLES
        last = standing.last_text
        return {
            **self._handover(handover, masks=masks),
            "unread": standing.unread,
            "turn": standing.turn,
            "last_text": mask_phones(last) if masks else last,
        }

    def _handover(self, handover: Handover, *, masks: bool) -> dict[str, Any]:
        limits = self._desk.handovers.terms[handover.profile].limits
        summary = dict(handover.summary)
        if masks:
            summary["matter"] = mask_phones(summary.get("matter", ""))
            summary["bot_said"] = mask_phones(summary.get("bot_said", ""))
            summary["details"] = {
                name: mask_phones(value) for name, value in summary.get("details", {}).items()
            }
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
            "wait": handover.wait.name.lower(),
            "limits_s": [limits.long_wait_s, limits.too_long_s],
            "agent": handover.agent,
            "claimed_at": handover.claimed_at.isoformat() if handover.claimed_at else None,
            "seen_seq": handover.seen_seq,
            "draft": "" if masks else handover.draft,
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


def kinds_of(profile: Profile) -> dict[str, Any]:
    """The kinds of ticket an agent may file in a centre, each with its fields in their order."""
    kinds = {}
    for kind in Kind:
        business = profile.businesses.get(kind)
        names = [*(business.fields if business else ASKED_OF_ANYBODY), WORDS]
        fields = [_field(name, profile) for name in dict.fromkeys(names)]
        kinds[str(kind)] = {"title": profile.kind_labels[kind], "fields": fields}
    return kinds


def _field(name: str, profile: Profile) -> dict[str, Any]:
    field = profile.fields.get(name)
    return {
        "name": name,
        "label": field.label if field else profile.field_labels.get(name, name),
        "offers": [choice.title for choice in field.choices] if field else [],
    }


def _likely_kind(said: list[str], profile: Profile) -> Kind:
    """What is most likely to be filed of a talk: what was asked for outright, or a fault."""
    for text in reversed(said):
        intent = profile.asked_outright(text)
        if intent in BUSINESSES and BUSINESSES[intent] in set(Kind):
            return Kind(BUSINESSES[intent])
    faults = profile.fields[FAULT_KIND].choices if FAULT_KIND in profile.fields else []
    is_fault = any(find_choice(text, faults) for text in said)
    return Kind.FAULT if is_fault else Kind.INQUIRY


def _reach_data(reach: Reach | None) -> dict[str, Any] | None:
    """What did not reach a customer elsewhere, by line; None where the page asks by itself."""
    if reach is None:
        return None
    return {
        "delivered_seq": reach.delivered_seq,
        "gone_at": reach.gone_at.isoformat() if reach.gone_at else None,
        "failed": {str(seq): reason for seq, reason in reach.failed.items()},
    }


def mask_phones(text: str) -> str:
    """Mobile numbers with their middle hidden, for who does not talk with the customer."""
    return _PHONE.sub(r"\1****\2", text)


def _sent(name: str, data: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(data=json.dumps(data, ensure_ascii=False), event=name)
