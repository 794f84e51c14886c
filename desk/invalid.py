"""A request that does not fit, in the words of whoever filled it in."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from profiles.document import Document


class InvalidWords(BaseModel):
    """invalid_words.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fields: Mapping[str, str]
    reasons: Mapping[str, str]
    otherwise: str
    numbered: str
    whole: str

    def told(self, fault: Mapping[str, Any]) -> str:
        """Which field is wrong and how; `fault` is one of pydantic's errors.

        Its place begins with the part of the request: body, query or path.
        """
        reason = self.reasons.get(fault["type"], self.otherwise)
        return f"{self._name(fault['loc'][1:])}{reason.format_map(fault.get('ctx', {}))}"

    def _name(self, place: Sequence[str | int]) -> str:
        """The innermost field that has a name, with the place of one among several."""
        named = [at for at, step in enumerate(place) if str(step) in self.fields]
        if not named:
            field = next((step for step in reversed(place) if isinstance(step, str)), "")
            return field or self.whole
        name = self.fields[str(place[named[-1]])]
        number = place[named[-1] + 1] if len(place) > named[-1] + 1 else None
        if isinstance(number, int):
            return self.numbered.format(name=name, number=number + 1)
        return name


def load_words() -> InvalidWords:
    """The words of every field and fault."""
    return Document(Path(__file__).with_name("invalid_words.yml")).read_as(InvalidWords)
