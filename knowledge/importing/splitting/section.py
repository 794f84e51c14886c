"""A section: the lines that belong together, on their way to become one entry or several."""

from dataclasses import dataclass, field

from knowledge.entry import EntryKind
from knowledge.importing.paper import Place


@dataclass(slots=True, kw_only=True)
class Section:
    """What a heading, a question or a row says."""

    title: str
    topic: str
    place: Place
    kind: EntryKind
    # the heading above, for a title that says too little alone
    parent: str = ""
    # that of its heading, 0 for a question or a row
    level: int = 0
    questions: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    # the other columns of a row, by field
    fields: dict[str, str] = field(default_factory=dict)
    # a formula somewhere in the row had no stored value
    has_unknown: bool = False

    @property
    def length(self) -> int:
        """How many characters its text has."""
        return sum(map(len, self.lines))
