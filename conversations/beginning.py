"""Beginning a request, and taking up again one that waited. Pure."""

import re
from dataclasses import replace

from conversations.absorbing import absorb, known_for, take_over
from conversations.message import Reply
from conversations.request import BUSINESSES, Line, Request, Talk
from conversations.steps import Step, after
from tickets.profile import Profile
from tickets.profile_parts import Business, FieldType

# a line that only names the business ("I want to complain") tells no story yet
LEAST_LETTERS_BESIDE_THE_TRIGGER = 5
_TRIGGERS = re.compile(
    "我要|我想|我来|想要|要求|请|帮我|给我|麻烦|你好|您好|一下|你们|实名|匿名|登记|提|反映|情况|问题|"
    "投诉|举报|建议|意见|表扬|报修|申请|办理|办|业务|条|点|的|了|吗|呢|啊|我"
)


def begin(talk: Talk, kind: str, line: Line, profile: Profile, *, message_id: str = "") -> Step:
    """Put a business on top, with all that is known for it already.

    One that waits below is taken up again. A call back takes over what was being filled in.
    """
    business = profile.businesses[kind]
    waiting = next((each for each in talk.requests if each.kind == kind), None)
    if waiting is not None:
        others = tuple(each for each in talk.requests if each is not waiting)
        talk, lead = replace(talk, requests=(*others, waiting)), ""
    else:
        fresh = Request(kind=kind, words=line.text, begun_by=message_id)
        if kind == BUSINESSES["request_person"]:
            fresh = take_over(fresh, talk)
            talk = replace(talk, requests=())
        talk, lead = replace(talk, requests=(*talk.requests, fresh)), business.lead
    request = talk.requests[-1]
    request, given = absorb(request, line, profile, asked=None)
    story = _first_story(business, profile)
    if story and story not in request.fields and _tells_a_story(line.text):
        request = replace(request, fields={**request.fields, story: line.text})
    if not business.anonymous:
        # what the line itself says counts before what was known
        known = known_for(business, talk, profile)
        request = replace(request, fields=known | request.fields)
    step = after(talk, request, given, profile)
    leads = (Reply(text=lead),) if lead else ()
    return replace(step, replies=(*leads, *step.replies))


def resume(talk: Talk, profile: Profile) -> Talk:
    """The request that waited, with what was given meanwhile for another."""
    request = talk.current
    if request is None or profile.businesses[request.kind].anonymous:
        return talk
    known = known_for(profile.businesses[request.kind], talk, profile)
    return talk.with_current(replace(request, fields=known | request.fields))


def _first_story(business: Business, profile: Profile) -> str | None:
    stories = (n for n in business.fields if profile.fields[n].type is FieldType.STORY)
    return next(stories, None)


def _tells_a_story(text: str) -> bool:
    beside = _TRIGGERS.sub("", text)
    return sum(character.isalnum() for character in beside) >= LEAST_LETTERS_BESIDE_THE_TRIGGER
