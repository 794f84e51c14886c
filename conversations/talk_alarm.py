"""What those who lead are told of talks: a customer waited too long, or was not content. Pure.

The posts are those of limits in profiles/hand_over.yml: 值班长 when a wait is too long, 主管 when
it is far too long; a bad mark goes to 值班长, as its customer is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from conversations.handover import Handover, Wait
from conversations.people import Role


class TalkAlarmKind(StrEnum):
    """What is told."""

    WAITED = "waited"
    RATED_BAD = "rated_bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkAlarm:
    """One thing told to one post of one hand-over; `at` is aware, in UTC."""

    alarm_id: int
    kind: TalkAlarmKind
    role: Role
    at: datetime
    handover: Handover


# whose alarms a role hears: who stands higher hears also what was told below, for a centre may
# have nobody there
_HEARS: Mapping[Role, frozenset[Role]] = MappingProxyType(
    {
        Role.LEAD: frozenset({Role.LEAD}),
        Role.SUPERVISOR: frozenset({Role.LEAD, Role.SUPERVISOR}),
        Role.ADMIN: frozenset({Role.LEAD, Role.SUPERVISOR}),
    }
)


def heard_by(role: Role) -> frozenset[Role]:
    """The posts whose alarms somebody of this role is told."""
    return _HEARS.get(role, frozenset())


def told_of_wait(before: Wait, now: Wait) -> tuple[Role, ...]:
    """Which posts are told as a wait goes from one step to another; steps may be jumped over."""
    steps = ((Wait.TOO_LONG, Role.LEAD), (Wait.FAR_TOO_LONG, Role.SUPERVISOR))
    return tuple(role for step, role in steps if before < step <= now)
