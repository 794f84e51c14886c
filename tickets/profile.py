"""A profile: everything about one kind of centre that is a setting and not code.

`profiles/common.yml` and `dangers.yml` hold what all centres share, `profiles/<name>/profile.yml`
one centre's own; where both name a field, a business or a danger, the centre's own counts.
"""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from profiles.document import Document, DocumentError
from tickets.event_settings import EventSettings, faults_of

_CLAUSES = re.compile(r"[\s,，.。;；!！?？:：、]+")
# "complaint" opens many clauses that ask for none, "I want to complain" does not
_LONGEST_WORD = 2
_LONGEST_GAP = 6

Words = Annotated[list[str], Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Starter(_Part):
    """A button under the greeting: what it shows and what it says for the customer."""

    title: str
    text: str


class Readiness(_Part):
    """A question to be answered yes before a business can go on (requirements 1.1, row 16)."""

    ask: str
    # said when the answer is no: why it cannot go on, and what to do instead
    stop: str


class Choice(_Part):
    """One value of a field, with the words by which customers mean it."""

    id: str
    title: str
    words: Words
    # taken out of the line first: they hold one of the words and mean something else
    unless: list[str] = []
    # words that mean it only as the answer to its question
    when_asked: list[str] = []
    # it concerns more than one home: a place needs no building then
    wide: bool = False
    # said as soon as it is known: what to check first, what to mind
    says: str = ""
    ready: list[Readiness] = []
    # said when every readiness question is answered: what to bring
    bring: str = ""


class FieldType(StrEnum):
    """What kind of thing a field holds, and so how it is recognised in a line."""

    PLACE = "place"
    PHONE = "phone"
    SINCE = "since"
    ACCOUNT = "account"
    AMOUNT = "amount"
    NAME = "name"
    TICKET = "ticket"
    CHOICE = "choice"
    STORY = "story"


class TicketField(_Part):
    """One thing a request needs to know."""

    label: str
    type: FieldType
    ask: str
    # said when what came cannot be used
    hint: str
    choices: list[Choice] = []
    # ready answers, shown as buttons
    offers: list[str] = []
    # the button by which the customer leaves it out; it is also the value that is filed
    skip: str = "不清楚"
    # words by which a customer points at it ("the phone is wrong")
    pointed: list[str] = []
    # how many digits an account number may have
    digits: list[int] = []
    # asked once more when a place names no building, number or door
    ask_rest: str = ""
    # how a clause begins that tells it by itself ("I want you to …"), for a story
    told_by: list[str] = []


class Promise(_Part):
    """What a customer is told after filing: what happens next and by when, with its source."""

    next: str
    by: str
    source: str


class Business(_Part):
    """One kind of request: what is asked for it, in this order, and what is said."""

    title: str
    fields: list[str]
    # these cannot be left out; all others can
    necessary: list[str] = []
    # said when it begins: an apology, what is kept confidential
    lead: str = ""
    # read back and confirmed before it is filed
    confirm: bool = True
    # nothing the customer gave for something else is put into it
    anonymous: bool = False
    # said when it is filed; `{no}`, `{next}` and `{by}` are filled in
    closing: str


class Danger(_Part):
    """A danger that is recognised before any model, and what must be said at once.

    A sign names word groups, with spaces between: a clause that holds a word of each tells of the
    danger. The parts of what is `nearby` may also stand in clauses that follow each other.
    """

    title: str
    call: str
    steps: Words
    signs: list[str]
    nearby: list[str] = []


class DangerWords(_Part):
    """A centre's own words for a danger that is described in common.yml."""

    call: str | None = None
    steps: Words | None = None


class Calm(_Part):
    """What makes words of danger none; signs may name these groups too, all but `happening`."""

    # read as a whole: the words inside them do not count, mostly because they mean something else
    whole: list[str]
    # undo the word right after them
    denied: list[str]
    # undo what follows in their clause
    supposed: list[str]
    # undo their clause, if it names nobody and no place at hand: general questions
    asking: list[str]
    # the same, but only if nothing in the clause sounds as if it were happening
    wondering: list[str]
    happening: list[str]
    # undo their clause: long ago
    past: list[str]
    # undo what comes before in their clause: settled
    settled: list[str]
    # undo also all that was said before their clause: the whole matter is over
    closing: list[str]
    # undo the whole line: it is about something else
    elsewhere: list[str]
    # it is so now, or again: then only whole words, denials and what is settled in a clause count
    now: list[str]
    people: list[str]
    here: list[str]


class Wordings(_Part):
    """Sentences that are the same in every business."""

    bot_away: str
    no_words: str
    attachment: str
    photo_kept: str
    photo_added: str
    voice_kept: str
    sorry: str
    perhaps_danger: str
    danger_now: str
    emergency_ticket: str
    emergency_known: str
    emergency_details: str
    read_back: str
    read_back_lead: str
    filed_lead: str
    needed: str
    digits: str
    wrong_ticket_no: str
    hint_yes_no: str
    rated_bad: str
    rated_good: str
    reopened: str
    cannot_withdraw: str
    cannot_urge: str
    register_anew: str
    follow_up: str
    follow_up_again: str
    nothing_to_cancel: str
    nothing_to_urge: str
    not_withdrawn: str
    change: str
    hint_confirm: str
    resumed: str
    stuck: str
    event_running: str
    event_cause: str
    event_restore: str
    event_today: str
    event_day: str
    event_joined: str
    event_over: str
    confirm: str
    cancel: str
    person: str
    yes: str
    no: str
    unsure: str


class _Shared(_Part):
    """What both files may hold."""

    fields: dict[str, TicketField] = {}
    businesses: dict[str, Business] = {}


class Common(_Shared):
    """profiles/common.yml."""

    # words that make a line a question rather than an answer to one
    question_words: list[str]
    # … but for these, which hold one of them
    no_question_words: list[str]
    anger_words: list[str]
    # words that leave out what is asked for
    refusal_words: list[str]
    # where a customer passes to another subject in one line
    turning_words: Words
    # … and words that do so only where a clause begins
    turning_openers: Words
    # terms that are also recognised when they are written with characters of the same sound
    terms: list[str]
    # words of dialects and what they mean, for understanding only
    dialect: dict[str, str]
    # how a clause begins that asks for a business outright, by intent, whatever else is said
    outright: dict[str, Words]
    wordings: Wordings
    # labels of what is on a ticket beside its business's fields
    field_labels: dict[str, str]
    kind_labels: dict[str, str]
    state_labels: dict[str, str]


class Dangers(_Part):
    """profiles/dangers.yml; the first danger that a text tells of counts."""

    dangers: dict[str, Danger]
    calm: Calm
    # the words that signs are made of
    word_groups: dict[str, Words]
    # words that are also heard when written with characters of the same sound
    same_sound: list[str] = []


class _Own(_Shared):
    name: str
    title: str
    hotline: str
    hours: str
    timezone: str = "Asia/Shanghai"
    greeting: str
    starters: list[Starter]
    promises: dict[str, Promise]
    dangers: dict[str, DangerWords] = {}
    terms: list[str] = []
    # when many reports are one event; without, only people open events
    events: EventSettings | None = None
    # not ours: what a publication must reach (knowledge/importing/floors_yaml.py)
    floors: Any = None
    # nor this: what agents may say here and what not (knowledge/etiquette_rules.py)
    etiquette: Any = None


class Profile(_Own, Common, Dangers):
    """One kind of centre, with what it shares with the others."""

    dangers: dict[str, Danger]  # type: ignore[assignment]

    # told apart as objects: what is worked out of a profile can be kept by it
    __hash__ = object.__hash__

    def asks_something(self, text: str) -> bool:
        """Whether a line reads as a question."""
        for word in self.no_question_words:
            text = text.replace(word, "")
        return any(_holds(text, word) for word in self.question_words)

    def names_a_ticket(self, text: str) -> bool:
        """Whether a line speaks of a ticket itself, not of what it is about."""
        return any(word in text for word in self.fields["ticket_no"].pointed)

    def refuses(self, text: str) -> bool:
        """Whether a line says that something is not given."""
        return any(word in text for word in self.refusal_words)

    def questions(self) -> frozenset[str]:
        """Every question that a request may ask."""
        ready = (
            each.ask
            for wanted in self.fields.values()
            for choice in wanted.choices
            for each in choice.ready
        )
        asked = (text for wanted in self.fields.values() for text in (wanted.ask, wanted.ask_rest))
        return frozenset(text for text in (*asked, *ready) if text)

    def is_angry(self, text: str) -> bool:
        """Whether a line holds a word of anger."""
        return any(word in text for word in self.anger_words)

    def asked_outright(self, text: str) -> str | None:
        """The intent of the business that a clause asks for in so many words, if any."""
        for clause in _CLAUSES.split(text):
            if self.asks_something(clause):
                continue
            for intent, openings in self.outright.items():
                if any(_opens(clause, words) for words in openings):
                    return intent
        return None

    def find_pointed_field(self, text: str, among: Iterable[str]) -> str | None:
        """The field of these that a line points at, if any."""
        return next(
            (name for name in among if any(word in text for word in self.fields[name].pointed)),
            None,
        )


def _holds(text: str, word: str) -> bool:
    """Whether a text holds a word; "…" in it stands for a few signs."""
    first, gap, last = word.partition("…")
    start = text.find(first)
    if start < 0 or not gap:
        return start >= 0
    end = text.find(last, start + len(first) + 1)
    return 0 < end - start <= len(first) + _LONGEST_GAP


def _opens(clause: str, words: str) -> bool:
    return clause == words or (len(words) > _LONGEST_WORD and clause.startswith(words))


def load_profile(folder: Path) -> Profile:
    """Read `folder/profile.yml` over what lies beside the folder for all.

    A fault raises `DocumentError` with file, line and reason.
    """
    common_file, own_file = Document(folder.parent / "common.yml"), Document(folder / "profile.yml")
    common, own = common_file.read_as(Common), own_file.read_as(_Own)
    dangers_file = Document(folder.parent / "dangers.yml")
    described = dangers_file.read_as(Dangers)
    _check_signs(dangers_file, described)
    _check(common_file, common, fields=common.fields)
    fields = common.fields | own.fields
    _check(own_file, own, fields=fields)
    for name in own.dangers:
        if name not in described.dangers:
            raise _fault(own_file, ("dangers", name), f"dangers.yml describes no danger {name!r}")
    if own.events is not None:
        choices = {name: [each.id for each in held.choices] for name, held in fields.items()}
        for place, reason in faults_of(own.events, choices):
            raise _fault(own_file, ("events", *place), reason)
    businesses = common.businesses | own.businesses
    for kind in businesses:
        if "{next}" in businesses[kind].closing and kind not in own.promises:
            raise _fault(own_file, ("promises",), f"what is promised after {kind!r} is missing")
    merged = {name: getattr(common, name) for name in Common.model_fields}
    merged |= {name: getattr(own, name) for name in _Own.model_fields}
    merged |= {
        "calm": described.calm,
        "word_groups": described.word_groups,
        "same_sound": described.same_sound,
        "fields": fields,
        "businesses": businesses,
        "terms": [*common.terms, *own.terms],
        "dangers": {
            name: danger.model_copy(
                update=own.dangers.get(name, DangerWords()).model_dump(exclude_none=True)
            )
            for name, danger in described.dangers.items()
        },
    }
    return Profile.model_construct(**merged)


def _check(file: Document, part: _Shared, *, fields: dict[str, TicketField]) -> None:
    for name, each in part.fields.items():
        if (each.type is FieldType.CHOICE) != bool(each.choices):
            raise _fault(file, ("fields", name), "a choice needs choices, and only a choice does")
        titles = {choice.title for choice in each.choices}
        odd = next((offer for offer in each.offers if titles and offer not in titles), None)
        if odd is not None:
            raise _fault(file, ("fields", name, "offers"), f"{odd!r} is none of its choices")
    for kind, business in part.businesses.items():
        unknown = next((name for name in business.fields if name not in fields), None)
        if unknown is not None:
            raise _fault(file, ("businesses", kind, "fields"), f"there is no field {unknown!r}")
        odd = next((name for name in business.necessary if name not in business.fields), None)
        if odd is not None:
            raise _fault(
                file, ("businesses", kind, "necessary"), f"{odd!r} is not among its fields"
            )


def _check_signs(file: Document, described: Dangers) -> None:
    known = {*described.word_groups, *Calm.model_fields} - {"happening"}
    for name, danger in described.dangers.items():
        for key, signs in (("signs", danger.signs), ("nearby", danger.nearby)):
            for at, sign in enumerate(signs):
                # a sign of no words would be found in every line
                unknown = set(sign.split()) - known or ({""} if not sign.strip() else set())
                if unknown:
                    place = ("dangers", name, key, at)
                    raise _fault(file, place, f"there is no word group {min(unknown)!r}")


def _fault(file: Document, place: Sequence[str | int], reason: str) -> DocumentError:
    where = ".".join(str(step) for step in place)
    return DocumentError(file.path, file.line_of(place), f"{where}: {reason}")
