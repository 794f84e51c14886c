"""docs/limits.md, made from the profile files: `python -m scripts.limits_page` writes it anew."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tickets.limits import CaseClass, Limit, Limits, What
from tickets.limits_file import load_limits
from tickets.profile import Profile, load_profile
from tickets.reckoning import Until
from tickets.routing import Rule, own_department
from tickets.routing_file import load_routing
from tickets.ticket import Kind, Mark, State

ROOT = Path(__file__).resolve().parent.parent
PAGE = Path("docs/limits.md")
CENTRES = ("power", "gas", "property")

_INTRODUCTION = """# What each centre owes, where it goes, and who says so

Made from `profiles/*/limits.yml` and `routing.yml` by `python -m scripts.limits_page`; a test fails
when it is stale.
The rules of counting are in [decision 20](decisions/0020-working-days-and-clocks.md).
**(open)** marks what no document settles: the centre decides it. "no figure" starts no clock.
Days end at 24:00 unless the row says otherwise. 个工作日 are Chinese working days, 天
calendar days.
"""
_WHAT = {
    What.FORM: "form to the department",
    What.FIRST_RESPONSE: "first response",
    What.ON_SITE: "on site",
    What.ANSWER: "answer",
    What.RESOLVE: "resolve",
    What.FOLLOW_UP: "follow-up",
}
_PARKED = {
    State.WAITING: "that waits for its customer for",
    State.ON_HOLD: "that is on hold for",
}
_HEAD = "| kind | class | area | owed | within | from | waiting stops it | source | note |"
_RULE = "|---|---|---|---|---|---|---|---|---|"


def render(profiles: Path) -> str:
    """The whole page, from the profiles in this folder."""
    return "\n".join([_INTRODUCTION, *(_render_centre(profiles / name) for name in CENTRES)])


def _render_centre(folder: Path) -> str:
    profile, limits = load_profile(folder), load_limits(folder)
    lines = [f"## {profile.title} (`{profile.name}`)", "", _HEAD, _RULE]
    for kind in Kind:
        title = profile.kind_labels[kind]
        classes: list[CaseClass | None] = [None, *limits.classes.get(kind, [])]
        for case_class in classes:
            lines += _render_rows(limits, kind, title, case_class)
    lines += ["", f"Warning at {_warning(limits)} of a limit unless the row says otherwise.", ""]
    lines += [*_render_chain(limits), *_render_parked(limits)]
    lines += [*_render_classes(limits, profile.kind_labels)]
    lines += _render_routing(limits, load_routing(folder, limits), profile)
    lines += [*_render_hours(limits), *_render_asking(limits)]
    return "\n".join(lines)


def _render_rows(limits: Limits, kind: Kind, title: str, case_class: CaseClass | None) -> list[str]:
    class_id = case_class.id if case_class is not None else None
    fits = [each for each in limits.limits if (each.kind, each.class_id) == (kind, class_id)]
    if not fits and case_class is None and limits.classes.get(kind):
        return []
    class_title = case_class.title if case_class is not None else "all"
    if not fits:
        general = "as for all" if case_class is not None else "no limit"
        return [_row(title, class_title, "", general, "", "", "", "", "")]
    return [_render_limit(limits, title, class_title, each) for each in fits]


def _render_limit(limits: Limits, title: str, class_title: str, limit: Limit) -> str:
    within = str(limit.within) if limit.within is not None else "no figure"
    if limit.until is not Until.END_OF_DAY:
        within += f", until {limit.until.value.replace('_', ' ')}"
    if limit.hours is not None:
        within += f", in the hours of {limits.hours[limit.hours].title}"
    start = limit.starts.value + (f", once {limit.once.value}" if limit.once else "")
    region = f" ({limit.region} only)" if limit.region else ""
    return _row(
        title,
        class_title,
        limits.areas[limit.area] if limit.area is not None else "all",
        _WHAT[limit.what],
        f"{within} **(open)**" if limit.open else within,
        start if limit.starts is not Mark.REGISTERED or limit.once else "registered",
        "yes" if limit.stops else "no",
        limit.source + region,
        limit.note,
    )


def _render_chain(limits: Limits) -> list[str]:
    chain = limits.chain
    told = [
        f"{limits.roles[rung.role]} {f'{rung.after} after' if rung.after else 'at once'}"
        for rung in chain.rungs
    ]
    mark = " **(open)**" if chain.open else ""
    note = f"; {chain.note}" if chain.note else ""
    return [
        f"Told before a limit is over: {limits.roles[chain.rungs[0].role]}. Told when it is over, "
        f"in turn{mark}: {' → '.join(told)} (source: {chain.source}{note}).",
        "",
    ]


def _render_parked(limits: Limits) -> list[str]:
    told = []
    for state, longest in limits.parked.items():
        mark = " **(open)**" if longest.open else ""
        note = f"; {longest.note}" if longest.note else ""
        told.append(f"{_PARKED[state]} {longest.within}{mark} (source: {longest.source}{note})")
    whole = f"The owner and the next rung are told of a ticket {', or '.join(told)}."
    return [whole, ""] if told else []


def _render_classes(limits: Limits, labels: dict[str, str]) -> list[str]:
    if not limits.classes:
        return []
    lines = [
        "| kind | class | meaning | who may judge it | source | note |",
        "|---|---|---|---|---|---|",
    ]
    for kind, classes in limits.classes.items():
        for each in classes:
            judges = "、".join(limits.roles[role] for role in each.judged_by)
            judges = f"{judges} **(open)**" if each.open else judges
            title = each.title
            told = "、".join(limits.roles[role] for role in each.tell)
            note = "; ".join(part for part in (each.note, told and f"told at once: {told}") if part)
            if limits.unjudged.get(kind) == each.id:
                title += " (until it is judged)"
            cells = (labels[kind], title, each.meaning, judges, each.source, note)
            lines.append(_row(*cells))
    return [*lines, ""]


def _render_routing(limits: Limits, rules: Sequence[Rule], profile: Profile) -> list[str]:
    """The rules of each kind as they are tried, and where goes what none of them takes."""
    lines = ["| kind | goes to | when | source | note |", "|---|---|---|---|---|"]
    for kind in Kind:
        own = [rule for rule in rules if rule.kind is kind]
        for rule in own:
            when = _conditions(rule, limits, profile)
            lines.append(_routing_row(limits, profile, rule, when))
        if not any(rule.takes_all for rule in own):
            lines += _render_own_departments(limits, kind, profile.kind_labels[kind], bool(own))
    return [*lines, ""]


def _routing_row(limits: Limits, profile: Profile, rule: Rule, when: str) -> str:
    department = limits.departments[rule.department]
    goes = f"{department} **(open)**" if rule.open else department
    return _row(profile.kind_labels[rule.kind], goes, when, rule.source, rule.note)


def _conditions(rule: Rule, limits: Limits, profile: Profile) -> str:
    judged = limits.class_of(rule.kind, rule.class_id)
    labels = {name: wanted.label for name, wanted in profile.fields.items()} | profile.field_labels
    told = [
        judged.title if judged is not None else "",
        limits.areas[rule.area] if rule.area is not None else "",
        *(f"{labels[name]}: {'、'.join(values)}" for name, values in rule.fields.items()),
        f"the customer says {'、'.join(rule.words)}" if rule.words else "",
    ]
    return "; ".join(part for part in told if part) or "always"


def _render_own_departments(
    limits: Limits, kind: Kind, title: str, follows_rules: bool
) -> list[str]:
    """What no rule takes: by class, if its limits name other departments than the general ones."""
    general = own_department(limits, kind, None)
    lines = []
    for each in limits.classes.get(kind, []):
        own = own_department(limits, kind, each.id)
        if own is not None and own != general:
            department = limits.departments[own]
            lines.append(_row(title, department, f"{each.title}, if no rule fits", "its limit", ""))
    rest = "everything else" if follows_rules or lines else "always"
    goes = limits.departments[general] if general is not None else "nowhere by itself"
    return [*lines, _row(title, goes, rest, "its limit", "")]


def _render_hours(limits: Limits) -> list[str]:
    lines = ["| opening hours | week | on holidays | source |", "|---|---|---|---|"]
    for hours in limits.hours.values():
        week = "; ".join(f"{days} {', '.join(blocks)}" for days, blocks in hours.week.items())
        holiday = ", ".join(hours.on_holiday) or "closed" if hours.follows_calendar else "the same"
        title = f"{hours.title} **(open)**" if hours.open else hours.title
        lines.append(_row(title, week, holiday, hours.source))
    return [*lines, ""]


def _render_asking(limits: Limits) -> list[str]:
    asking = limits.follow_up
    if asking is None:
        return ["The desk asks nobody after the answer; people do.", ""]
    mark = " **(open)**" if asking.open else ""
    open_at = limits.hours[asking.hours].title
    return [
        f"Asked in the chat whether it helped{mark}: in the hours of {open_at}, "
        f"{asking.after or 'at once'} after the answer, {asking.quiet or 'at once'} after the "
        f"customer's last line, no later than {asking.lapses}; at most {asking.times} times, each "
        f"open for {asking.answer_within} (source: {asking.source}; {asking.note}).",
        "",
    ]


def _warning(limits: Limits) -> str:
    warn = limits.warn
    return f"{warn.before} before the end" if warn.before is not None else f"{warn.share:.0%}"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


if __name__ == "__main__":
    (ROOT / PAGE).write_text(render(ROOT / "profiles"), encoding="utf-8")
    sys.stdout.write(f"{PAGE} is written\n")
