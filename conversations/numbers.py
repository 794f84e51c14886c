"""How customers' turns ended, counted by day and by entry; what each number means. Pure.

A turn is what a customer said in one go and what the desk answered to it by itself: lines that
were read together are one turn, lines to a person are none. Each turn ended in exactly one way,
the first of these that is so, so that the ways add up to all turns:

    emergency    safety words were said
    handed_over  the customer was put into the queue for a person
    filed        a ticket was shown as filed
    answered     an entry was said, alone or with the title of the question it answers
    clarified    entries were offered to choose from
    none         it was said that this is not known
    other        anything else: greetings, a question of a form, progress of a ticket

Beside them stand tickets (registered in the centre by whatever door, reports of informants not
counted) and emergencies among them. A day is a day of the centre's own zone.

Errors
    ConversationError
    └── PeriodUnfit   the last day is before the first, or more than `MOST_DAYS` are asked for
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from conversations.message import ConversationError

# a year and a day: the same month of last year can be put beside this one
MOST_DAYS = 367
# without a wish
USUAL_DAYS = 14


class PeriodUnfit(ConversationError):
    """The last day is before the first, or too many are asked for."""

    def __init__(self, text: str = "the first day is after the last, or too long before") -> None:
        super().__init__(f"{text}: choose a first and a last day, at most {MOST_DAYS} days")
        self.limit = MOST_DAYS


class Ended(StrEnum):
    """How a turn ended; of a turn's several lines the one named first here counts."""

    EMERGENCY = "emergency"
    HANDED_OVER = "handed_over"
    FILED = "filed"
    ANSWERED = "answered"
    CLARIFIED = "clarified"
    NONE = "none"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole days of a centre, the first and the last included."""

    first: date
    last: date
    zone: str

    @classmethod
    def of(cls, first: date | None, last: date | None, *, zone: str, now: datetime) -> "Period":
        """What somebody asked for; the last two weeks without a wish. Raises `PeriodUnfit`."""
        end = last or max(now.astimezone(ZoneInfo(zone)).date(), first or date.min)
        begin = first or end - timedelta(days=USUAL_DAYS - 1)
        if not begin <= end or (end - begin).days >= MOST_DAYS or not 2000 <= begin.year <= 9000:
            raise PeriodUnfit
        return cls(first=begin, last=end, zone=zone)

    @property
    def since(self) -> datetime:
        """The first moment of it, in UTC."""
        return self._midnight(self.first)

    @property
    def until(self) -> datetime:
        """The first moment after it, in UTC."""
        return self._midnight(self.last + timedelta(days=1))

    @property
    def days(self) -> list[date]:
        """Every day of it, in order."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def day_of(self, moment: datetime) -> date:
        """The day of a moment where the centre is."""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """So many things of one name at about one moment (within its minute)."""

    name: str
    at: datetime
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayNumbers:
    """One day: turns by how they ended, and what was registered."""

    day: date
    ended: dict[Ended, int]
    tickets: int
    emergencies: int

    @property
    def turns(self) -> int:
        """All turns of the day."""
        return sum(self.ended.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryNumbers:
    """One entry: how often it was said, offered, and called a help or none under the answer.

    `offered` is counted by days of UTC, as it is written down (knowledge/hits.py).
    """

    entry_id: str
    title: str
    answered: int
    offered: int = 0
    helped: int = 0
    no_help: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The numbers of a period; `with_person` of its conversations waited for a person in it."""

    period: Period
    days: tuple[DayNumbers, ...]
    entries: tuple[EntryNumbers, ...]
    conversations: int
    with_person: int

    @property
    def total(self) -> DayNumbers:
        """The sum of all days, dated by the first."""
        return DayNumbers(
            day=self.period.first,
            ended={each: sum(day.ended[each] for day in self.days) for each in Ended},
            tickets=sum(day.tickets for day in self.days),
            emergencies=sum(day.emergencies for day in self.days),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTold:
    """One turn: what was asked, what was answered, how it ended."""

    conversation_id: str
    at: datetime
    ended: Ended
    asked: str
    answered: str
    entry_id: str


def by_day(
    period: Period, turns: Iterable[Counted], tickets: Sequence[Counted], *, emergency: str
) -> tuple[DayNumbers, ...]:
    """The days of a period, those without anything too; `emergency` names such tickets."""
    ended = {day: dict.fromkeys(Ended, 0) for day in period.days}
    for each in turns:
        ended[period.day_of(each.at)][Ended(each.name)] += each.count
    registered = dict.fromkeys(period.days, 0)
    urgent = dict.fromkeys(period.days, 0)
    for each in tickets:
        day = period.day_of(each.at)
        registered[day] += each.count
        urgent[day] += each.count if each.name == emergency else 0
    return tuple(
        DayNumbers(day=day, ended=ended[day], tickets=registered[day], emergencies=urgent[day])
        for day in period.days
    )
