"""Which wordings to show for a customer's line, best first: up to three, or none and why. Pure.

An entry comes with the chance that it is right for the line alone. The moment pushes it up or down
(in log-odds) or rules it out; the chance that is shown stays the one it came with.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from knowledge.entry import Entry, EntryKind
from knowledge.importing.heard_yaml import Heard, OfTicket, Opening
from knowledge.phrasing import SOOTHING, Moment, Phrases, shape

MOST_SHOWN = 3
# the first must be as likely as this, or nothing is shown; the others are beside it
LEAST_FIRST, LEAST_OTHER = 0.12, 0.02
# pushes, in log-odds; chosen on the half of tests/conversations/suggestion_lines.yml for tuning
OPENS = 1.5
# answers were taught on questions alone: of a line that is none they are surer than they should be
SCRIPT_FIRST = 1.0
SOOTHES_THE_ANGRY = 1.0
ANSWERS_THE_ANGRY = -0.5
ASKS_WHAT_IS_MISSING = 2.0
SPEAKS_OF_THE_TICKET = 1.5
NO_SUCH_TICKET = -1.5
FOR_EACH_TIME_BEFORE, MOST_TIMES = 0.7, 2
SAID_ALREADY = -1.5
_NO_RULES = Heard(lines=("",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """An entry and the chance, 0 to 1, that it is right for the line."""

    entry: Entry
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A wording to show, with its entry and the chance that it is right for the line."""

    text: str
    short: str
    entry: Entry
    probability: float


def prefer(
    likely: Sequence[Likely],
    moment: Moment,
    phrases: Phrases,
    heard: Mapping[str, Heard],
    *,
    push: Callable[[str], float] = lambda _: 0.0,
) -> list[Suggestion]:
    """Up to three wordings, best first; `push` is what agents did before, by entry id."""
    fit = [
        (each, _odds(each.probability) + pushed + push(each.entry.entry_id))
        for each in likely
        if (pushed := _push(each.entry, moment, heard)) is not None
    ]
    fit.sort(key=lambda one: -one[1] - SCRIPT_FIRST * _is_script(one[0]))
    if not fit or fit[0][1] < _odds(LEAST_FIRST):
        return []
    wordings = (
        _shaped(each, moment, phrases, heard) for each, odds in fit if odds >= _odds(LEAST_OTHER)
    )
    return _three_of([each for each in wordings if each is not None])


def _three_of(found: Sequence[Suggestion]) -> list[Suggestion]:
    """The first three; the third gives way when all are of one sort and there is another."""
    shown = list(found[:MOST_SHOWN])
    sorts = {_is_script(each) for each in shown}
    other = next((each for each in found[MOST_SHOWN:] if _is_script(each) not in sorts), None)
    if len(sorts) == 1 and other is not None:
        shown[-1] = other
    return shown


def _is_script(each: Likely | Suggestion) -> bool:
    return each.entry.kind is EntryKind.SCRIPT


def _shaped(
    each: Likely, moment: Moment, phrases: Phrases, heard: Mapping[str, Heard]
) -> Suggestion | None:
    rules = heard.get(each.entry.entry_id, _NO_RULES)
    # a script that puts a limit off speaks of a new day, which nobody has agreed to yet
    keeps_due = rules.ticket is not OfTicket.POSTPONE
    wording = shape(each.entry, moment, phrases, keeps_due=keeps_due)
    if wording is None:
        return None
    return Suggestion(
        text=wording.text, short=wording.short, entry=each.entry, probability=each.probability
    )


def _push(entry: Entry, moment: Moment, heard: Mapping[str, Heard]) -> float | None:
    """How far the moment pushes an entry, or None where it must not be said."""
    rules = heard.get(entry.entry_id, _NO_RULES)
    if not _may_be_said(rules, moment):
        return None
    pushed = SAID_ALREADY if entry.entry_id in moment.said else 0.0
    if rules.opening is not None:
        pushed += OPENS
    if moment.is_angry and (entry.phase == SOOTHING or rules.calms):
        pushed += SOOTHES_THE_ANGRY
    if moment.is_angry and entry.kind is not EntryKind.SCRIPT:
        pushed += ANSWERS_THE_ANGRY
    if rules.asks and rules.asks == moment.missing:
        pushed += ASKS_WHAT_IS_MISSING
    if rules.ticket is not None:
        pushed += SPEAKS_OF_THE_TICKET if moment.ticket is not None else NO_SUCH_TICKET
    if rules.repeats:
        pushed += FOR_EACH_TIME_BEFORE * min(moment.asked_before, MOST_TIMES)
    return pushed


def _may_be_said(rules: Heard, moment: Moment) -> bool:
    ticket = moment.ticket
    if rules.opening is not None:
        wanted = Opening.TAKEOVER if moment.after_bot else Opening.CALL
        return moment.is_opening and rules.opening is wanted
    if rules.asks and rules.asks in moment.given:
        return False
    if rules.ticket is OfTicket.POSTPONE:
        return ticket is not None and ticket.is_open and ticket.may_postpone
    if rules.ticket is OfTicket.OPEN:
        return ticket is None or ticket.is_open
    return True


def _odds(chance: float) -> float:
    kept = min(max(chance, 1e-6), 1 - 1e-6)
    return log(kept / (1 - kept))
