"""What a line says for one field: by itself, or as the answer to its question. Pure."""

import re

from conversations.request import Line
from tickets.details import find_choice
from tickets.numerals import read_number
from tickets.places import tidy_place
from tickets.profile import FieldType, Profile, TicketField

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
_DENIED = re.compile("(?:不是|唔系|不係|并非)[^,，。;；]{1,12}?(?=[,，。;；]|是|而是|$)")
_TO_COME = re.compile("明天|明早|明晚|后天|下周|下个月|以后|之后|待会|等会")
_NAME_LEAD = re.compile("^(?:我叫|叫我|我是|叫|姓名|名字|我姓|免贵姓|姓|是)+[:：]?")


def value_of(
    wanted: TicketField, name: str, line: Line, *, asked_now: bool, corrects: bool = False
) -> str | None:
    """What a line gives for a field by itself, whether it was asked for or not."""
    if wanted.type is FieldType.CHOICE:
        text = line.pressed[1] if line.pressed else line.text
        return find_choice(_DENIED.sub("", text) if corrects else text, wanted.choices)
    if wanted.type in DETAILS:
        return line.details.get(DETAILS[wanted.type])
    return None


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
    if wanted.type in {FieldType.PHONE, FieldType.ACCOUNT} and digits:
        return profile.wordings.digits.format(count=digits) + wanted.hint
    if wanted.type is FieldType.TICKET and "wrong_ticket_no" in line.details:
        return profile.wordings.wrong_ticket_no
    return wanted.hint
