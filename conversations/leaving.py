"""Whether a line in the middle of a request is about something else. Pure."""

from collections.abc import Sequence

from conversations.request import BUSINESSES, Line, Request, is_story
from tickets.profile import Profile

# answered on the side, and the request goes on where it was
ASIDES = frozenset({"consult", "greet", "thank", "goodbye", "vent", "query_progress", "attach"})
COMMANDS = frozenset({"cancel", "start_again", "request_person"})
# whatever is asked, these ask for something else
SURE_ENOUGH_TO_LEAVE = 0.5
# … and in the middle of a story only these do, when they are plain
LEAVES_A_STORY = frozenset({"apply", "query_progress", "consult", "goodbye"})
# … these only when they are put as questions
QUESTIONS = frozenset({"consult", "query_progress"})
SURE_ENOUGH_TO_BREAK_A_STORY = 0.7
PLAIN = 0.9
# a long line that sounds like a command in a story is part of the story
LONGEST_COMMAND_IN_A_STORY = 6
COMPLAIN = "complain"


def leaves(
    line: Line, request: Request, asked: str | None, given: Sequence[str], profile: Profile
) -> bool:
    """Whether a line that gave `given` is about something else than this request."""
    if line.intent in COMMANDS:
        if _is_about(asked, line, profile):
            return False
        is_short = len(line.text) <= LONGEST_COMMAND_IN_A_STORY
        fits = not is_story(asked, profile) or is_short or line.intent == "request_person"
        return fits and line.confidence >= SURE_ENOUGH_TO_LEAVE
    kind = BUSINESSES.get(line.intent)
    if kind == request.kind or asked in given:
        return False
    if is_story(asked, profile):
        if line.intent in QUESTIONS and not profile.asks_something(line.text):
            return False
        if asked in profile.businesses[request.kind].necessary:
            is_plain = line.confidence >= SURE_ENOUGH_TO_BREAK_A_STORY
            return line.intent in LEAVES_A_STORY and is_plain
    if kind is not None and kind in profile.businesses:
        return line.confidence >= SURE_ENOUGH_TO_LEAVE
    return line.intent in ASIDES and not given and not _is_about(asked, line, profile)


def is_outburst(
    line: Line, request: Request, asked: str | None, given: Sequence[str], profile: Profile
) -> bool:
    """Whether a line in the middle of something else only lets off steam.

    "All you ever do is ask!" sounds like a complaint; one is begun when it is asked for.
    """
    sounds_like_one = line.intent == COMPLAIN and BUSINESSES[COMPLAIN] != request.kind
    return (
        sounds_like_one
        and not given
        and not is_story(asked, profile)
        and profile.is_angry(line.text)
        and profile.asked_outright(line.text) is None
    )


def _is_about(asked: str | None, line: Line, profile: Profile) -> bool:
    """Whether the line names what it was asked for: "let us leave the phone" cancels nothing."""
    if asked not in profile.fields or is_story(asked, profile):
        return False
    if line.text.startswith(tuple(profile.refusal_words)) and line.confidence < PLAIN:
        return True
    names = profile.find_pointed_field(line.text, [asked]) is not None
    return names and (profile.refuses(line.text) or any(map(str.isdecimal, line.text)))
