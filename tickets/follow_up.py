"""Follow-up (回访): asking the customer, after the answer, whether it helped."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from tickets.asking_after import (
    ASKED,
    FOLLOWED_UP,
    OPEN_TO_ASKING,
    TRIES,
    UNASKABLE,
    UNREACHED,
    Action,
    NextStep,
    Outcome,
    after_asking,
    next_step,
    takes_answer,
    tries_so_far,
)
from tickets.keeping import Keeper, Transaction
from tickets.life import referred, routed
from tickets.terms import Terms
from tickets.ticket import DESK, Mark, MoveNotAllowed, ReasonMissing, State, Ticket

__all__ = ["TRIES", "FollowUp", "Outcome", "after_asking", "tries_so_far"]

RATED, REOPENED = "rated", "reopened"
# so few that customers hardly wait behind them; the rest comes a few seconds later
DUE_AT_ONCE = 100


class FollowUp:
    """Asking, and writing down what came of it; each verb is one transaction."""

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
        """Write one try down.

        Raises `MoveNotAllowed` unless the ticket has been answered, `ReasonMissing` when it is to
        be reopened and nobody says what the customer was not satisfied with.
        """
        if outcome is Outcome.UNSATISFIED and not words.strip():
            raise ReasonMissing(f"say with what the customer of {no} was not satisfied")
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            ticket = await keeper.get(no, version=version)
            if ticket.state not in OPEN_TO_ASKING:
                raise MoveNotAllowed(f"ticket {no} is {ticket.state}; ask when it is answered")
            return await _note(keeper, ticket, outcome, actor=actor, words=words)

    async def rate(
        self,
        no: str,
        outcome: Outcome,
        *,
        given: str,
        actor: str,
        words: str,
        request_key: str,
    ) -> bool:
        """Write down what a customer says of the service, once.

        It is the answer of the follow-up as long as there is one to be answered; else it is noted
        and moves nothing. Returns whether it reopened the ticket, also when the same comes again.
        """
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            done = await keeper.tickets.find_event(request_key)
            if done is not None:
                return done == REOPENED
            ticket = await keeper.get(no)
            marks: tuple[Mark, ...] = ()
            after, event = replace(ticket, version=ticket.version + 1), RATED
            if takes_answer(ticket):
                after, marks = _after(keeper, ticket, outcome)
                event = REOPENED if after.state is State.REOPENED else FOLLOWED_UP
            rated = replace(after, fields={**ticket.fields, "satisfaction": given})
            await keeper.keep(
                ticket,
                rated,
                actor=actor,
                note=words,
                event=event,
                marks=marks,
                request_key=request_key,
            )
            return event == REOPENED

    async def list_due(self) -> list[tuple[Ticket, NextStep]]:
        """The tickets for which the desk has something to do now, and what, the longest first."""
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            nos = await keeper.tickets.list_to_follow_up(
                list(self._terms), now=keeper.now, limit=DUE_AT_ONCE
            )
            due = await keeper.tickets.list_for_change(nos)
        steps = [(ticket, next_step(ticket, self._terms[ticket.profile])) for ticket in due]
        return [(ticket, step) for ticket, step in steps if step is not None]

    async def note_asked(self, no: str, step: NextStep) -> None:
        """The customer has been asked; nothing if that is known, or they have answered."""
        await self._do(no, step, Action.ASK)

    async def give_up(self, no: str, step: NextStep) -> None:
        """Nobody answered: one try without reaching them; nothing if they have answered."""
        await self._do(no, step, Action.GIVE_UP)

    async def note_unaskable(self, no: str) -> None:
        """There is no chat to ask in: a person must do it."""
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            ticket = await keeper.get(no)
            if next_step(ticket, keeper.terms_of(ticket)) is not None:
                on = replace(ticket, version=ticket.version + 1)
                await keeper.keep(ticket, on, actor=DESK, event=UNASKABLE)

    async def put_off(self, no: str, *, until: datetime) -> None:
        """Look at it again then: somebody is talking there just now, or it failed."""
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            await keeper.tickets.put_off_follow_up(no, until=until)

    async def _do(self, no: str, step: NextStep, action: Action) -> None:
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            ticket = await keeper.get(no)
            now_due = next_step(ticket, keeper.terms_of(ticket))
            # what was looked up before may have been done or answered since
            if now_due is None or (now_due.action, now_due.key) != (action, step.key):
                return
            if action is Action.GIVE_UP:
                await _note(keeper, ticket, Outcome.UNREACHED, actor=DESK)
                return
            asked = replace(ticket, state=State.FOLLOW_UP, version=ticket.version + 1)
            await keeper.keep(ticket, asked, actor=DESK, event=ASKED, request_key=step.key)


async def _note(
    keeper: Keeper, ticket: Ticket, outcome: Outcome, *, actor: str, words: str = ""
) -> Ticket:
    after, marks = _after(keeper, ticket, outcome)
    event = UNREACHED if outcome is Outcome.UNREACHED else FOLLOWED_UP
    return await keeper.keep(ticket, after, actor=actor, note=words, event=event, marks=marks)


def _after(keeper: Keeper, ticket: Ticket, outcome: Outcome) -> tuple[Ticket, tuple[Mark, ...]]:
    """The ticket as the outcome leaves it; what is reopened lies in a department that is there."""
    after, marks = after_asking(ticket, outcome)
    terms = keeper.terms_of(ticket)
    if terms is None or after.state is not State.REOPENED:
        return after, marks
    sent = routed(ticket, after, terms)
    return sent, (*marks, *referred(ticket, sent, terms.limits))
