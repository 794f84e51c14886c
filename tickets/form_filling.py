"""Paper forms filled from a ticket: pure, and the same for a workbook and for a page."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from tickets.asking_after import Outcome
from tickets.clocks import Clock
from tickets.forms import Box, Form, Summary, Words
from tickets.limits import Limits, What
from tickets.profile import Profile
from tickets.ticket import HistoryLine, State, Ticket

MINUTE, DAY = "%Y-%m-%d %H:%M", "%Y-%m-%d"
CHECKED, UNCHECKED = "☑", "☐"
STORIES = ("matter", "advice", "praised", "words")
# whichever of them a ticket has is the limit on paper
SETTLED_BY = (What.RESOLVE, What.ANSWER, What.ON_SITE, What.FIRST_RESPONSE)
ANSWERS = frozenset({Outcome.SATISFIED, Outcome.FAIR, Outcome.UNSATISFIED})
# fields that have boxes of their own
BOXED = frozenset(
    {"name", "phone", "address", "account_no", "since", "wish", "amount", "satisfaction"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledBox:
    """A box with what stands in it."""

    label: str
    value: str
    lines: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledSection:
    """Filled boxes under one heading."""

    title: str
    rows: tuple[tuple[FilledBox, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """A form ready to be printed."""

    title: str
    centre: str
    printed_at: str
    sections: tuple[FilledSection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledSummary:
    """A month's table ready to be printed."""

    title: str
    centre: str
    month: str
    printed_at: str
    columns: tuple[tuple[str, int], ...]
    rows: tuple[tuple[str, ...], ...]
    signed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """What of a centre stands on its forms."""

    profile: Profile
    limits: Limits
    words: Words


def fill(
    form: Form,
    ticket: Ticket,
    centre: Centre,
    *,
    now: datetime,
    clocks: Sequence[Clock] = (),
    attachments: Sequence[str] = (),
) -> FilledForm:
    """The form with all that the ticket and its clocks know; what nobody knows stays empty."""
    values = values_of(ticket, centre, now=now, clocks=clocks, attachments=attachments)
    return FilledForm(
        title=form.title,
        centre=centre.profile.title,
        printed_at=_moment(now, centre.profile),
        sections=tuple(
            FilledSection(
                title=section.title,
                rows=tuple(tuple(_filled(box, values) for box in row) for row in section.rows),
            )
            for section in form.sections
        ),
    )


def fill_summary(
    summary: Summary, tickets: Sequence[Ticket], centre: Centre, *, month: str, now: datetime
) -> FilledSummary:
    """The month's table, a line for each ticket."""
    rows = []
    for number, ticket in enumerate(tickets, start=1):
        values = {**values_of(ticket, centre, now=now), "number": str(number)}
        rows.append(tuple(values.get(column.source or "", "") for column in summary.columns))
    return FilledSummary(
        title=summary.title,
        centre=centre.profile.title,
        month=month,
        printed_at=_moment(now, centre.profile),
        columns=tuple((column.label, column.width) for column in summary.columns),
        rows=tuple(rows),
        signed=tuple(summary.signed),
    )


def _filled(box: Box, values: Mapping[str, str]) -> FilledBox:
    value = values.get(box.source or "", "")
    if box.tick:
        # by their titles, unless ids are given
        ticked = box.tick if isinstance(box.tick, dict) else {each: each for each in box.tick}
        value = "　".join(
            f"{CHECKED if value == each else UNCHECKED}{title}" for each, title in ticked.items()
        )
    return FilledBox(label=box.label, value=value, lines=box.lines)


