"""What a line says for one field or question: by itself, or as the answer to it. Pure."""

import re

from conversations.request import Line
from tickets.details import find_choice
from tickets.numerals import read_number
from tickets.places import merge_place, tidy_place
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
LONGEST_LANDMARK = 20
LEAST_DIGITS_OF_A_NUMBER = 5
_DENIED = re.compile("(?:不是|唔系|不係|并非)[^,，。;；]{1,12}?(?=[,，。;；]|是|而是|$)")
_TO_COME = re.compile("明天|明早|明晚|后天|下周|下个月|以后|之后|待会|等会")
# words that make a line without a clock a time all the same
_TIME_WORDS = re.compile("时|天|点|候|会儿|前|后|早|晚|刚|月|年|周|久|夜|雷|雨")
_NOT_SURE = re.compile(
    "不知道|不清楚|不确定|说不[好准上]|不晓得|没注意|没问|可能|大概|好像|也许|吃不准|不太"
)
_NOT_A_NO = re.compile("没问题|没错|不错|不假|没毛病|差不多|没关系|不用说")
_NO = re.compile("没|冇|不|否|未|莫|唔|无|甭|别")
# signs that a question and any other line share
_COMMON = frozenset("的了吗您有没不是请都和或么呢要我你在一这那个能会还，。？?对")
_BARE_YES = re.compile(
    "(?:有|是|对|嗯|好|行|可以|在|要|成|中|通了?|都有)(?:的|了|呀|啊|哦|呢|嘛|是|对)*"
)
_BARE_NO = re.compile("(?:还|都)?(?:没有?|不是?|冇|未)(?:的|了|呀|啊|哎|呢|嘛|有|得|哦)*")
_NOT_YET = re.compile("还没|没有|没[交办拿装通接开买下取签]|未|还欠|还差")
LONGEST_YES, LONGEST_BARE_ANSWER = 30, 6
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
    value = line.details.get(DETAILS[wanted.type]) if wanted.type in DETAILS else None
    if wanted.type is FieldType.PLACE and value and asked_now and value in line.text:
        return value + _rest_of_place(value, line, alone=set(line.details) <= {"address"})
    return value


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


def corrected_place(known: str, value: str | None, line: Line, wanted: TicketField) -> str | None:
    """A known place with the part that a correction names; None when it names none."""
    if value is not None:
        return merge_place(known, value)
    found = _PART_OF_A_PLACE.search(_DENIED.sub("", line.text))
    points = any(word in line.text for word in wanted.pointed)
    if found is None or not (found["kind"] or points):
        return None
    return merge_place(known, found["part"])


def yes_or_no(line: Line, question: str, profile: Profile) -> str | None:
    """The profile's word for yes, no or not sure; None when the line says none of them.

    People answer "is the bill settled?" with "settled", not with yes.
    """
    words, text = profile.wordings, _NOT_A_NO.sub("好", line.text)
    clauses = [part for part in re.split(r"[,，。;；!！\s]+", text) if part]
    if not clauses:
        pressed = {"affirm": words.yes, "deny": words.no, "unsure": words.unsure}
        return pressed.get(line.intent)
    if _NOT_SURE.search(text):
        return words.unsure
    if profile.asks_something(line.text):
        return None
    if _BARE_YES.fullmatch(clauses[0]):
        return words.yes
    if _BARE_NO.fullmatch(clauses[0]):
        # "it was not changed, was it?" – "not, no"
        agrees = _asks_in_the_negative(question) and clauses[0].startswith(("没", "冇"))
        return words.yes if agrees else words.no
    if line.intent in {"consult", "query_progress"} and not echoes(clauses[0], question):
        return None
    return _by_clauses(line, clauses, question, profile)


def _by_clauses(line: Line, clauses: list[str], question: str, profile: Profile) -> str | None:
    """Yes or no by whether the clauses deny, and whether they take up the question's words."""
    words, text = profile.wordings, "".join(clauses)
    is_echo, negative = echoes(text, question), _asks_in_the_negative(question)
    refused = [bool(_NO.search(clause)) for clause in clauses]
    if line.intent == "unsure" and not (all(refused) and is_echo):
        return words.unsure
    if not any(refused):
        if negative and is_echo and line.intent != "affirm":
            # "does it stay?" – "it changes"
            return words.no
        fits = line.intent == "affirm" or is_echo or len(text) <= LONGEST_BARE_ANSWER
        return words.yes if fits and len(text) <= LONGEST_YES else None
    if not all(refused) and ("或" in question or line.intent == "affirm"):
        # one of "this or that" is enough
        return words.yes if is_echo or line.intent == "affirm" else None
    if negative and is_echo:
        return words.yes
    is_short = len(text) <= LONGEST_BARE_ANSWER
    return words.no if is_echo or is_short or _NOT_YET.search(clauses[0]) else None


def _asks_in_the_negative(question: str) -> bool:
    return re.search("没|不", question.partition("，对吗")[0]) is not None


def echoes(text: str, question: str) -> bool:
    """Whether a line takes up a word of the question."""
    return bool(set(text) & set(question) - _COMMON)


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
