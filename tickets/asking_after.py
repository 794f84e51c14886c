"""When the desk itself asks a customer, after the answer, whether it helped (回访). Pure.

Requirements 1.1, row 7: dealt with, followed up, filed. All follows from the ticket's history and
what the centre says in limits.yml; the moment of the next step is kept beside the ticket.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from tickets.limits import Asking, Span
from tickets.reckoning import to_utc
from tickets.terms import Terms
from tickets.ticket import DESK, HistoryLine, Kind, Mark, State, Ticket

FOLLOWED_UP, UNREACHED = "followed_up", "unreached"
# the desk has asked in the chat, or could not, because there is no such chat
ASKED, UNASKABLE = "asked", "unaskable"
TRIES = 3
OPEN_TO_ASKING = frozenset({State.ANSWERED, State.FOLLOW_UP})


class Outcome(StrEnum):
    """What came of asking."""

    SATISFIED = "satisfied"
    FAIR = "fair"
    UNSATISFIED = "unsatisfied"
    UNREACHED = "unreached"


class Action(StrEnum):
    """What the desk does by itself."""

    ASK = "ask"
    GIVE_UP = "give_up"  # nobody answered in time: one try without reaching the customer


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What the desk does next to follow a ticket up, and not before `at` (aware, in UTC)."""

    action: Action
    at: datetime
    # the same for the same question, however often the work runs
    key: str
    is_first: bool


def next_step(ticket: Ticket, terms: Terms | None) -> NextStep | None:
    """What the desk does next; None when there is nothing to do, or a person must do it.

    A report is never asked about: whoever sees the screen would learn who informed.
    """
    asking = None if terms is None else terms.limits.follow_up
    round_, lines = _since_answer(ticket)
    is_ours = ticket.conversation_id is not None and ticket.kind is not Kind.REPORT
    if terms is None or asking is None or ticket.state not in OPEN_TO_ASKING or not lines:
        return None
    if not is_ours or _is_taken_over(lines):
        return None
    tries = tries_so_far(ticket)
    key = f"follow-up:{ticket.no}:{round_}:{tries + 1}"
    last = next((each for each in reversed(lines) if each.event in (ASKED, UNREACHED)), None)
    if last is not None and last.event == ASKED:
        at = to_utc(last.at) + _length(asking.answer_within)
        return NextStep(action=Action.GIVE_UP, at=at, key=key, is_first=tries == 0)
    if tries >= _times(ticket, asking):
        return None
    ready = lines[0].at + _length(asking.after) if last is None else last.at
    at = terms.time.next_open(ready, terms.limits.opening_hours[asking.hours])
    return NextStep(action=Action.ASK, at=at, key=key, is_first=tries == 0)


def tries_so_far(ticket: Ticket) -> int:
    """How often the customer was not reached since the last answer."""
    return sum(line.event == UNREACHED for line in _since_answer(ticket)[1])


def after_asking(ticket: Ticket, outcome: Outcome) -> tuple[Ticket, tuple[Mark, ...]]:
    """The ticket as the outcome leaves it, and what that means to the clocks.

    Who is satisfied, or fairly so, has it filed; who is not has it reopened. Who cannot be reached
    for the third time has it filed as unreached, never as satisfied.
    """
    on = replace(ticket, version=ticket.version + 1)
    if outcome is Outcome.UNSATISFIED:
        reopened = replace(on, state=State.REOPENED, outcome="")
        return reopened, (Mark.FOLLOWED_UP, Mark.REOPENED)
    if outcome is not Outcome.UNREACHED:
        filed = replace(on, state=State.FILED, outcome=outcome.value)
        return filed, (Mark.FOLLOWED_UP, Mark.FILED)
    if tries_so_far(ticket) + 1 < TRIES:
        return replace(on, state=State.FOLLOW_UP), ()
    return replace(on, state=State.FILED, outcome=outcome.value), (Mark.FILED,)


def takes_answer(ticket: Ticket) -> bool:
    """Whether what a customer says of the service still decides what becomes of the ticket.

    Who answers after we gave them up was asked all the same.
    """
    is_given_up = ticket.state is State.FILED and ticket.outcome == Outcome.UNREACHED
    return ticket.state in OPEN_TO_ASKING or is_given_up


def _since_answer(ticket: Ticket) -> tuple[int, Sequence[HistoryLine]]:
    """How often the ticket was answered, and what happened from the last answer on."""
    answers = [at for at, line in enumerate(ticket.history) if Mark.ANSWERED in line.marks]
    return len(answers), ticket.history[answers[-1] :] if answers else ()


def _is_taken_over(lines: Sequence[HistoryLine]) -> bool:
    """Whether a person does the asking, or must, because there is no chat to ask in."""
    before = State.ANSWERED
    for line in lines:
        begins = line.state is State.FOLLOW_UP and before is not State.FOLLOW_UP
        if line.actor != DESK and (begins or line.event == UNREACHED):
            return True
        if line.event == UNASKABLE:
            return True
        before = line.state
    return False


def _times(ticket: Ticket, asking: Asking) -> int:
    """How often the chat is tried: without a phone there is no other way."""
    has_phone = any(sign.isdigit() for sign in ticket.fields.get("phone", ""))
    return min(asking.times, TRIES) if has_phone else TRIES


def _length(span: Span | None) -> timedelta:
    return timedelta(0) if span is None else span.size
