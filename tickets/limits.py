"""The limits of a centre: what is owed by when, from which event on, and who says so.

They are read from `profiles/<name>/limits.yml`. A value that no document gives, or on which they
disagree, is marked `open`: the centre decides it, the code never does.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from tickets.opening_hours import OpeningHours, read_blocks, read_week
from tickets.reckoning import Until
from tickets.ticket import Kind, Mark, State

_SPAN = re.compile(r"(\d{1,4}) ?个?(\S*)", re.ASCII)
_SHARE = re.compile(r"(\d{1,2})%", re.ASCII)
_LONGEST = timedelta(days=366)


class What(StrEnum):
    """What is owed."""

    FORM = "form"  # the complaint form to the head of the department
    FIRST_RESPONSE = "first_response"
    ON_SITE = "on_site"
    ANSWER = "answer"
    RESOLVE = "resolve"
    FOLLOW_UP = "follow_up"


STARTS = frozenset(
    {Mark.REGISTERED, Mark.REFERRED, Mark.DISPATCHED, Mark.CONTACTED, Mark.ARRIVED}
    | {Mark.ANSWERED, Mark.RESOLVED}
)


class Unit(StrEnum):
    """What a limit is counted in."""

    MINUTES = "分钟"
    HOURS = "小时"
    DAYS = "天"
    WORKING_DAYS = "工作日"


# access roles that may know of a report (举报) at all; conversations.rights says the same
MAY_KNOW_OF_REPORTS = frozenset({"supervisor", "admin"})

_CLOCK_UNITS = {Unit.MINUTES: timedelta(minutes=1), Unit.HOURS: timedelta(hours=1)}


@dataclass(frozen=True, slots=True)
class Span:
    """How long: a count with its unit."""

    count: int
    unit: Unit

    @property
    def size(self) -> timedelta:
        """How long it is at the least, to compare it with others."""
        return self.as_time or timedelta(days=self.count)

    @property
    def as_time(self) -> timedelta | None:
        """The time of minutes and hours; days are counted, not added up."""
        each = _CLOCK_UNITS.get(self.unit)
        return None if each is None else each * self.count

    def __str__(self) -> str:
        return f"{self.count} {'个' if self.unit is Unit.WORKING_DAYS else ''}{self.unit}"


@dataclass(frozen=True, slots=True)
class WarnAt:
    """When to warn: after a share of the limit, or so long before it is over."""

    share: float = 1.0
    before: Span | None = None


def read_span(value: Any) -> Span:
    """A limit such as `45 分钟`, `3 天` or `5 个工作日`; `ValueError` says what is wrong."""
    if isinstance(value, Span):
        return value
    found = _SPAN.fullmatch(str(value).strip())
    if found is None:
        raise ValueError(f"{value} is no limit; write a number and a unit, as 5 个工作日")
    count, unit = int(found[1]), found[2]
    if unit not in list(Unit):
        fault = f"has an unknown unit {unit!r}" if unit else "has no unit"
        raise ValueError(f"{value} {fault}; a unit is one of {'、'.join(Unit)}")
    span = Span(count, Unit(unit))
    if not timedelta(0) < span.size <= _LONGEST:
        raise ValueError(f"{value} must be more than nothing and at most a year")
    return span


def read_warning(value: Any) -> WarnAt:
    """A warning such as `80%` (of the limit) or `1 小时` (before it is over)."""
    if isinstance(value, WarnAt):
        return value
    share = _SHARE.fullmatch(str(value).strip())
    if share is None:
        return WarnAt(before=read_span(value))
    if share[1] in ("0", "00"):
        raise ValueError("a warning at 0% would be there from the start")
    return WarnAt(share=int(share[1]) / 100)


SpanText = Annotated[Span, BeforeValidator(read_span)]
WarningText = Annotated[WarnAt, BeforeValidator(read_warning)]
Source = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CaseClass(_Part):
    """A class of one kind of ticket, and the roles that may judge a ticket to be of it."""

    id: str
    title: str
    meaning: str = ""
    judged_by: Annotated[list[str], Field(min_length=1)]
    # told as soon as a ticket is judged to be of it, whatever the chain says
    tell: list[str] = []
    source: Source
    open: bool = False
    note: str = ""


class Hours(_Part):
    """Opening hours as they are written in the file."""

    title: str
    week: dict[str, list[str]]
    follows_calendar: bool = False
    on_holiday: list[str] = []
    on_make_up: list[str] = []
    source: Source
    open: bool = False

    def read(self) -> OpeningHours:
        """The hours as they are counted by; `ValueError` says what is wrong with them."""
        return OpeningHours(
            week=read_week(self.week),
            follows_calendar=self.follows_calendar,
            on_holiday=read_blocks(self.on_holiday),
            on_make_up=read_blocks(self.on_make_up),
        )


class Limit(_Part):
    """One thing that is owed by a certain time."""

    kind: Kind
    class_id: Annotated[str | None, Field(alias="class")] = None
    area: str | None = None
    what: What
    within: SpanText | None = None
    starts: Annotated[Mark, Field(alias="from")] = Mark.REGISTERED
    # it is owed only when this has happened, though the clock starts at `from`
    once: Mark | None = None
    # waiting for the customer stops it
    stops: bool = False
    # it runs anew when the ticket is reopened
    again: bool = True
    until: Until = Until.END_OF_DAY
    # minutes and hours count inside these opening hours only; without, around the clock
    hours: str | None = None
    warn: WarningText | None = None
    department: str | None = None
    source: Source
    # where it holds, if not everywhere
    region: str = ""
    open: bool = False
    note: str = ""


class Rung(_Part):
    """One step of the chain: who is told, and how long after the limit was over."""

    role: str
    # none: at once
    after: SpanText | None = None


class Chain(_Part):
    """Who is told when a limit is nearly over, and over: each rung in turn, the lowest first."""

    rungs: Annotated[list[Rung], Field(min_length=1)]
    source: Source
    open: bool = False
    note: str = ""

    @cached_property
    def delays(self) -> tuple[tuple[str, timedelta], ...]:
        """Who is told how long after the limit was over, read once."""
        return tuple(
            (rung.role, rung.after.size if rung.after is not None else timedelta(0))
            for rung in self.rungs
        )


class Asking(_Part):
    """How customers are asked in the chat, after the answer, whether it helped (回访)."""

    # they are asked in these opening hours only
    hours: str
    # not before so long after the answer
    after: SpanText | None = None
    # nor while they were talking so lately
    quiet: SpanText | None = None
    # who says nothing for so long was not reached
    answer_within: SpanText
    # what was answered longer ago is for people to ask about (the desk was down, the ticket is old)
    lapses: SpanText
    # after so many questions without an answer a person phones, if there is a phone
    times: Annotated[int, Field(ge=1)]
    source: Source
    open: bool = False
    note: str = ""


class Longest(_Part):
    """How long a ticket may stay as it is before somebody is told."""

    within: SpanText
    source: Source
    open: bool = False
    note: str = ""


class Limits(_Part):
    """Everything in a centre's limits.yml; titles are by id."""

    roles: dict[str, str]
    # which of these roles somebody has who signs in here with an access role
    posts: dict[str, list[str]]
    chain: Chain
    departments: dict[str, str]
    areas: dict[str, str] = {}
    hours: dict[str, Hours] = {}
    classes: dict[Kind, list[CaseClass]] = {}
    # as which class a ticket counts until somebody has judged it
    unjudged: dict[Kind, str] = {}
    warn: WarningText
    limits: list[Limit]
    # how long tickets may wait for the customer, or be on hold; without, nobody is told
    parked: dict[State, Longest] = {}
    # without it nobody is asked by the desk itself: it is for people to do
    follow_up: Asking | None = None

    @cached_property
    def opening_hours(self) -> dict[str, OpeningHours]:
        """The hours as they are counted by, read once."""
        return {name: hours.read() for name, hours in self.hours.items()}

    def class_of(self, kind: Kind, class_id: str | None) -> CaseClass | None:
        """The class of this id, if tickets of this kind have it."""
        return next((each for each in self.classes.get(kind, []) if each.id == class_id), None)

    def posts_of(self, access_role: str) -> frozenset[str]:
        """The roles of the centre that an access role stands for."""
        return frozenset(self.posts.get(access_role, ()))

    @cached_property
    def report_posts(self) -> frozenset[str]:
        """The roles of the centre whose people may know of a report."""
        return frozenset().union(*(self.posts_of(access) for access in MAY_KNOW_OF_REPORTS))

    def lowest_rung(self, kind: Kind) -> int:
        """The first rung of the chain whose people may know of tickets of this kind.

        Without one it is the highest, which nobody may look at either.
        """
        rungs = self.chain.rungs
        if kind is not Kind.REPORT:
            return 0
        held = (at for at, rung in enumerate(rungs) if rung.role in self.report_posts)
        return next(held, len(rungs) - 1)

    def may_judge(self, role: str, kind: Kind, class_id: str) -> bool:
        """Whether a role may judge a ticket of this kind to be of this class."""
        judged = self.class_of(kind, class_id)
        return judged is not None and role in judged.judged_by
