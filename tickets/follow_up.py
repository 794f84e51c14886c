"""Follow-up (回访): asking the customer, after the answer, whether it helped."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from tickets.keeping import Keeper, Transaction
from tickets.terms import Terms
from tickets.ticket import Mark, MoveNotAllowed, State, Ticket

FOLLOWED_UP, UNREACHED = "followed_up", "unreached"
TRIES = 3
_ASKED = frozenset({State.ANSWERED, State.FOLLOW_UP})


class Outcome(StrEnum):
    """What came of asking."""

    SATISFIED = "satisfied"
    UNSATISFIED = "unsatisfied"
    UNREACHED = "unreached"


def tries_so_far(ticket: Ticket) -> int:
    """How often the customer was not reached since the last answer."""
    count = 0
    for line in ticket.history:
        if Mark.ANSWERED in line.marks:
            count = 0
        count += line.event == UNREACHED
    return count


def after_asking(ticket: Ticket, outcome: Outcome) -> tuple[Ticket, tuple[Mark, ...]]:
    """The ticket as the outcome leaves it, and what that means to the clocks.

    Who is satisfied has it filed, who is not has it reopened. Who cannot be reached for the third
    time has it filed as unreached, never as satisfied.
    """
    on = replace(ticket, version=ticket.version + 1)
    if outcome is Outcome.SATISFIED:
        filed = replace(on, state=State.FILED, outcome=outcome.value)
        return filed, (Mark.FOLLOWED_UP, Mark.FILED)
    if outcome is Outcome.UNSATISFIED:
        return replace(on, state=State.REOPENED), (Mark.FOLLOWED_UP, Mark.REOPENED)
    if tries_so_far(ticket) + 1 < TRIES:
        return replace(on, state=State.FOLLOW_UP), ()
    return replace(on, state=State.FILED, outcome=outcome.value), (Mark.FILED,)


class FollowUp:
    """Writing down what came of asking."""

    def __init__(
        self, *, write: Transaction, clock: Callable[[], datetime], terms: Mapping[str, Terms]
    ) -> None:
        self._write, self._clock, self._terms = write, clock, terms

    async def note(
        self,
        no: str,
        outcome: Outcome,
        *,
        actor: str,
        words: str = "",
        version: int | None = None,
    ) -> Ticket:
        """Write one try down; raises `MoveNotAllowed` unless the ticket has been answered."""
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            ticket = await keeper.get(no, version=version)
            if ticket.state not in _ASKED:
                raise MoveNotAllowed(f"ticket {no} is {ticket.state}; ask when it is answered")
            after, marks = after_asking(ticket, outcome)
            event = UNREACHED if outcome is Outcome.UNREACHED else FOLLOWED_UP
            return await keeper.keep(
                ticket, after, actor=actor, note=words, event=event, marks=marks
            )
