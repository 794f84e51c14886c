"""What became of a line: the talk as it is now, what is said, and whether it is complete. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from conversations.message import Reply
from conversations.request import REMEMBERED, Request, Talk, chosen_of, next_step
from tickets.profile import Profile


class Verdict(Enum):
    """What a line meant for the request."""

    GOES_ON = "goes on"
    # the line is about something else: to be answered by the rule for its intent
    ASIDE = "aside"
    COMPLETE = "complete"
    # the request cannot go on and is dropped
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What became of a line."""

    talk: Talk
    verdict: Verdict = Verdict.GOES_ON
    replies: tuple[Reply, ...] = ()


def after(talk: Talk, request: Request, given: Sequence[str], profile: Profile) -> Step:
    """What is said about what was just given, and whether anything is still missing."""
    replies, topic = [], ""
    for name in (name for name in profile.businesses[request.kind].fields if name in given):
        chosen = chosen_of(request, name, profile)
        if chosen is not None and chosen.says:
            replies.append(Reply(text=chosen.says))
    for name in profile.businesses[request.kind].fields:
        chosen = chosen_of(request, name, profile)
        if chosen is None:
            continue
        topic = topic or chosen.title
        is_ready = len(request.ready) >= len(chosen.ready)
        if chosen.bring and is_ready and chosen.id not in request.told:
            request = replace(request, told=(*request.told, chosen.id))
            replies.append(Reply(text=chosen.bring))
    kept = {
        name: request.fields[name]
        for name in REMEMBERED
        if name in given and request.fields[name] != profile.fields[name].skip
    }
    if profile.businesses[request.kind].anonymous:
        kept = {}
    done = next_step(request, profile) is None
    return Step(
        talk=replace(
            talk.with_current(request), known=talk.known | kept, topic=topic or talk.topic
        ),
        verdict=Verdict.COMPLETE if done else Verdict.GOES_ON,
        replies=tuple(replies),
    )
