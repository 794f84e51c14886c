"""Reading profiles/<name>/limits.yml: whatever it names must be there."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from profiles.document import Document, DocumentError
from tickets.limits import MAY_KNOW_OF_REPORTS, STARTS, Limit, Limits
from tickets.reckoning import Until
from tickets.ticket import PARKED, Kind

Place = tuple[str | int, ...]
Fault = tuple[Place, str]


def load_limits(folder: Path) -> Limits:
    """Read `folder/limits.yml`; a fault raises `DocumentError` with file, line and reason."""
    file = Document(folder / "limits.yml")
    limits = file.read_as(Limits)
    for find in FINDERS:
        for place, reason in find(limits):
            where = ".".join(str(step) for step in place)
            raise DocumentError(file.path, file.line_of(place), f"{where}: {reason}")
    return limits


def _held(limits: Limits) -> set[str]:
    """The roles that somebody who signs in here has."""
    return {role for roles in limits.posts.values() for role in roles}


def _why_untold(limits: Limits, role: str) -> str:
    """Why nobody would hear what this role is to be told; empty when somebody does."""
    if role not in limits.roles:
        return f"there is no role {role!r} to be told"
    held = role in _held(limits)
    return "" if held else f"nobody would be told: no one among the posts is {role!r}"


def _faults_of_posts(limits: Limits) -> Iterator[Fault]:
    for access, roles in limits.posts.items():
        unknown = next((role for role in roles if role not in limits.roles), None)
        if unknown is not None:
            yield ("posts", access), f"there is no role {unknown!r}"


def _faults_of_chain(limits: Limits) -> Iterator[Fault]:
    last = timedelta(0)
    for at, rung in enumerate(limits.chain.rungs):
        place = ("chain", "rungs", at)
        if reason := _why_untold(limits, rung.role):
            yield (*place, "role"), reason
        after = rung.after.as_time if rung.after is not None else timedelta(0)
        if after is None:
            yield (*place, "after"), "a rung is told after minutes or hours"
        elif after < last:
            yield (*place, "after"), "a higher rung is not told before a lower one"
        elif at == 0 and after:
            yield (*place, "after"), "the lowest rung is told at once"
        last = after or last


def _faults_of_reports(limits: Limits) -> Iterator[Fault]:
    # from everybody else they are hidden, alarms and all
    if any(each.kind is Kind.REPORT for each in limits.limits) and not any(
        rung.role in limits.report_posts for rung in limits.chain.rungs
    ):
        who = " or ".join(sorted(MAY_KNOW_OF_REPORTS))
        yield ("chain", "rungs"), f"nobody would be told of a report: no rung is a post of {who}"


def _faults_of_hours(limits: Limits) -> Iterator[Fault]:
    for name, hours in limits.hours.items():
        place = ("hours", name)
        try:
            hours.read()
        except ValueError as error:
            yield place, str(error)
        if not hours.follows_calendar and (hours.on_holiday or hours.on_make_up):
            yield place, "hours that do not follow the calendar have no hours for its days"


def _faults_of_classes(limits: Limits) -> Iterator[Fault]:
    held = _held(limits)
    for kind, classes in limits.classes.items():
        seen: set[str] = set()
        for at, each in enumerate(classes):
            place = ("classes", kind.value, at)
            if each.id in seen:
                yield (*place, "id"), f"the class {each.id!r} is there twice"
            seen.add(each.id)
            for role in each.judged_by:
                if role not in limits.roles:
                    reason = f"there is no role {role!r}, so it cannot judge {each.title}"
                    yield (*place, "judged_by"), reason
            reasons = (_why_untold(limits, role) for role in each.tell)
            yield from (((*place, "tell"), reason) for reason in reasons if reason)
            if not held & {*each.judged_by}:
                reason = f"nobody may judge {each.title}: none of these roles is among the posts"
                yield (*place, "judged_by"), reason
    for kind, class_id in limits.unjudged.items():
        if limits.class_of(kind, class_id) is None:
            yield ("unjudged", kind.value), f"{kind} has no class {class_id!r}"


def _faults_of_limits(limits: Limits) -> Iterator[Fault]:
    seen: set[tuple[object, ...]] = set()
    for at, each in enumerate(limits.limits):
        place = ("limits", at)
        for key, reason in (*_unknown_names(limits, each), *_contradictions(limits, each)):
            yield (*place, key), reason
        same = (each.kind, each.class_id, each.area, each.what)
        if same in seen:
            yield place, "the same kind, class, area and thing have a limit already"
        seen.add(same)


def _unknown_names(limits: Limits, limit: Limit) -> Iterator[tuple[str, str]]:
    if limit.class_id is not None and limits.class_of(limit.kind, limit.class_id) is None:
        yield "class", f"{limit.kind} has no class {limit.class_id!r}"
    if limit.area is not None and limit.area not in limits.areas:
        yield "area", f"there is no area {limit.area!r}"
    if limit.department is not None and limit.department not in limits.departments:
        yield "department", f"there is no department {limit.department!r}"
    if limit.hours is not None and limit.hours not in limits.hours:
        yield "hours", f"there are no opening hours {limit.hours!r}"
    if limit.starts not in STARTS:
        yield "from", f"no clock starts from {limit.starts.value!r}"


def _contradictions(limits: Limits, limit: Limit) -> Iterator[tuple[str, str]]:
    span, in_days = limit.within, limit.within is not None and limit.within.as_time is None
    if span is None and not limit.open:
        yield "what", "it has no figure: give `within`, or mark it `open: true`"
    if limit.until is not Until.END_OF_DAY and not in_days:
        yield "until", "only a limit in days ends at some time of the day"
    if limit.until is Until.CLOSING and limit.hours is None:
        yield "until", "name the `hours` at whose closing it ends"
    if in_days and limit.hours is not None and limit.until is not Until.CLOSING:
        yield "hours", "days are not counted in opening hours; write `until: closing` if meant"
    yield from _warning_faults(limits, limit)


def _warning_faults(limits: Limits, limit: Limit) -> Iterator[tuple[str, str]]:
    before = (limit.warn or limits.warn).before
    if before is None or limit.within is None:
        return
    # a warning of the whole file is named where it stands in the way
    key = "warn" if limit.warn is not None else "within"
    within, by_clock = limit.within, before.as_time is not None
    if by_clock != (within.as_time is not None) or not (by_clock or before.unit is within.unit):
        yield key, f"a warning {before} ahead cannot be counted in {within}"
    elif before.size >= within.size:
        yield key, f"a warning {before} ahead comes before the limit of {within} starts"


def _faults_of_parked(limits: Limits) -> Iterator[Fault]:
    for state in limits.parked:
        if state not in PARKED:
            known = ", ".join(sorted(PARKED))
            yield ("parked", state.value), f"nothing is parked in {state}; there are: {known}"


def _faults_of_asking(limits: Limits) -> Iterator[Fault]:
    asking = limits.follow_up
    if asking is None:
        return
    if asking.hours not in limits.hours:
        yield ("follow_up", "hours"), f"there are no opening hours {asking.hours!r}"
    for key in ("after", "quiet", "answer_within"):
        span = getattr(asking, key)
        if span is not None and span.as_time is None:
            yield ("follow_up", key), f"{span} is no time of the clock; write minutes or hours"


FINDERS = (
    _faults_of_posts,
    _faults_of_hours,
    _faults_of_classes,
    _faults_of_chain,
    _faults_of_reports,
    _faults_of_limits,
    _faults_of_parked,
    _faults_of_asking,
)
