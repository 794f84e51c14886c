"""The floors of a centre's publications: `floors` in profiles/<name>/profile.yml."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from knowledge.entry import CorpusError
from knowledge.gate import Floors
from profiles.document import Document, DocumentError

Share = Annotated[float, Field(ge=0, le=1, strict=True)]


class _Floors(BaseModel):
    model_config = ConfigDict(extra="forbid")

    hit_at_1: Share | None = None
    hit_at_3: Share | None = None
    mrr: Share | None = None
    precision: Share | None = None
    coverage: Share | None = None
    false_answers: Share | None = None


class _Own(BaseModel):
    # the rest of the file is the tickets' (tickets/profile.py)
    model_config = ConfigDict(extra="ignore")

    floors: _Floors = _Floors()


def read_floors(folder: Path) -> Floors:
    """The floors of one profile; raises `CorpusError` with file, line and reason."""
    try:
        own = Document(folder / "profile.yml").read_as(_Own)
    except DocumentError as error:
        raise CorpusError(str(error)) from error
    return Floors(**own.floors.model_dump())
