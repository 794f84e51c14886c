"""The verbs of tickets about the same matter: link, merge; and put a limit off, once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from tickets.clocks import Postponement, check_postponement, choose_clock
from tickets.keeping import Keeper, Transaction
from tickets.life import check_move, is_at_work
from tickets.limits import What
from tickets.link_store import Link, Relation
from tickets.reckoning import to_utc
from tickets.terms import Terms
from tickets.ticket import (
    Kind,
    LinkNotAllowed,
    Mark,
    PostponeNotAllowed,
    ReasonMissing,
    State,
    Ticket,
)

LINKED, MERGED, LEADS, POSTPONED = "linked", "merged", "leads", "postponed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """What is asked for when a limit is put off; without `what`, all due by then."""

    until: datetime
    reason: str
    # how and when the customer agreed
    consent: str
    what: What | None = None


class Matters:
    """Tickets that belong together; each verb is one transaction."""

    def __init__(
        self, *, write: Transaction, clock: Callable[[], datetime], terms: Mapping[str, Terms]
    ) -> None:
        self._write, self._clock, self._terms = write, clock, terms

    async def link(
        self, no: str, other: str, *, actor: str, relation: Relation, version: int | None = None
    ) -> Ticket:
        """Say that two tickets belong together; raises `LinkNotAllowed`."""
        async with self._write() as connection:
            if relation is Relation.MERGED:
                raise LinkNotAllowed("tickets are merged by saying into which")
            keeper = Keeper(connection, self._terms, self._clock())
            ticket, second = await _get_both(keeper, no, other, version=version)
            link = Link(no=no, other=other, relation=relation, actor=actor, at=keeper.now)
            await keeper.links.add(link)
            await keeper.keep(second, _on(second), actor=actor, event=LINKED, note=no)
            return await keeper.keep(ticket, _on(ticket), actor=actor, event=LINKED, note=other)

    async def merge(self, no: str, into: str, *, actor: str, version: int | None = None) -> Ticket:
        """Work on two tickets as one from now on; what `no` led is led by `into` too.

        The one that leads is at least as urgent as the other was. Raises `LinkNotAllowed`, also
        when nobody works on `into` any more, or `MoveNotAllowed` when nobody does on `no`.
        """
        async with self._write() as connection:
            keeper = Keeper(connection, self._terms, self._clock())
            ticket, leader = await _get_both(keeper, no, into, version=version)
            if ticket.kind is not leader.kind or not is_at_work(leader):
                raise LinkNotAllowed(f"{no} cannot be merged into {into}: {leader.state}")
            check_move(ticket, State.MERGED, actor=actor, reason="")
            link = Link(no=no, other=into, relation=Relation.MERGED, actor=actor, at=keeper.now)
            await keeper.links.add(link)
            raised = max(leader.priority, ticket.priority)
            leads = replace(_on(leader), priority=raised)
            await keeper.keep(leader, leads, actor=actor, event=LEADS, note=no)
            for led in await keeper.links.list_merged(no):
                one = await keeper.get(led)
                moved = replace(_on(one), merged_into=into)
                await keeper.keep(one, moved, actor=actor, event=MERGED, note=into)
            merged = replace(_on(ticket), state=State.MERGED, merged_into=into)
            return await keeper.keep(
                ticket, merged, actor=actor, event=MERGED, note=into, marks=(Mark.WITHDRAWN,)
            )

    async def postpone(
        self, no: str, delay: Delay, *, actor: str, version: int | None = None
    ) -> Ticket:
        """Put limits off, once for a matter, by at most a week, as the customer agreed.

        Without `what` every limit that runs and is due by then moves: a promise to the customer is
        one, however many clocks count to it.

        Raises `PostponeNotAllowed` or `ReasonMissing`.
        """
        if not (delay.reason.strip() and delay.consent.strip()):
            raise ReasonMissing("say why it is put off, and how the customer agreed")
        try:
            async with self._write() as connection:
                keeper = Keeper(connection, self._terms, self._clock())
                ticket = await keeper.get(no, version=version)
                return await _postpone(keeper, ticket, delay, actor=actor)
        except IntegrityError as error:
            raise PostponeNotAllowed(f"ticket {no} was postponed before") from error


async def _postpone(keeper: Keeper, ticket: Ticket, delay: Delay, *, actor: str) -> Ticket:
    matter = await keeper.links.list_matter(ticket.no)
    before = await keeper.links.list_postponements(matter)
    if before:
        nos = ", ".join(before)
        raise PostponeNotAllowed(f"the matter of {ticket.no} was postponed before, on {nos}")
    kept = (await keeper.clocks.list_clocks([ticket.no]))[ticket.no]
    clock = choose_clock([each.clock for each in kept], delay.what, now=keeper.now)
    check_postponement(clock, delay.until, now=keeper.now)
    assert clock.due_at is not None
    postponed = Postponement(
        no=ticket.no,
        what=clock.what,
        was_due_at=clock.due_at,
        until=to_utc(delay.until),
        reason=delay.reason,
        consent=delay.consent,
        at=keeper.now,
        actor=actor,
        with_others=delay.what is None,
    )
    await keeper.links.postpone(postponed)
    return await keeper.keep(ticket, _on(ticket), actor=actor, event=POSTPONED, note=delay.reason)


async def _get_both(
    keeper: Keeper, no: str, other: str, *, version: int | None
) -> tuple[Ticket, Ticket]:
    if no == other:
        raise LinkNotAllowed("a ticket cannot be put together with itself")
    # always in one order, so that two who do the same crosswise do not wait for each other
    held = {
        each: await keeper.get(each, version=version if each == no else None)
        for each in sorted((no, other))
    }
    ticket, second = held[no], held[other]
    # whoever sees one of them would learn of the other (invariant 7)
    if ticket.profile != second.profile or (ticket.kind is Kind.REPORT) != (
        second.kind is Kind.REPORT
    ):
        raise LinkNotAllowed(f"tickets {no} and {other} cannot be put together")
    return ticket, second


def _on(ticket: Ticket) -> Ticket:
    return replace(ticket, version=ticket.version + 1)
