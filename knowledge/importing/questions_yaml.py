"""Labelled questions: profiles/<name>/questions/*.yml, written apart from the corpus."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from knowledge.entry import CorpusError
from profiles.document import Document, DocumentError


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledQuestion:
    """What a customer asks and the entries that answer it; none for a question out of scope."""

    text: str
    relevant: frozenset[str]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ask: str
    entries: list[str]


class _QuestionFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    questions: list[_Asked]


def read_questions(path: Path) -> list[LabelledQuestion]:
    """The labelled questions of one file; raises `CorpusError` with file, line and reason."""
    try:
        content = Document(path).read_as(_QuestionFile)
    except DocumentError as error:
        raise CorpusError(str(error)) from error
    return [
        LabelledQuestion(text=asked.ask, relevant=frozenset(asked.entries))
        for asked in content.questions
    ]
