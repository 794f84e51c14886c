"""What a line holds besides its matter, and how answers are put together. Pure."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from conversations.message import Reply
from tickets.profile import Profile

# a part shorter than this is no subject of its own
LEAST_LETTERS_OF_A_SUBJECT = 4
# a long line is one story, however many "and then" it has
LONGEST_TO_SPLIT = 60
_SORRY = ("抱歉", "对不起", "致歉")


def split_subjects(text: str, profile: Profile) -> list[str]:
    """The parts of a line where the customer turns to another subject by a word of the profile.

    "no power at home, by the way how do I pay" is two lines for the bot.
    """
    anywhere = "|".join(map(re.escape, sorted(profile.turning_words, key=len, reverse=True)))
    opening = "|".join(map(re.escape, profile.turning_openers))
    if _letters(text) > LONGEST_TO_SPLIT:
        return [text]
    turns = re.finditer(rf"{anywhere}|(?:(?<=[,，。;；!！?？\s])|^)(?:{opening})", text)
    edges = [0, *(turn.start() for turn in turns), len(text)]
    parts: list[str] = []
    for part in (text[start:end] for start, end in itertools.pairwise(edges)):
        if parts and min(_letters(part), _letters(parts[-1])) < LEAST_LETTERS_OF_A_SUBJECT:
            parts[-1] += part
        elif part.strip(" ,，。;；\n"):
            parts.append(part)
    return [part.strip(" ,，;；\n") for part in parts] or [text]


def put_together(turns: Sequence[Sequence[Reply]], profile: Profile) -> list[Reply]:
    """The replies of several turns as one answer, which asks its last question only."""
    questions = profile.questions()
    kept: list[Reply] = []
    for place, replies in enumerate(turns):
        later = [reply for following in turns[place + 1 :] for reply in following]
        asks_later = any(reply.text in questions or _reads_back(reply) for reply in later)
        for reply in replies:
            is_overtaken = asks_later and (reply.text in questions or _reads_back(reply))
            if not is_overtaken and reply.text not in {each.text for each in later}:
                kept.append(reply)
    return kept


def _reads_back(reply: Reply) -> bool:
    return reply.card_type == "read_back"


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
