"""Filling in a request: one mechanism for every business.

A line gives whatever details it holds, whether they were asked for or not. Pure: a talk and a line
in, the next talk, its replies and a verdict out.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from conversations.absorbing import INTERVAL, absorb, without
from conversations.asking import button, open_readiness
from conversations.field_values import (
    free_answer,
    hint_for,
    place_rest,
    value_of,
)
from conversations.leaving import (
    SURE_ENOUGH_TO_LEAVE,
    is_outburst,
    leaves,
)
from conversations.message import Reply
from conversations.readiness import readiness_answer
from conversations.request import (
    BUSINESSES,
    CONFIRM,
    READY,
    Line,
    Request,
    Talk,
    is_story,
    next_step,
)
from conversations.steps import Step, Verdict, after
from tickets.profile import Profile
from tickets.profile_parts import FieldType

# they leave a field out; in a story only when they are short
REFUSALS = frozenset({"deny", "unsure"})
SHORT = REFUSALS | {"affirm"}
LONGEST_REFUSAL, LONGEST_BARE_REFUSAL = 12, 6

WITHDRAWAL = "withdrawal"

MISSES_BEFORE_A_PERSON = 3
_YES = re.compile("^(?!.*[不没别])(?:.*(?:对了|没错|提交|就这样|没问题|确认|[都全]对)|对|可以|行)")
_NOT_WITHDRAWN = re.compile("别撤|不撤|先不|不要撤|不用撤")


def take(talk: Talk, line: Line, profile: Profile) -> Step:
    """What a line means for the present request."""
    request = talk.current
    assert request is not None, "there is no request to take a line for"
    if line.pressed is not None:
        return _take_press(talk, request, line, profile)
    asked = next_step(request, profile)
    if asked == CONFIRM and request.kind == WITHDRAWAL and _withdraws(line):
        line = replace(line, intent="affirm")
    filled, given = absorb(request, line, profile, asked=asked)
    answer = readiness_answer(line, request, asked, profile)
    confirms = asked == CONFIRM and not given and _YES.search(line.text) is not None
    if is_outburst(line, request, asked, given, profile):
        return Step(talk=talk)
    if answer is None and not confirms and leaves(line, request, asked, given, profile):
        return Step(talk=talk, verdict=Verdict.ASIDE)
    if asked in request.fields and (given or line.intent != "correct"):
        return _take_rest(talk, filled, line, given, profile, asked)
    if given and not (is_story(asked, profile) and line.intent not in {"correct", *SHORT}):
        return after(talk, replace(filled, misses=0), given, profile)
    if answer is not None:
        return _take_readiness(talk, filled, answer, profile)
    return _take_reply(talk, filled, line, profile, asked)


def _take_reply(
    talk: Talk, request: Request, line: Line, profile: Profile, asked: str | None
) -> Step:
    """A line that holds no detail, by the step that it replies to."""
    if asked == CONFIRM:
        return _take_confirmation(talk, request, line, profile)
    if line.intent == "correct":
        return _take_correction(talk, request, line, profile)
    if asked == READY:
        said_again = BUSINESSES.get(line.intent) == request.kind
        hint = "" if said_again else profile.wordings.hint_yes_no
        return _miss(talk, request, hint, profile)
    return _take_answer(talk, request, line, profile, asked)


def _take_press(talk: Talk, request: Request, line: Line, profile: Profile) -> Step:
    assert line.pressed is not None
    name, value = line.pressed
    business = profile.businesses[request.kind]
    wanted = BUSINESSES.get(line.intent)
    if wanted is not None and (wanted != request.kind or name not in business.fields):
        # a button of another business: of the question whether an answer helped
        return Step(talk=talk, verdict=Verdict.ASIDE)
    if name not in business.fields:
        # an old button, of a request that is done with
        return Step(talk=talk)
    if not value:
        return Step(talk=talk.with_current(without(request, name)))
    asked = profile.fields[name]
    is_skip = value == asked.skip and name not in business.necessary
    known = value if is_skip else value_of(asked, name, line, asked_now=True) or ""
    if asked.type in {FieldType.STORY, FieldType.SINCE}:
        known = value
    if asked.type is FieldType.TICKET and value in request.offers:
        known = value
    if not known:
        return Step(talk=talk, replies=(Reply(text=asked.hint),))
    fields = {key: text for key, text in request.fields.items() if key != INTERVAL} | {name: known}
    if "ticket_no" in business.fields and "ticket_no" in line.details:
        # the button says also about which ticket it speaks
        fields["ticket_no"] = line.details["ticket_no"]
    if asked.type is FieldType.SINCE and INTERVAL in line.details:
        fields[INTERVAL] = line.details[INTERVAL]
    if asked.type is not FieldType.SINCE and INTERVAL in request.fields:
        fields[INTERVAL] = request.fields[INTERVAL]
    return after(talk, replace(request, fields=fields, misses=0), [name], profile)


def _take_confirmation(talk: Talk, request: Request, line: Line, profile: Profile) -> Step:
    if line.intent == "affirm" or _YES.search(line.text):
        confirmed = replace(request, fields={**request.fields, CONFIRM: line.intent})
        return Step(talk=talk.with_current(confirmed), verdict=Verdict.COMPLETE)
    if line.intent in {"deny", "correct"}:
        business = profile.businesses[request.kind]
        pointed = profile.find_pointed_field(line.text, business.fields)
        if pointed is not None:
            return Step(talk=talk.with_current(without(request, pointed)))
        return Step(talk=talk, replies=(Reply(text=profile.wordings.change),))
    return _miss(talk, request, profile.wordings.hint_confirm, profile)


def _take_correction(talk: Talk, request: Request, line: Line, profile: Profile) -> Step:
    """Clear the field that is pointed at, so that it is asked for; else ask which."""
    filled = [name for name in profile.businesses[request.kind].fields if name in request.fields]
    pointed = profile.find_pointed_field(line.text, filled)
    if pointed is not None:
        return Step(talk=talk.with_current(without(request, pointed)))
    return _miss(talk, request, profile.wordings.change, profile)


def _take_readiness(talk: Talk, request: Request, answer: str, profile: Profile) -> Step:
    wordings = profile.wordings
    if answer == wordings.no:
        person = button(wordings.person, "/request_person")
        stop = Reply(text=open_readiness(request, profile).stop, buttons=(person,))
        return Step(talk=talk.without_current(), verdict=Verdict.STOPPED, replies=(stop,))
    answered = replace(request, ready=(*request.ready, answer), misses=0)
    return after(talk, answered, [], profile)


def _take_rest(
    talk: Talk, request: Request, line: Line, given: Sequence[str], profile: Profile, asked: str
) -> Step:
    """The building and the door of a place that named none; asked for once, whatever is said."""
    rest = "" if given else place_rest(line, profile)
    fields = {**request.fields, asked: request.fields[asked] + rest}
    placed = replace(request, fields=fields, placed=(*request.placed, asked), misses=0)
    return after(talk, placed, [*given, asked], profile)


def _take_answer(
    talk: Talk, request: Request, line: Line, profile: Profile, asked: str | None
) -> Step:
    """The whole line as the answer, a field left out, or a hint and the question again."""
    assert asked is not None, "a complete request takes no lines"
    business, wanted = profile.businesses[request.kind], profile.fields[asked]
    tells = wanted.type is FieldType.STORY
    is_sure = wanted.type is not FieldType.NAME or line.confidence >= SURE_ENOUGH_TO_LEAVE
    by_words = profile.refuses(line.text) and (not tells or len(line.text) <= LONGEST_BARE_REFUSAL)
    by_intent = line.intent in REFUSALS and is_sure
    if line.intent == "cancel" and asked in business.necessary and not tells:
        return Step(talk=talk, verdict=Verdict.ASIDE)
    if by_words or (by_intent and (not tells or len(line.text) <= LONGEST_REFUSAL)):
        if asked not in business.necessary:
            return _fill(talk, request, {asked: wanted.skip}, profile)
        needed = profile.wordings.needed.format(label=wanted.label)
        return _miss(talk, request, needed, profile)
    if line.intent == "affirm" and not tells:
        # "yes, go on": the question is simply said again
        return _miss(talk, request, "", profile)
    value = free_answer(wanted, line, profile)
    if value is not None:
        return _fill(talk, request, {asked: value}, profile)
    if profile.asks_something(line.text):
        return Step(talk=talk, verdict=Verdict.ASIDE)
    return _miss(talk, request, hint_for(wanted, line, profile), profile)


def _fill(talk: Talk, request: Request, values: dict[str, str], profile: Profile) -> Step:
    filled = replace(request, fields=request.fields | values, misses=0)
    return after(talk, filled, list(values), profile)


def _miss(talk: Talk, request: Request, hint: str, profile: Profile) -> Step:
    """Say what would help; after several times in a row, offer a person."""
    missed, wordings = replace(request, misses=request.misses + 1), profile.wordings
    if missed.misses < MISSES_BEFORE_A_PERSON:
        replies = (Reply(text=hint),) if hint else ()
        return Step(talk=talk.with_current(missed), replies=replies)
    buttons = (button(wordings.person, "/request_person"), button(wordings.cancel, "/cancel"))
    card = {"type": "missed", "times": MISSES_BEFORE_A_PERSON}
    stuck = Reply(text=wordings.stuck, buttons=buttons, card=card)
    return Step(talk=talk.with_current(replace(missed, misses=0)), replies=(stuck,))


def _withdraws(line: Line) -> bool:
    return line.intent == "cancel" and _NOT_WITHDRAWN.search(line.text) is None
