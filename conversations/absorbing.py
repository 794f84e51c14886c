"""What a line adds to a request: every detail it holds, asked for or not. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from conversations.field_values import DETAILS, corrected_place, denies, value_of
from conversations.request import BUSINESSES, CONFIRM, Line, Request, Talk, readiness_of
from tickets.profile import Profile
from tickets.profile_parts import Business, FieldType

INTERVAL = "since_interval"


def absorb(
    request: Request, line: Line, profile: Profile, *, asked: str | None
) -> tuple[Request, list[str]]:
    """The request with every detail the line gives for it, and their names.

    What is known is only overwritten by a correction, or at the read-back.
    """
    fields, given = dict(request.fields), []
    corrects = line.intent == "correct" or asked == CONFIRM or denies(line.text)
    restates = BUSINESSES.get(line.intent) == request.kind
    for name in profile.businesses[request.kind].fields:
        wanted = profile.fields[name]
        is_known = name in fields and fields[name] != wanted.skip
        # a place is asked for again when it lacks the building
        is_asked = name == asked
        may_change = corrects or is_asked or (restates and wanted.type is FieldType.CHOICE)
        if is_known and not may_change:
            continue
        value = value_of(wanted, name, line, asked_now=is_asked, corrects=may_change)
        if wanted.type is FieldType.PLACE and is_known:
            value = corrected_place(fields[name], value, line, wanted)
        if value is None:
            continue
        if fields.get(name) == value:
            continue
        fields[name] = value
        given.append(name)
        if wanted.type is FieldType.SINCE:
            fields.pop(INTERVAL, None)
            if INTERVAL in line.details:
                fields[INTERVAL] = line.details[INTERVAL]
    changes = any(readiness_of(request, name, profile) for name in given)
    return replace(request, fields=fields, ready=() if changes else request.ready), given


def known_for(business: Business, talk: Talk, profile: Profile) -> dict[str, str]:
    """What the customer said of themselves before and this business asks for."""
    return {
        name: talk.known[DETAILS[profile.fields[name].type]]
        for name in business.fields
        if DETAILS.get(profile.fields[name].type) in talk.known
    }


def take_over(callback: Request, talk: Talk) -> Request:
    """A call back knows all that was being filled in, so that nothing is asked twice."""
    taken: dict[str, str] = {}
    for each in talk.requests:
        taken |= {name: value for name, value in each.fields.items() if name != CONFIRM}
    words = "\n".join([*(each.words for each in talk.requests if each.words), callback.words])
    return replace(callback, fields=taken | callback.fields, words=words)


def without(request: Request, name: str) -> Request:
    """The request with a field to be asked for again."""
    gone: Sequence[str] = (name, CONFIRM, *((INTERVAL,) if name == "since" else ()))
    kept = {key: value for key, value in request.fields.items() if key not in gone}
    return replace(request, fields=kept)
