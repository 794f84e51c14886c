"""A customer writes while a ticket waits for them: its history tells of it, and its owner hears.

Waiting stops clocks, so without this nobody would look at the ticket again. It moves no ticket:
only a person sees whether what came is what was waited for (及时跟踪, requirements 1.1 row 7).
"""

from dataclasses import replace

from tickets.escalation import Alarm, AlarmKind
from tickets.keeping import Keeper
from tickets.ticket import CUSTOMER, Kind, Mark, State, Ticket

WROTE = "wrote"
_MOST_WORDS = 2000


def is_to_be_told(ticket: Ticket) -> bool:
    """Whether it waits for the customer, who has not written since; once is enough for a wait."""
    if ticket.state is not State.WAITING:
        return False
    for line in reversed(ticket.history):
        if line.event == WROTE:
            return False
        if Mark.WAITING in line.marks:
            break
    return True


async def note_written(keeper: Keeper, ticket: Ticket, *, words: str) -> Ticket:
    """Write down that the customer wrote, and tell the lowest rung, of whom the owner is one.

    What an informant wrote stays in their conversation.
    """
    said = "" if ticket.kind is Kind.REPORT else words[:_MOST_WORDS]
    on = replace(ticket, version=ticket.version + 1)
    noted = await keeper.keep(ticket, on, actor=CUSTOMER, event=WROTE, note=said)
    terms = keeper.terms_of(ticket)
    if terms is not None:
        level = terms.limits.lowest_rung(ticket.kind)
        role = terms.limits.chain.rungs[level].role
        alarm = Alarm(kind=AlarmKind.WROTE, level=level, role=role, at=keeper.now)
        await keeper.clocks.raise_now(noted, alarm, about=keeper.now)
    return noted
