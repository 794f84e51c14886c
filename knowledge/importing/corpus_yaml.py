"""The corpus as trainers write it: profiles/<name>/corpus/*.yml (format: profiles/README.md)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from knowledge.entry import CorpusError, Entry, EntryKind, EntryState
from knowledge.importing.days import beginning_of, end_of
from knowledge.review import why_not_approvable
from knowledge.succession import why_not_beside
from profiles.document import Document, DocumentError

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]

# what a draft may still lack
Blank = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]


class EntryText(BaseModel):
    """One entry as it stands in a file."""

    model_config = ConfigDict(extra="forbid")

    id: Slug
    kind: EntryKind
    title: Line
    questions: list[Line]
    answer: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""
    source: Blank = ""
    grade: Literal["A", "B"]
    version: Annotated[int, Field(ge=1)]
    valid_from: date | datetime
    valid_to: date | datetime | None = None
    region: Line | None = None
    phase: Line | None = None
    state: EntryState = EntryState.APPROVED
    origin: Line | None = None
    review_by: date | None = None
    # an export to one file holds many topics
    topic: Blank | None = None

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

    topic: Blank
    entries: Annotated[list[EntryText], Field(min_length=1)]


def read_corpus(folder: Path, *, timezone: str) -> list[Entry]:
    """Every entry of a profile's corpus folder, in file order.

    Of an entry an approved version may stand beside the draft that is to follow it. Dates are days
    on the centre's clock: `valid_from` begins that day, `valid_to` ends with it.
    Raises `CorpusError` naming file, line and reason for the first thing that is wrong.
    """
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise CorpusError(f"{folder}: no corpus files (*.yml) here")
    return read_corpus_files(files, timezone=timezone)


def read_corpus_files(files: Sequence[Path], *, timezone: str) -> list[Entry]:
    """Every entry of some corpus files; dates and errors are those of `read_corpus`."""
    zone = ZoneInfo(timezone)
    entries: list[Entry] = []
    homes: dict[str, list[tuple[Entry, str]]] = {}
    for path in files:
        document = _document(path)
        corpus = _corpus(document)
        for place, text in enumerate(corpus.entries):
            line = document.line_of(("entries", place, "id"))
            entry = _entry(text, corpus.topic if text.topic is None else text.topic, zone)
            _check(entry, path, line)
            _check_beside(entry, homes.setdefault(text.id, []), f"{path}:{line}")
            entries.append(entry)
    return entries


# an entry's fields where a file has another word for them
WRITTEN = {"entry_id": "id", "valid_until": "valid_to"}


def why_impossible(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first field of an entry that no corpus file could hold, and why; None if all could."""
    written = {WRITTEN.get(name, name): value for name, value in values.items()}
    content = {
        key: value
        for key, value in written.items()
        # what is empty is left out of a file, and an id may yet be given
        if key in EntryText.model_fields and value not in ("", None)
    }
    try:
        EntryText.model_validate({"id": "new", "valid_from": date.min, **content})
    except ValidationError as error:
        first = error.errors()[0]
        names = {key: name for name, key in WRITTEN.items()}
        key = str(first["loc"][0])
        return names.get(key, key), first["msg"]
    return None


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
    """What the desk would not approve cannot come in as approved; a draft may lack some of it."""
    if entry.valid_until is not None and entry.valid_until <= entry.valid_from:
        raise CorpusError(f"{path}:{line}: {entry.entry_id} ends before it begins")
    reasons = why_not_approvable(entry) if entry.state is EntryState.APPROVED else []
    if reasons:
        raise CorpusError(
            f"{path}:{line}: {entry.entry_id} cannot be approved: {'; '.join(reasons)}; put that "
            "right, or write `state: draft`"
        )


def _check_beside(entry: Entry, others: list[tuple[Entry, str]], home: str) -> None:
    """One id names one entry: of that there may be more than one version, if both are in use."""
    for other, taken in others:
        earlier, later = sorted((other, entry), key=lambda each: each.version)
        if why := why_not_beside(earlier, later):
            raise CorpusError(f"{home}: id {entry.entry_id} is taken by {taken}: {why}")
    others.append((entry, home))


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
        valid_from=beginning_of(text.valid_from, zone),
        valid_until=None if text.valid_to is None else end_of(text.valid_to, zone),
        state=text.state,
        origin=text.origin or "",
        review_by=text.review_by,
    )
