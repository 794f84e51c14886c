"""The data an import goes by (the *.yml beside this file), read and compiled once."""

import re
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from knowledge.entry import EntryKind
from profiles.document import Document


def _compiled(pattern: object) -> object:
    return re.compile(pattern) if isinstance(pattern, str) else pattern


Pattern = Annotated[re.Pattern[str], BeforeValidator(_compiled)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Misread(_Data):
    """A slip of text recognition that is sure enough to put right."""

    pattern: Pattern
    becomes: str


class CleaningRules(_Data):
    """cleaning.yml"""

    share_hosts: list[str]
    longest_boilerplate: int
    boilerplate: list[Pattern]
    fragments: list[Pattern]
    page_marks: list[Pattern]
    contents_line: Pattern
    header_repeats: int
    header_length: int
    keep_repeated: list[Pattern]
    header_signs: list[Pattern]
    halfwidth: str
    fullwidth: dict[str, str]
    misread: list[Misread]
    doubtful: list[Pattern]
    orphan_number: Pattern
    own_number: Pattern
    half_number: Pattern
    gapped_number: Pattern
    sentence_end: Pattern


class ColumnRules(_Data):
    """columns.yml"""

    fields: dict[str, list[str]]
    sheet: str
    header_within: int
    kinds: dict[EntryKind, list[str]]
    separators: Pattern
    item_number: Pattern
    header_length: int
    serial_columns: list[str]
    join_cell: str
    join_cells: str
    join_pair: str


class Heading(_Data):
    """What a heading of one level looks like."""

    level: int
    pattern: Pattern


class ShapeRules(_Data):
    """shapes.yml"""

    headings: list[Heading]
    list_from: int
    not_heading: Pattern
    strong_level: int
    strong_length: int
    article: Pattern
    question_mark: Pattern
    answer_mark: Pattern
    question_letter: Pattern
    answer_letter: Pattern
    inline_answer: Pattern
    question_line: Pattern
    number: Pattern
    section_length: int
    title_length: int
    leaf_title: int
    join_titles: str
    small_section: int
    too_short: int
    too_long: int
    sentence: Pattern
    script_words: list[str]
    empty_titles: list[str]
    part: str


class MaskingRules(_Data):
    """masking.yml"""

    mobile: Pattern
    landline: Pattern
    short_landline: Pattern
    identity: Pattern
    old_identity: Pattern
    card: Pattern
    labelled_card: Pattern
    plate: Pattern
    public_numbers: Pattern
    public_words: list[str]
    public_distance: int
    surnames: str
    compound_surnames: list[str]
    name_labels: list[str]
    person_titles: list[str]
    post_titles: list[str]
    not_names: list[str]
    number_words: list[str]
    masked_name: str
    shown: dict[str, tuple[int, int]]
    names: dict[str, str]
    masked: Pattern


class ExpiryRules(_Data):
    """What an expired rule looks like."""

    words: list[str]
    patterns: list[Pattern]
    until: list[str]
    trial: Pattern
    trial_years: int
    old: Pattern
    old_years: int


class DoubtRules(_Data):
    """doubts.yml"""

    date: str
    expired: ExpiryRules
    foreign_least: int
    foreign: dict[str, list[str]]
    home: dict[str, list[str]]
    units: dict[str, str]
    figure: str
    numerals: dict[str, str]
    sentence_end: Pattern
    idle_words: list[str]
    least_words: int
    same_question: float
    near_duplicate: float


class ImportRules(_Data):
    """Everything an import goes by."""

    cleaning: CleaningRules
    columns: ColumnRules
    shapes: ShapeRules
    masking: MaskingRules
    doubts: DoubtRules


@cache
def load_rules() -> ImportRules:
    """The rules in force."""
    folder = Path(__file__).parent
    return ImportRules(
        cleaning=Document(folder / "cleaning.yml").read_as(CleaningRules),
        columns=Document(folder / "columns.yml").read_as(ColumnRules),
        shapes=Document(folder / "shapes.yml").read_as(ShapeRules),
        masking=Document(folder / "masking.yml").read_as(MaskingRules),
        doubts=Document(folder / "doubts.yml").read_as(DoubtRules),
    )
