"""The corpus as trainers write it: profiles/<name>/corpus/*.yml (format: profiles/README.md)."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from knowledge.entry import CorpusError, Entry, EntryKind, EntryState
from profiles.document import Document, DocumentError

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]

# 9999-12-31 is how people write "for ever"; there is no day after it
LAST_DAY = date(9998, 12, 31)
LEAST_QUESTIONS = {EntryKind.FAQ: 3, EntryKind.POLICY: 3, EntryKind.SCRIPT: 2}


class EntryText(BaseModel):
    """One entry as it stands in a file."""

    model_config = ConfigDict(extra="forbid")

    id: Slug
    kind: EntryKind
    title: Line
    questions: list[Line]
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    source: Line
    grade: Literal["A", "B"]
    version: Annotated[int, Field(ge=1)]
    valid_from: date | datetime
    valid_to: date | datetime | None = None
    region: Line | None = None
    phase: Line | None = None
    state: Literal["draft", "approved"] = "approved"
    origin: Line | None = None
    review_by: date | None = None

    @field_validator("valid_from", "valid_to", "review_by", mode="before")
    @classmethod
    def _only_dates(cls, moment: object) -> object:
        if isinstance(moment, int | float):
            raise ValueError("must be a date like 2023-12-08")
        return moment

    @field_validator("questions")
    @classmethod
    def _no_question_twice(cls, questions: list[str]) -> list[str]:
        twice = {question for question in questions if questions.count(question) > 1}
        if twice:
            raise ValueError(f"the same question twice: {', '.join(sorted(twice))}")
        return questions


class CorpusFile(BaseModel):
    """One topic's file."""

    model_config = ConfigDict(extra="forbid")

    topic: Line
    entries: Annotated[list[EntryText], Field(min_length=1)]


def read_corpus(folder: Path, *, timezone: str) -> list[Entry]:
    """Every entry of a profile's corpus folder, in file order.

    Dates are days on the centre's clock: `valid_from` begins that day, `valid_to` ends with it.
    Raises `CorpusError` naming file, line and reason for the first thing that is wrong.
    """
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise CorpusError(f"{folder}: no corpus files (*.yml) here")
    zone = ZoneInfo(timezone)
    entries: list[Entry] = []
    homes: dict[str, str] = {}
    for path in files:
        document = _document(path)
        corpus = _corpus(document)
        for place, text in enumerate(corpus.entries):
            line = document.line_of(("entries", place, "id"))
            if text.id in homes:
                raise CorpusError(f"{path}:{line}: id {text.id} is taken by {homes[text.id]}")
            homes[text.id] = f"{path}:{line}"
            entry = _entry(text, corpus.topic, zone)
            _check(entry, path, line)
            entries.append(entry)
    return entries


def _document(path: Path) -> Document:
    try:
        return Document(path)
    except DocumentError as error:
        raise CorpusError(str(error)) from error


def _corpus(document: Document) -> CorpusFile:
    try:
        return document.read_as(CorpusFile)
    except DocumentError as error:
        raise CorpusError(str(error)) from error


def _check(entry: Entry, path: Path, line: int) -> None:
    least = LEAST_QUESTIONS[entry.kind]
    if len(entry.questions) < least:
        raise CorpusError(f"{path}:{line}: {entry.entry_id} needs at least {least} questions")
    if entry.valid_until is not None and entry.valid_until <= entry.valid_from:
        raise CorpusError(f"{path}:{line}: {entry.entry_id} ends before it begins")


def _entry(text: EntryText, topic: str, zone: ZoneInfo) -> Entry:
    return Entry(
        entry_id=text.id,
        version=text.version,
        kind=text.kind,
        topic=topic,
        title=text.title,
        questions=tuple(text.questions),
        answer=text.answer,
        source=text.source,
        grade=text.grade,
        region=text.region or "",
        phase=text.phase or "",
        valid_from=_moment(text.valid_from, zone),
        valid_until=None if text.valid_to is None else _end(text.valid_to, zone),
        state=EntryState(text.state),
        origin=text.origin or "",
        review_by=text.review_by,
    )


def _moment(moment: date | datetime, zone: ZoneInfo) -> datetime:
    if isinstance(moment, datetime):
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return datetime.combine(moment, time.min, tzinfo=zone)


def _end(moment: date | datetime, zone: ZoneInfo) -> datetime:
    if isinstance(moment, datetime):
        return _moment(moment, zone)
    return _moment(min(moment, LAST_DAY) + timedelta(days=1), zone)
