"""What a profile is made of: fields, businesses, dangers, and the sentences of a centre."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Words = Annotated[list[str], Field(min_length=1)]


class Part(BaseModel):
    """What stands in a file may not be changed, and holds no name that nobody knows."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Starter(Part):
    """A button under the greeting: what it shows and what it says for the customer."""

    title: str
    text: str


class Readiness(Part):
    """A question to be answered yes before a business can go on (requirements 1.1, row 16)."""

    ask: str
    # said when the answer is no: why it cannot go on, and what to do instead
    stop: str


class Choice(Part):
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


class TicketField(Part):
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


class Promise(Part):
    """What a customer is told after filing: what happens next and by when, with its source."""

    next: str
    by: str
    source: str


class Business(Part):
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


class Danger(Part):
    """A danger that is recognised before any model, and what must be said at once.

    A sign names word groups, with spaces between: a clause that holds a word of each tells of the
    danger. The parts of what is `nearby` may also stand in clauses that follow each other.
    """

    title: str
    call: str
    steps: Words
    signs: list[str]
    nearby: list[str] = []


class DangerWords(Part):
    """A centre's own words for a danger that is described in common.yml."""

    call: str | None = None
    steps: Words | None = None


class Calm(Part):
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


class Wordings(Part):
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
    call_back_details: str
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
    event_news: str
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
