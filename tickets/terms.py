"""What one centre is held to: its limits, counted on its own calendar and clock."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from tickets.escalation import Ladder
from tickets.holiday_table import load_calendar
from tickets.limits import Limits
from tickets.limits_file import load_limits
from tickets.reckoning import CentreTime
from tickets.routing import Rule
from tickets.routing_file import load_routing
from tickets.ticket import Kind

# counted up when the rules of reckoning change, so that every open ticket is reckoned again
_RULES = "4"
_LIBRARIES = ("chinesecalendar", "holidays")
_HOLIDAYS = "holidays.yml"


@dataclass(frozen=True, kw_only=True, eq=False)
class Terms:
    """The limits of a centre and its calendar; the digest tells one state of both from another."""

    limits: Limits
    time: CentreTime
    digest: str
    # where tickets go; no due time rests on it, so the digest leaves it out
    routing: tuple[Rule, ...] = ()

    def ladder_of(self, kind: str) -> Ladder:
        """The chain as it is climbed for tickets of a `Kind`, worked out once for all clocks."""
        return self._ladders[kind]

    @cached_property
    def _ladders(self) -> Mapping[str, Ladder]:
        limits = self.limits
        ladders = {
            lowest: Ladder(limits.chain, lowest=lowest)
            for lowest in {limits.lowest_rung(kind) for kind in Kind}
        }
        return {kind: ladders[limits.lowest_rung(kind)] for kind in Kind}


def posts_of(terms: Mapping[str, Terms], profile: str, access_role: str) -> frozenset[str]:
    """The posts of a centre that an access role stands for; none in a centre without limits."""
    known = terms.get(profile)
    return frozenset() if known is None else known.limits.posts_of(access_role)


def load_terms(root: Path, timezones: Mapping[str, str]) -> dict[str, Terms]:
    """The terms of every profile under `root` that has limits; `timezones` is by profile.

    A fault in limits.yml, routing.yml or holidays.yml raises `DocumentError` with file, line and
    reason.
    """
    calendar = load_calendar(root)
    terms = {}
    for name, timezone in timezones.items():
        if (root / name / "limits.yml").is_file():
            time = CentreTime(calendar, ZoneInfo(timezone))
            limits = load_limits(root / name)
            terms[name] = Terms(
                limits=limits,
                time=time,
                digest=_digest(root, name, timezone),
                routing=load_routing(root / name, limits),
            )
    return terms


def _digest(root: Path, name: str, timezone: str) -> str:
    """One mark of all that a due time rests on."""
    digest = hashlib.sha256(f"{_RULES} {timezone}".encode())
    for library in _LIBRARIES:
        digest.update(version(library).encode())
    for path in (root / name / "limits.yml", root / _HOLIDAYS):
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()[:16]
