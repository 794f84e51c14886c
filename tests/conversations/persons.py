"""What stands between customers and agents, by the hours and words of the real profiles."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from conversations.duty import Duty
from conversations.hand_over_terms import load_hand_over
from conversations.handovers import HandOvers
from conversations.live import Live
from conversations.queueing import Queueing, ReadDetails
from desk.database import Database
from desk.settings import ROOT
from tests.centres import read_terms
from tickets.profile import Profile
from tickets.service import TicketService


@dataclass(frozen=True, kw_only=True)
class Persons:
    """What stands between customers and agents."""

    duty: Duty
    queueing: Queueing
    handovers: HandOvers


def persons_of(
    database: Database,
    live: Live,
    tickets: TicketService,
    profiles: Mapping[str, Profile],
    clock: Callable[[], datetime],
    *,
    read_details: ReadDetails = lambda text, profile: {},
) -> Persons:
    """The way to a person, by the hours and words of the real profiles."""
    write, read = database.write, database.read
    terms = load_hand_over(ROOT / "profiles", profiles)
    duty = Duty(write=write, read=read, terms=terms, times=read_terms(*profiles), clock=clock)
    queueing = Queueing(
        write=write,
        read=read,
        live=live,
        tickets=tickets,
        profiles=profiles,
        terms=terms,
        duty=duty,
        read_details=read_details,
        clock=clock,
    )
    handovers = HandOvers(
        write=write, read=read, live=live, terms=terms, queueing=queueing, clock=clock
    )
    return Persons(duty=duty, queueing=queueing, handovers=handovers)
