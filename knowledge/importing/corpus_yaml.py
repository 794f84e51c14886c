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
            _check(text, path, line)
            entries.append(_entry(text, corpus.topic, zone))
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


def _check(text: EntryText, path: Path, line: int) -> None:
    least = LEAST_QUESTIONS[text.kind]
    if len(text.questions) < least:
        raise CorpusError(f"{path}:{line}: {text.id} needs at least {least} questions")
    if text.valid_to is not None and _day(text.valid_to) < _day(text.valid_from):
        raise CorpusError(f"{path}:{line}: {text.id} ends before it begins")


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
    )


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _moment(moment: date | datetime, zone: ZoneInfo) -> datetime:
    if isinstance(moment, datetime):
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return datetime.combine(moment, time.min, tzinfo=zone)


def _end(moment: date | datetime, zone: ZoneInfo) -> datetime:
    if isinstance(moment, datetime):
        return _moment(moment, zone)
    return _moment(moment + timedelta(days=1), zone)
