"""When many reports are one event: a centre's own settings, in its profile.yml."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tickets.event import Level
from tickets.limits import Span, SpanText


def _by_the_clock(span: Span) -> Span:
    if span.as_time is None:
        raise ValueError(f"{span} is counted in days; write minutes or hours, as 30 分钟")
    return span


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Gathering(_Part):
    """How many customers, within how long, make an event at a place of one level."""

    reports: Annotated[int, Field(ge=2)]
    within: Annotated[SpanText, AfterValidator(_by_the_clock)]
    # from so many different buildings of an estate, or numbers of a road
    places: Annotated[int, Field(ge=1)] = 1

    @property
    def window(self) -> timedelta:
        """How far apart the first and the last report may be."""
        assert self.within.as_time is not None
        return self.within.as_time


class EventSettings(_Part):
    """What may become an event, and from how many reports on."""

    # the field of a fault that tells its matter, and the choices (by id) that concern many
    field: str
    matters: Annotated[list[str], Field(min_length=1)]
    # choices (by field and id) by which a customer says that it is their home alone
    alone: dict[str, list[str]] = {}
    levels: Annotated[dict[Level, Gathering], Field(min_length=1)]
    # after so long without anything done to it, or once it should be over, somebody is asked
    # whether it is; without, nobody is
    remind: Annotated[SpanText, AfterValidator(_by_the_clock)] | None = None


def faults_of(
    settings: EventSettings, choices: Mapping[str, list[str]]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """What the settings name and the profile lacks: its place in them, and a reason.

    `choices` are the ids of every choice, by field.
    """
    named: list[tuple[tuple[str, ...], tuple[str, ...], str, list[str]]] = [
        (("field",), ("matters",), settings.field, settings.matters),
        *((("alone", name), ("alone", name), name, ids) for name, ids in settings.alone.items()),
    ]
    for of_field, of_ids, field, ids in named:
        if not choices.get(field):
            yield of_field, f"there is no field {field!r} with choices"
            continue
        unknown = next((each for each in ids if each not in choices[field]), None)
        if unknown is not None:
            yield of_ids, f"{field!r} has no choice {unknown!r}"
