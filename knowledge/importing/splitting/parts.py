"""Sections cut to the size of an entry, with a title that can stand alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from knowledge.entry import EntryKind
from knowledge.importing.paper import Change, ChangeKind, Place
from knowledge.importing.proposal import MAX_ANSWER, MAX_LINE
from knowledge.importing.rules import ShapeRules
from knowledge.importing.splitting.section import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The words of one entry, before anybody judged them."""

    title: str
    questions: tuple[str, ...]
    answer: str
    kind: EntryKind
    topic: str
    place: Place
    fields: dict[str, str] = field(default_factory=dict)
    has_unknown: bool = False


def to_drafts(section: Section, rules: ShapeRules, changes: list[Change]) -> Iterator[Draft]:
    """One draft, or several for a long section; a question keeps its answer whole if it fits."""
    limit = MAX_ANSWER if section.questions or section.fields else rules.section_length
    parts = list(_parts(section.lines, limit, rules))
    for number, part in enumerate(parts, start=1):
        title = _title(section, part, rules)
        if len(parts) > 1 and section.title:
            room = MAX_LINE - len(rules.part) - 4
            title = title[:room] + rules.part.format(part=number, parts=len(parts))
        # a row that names its own entry can name only one
        fields = section.fields if number == 1 else {**section.fields, "entry_id": ""}
        yield Draft(
            title=_fit(title, section, changes),
            questions=tuple(
                _fit(each.rstrip("？?"), section, changes) for each in section.questions
            )
            if number == 1
            else (),
            answer=part,
            kind=section.kind,
            topic=_fit(section.topic, section, changes),
            place=section.place,
            fields=fields,
            has_unknown=section.has_unknown,
        )


def _title(section: Section, part: str, rules: ShapeRules) -> str:
    title = section.title.rstrip("？?")
    if not title:
        # text under no heading: its first sentence says what it is about
        first = next(iter(_sentences(part, rules)), part)
        cut = first.strip().rstrip("。；;！!？?")
        return cut if len(cut) <= rules.title_length else cut[: rules.title_length - 1] + "…"
    if len(title) <= rules.leaf_title and section.parent and not section.questions:
        return rules.join_titles.format(parent=section.parent, leaf=title)
    return title


def _fit(text: str, section: Section, changes: list[Change]) -> str:
    line = " ".join(text.split())
    if len(line) <= MAX_LINE:
        return line
    after = line[: MAX_LINE - 1] + "…"
    changes.append(Change(kind=ChangeKind.CUT, place=section.place, before=line, after=after))
    return after


def _parts(lines: list[str], limit: int, rules: ShapeRules) -> Iterator[str]:
    """The lines packed in order into texts of at most `limit` characters."""
    packed = ""
    for line in lines:
        # a line longer than all that may be said is cut between sentences
        for piece in [line] if len(line) <= limit else _pieces(line, limit, rules):
            if packed and len(packed) + len(piece) + 1 > limit:
                yield packed
                packed = ""
            packed = f"{packed}\n{piece}" if packed else piece
    if packed:
        yield packed


def _pieces(line: str, limit: int, rules: ShapeRules) -> Iterator[str]:
    packed = ""
    for sentence in _sentences(line, rules):
        for start in range(0, len(sentence), limit):
            piece = sentence[start : start + limit]
            if packed and len(packed) + len(piece) > limit:
                yield packed
                packed = ""
            packed += piece
    if packed:
        yield packed


def _sentences(text: str, rules: ShapeRules) -> list[str]:
    return [found.group() for found in rules.sentence.finditer(text) if found.group().strip()]
