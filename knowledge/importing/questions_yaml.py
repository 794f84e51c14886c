"""Labelled questions: profiles/<name>/questions/*.yml, written apart from the corpus."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from knowledge.entry import CorpusError
from profiles.document import Document, DocumentError


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledQuestion:
    """What a customer asks and the entries that answer it; none for a question out of scope.

    One at the edge was written on purpose where entries lie close together: it teaches to tell
    them apart, and is asked less often than it is written down.
    """

    text: str
    relevant: frozenset[str]
    is_edge: bool = False


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ask: str
    entries: list[str]


class _QuestionFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    # whether they were written where entries lie close together, and not as customers ask
    edge: bool = False
    questions: list[_Asked]


def read_questions(path: Path) -> list[LabelledQuestion]:
    """The labelled questions of one file; raises `CorpusError` with file, line and reason."""
    try:
        content = Document(path).read_as(_QuestionFile)
    except DocumentError as error:
        raise CorpusError(str(error)) from error
    return [
        LabelledQuestion(text=asked.ask, relevant=frozenset(asked.entries), is_edge=content.edge)
        for asked in content.questions
    ]
