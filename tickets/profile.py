"""A profile: everything about one kind of centre that is a setting and not code.

`profiles/common.yml` and `dangers.yml` hold what all centres share, `profiles/<name>/profile.yml`
one centre's own; where both name a field, a business or a danger, the centre's own counts.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from profiles.document import Document, DocumentError
from tickets.event_settings import EventSettings, faults_of
from tickets.profile_parts import (
    Business,
    Calm,
    Danger,
    DangerWords,
    FieldType,
    Part,
    Promise,
    Starter,
    TicketField,
    Wordings,
    Words,
)

_CLAUSES = re.compile(r"[\s,，.。;；!！?？:：、]+")
# "complaint" opens many clauses that ask for none, "I want to complain" does not
_LONGEST_WORD = 2
_LONGEST_GAP = 6


class _Shared(Part):
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


class Dangers(Part):
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
