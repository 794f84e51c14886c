"""A draft or a corpus entry made a proposal: its fields read, its dates checked."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from knowledge.entry import Entry
from knowledge.importing import telling
from knowledge.importing.days import beginning_of, end_of, parse_date, parse_day
from knowledge.importing.paper import ImportRefused, Place, Refusal
from knowledge.importing.proposal import MAX_LINE, Finding, Flag, Proposal
from knowledge.importing.splitting.parts import Draft

# letters too: a column of running numbers is no column of entry ids
ENTRY_ID = re.compile(r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
GRADES = {"A", "B"}
SECOND_HAND = "B"

MomentOf = Callable[[date | datetime, ZoneInfo], datetime]


def propose_draft(draft: Draft, zone: ZoneInfo, written_day: re.Pattern[str]) -> Proposal:
    """The proposal of a draft; raises `ImportRefused` for dates that cannot be."""
    fields, file = draft.fields, draft.place.file
    entry_id, grade = fields.get("entry_id", ""), fields.get("grade", "")
    begins = _moment(draft, "valid_from", beginning_of, zone, written_day)
    ends = _moment(draft, "valid_until", end_of, zone, written_day)
    if begins and ends and ends <= begins:
        raise ImportRefused(
            Refusal.ENDS_BEFORE_IT_BEGINS,
            file,
            place=telling.where_within(draft.place),
            begin=fields["valid_from"],
            until=fields["valid_until"],
        )
    return Proposal(
        title=draft.title,
        questions=draft.questions,
        answer=draft.answer,
        kind=draft.kind,
        topic=draft.topic,
        source=fields.get("source", "")[:MAX_LINE] or stem(file),
        origin=telling.where(draft.place),
        flags=(Finding(flag=Flag.NO_STORED_VALUE),) if draft.has_unknown else (),
        entry_id=entry_id if ENTRY_ID.fullmatch(entry_id) else "",
        grade=grade if grade in GRADES else SECOND_HAND,
        region=fields.get("region", "")[:MAX_LINE],
        phase=fields.get("phase", "")[:MAX_LINE],
        valid_from=begins,
        valid_until=ends,
        review_by=_review_day(draft, written_day),
    )


def propose_values(values: Mapping[str, Any], place: Place) -> Proposal:
    """The proposal of an entry's fields, as an exported file has them."""
    return Proposal(origin=telling.where(place), **{name: values[name] for name in _CONTENT})


def says_the_same(proposal: Proposal, entry: Entry) -> bool:
    """Whether the corpus already has the entry as proposed; a date left out asks for no other."""
    return (
        all(getattr(proposal, name) == getattr(entry, name) for name in _COMPARED)
        and proposal.valid_from in {None, entry.valid_from}
        and proposal.valid_until == entry.valid_until
        and proposal.review_by == entry.review_by
    )


_COMPARED = ("title", "questions", "answer", "kind", "topic", "source", "grade", "region", "phase")
_CONTENT = ("entry_id", "version", *_COMPARED, "valid_from", "valid_until", "review_by")


def refuse_ids_twice(proposals: list[tuple[Proposal, Place]]) -> None:
    """Two entries of one id and version: nobody could tell which of them is meant."""
    homes: dict[tuple[str, int], Proposal] = {}
    for proposal, place in proposals:
        if not proposal.entry_id:
            continue
        key = (proposal.entry_id, proposal.version)
        if other := homes.get(key):
            raise ImportRefused(
                Refusal.ID_TWICE,
                place.file,
                place=telling.where_within(place),
                id=proposal.entry_id,
                other=other.origin,
            )
        homes[key] = proposal


def stem(file: str) -> str:
    """A file's name without its ending, as a source of last resort."""
    return (file.rpartition(".")[0] or file)[:MAX_LINE]


def _moment(
    draft: Draft, name: str, moment_of: MomentOf, zone: ZoneInfo, written_day: re.Pattern[str]
) -> datetime | None:
    text = draft.fields.get(name, "")
    if not text:
        return None
    try:
        return moment_of(parse_day(text, written_day), zone)
    except (ValueError, OverflowError) as error:
        raise _bad_date(draft, text) from error


def _review_day(draft: Draft, written_day: re.Pattern[str]) -> date | None:
    text = draft.fields.get("review_by", "")
    if not text:
        return None
    try:
        return parse_date(text, written_day)
    except ValueError as error:
        raise _bad_date(draft, text) from error


def _bad_date(draft: Draft, text: str) -> ImportRefused:
    where = telling.where_within(draft.place)
    return ImportRefused(Refusal.BAD_DATE, draft.place.file, place=where, text=text)