def values_of(
    ticket: Ticket,
    centre: Centre,
    *,
    now: datetime,
    clocks: Sequence[Clock] = (),
    attachments: Sequence[str] = (),
) -> dict[str, str]:
    """What stands in the boxes, by the names of `VALUES` and `field.<name>`."""
    profile, limits = centre.profile, centre.limits
    moment = partial(_moment, profile=profile)
    judged = limits.class_of(ticket.kind, ticket.class_id)
    department = ticket.department or ""
    answered = _last(ticket, State.ANSWERED)
    words = centre.words
    actors, outcome = words.actors, words.outcomes.get(ticket.outcome, ticket.outcome)
    first = ticket.history[0].actor if ticket.history else ""
    return {
        **{f"field.{name}": value for name, value in ticket.fields.items()},
        "no": ticket.no,
        "kind": profile.kind_labels.get(ticket.kind, ticket.kind),
        "state": profile.state_labels.get(ticket.state, ticket.state),
        "class": judged.title if judged else "",
        "class_id": judged.id if judged else "",
        "urgency": words.urgent if ticket.urgent else words.normal,
        "centre": profile.title,
        "department": limits.departments.get(department, department),
        "owner": ticket.owner or _first_of_staff(ticket, actors),
        "handler": ticket.handler or "",
        "received_by": actors.get(first, first),
        "registered_at": moment(ticket.registered_at),
        "dispatched_at": moment(_at(_last(ticket, State.DISPATCHED))),
        "answered_at": moment(_at(answered)),
        "filed_on": moment(_at(_last(ticket, State.FILED)), shape=DAY),
        "due_at": _limit(clocks, centre),
        "today": moment(now, shape=DAY),
        "story": _story(ticket, profile),
        "other_fields": _others(ticket, profile),
        "result": answered.note if answered else "",
        "progress": "\n".join(
            f"{moment(line.at)} {actors.get(line.actor, line.actor)} "
            f"{words.numbered.get(line.event, '')}{line.note}"
            for line in ticket.history
            if line.note
        ),
        "urges": str(ticket.urges),
        "outcome": outcome,
        # by the customer's own button, or what they said on the phone
        "rating": ticket.fields.get("satisfaction") or (outcome if _is_asked(ticket) else ""),
        "attachments": "、".join(attachments),
    }


def _story(ticket: Ticket, profile: Profile) -> str:
    told = [ticket.fields[name] for name in STORIES if ticket.fields.get(name)]
    choices = [
        ticket.fields[name]
        for name, wanted in profile.fields.items()
        if wanted.choices and name not in BOXED and ticket.fields.get(name)
    ]
    return "\n".join([*choices, *told])


def _others(ticket: Ticket, profile: Profile) -> str:
    """What has no box of its own on any form."""
    choices = {name for name, wanted in profile.fields.items() if wanted.choices}
    labels = {name: wanted.label for name, wanted in profile.fields.items()} | profile.field_labels
    return "\n".join(
        f"{labels.get(name, name)}：{value}"
        for name, value in ticket.fields.items()
        if name not in BOXED | choices | {*STORIES, "since_interval"}
    )


def _limit(clocks: Sequence[Clock], centre: Centre) -> str:
    """By when the matter is to be settled: what was promised first of all, met or not."""
    due = {clock.what: clock for clock in clocks if clock.due_at is not None}
    clock = next((due[what] for what in SETTLED_BY if what in due), None)
    if clock is None:
        return ""
    doubt = centre.words.provisional if clock.doubts else ""
    return f"{_moment(clock.due_at, centre.profile)}{doubt}"


def _is_asked(ticket: Ticket) -> bool:
    """Whether the customer said how they found it."""
    return ticket.outcome in ANSWERS


def _first_of_staff(ticket: Ticket, others: Container[str]) -> str:
    return next((line.actor for line in ticket.history if line.actor not in others), "")


def _last(ticket: Ticket, state: State) -> HistoryLine | None:
    """The line with which the ticket last came into a state."""
    found, was = None, None
    for line in ticket.history:
        if line.state is state and was is not state:
            found = line
        was = line.state
    return found


def _at(line: HistoryLine | None) -> datetime | None:
    return line.at if line else None


def _moment(moment: datetime | None, profile: Profile, *, shape: str = MINUTE) -> str:
    return moment.astimezone(ZoneInfo(profile.timezone)).strftime(shape) if moment else ""
