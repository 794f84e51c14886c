"""A conversation on its way from the bot to a person and back. Pure.

A hand-over is opened when the customer asks for a person, is angry too often, or the bot has not
understood too often; it waits until an agent claims it, and ends when it is given back, becomes a
call-back, or the centre has nobody left.

Errors
    HandoverError
    ├── NotHandedOver    nobody waits for a person in this conversation
    ├── AlreadyClaimed   another agent was first
    └── NotYours         another agent is talking here, or nobody is yet
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

from conversations.absorbing import INTERVAL
from conversations.hand_over_terms import HandOverTerms, WaitLimits
from conversations.message import ConversationError, Message, Reply, Sender
from conversations.people import Role
from tickets.profile import Profile

# the types of cards by which the bot's answer tells more than its words
HAND_OVER, MISSED, EMERGENCY = "hand_over", "missed", "emergency"
# the mark, of those in hand_over.yml, that those who lead hear of
BAD = "bad"


class HandoverError(ConversationError):
    """Something about a hand-over cannot be done."""


class NotHandedOver(HandoverError):
    """Nobody waits for a person in this conversation."""


class AlreadyClaimed(HandoverError):
    """Another agent was first."""

    def __init__(self, agent: str) -> None:
        super().__init__(f"{agent} has claimed it")
        self.told = {"agent": agent}


class NotYours(HandoverError):
    """Another agent is talking here, or nobody is yet: claim it first."""


class Reason(StrEnum):
    """Why a person is wanted."""

    ASKED = "asked"
    ANGRY = "angry"
    MISSED = "missed"


class HowEnded(StrEnum):
    """How a hand-over ended."""

    GIVEN_BACK = "given_back"
    CALL_BACK = "call_back"


class Turn(StrEnum):
    """Who is to speak next."""

    AGENT = "agent"
    CUSTOMER = "customer"


class Wait(IntEnum):
    """How far a wait has gone; each step is told to somebody higher."""

    SHORT = 0
    LONG = 1
    TOO_LONG = 2
    FAR_TOO_LONG = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What an agent should know before the first word."""

    # what the customer wants, in the words of the line that tells most
    matter: str
    # details told so far, by field
    details: Mapping[str, str] = field(default_factory=dict)
    # the numbers of the conversation's tickets, newest first
    tickets: tuple[str, ...] = ()
    # what the bot said last
    bot_said: str = ""
    # somebody informed in this conversation: nothing of it is told
    is_sealed: bool = False

    def data(self) -> dict[str, Any]:
        """Plain values, for the store."""
        return {
            "matter": self.matter,
            "details": dict(self.details),
            "tickets": list(self.tickets),
            "bot_said": self.bot_said,
            "is_sealed": self.is_sealed,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One hand-over. `seen_seq` is the last line the agent has seen; times are aware, in UTC.

    `asked_at` gives the place in the queue, `waits_since` how long the present wait lasts.
    """

    handover_id: int
    conversation_id: str
    profile: str
    reason: Reason
    summary: dict[str, Any]
    asked_at: datetime
    waits_since: datetime
    wait: Wait = Wait.SHORT
    agent: str | None = None
    claimed_at: datetime | None = None
    ended_at: datetime | None = None
    how_ended: HowEnded | None = None
    seen_seq: int = 0
    draft: str = ""
    rating: str | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it lies in the queue."""
        return self.agent is None and self.ended_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an open hand-over stands: whose turn it is, and what the agent has not read."""

    handover: Handover
    turn: Turn
    # the customer's lines since the hand-over that were not seen
    unread: int
    # the newest line of either side, and its sequence number; 0 for none
    last_text: str
    last_seq: int = 0


def find_reason(
    lines: Sequence[Message], answers: Sequence[Reply], profile: Profile, limits: WaitLimits
) -> Reason | None:
    """Why a person should take over now, from the lines since the last one did, oldest first.

    `answers` are the bot's to the newest line, which is the last of `lines`.
    """
    if any(reply.card_type == HAND_OVER for reply in answers):
        return Reason.ASKED
    if any(reply.card_type == EMERGENCY for reply in answers):
        return None
    said = [line for line in lines if line.sender is Sender.CUSTOMER]
    is_angry_now = bool(said) and profile.is_angry(said[-1].reply.text)
    if is_angry_now and sum(profile.is_angry(line.reply.text) for line in said) >= limits.angers:
        return Reason.ANGRY
    if _missed_in_a_row(lines, answers) >= limits.misses:
        return Reason.MISSED
    return None


def _missed_in_a_row(lines: Sequence[Message], answers: Sequence[Reply]) -> int:
    """How often, counted back from now, the bot did not understand the customer."""
    turns = [list(answers)]
    is_open = False
    for line in reversed(lines[:-1]):
        if line.sender is Sender.CUSTOMER:
            is_open = False
        elif line.sender is Sender.BOT:
            if not is_open:
                turns.append([])
            turns[-1].append(line.reply)
            is_open = True
    missed = (sum(map(_misses, turn)) for turn in turns)
    return sum(itertools.takewhile(bool, missed))


def _misses(reply: Reply) -> int:
    return int((reply.card or {}).get("times", 1)) if reply.card_type == MISSED else 0


def wait_of(waited: timedelta, limits: WaitLimits) -> Wait:
    """How far a wait has gone."""
    steps = (limits.long_wait_s, limits.too_long_s, limits.far_too_long_s)
    return Wait(sum(waited >= timedelta(seconds=step) for step in steps))


# whom a wait concerns from which step on, as limits of hand_over.yml says; who leads is told
# besides the agents, not instead of them
CALLED_FROM: Mapping[Role, Wait] = MappingProxyType(
    {
        Role.AGENT: Wait.LONG,
        Role.LEAD: Wait.TOO_LONG,
        Role.SUPERVISOR: Wait.FAR_TOO_LONG,
        Role.ADMIN: Wait.FAR_TOO_LONG,
    }
)


def is_called(role: Role, wait: Wait) -> bool:
    """Whether a wait has gone so far that somebody of this role has to see to it."""
    return role in CALLED_FROM and wait >= CALLED_FROM[role]


def is_over(wait: Wait, there: Mapping[str, bool]) -> bool:
    """Whether a wait ends where nobody takes talks now: nobody may come back in time.

    `there`: whose page was open lately, and whether they take talks. Who is on a break may be back
    soon; who left a page open past the hours is given longer, to serve those who wait already.
    """
    if not there:
        return True
    return wait >= (Wait.FAR_TOO_LONG if any(there.values()) else Wait.TOO_LONG)


def turn_after(last_of_customer: int, last_of_agent: int) -> Turn:
    """Who is to speak next once a person has taken over: whoever did not speak last.

    From the sequence numbers of their last lines since the hand-over, 0 for none. What the bot and
    the desk itself say counts for nobody; somebody who waits for a person has the agent's turn.
    """
    return Turn.CUSTOMER if last_of_agent > last_of_customer else Turn.AGENT


def summarise(
    lines: Sequence[Message], details: Mapping[str, str], tickets: Sequence[str]
) -> Summary:
    """The conversation in four facts, from its lines since the last hand-over, oldest first."""
    said = [line.reply.text for line in lines if line.sender is Sender.CUSTOMER]
    answered = [line.reply.text for line in lines if line.sender is Sender.BOT]
    # the longest of the lines is nearly always the one that tells the matter
    return Summary(
        matter=max(said, key=len, default=""),
        # "昨晚十点" is told already; the moments it may mean are for programs
        details={name: value for name, value in details.items() if name != INTERVAL},
        tickets=tuple(tickets),
        bot_said=answered[-1] if answered else "",
    )


def queue_words(reason: Reason, ahead: int, terms: HandOverTerms, hours: str) -> str:
    """What the customer is told when the wait begins: their place, and when persons are there."""
    words = terms.words
    said = {Reason.ANGRY: words.queued_angry, Reason.MISSED: words.queued_missed}
    return said.get(reason, words.queued).format(place=words.place(ahead), hours=hours)
