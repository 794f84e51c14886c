"""The texts of a publication, in the order of its index: an entry's stand together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from knowledge.entry import Entry
from knowledge.importing.questions_yaml import LabelledQuestion

# sentences are joined up to about this many characters: shorter ones say too little alone
PASSAGE = 40
_ENDS = re.compile(r"(?<=[。！？；!?;\n])")


class RowKind(StrEnum):
    """What a text is to its entry; only the first two are the corpus's own words."""

    QUESTION = "question"
    PASSAGE = "passage"
    LESSON = "lesson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One text in the index. A lesson is never shown; one nobody answers belongs to no entry."""

    # the entry's place; the number of entries for a lesson that is nobody's business
    entry: int
    text: str
    kind: RowKind
    # the lesson's place among the lessons
    lesson: int = -1


def rows_of(entries: Sequence[Entry], lessons: Sequence[LabelledQuestion] = ()) -> list[Row]:
    """Every text by which an entry can be found, and the lessons nobody answers at the end."""
    taught: dict[str, list[int]] = {}
    for place, lesson in enumerate(lessons):
        for entry_id in sorted(lesson.relevant):
            taught.setdefault(entry_id, []).append(place)
    rows = []
    for place, entry in enumerate(entries):
        for text in (entry.title, *entry.questions):
            rows.append(Row(entry=place, text=text, kind=RowKind.QUESTION))
        for number in taught.get(entry.entry_id, ()):
            rows.append(
                Row(entry=place, text=lessons[number].text, kind=RowKind.LESSON, lesson=number)
            )
        for text in passages_of(entry.answer):
            rows.append(Row(entry=place, text=text, kind=RowKind.PASSAGE))
    return rows + [
        Row(entry=len(entries), text=lesson.text, kind=RowKind.LESSON, lesson=number)
        for number, lesson in enumerate(lessons)
        if not lesson.relevant
    ]


def passages_of(answer: str) -> list[str]:
    """The answer in pieces of one or a few sentences."""
    passages: list[str] = []
    for sentence in filter(None, map(str.strip, _ENDS.split(answer))):
        if passages and len(passages[-1]) + len(sentence) <= PASSAGE:
            passages[-1] += sentence
        else:
            passages.append(sentence)
    return passages
