"""An approved answer shaped for the moment: greeting, soothing, restating, the answer, what next.

Pure. The answer's words are the entry's own; what joins them is profiles/phrasing.yml, and blanks
hold what is known of the customer and the ticket. What is not known is left out, never made up.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from knowledge.entry import Entry, EntryKind
from profiles.document import Document

# what an entry may leave open for the desk to fill in
BLANKS = ("surname", "honorific", "ticket_no", "due")
SOOTHING = "安抚"
# only what is said in danger raises its voice: that comes first and whole, whatever the mood
RAISED = "！"
# the short form ends with the sentence that passes this many letters
SHORT_LETTERS = 18
_SENTENCE = re.compile(r"[^。！？\n]*[。！？\n]+|[^。！？\n]+$")
_BLANK = re.compile(r"“[^”]*”|\{[^}]*\}")
_CLAUSE = re.compile(r"[^，。！？；\n]*\{[^，。！？；\n]*(?P<end>[，。！？；\n]|$)")


class Phrases(BaseModel):
    """profiles/phrasing.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    greeting: str
    address: str
    soothing: str
    sorry: Annotated[tuple[str, ...], Field(min_length=1)]
    restating: str
    again: str
    next: str
    ticket: str
    ticket_due: str
    about_ticket: tuple[str, ...]
    promised: tuple[str, ...]
    due_at: str
    honorifics: tuple[str, ...]
    # what the phase of an answer is called, which has none of its own
    answering: str
    # said to the agent when there is nothing to show
    nothing: str
    no_line: str
    unknown: tuple[tuple[str, str], ...]

    def sentences(self) -> list[str]:
        """What it joins to answers, as a draft is read: a quoted title and blanks left out."""
        alone = [self.soothing, self.restating, self.again, self.next, self.ticket, self.ticket_due]
        said = [*alone, *(f"{self.greeting}{each}" for each in alone)]
        blank = [_BLANK.sub("", each) for each in said]
        return [part for each in blank for part in re.split("[。？！]", each) if part]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketNow:
    """The customer's ticket: its number, until when what is owed, and whether that may change."""

    no: str
    is_open: bool
    # as it is said to customers; empty when nothing may be promised
    due: str = ""
    may_postpone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is known when the customer has said a line and the agent is to answer."""

    text: str
    is_angry: bool = False
    # the agent has not said anything yet; and whether the bot has
    is_opening: bool = False
    after_bot: bool = False
    surname: str = ""
    honorific: str = ""
    ticket: TicketNow | None = None
    # fields the customer has told, and the one that was asked for and not told
    given: frozenset[str] = frozenset()
    missing: str = ""
    # how often the customer came with this before, and entries they were told already
    asked_before: int = 0
    said: frozenset[str] = frozenset()

    def blanks(self) -> dict[str, str]:
        """What is known of the blanks; a surname alone is no way to call somebody."""
        known: dict[str, str] = {}
        if self.surname and self.honorific:
            known |= {"surname": self.surname, "honorific": self.honorific}
        if self.ticket is not None:
            known["ticket_no"] = self.ticket.no
            known |= {"due": self.ticket.due} if self.ticket.due else {}
        return known


@dataclass(frozen=True, slots=True)
class Shaped:
    """A wording in full and in short."""

    text: str
    short: str


def load_phrases(path: Path) -> Phrases:
    """The phrases; a fault raises `DocumentError` with file, line and reason."""
    return Document(path).read_as(Phrases)


def shape(
    entry: Entry, moment: Moment, phrases: Phrases, *, keeps_due: bool = True
) -> Shaped | None:
    """The entry's answer for this moment; None when nothing of it can be said.

    `keeps_due` is False where the ticket's due time is not what the entry's {due} means.
    """
    known = moment.blanks()
    if not keeps_due:
        known.pop("due", None)
    answer = fill(entry.answer.strip(), known, phrases)
    if not answer:
        return None
    if RAISED in answer:
        return Shaped(answer, answer)
    before = _before(entry, answer, moment, phrases)
    after = "" if entry.kind is EntryKind.SCRIPT else _after(moment, phrases)
    return Shaped(f"{before}{answer}{after}", shortened(answer))


def _before(entry: Entry, answer: str, moment: Moment, phrases: Phrases) -> str:
    is_script = entry.kind is EntryKind.SCRIPT
    greets = answer.startswith(phrases.greeting.rstrip("，"))
    calls = "{surname}" in entry.answer
    is_sorry = entry.phase == SOOTHING or any(word in answer for word in phrases.sorry)
    named = "surname" in moment.blanks()
    parts = [
        phrases.greeting if moment.is_opening and not greets else "",
        phrases.address.format(**moment.blanks()) if named and not (calls or greets) else "",
        phrases.soothing if moment.is_angry and not is_sorry else "",
        phrases.again if entry.entry_id in moment.said and not is_script else "",
        "" if is_script else phrases.restating.format(title=entry.title.rstrip("？?")),
    ]
    return "".join(parts)


def _after(moment: Moment, phrases: Phrases) -> str:
    ticket = moment.ticket
    if ticket is None or not ticket.is_open or not asks_of_ticket(moment.text, phrases):
        return phrases.next
    following = phrases.ticket_due if ticket.due else phrases.ticket
    return following.format(ticket_no=ticket.no, due=ticket.due)


def asks_of_ticket(text: str, phrases: Phrases) -> bool:
    """Whether the customer speaks of what they have registered."""
    return any(word in text for word in phrases.about_ticket)


def fill(answer: str, known: Mapping[str, str], phrases: Phrases) -> str:
    """The answer with its blanks filled; one that is not known goes with the words around it."""
    for words, instead in phrases.unknown:
        if any(f"{{{blank}}}" in words and blank not in known for blank in BLANKS):
            answer = answer.replace(words, instead)
    for blank, value in known.items():
        # what a customer or a caller wrote is text: no blank of it is filled again
        answer = answer.replace(f"{{{blank}}}", value.replace("{", "").replace("}", ""))
    # a blank nobody knows how to leave out takes its clause with it
    return _CLAUSE.sub(lambda found: "。" if found["end"] == "。" else "", answer).lstrip("，。； ")


def is_said(stretch: str, answer: str) -> bool:
    """Whether the stretch stands in the answer word for word, and no clause of it is cut."""
    return re.search(rf"(?<!\w){re.escape(stretch)}(?!\w)", answer) is not None


def sentences(text: str) -> list[str]:
    """The text cut after each sentence; joined they are the text again."""
    return _SENTENCE.findall(text)


def shortened(answer: str) -> str:
    """The first sentences, up to the one that makes it long enough to stand alone."""
    kept: list[str] = []
    for sentence in sentences(answer):
        kept.append(sentence)
        if sum(map(len, kept)) >= SHORT_LETTERS:
            break
    return "".join(kept).rstrip()
