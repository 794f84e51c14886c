"""Entries as trainers see them, and the body in which they send one."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from knowledge.changes import Difference, differences
from knowledge.conflicts import Alike, Contradiction
from knowledge.entry import Entry, EntryKind, HistoryLine, QuestionTooLong, TooManyQuestions
from knowledge.entry_list import Known
from knowledge.importing.days import (
    LAST_DAY,
    beginning_of,
    day_or_moment,
    end_of,
    last_day_or_moment,
)
from knowledge.importing.proposal import MAX_ANSWER, MAX_LINE
from knowledge.neighbours import Clashes
from knowledge.review import lacks_of

# far more than any entry has; beyond it somebody has pasted a whole table
MOST_QUESTIONS = 200
FIRST_YEAR = 1900
# pairs of a whole corpus told at once: more than anybody mends in a day
CLASHES_TOLD = 200

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_LINE)]


class EntryForm(BaseModel):
    """An entry's text. Days are those of the centre: `valid_to` is the last on which it holds."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_LINE)]
    questions: list[str] = Field(
        [], description=f"at most {MOST_QUESTIONS} of at most {MAX_LINE} characters"
    )
    answer: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_ANSWER)] = ""
    kind: EntryKind = EntryKind.FAQ
    topic: Line = ""
    source: Line = ""
    grade: Literal["A", "B"] = "B"
    region: Line = ""
    phase: Line = ""
    valid_from: date | datetime | None = Field(None, description="nothing: from now on")
    valid_to: date | datetime | None = None
    review_by: date | None = None

    @field_validator("valid_from", "valid_to", mode="before")
    @classmethod
    def _to_the_minute(cls, written: object) -> object:
        # midnight is a moment too, where somebody wrote it: a day would end a day later
        if isinstance(written, str) and "T" in written:
            return datetime.fromisoformat(written)
        return written

    @field_validator("valid_from", "valid_to", "review_by")
    @classmethod
    def _in_living_memory(cls, day: date | None) -> date | None:
        if day is not None and not FIRST_YEAR <= day.year <= LAST_DAY.year:
            raise ValueError(f"the year must be within {FIRST_YEAR} and {LAST_DAY.year}")
        return day

    def entry(self, entry_id: str, version: int, *, zone: ZoneInfo, now: datetime) -> Entry:
        """The text as an entry; questions that are empty or there twice are left out.

        Raises `TooManyQuestions` or `QuestionTooLong`.
        """
        begins = now.replace(second=0, microsecond=0)
        return Entry(
            entry_id=entry_id,
            version=version,
            kind=self.kind,
            topic=self.topic,
            title=self.title,
            questions=_questions(self.questions),
            answer=self.answer,
            source=self.source,
            grade=self.grade,
            region=self.region,
            phase=self.phase,
            valid_from=begins if self.valid_from is None else beginning_of(self.valid_from, zone),
            valid_until=None if self.valid_to is None else end_of(self.valid_to, zone),
            review_by=self.review_by,
        )


def _questions(those: Sequence[str]) -> tuple[str, ...]:
    """As an entry has them. What is wrong is told in words: the form cannot bound a text area."""
    questions = tuple(dict.fromkeys(filter(None, (each.strip() for each in those))))
    if len(questions) > MOST_QUESTIONS:
        raise TooManyQuestions(limit=MOST_QUESTIONS, count=len(questions))
    for place, question in enumerate(questions, start=1):
        if len(question) > MAX_LINE:
            raise QuestionTooLong(limit=MAX_LINE, length=len(question), place=place)
    return questions


def entry_data(entry: Entry, zone: ZoneInfo) -> dict[str, Any]:
    """All of an entry, in the words of `EntryForm`."""
    until = entry.valid_until
    return {
        "entry_id": entry.entry_id,
        "version": entry.version,
        "state": entry.state,
        "title": entry.title,
        "questions": list(entry.questions),
        "answer": entry.answer,
        "kind": entry.kind,
        "topic": entry.topic,
        "source": entry.source,
        "grade": entry.grade,
        "region": entry.region,
        "phase": entry.phase,
        "valid_from": day_or_moment(entry.valid_from, zone),
        "valid_to": last_day_or_moment(until, zone) if until else None,
        "review_by": entry.review_by,
        "origin": entry.origin,
    }


def row_data(entry: Entry, known: Known, *, now: datetime) -> dict[str, Any]:
    """An entry in a list."""
    return {
        "entry_id": entry.entry_id,
        "version": entry.version,
        "state": entry.state,
        "title": entry.title,
        "questions": len(entry.questions),
        "kind": entry.kind,
        "topic": entry.topic,
        "region": entry.region,
        "is_valid": entry.is_valid(now),
        "review_by": entry.review_by,
        "live_version": known.live.get(entry.entry_id),
        "hits": known.hits.get(entry.entry_id, 0),
        "wrong": known.wrong.get(entry.entry_id, 0),
    }


def history_data(
    history: list[HistoryLine], versions: list[Entry], zone: ZoneInfo
) -> list[dict[str, Any]]:
    """What was done to an entry, newest first; a line that wrote a version says what changed."""
    texts = {entry.version: entry for entry in versions}
    told, seen = [], 0
    for line in history:
        changed: tuple[Difference, ...] = ()
        if line.version != seen and line.version in texts and seen in texts:
            changed = differences(texts[seen], texts[line.version])
        seen = line.version
        told.append(
            {
                "version": line.version,
                "move": line.move,
                "state": line.state,
                "author": line.author,
                "reviewer": line.reviewer,
                "reason": line.reason,
                "at": line.at.astimezone(zone).isoformat(),
                "differences": difference_data(changed),
            }
        )
    return told[::-1]


def difference_data(found: tuple[Difference, ...]) -> list[dict[str, str]]:
    """Fields that differ, before and after."""
    return [{"field": each.field, "before": each.before, "after": each.after} for each in found]


def beside_data(alike: Alike) -> dict[str, Any]:
    """Another entry that answers a question of the draft."""
    other = alike.second
    return {
        "entry_id": other.entry_id,
        "title": other.title,
        "kind": other.kind,
        "state": other.state,
        "answer": other.answer,
        "question": alike.questions[0],
        "its_question": alike.questions[1],
        "similarity": round(alike.similarity, 3),
    }


def clashes_data(found: Clashes) -> dict[str, Any]:
    """Pairs of a whole corpus, both texts; the first of them, and how many there are."""
    return {
        "contradictions": [
            {**_pair_data(each.alike), "said": list(each.said)}
            for each in found.contradictions[:CLASHES_TOLD]
        ],
        "duplicates": [_pair_data(each) for each in found.duplicates[:CLASHES_TOLD]],
        "contradictions_in_all": len(found.contradictions),
        "duplicates_in_all": len(found.duplicates),
    }


def _pair_data(alike: Alike) -> dict[str, Any]:
    return {
        "similarity": round(alike.similarity, 3),
        "entries": [
            {
                "entry_id": entry.entry_id,
                "title": entry.title,
                "kind": entry.kind,
                "state": entry.state,
                "question": question,
                "answer": entry.answer,
            }
            for entry, question in zip((alike.first, alike.second), alike.questions, strict=True)
        ],
    }


def contradiction_data(found: Contradiction) -> dict[str, Any]:
    """Another entry that answers it otherwise, and where."""
    return {**beside_data(found.alike), "said": list(found.said)}


def lacks_data(entry: Entry) -> list[str]:
    """Why it could not be approved as it stands."""
    return [str(lack) for lack in lacks_of(entry)]
