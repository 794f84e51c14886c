"""What a line holds besides its matter, and how answers are put together. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from conversations.message import Reply
from tickets.profile import Profile

# a part shorter than this is no subject of its own
LEAST_LETTERS_OF_A_SUBJECT = 4
_SORRY = ("抱歉", "对不起", "致歉")


def split_subjects(text: str, profile: Profile) -> list[str]:
    """The parts of a line where the customer turns to another subject by a word of the profile.

    "no power at home, by the way how do I pay" is two lines for the bot.
    """
    turn = "|".join(map(re.escape, sorted(profile.turning_words, key=len, reverse=True)))
    if not turn:
        return [text]
    parts: list[str] = []
    for part in re.split(rf"(?=(?:{turn}))", text):
        if parts and min(_letters(part), _letters(parts[-1])) < LEAST_LETTERS_OF_A_SUBJECT:
            parts[-1] += part
        elif part.strip(" ,，。;；\n"):
            parts.append(part)
    return [part.strip(" ,，;；\n") for part in parts] or [text]


def without_repeats(replies: Sequence[Reply]) -> list[Reply]:
    """The replies of several turns without a question that is asked again at the end."""
    return [
        reply
        for place, reply in enumerate(replies)
        if not any(later.text == reply.text for later in replies[place + 1 :])
    ]


def soothe(replies: list[Reply], text: str, profile: Profile) -> list[Reply]:
    """An apology first and a way to a person last, when the line is angry and has had neither."""
    if not replies or not profile.is_angry(text):
        return replies
    if not any(word in reply.text for reply in replies for word in _SORRY):
        replies = [Reply(text=profile.wordings.sorry), *replies]
    person = {"title": profile.wordings.person, "payload": "/request_person"}
    last = replies[-1]
    if person["payload"] not in last.offers():
        replies = [*replies[:-1], replace(last, buttons=(*last.buttons, person))]
    return replies


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in text)
