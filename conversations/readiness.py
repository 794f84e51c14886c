"""Answers to readiness questions ("is the bill settled?"): yes, no, not sure. Pure."""

import re

from conversations.asking import open_readiness
from conversations.leaving import COMMANDS, SURE_ENOUGH_TO_LEAVE
from conversations.request import BUSINESSES, READY, Line, Request
from tickets.profile import Profile

# businesses that answer a readiness question as often as they ask for something
SOUNDS_LIKE_AN_ANSWER = frozenset({"rate", "urge", "report_fault", "apply", "correct", "inform"})
_NOT_SURE = re.compile(
    "不知道|不清楚|不确定|说不[好准上]|不晓得|没注意|没问|可能|大概|好像|也许|吃不准|不太"
)
_NOT_A_NO = re.compile("没问题|没错|不错|不假|没毛病|差不多|没关系|不用说")
_NO = re.compile("没|冇|不|否|未|莫|唔|无|甭|别")
# signs that a question and any other line share
_COMMON = frozenset("的了吗您们有没不是请都和或者么呢要我你在一这那里个能会还过，。？?对")
_BARE_YES = re.compile(
    "(?:有|是|对|嗯|好|行|可以|在|要|成|中|通了?|都有)(?:的|了|呀|啊|哦|呢|嘛|是|对)*"
)
_BARE_NO = re.compile("(?:还|都)?(?:没有?|不是?|冇|未)(?:的|了|呀|啊|哎|呢|嘛|有|得|哦)*")
_NOT_YET = re.compile("还没|没有|没[交办拿装通接开买下取签]|未|还欠|还差")
LONGEST_YES, LONGEST_BARE_ANSWER = 30, 6


def readiness_answer(
    line: Line, request: Request, asked: str | None, profile: Profile
) -> str | None:
    """The profile's word for yes, no or not sure, when the line answers a readiness question."""
    if asked != READY:
        return None
    commands = line.intent in COMMANDS and line.confidence >= SURE_ENOUGH_TO_LEAVE
    if commands and not echoes(line.text, open_readiness(request, profile).ask):
        return None
    question = open_readiness(request, profile).ask
    elsewhere = BUSINESSES.get(line.intent) not in {None, request.kind}
    is_plain = elsewhere and line.confidence >= SURE_ENOUGH_TO_LEAVE
    if is_plain and line.intent not in SOUNDS_LIKE_AN_ANSWER and not echoes(line.text, question):
        return None
    return yes_or_no(line, question, profile)


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
    if line.intent in {"consult", "query_progress"} and not echoes(text, question):
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
    kept = [part for part, denied in zip(clauses, refused, strict=True) if not denied]
    if kept and "或" in question and any(echoes(part, question) for part in kept):
        # one of "this or that" is enough
        return words.yes
    if kept and line.intent == "affirm":
        return words.yes
    if kept and "或" in question and not is_echo:
        return None
    if negative and is_echo:
        return words.yes
    is_short = len(text) <= LONGEST_BARE_ANSWER
    return words.no if is_echo or is_short or _NOT_YET.search(clauses[0]) else None


def _asks_in_the_negative(question: str) -> bool:
    return re.search("没|不", question.partition("，对吗")[0]) is not None


def echoes(text: str, question: str) -> bool:
    """Whether a line takes up a word of the question."""
    return bool(set(text) & set(question) - _COMMON)
