"""What a line says for one field or question: by itself, or as the answer to it. Pure."""

import re

from conversations.request import Line
from tickets.details import find_choice
from tickets.numerals import read_number
from tickets.places import merge_place, tidy_place
from tickets.profile import Profile
from tickets.profile_parts import FieldType, TicketField

# which detail of the desk's reading a type of field is filled from
DETAILS = {
    FieldType.PLACE: "address",
    FieldType.PHONE: "phone",
    FieldType.SINCE: "since",
    FieldType.ACCOUNT: "account_no",
    FieldType.AMOUNT: "amount",
    FieldType.NAME: "name",
    FieldType.TICKET: "ticket_no",
}

LEAST_LETTERS_OF_A_PLACE = 4
LEAST_LETTERS_OF_A_STORY = 2
LONGEST_NAME = 8
LONGEST_LANDMARK = 20
LEAST_DIGITS_OF_A_NUMBER = 5
_DENIED = re.compile("(?:(?<!是)不是|唔系|不係|并非)[^,，。;；]{1,12}?(?=[,，。;；]|是|而是|$)")
_TO_COME = re.compile("明天|明早|明晚|后天|下周|下个月|以后|之后|待会|等会")
# words that make a line without a clock a time all the same
# "it is the 4th floor", "should be 603": a part of a place that is corrected by itself
_PART_OF_A_PLACE = re.compile(
    r"(?<!不)(?:是|成|为)[,，:：\s]*"
    r"(?P<part>(?:\d{1,4}|[零一二三四五六七八九十幺]{1,4})"
    r"(?P<kind>号楼|单元|栋|幢|座|楼|层|室|户|房|号)?)(?![\d月点时分年元块下个些])"
)
# what still belongs to a place that stands at the end of the recognised part of it
_REST_OF_A_PLACE = re.compile(r"[A-Za-z]?[-\dA-Za-z]+(?:号|铺|室|车位)*")
_NAME_LEAD = re.compile("^(?:我叫|叫我|我是|叫|姓名|名字|我姓|免贵姓|姓|是)+[:：]?")


def value_of(
    wanted: TicketField, name: str, line: Line, *, asked_now: bool, corrects: bool = False
) -> str | None:
    """What a line gives for a field by itself, whether it was asked for or not."""
    if wanted.type is FieldType.CHOICE:
        text = line.pressed[1] if line.pressed else line.text
        found = find_choice(_DENIED.sub("", text) if corrects else text, wanted.choices)
        return found or (_short_choice(text, wanted) if asked_now else None)
    if wanted.type is FieldType.STORY:
        return _told(line.text, wanted)
    value = line.details.get(DETAILS[wanted.type]) if wanted.type in DETAILS else None
    if wanted.type is FieldType.PLACE and value and asked_now and value in line.text:
        return value + _rest_of_place(value, line, alone=set(line.details) <= {"address"})
    return value


def _told(text: str, wanted: TicketField) -> str | None:
    """The sentence that tells it by itself: "I want you to pay for the repair"."""
    for openings in map(re.escape, wanted.told_by):
        found = re.search(rf"(?:^|(?<=[\s,，。;；!！])){openings}[^。;；!！\n]{{2,}}", text)
        if found:
            return found.group().strip()
    return None


def place_rest(line: Line, profile: Profile) -> str:
    """What an answer that holds no part of a place adds to one: a landmark, or nothing."""
    tells = line.intent in {"inform", "nlu_fallback"} and not line.details
    fits = tells and not profile.refuses(line.text) and len(line.text) <= LONGEST_LANDMARK
    return tidy_place(line.text.rstrip("。.!！ ")) if fits else ""


def _rest_of_place(place: str, line: Line, *, alone: bool) -> str:
    """What follows a place in the answer for it: a landmark finds what a number cannot."""
    rest = line.text.partition(place)[2].rstrip("。.!！ ")
    if alone and len(rest) <= LONGEST_LANDMARK:
        return rest.rstrip("？?")
    number = _REST_OF_A_PLACE.match(rest)
    return number.group() if number else ""


def _short_choice(text: str, wanted: TicketField) -> str | None:
    """The choice whose short words, which mean something else elsewhere, answer the question."""
    return next(
        (each.title for each in wanted.choices if any(word in text for word in each.when_asked)),
        None,
    )


def denies(text: str) -> bool:
    """Whether a line puts something right in so many words: "not the shop, the flat"."""
    return _DENIED.search(text) is not None


def corrected_place(known: str, value: str | None, line: Line, wanted: TicketField) -> str | None:
    """A known place with the part that a correction names; None when it names none."""
    if value is not None:
        return merge_place(known, value)
    found = _PART_OF_A_PLACE.search(_DENIED.sub("", line.text))
    points = any(word in line.text for word in wanted.pointed)
    if found is None or not (found["kind"] or points):
        return None
    return merge_place(known, found["part"])


def free_answer(wanted: TicketField, line: Line, profile: Profile) -> str | None:
    """What a line that holds no detail says for the field that was asked for."""
    text, letters = line.text, sum(character.isalnum() for character in line.text)
    if wanted.type is FieldType.STORY:
        return text if letters >= LEAST_LETTERS_OF_A_STORY else None
    if profile.asks_something(text):
        return None
    if wanted.type is FieldType.PLACE and letters >= LEAST_LETTERS_OF_A_PLACE:
        describes = line.intent in {"inform", "nlu_fallback"} and not line.details
        return tidy_place(text) or None if describes else None
    if wanted.type is FieldType.NAME and letters <= LONGEST_NAME:
        name = _NAME_LEAD.sub("", text.strip("。.!！ "))
        return name if name.isalpha() else None
    if wanted.type is FieldType.ACCOUNT:
        digits = re.sub(r"[\s\-]", "", text)
        return digits if digits.isdecimal() and len(digits) in wanted.digits else None
    if wanted.type is FieldType.AMOUNT:
        amount = read_number(text.strip("。 块元钱"))
        return f"{amount:g}" if amount is not None else None
    if wanted.type is FieldType.SINCE and line.intent == "inform" and not line.details:
        has_digits = any(character.isdecimal() for character in text)
        fits = letters >= LEAST_LETTERS_OF_A_PLACE and not has_digits
        return text if fits and not _TO_COME.search(text) else None
    return None


def hint_for(wanted: TicketField, line: Line, profile: Profile) -> str:
    """What would help, for an answer that cannot be used."""
    digits = sum(character.isdecimal() for character in line.text)
    if wanted.type in {FieldType.PHONE, FieldType.ACCOUNT} and digits >= LEAST_DIGITS_OF_A_NUMBER:
        return profile.wordings.digits.format(count=digits) + wanted.hint
    if wanted.type is FieldType.TICKET and "wrong_ticket_no" in line.details:
        return profile.wordings.wrong_ticket_no
    return wanted.hint
