"""Numbers of lists and clauses that lost their line: joined to it, or dropped if it has one."""

import re
from dataclasses import replace

from knowledge.importing.paper import Change, ChangeKind, Passage, Piece
from knowledge.importing.rules import CleaningRules

FIRST_NUMBER = re.compile(r"\d+")
SEPARATORS = "、.．)）"


def with_mended_numbers(
    pieces: list[Piece], rules: CleaningRules
) -> tuple[list[Piece], list[Change]]:
    """Passages with their whole number in front, and no number without a passage."""
    mended: list[Piece] = []
    changes: list[Change] = []
    # the last number seen at the head of a line, to tell whether 1 and 0、 are a 10、
    last = 0
    waiting: Passage | None = None
    for piece in pieces:
        if isinstance(piece, Passage) and rules.orphan_number.match(piece.text):
            if waiting is not None:
                changes.append(_change(waiting, ""))
            waiting = piece
            continue
        if waiting is not None:
            piece = _joined(waiting, piece, last, rules, changes)
            waiting = None
        if isinstance(piece, Passage):
            piece = _without_gaps(piece, rules, changes)
            last = _number(piece.text, rules) or last
        mended.append(piece)
    if waiting is not None:
        changes.append(_change(waiting, ""))
    return mended, changes


def _joined(
    number: Passage, piece: Piece, last: int, rules: CleaningRules, changes: list[Change]
) -> Piece:
    """The piece with the number that stood alone before it, if it belongs there."""
    if not isinstance(piece, Passage):
        changes.append(_change(number, ""))
        return piece
    mark, text = number.text, piece.text
    is_bare = mark.isdigit()
    if is_bare and text[:1].isdigit() and _number(mark + text, rules) == last + 1 > 9:
        after = mark + text
    elif rules.own_number.match(text):
        # 3. and then 4.1.1 …: the number before belongs to nothing
        after = text
    elif rules.half_number.match(text):
        after = mark + text
    elif is_bare and int(mark) != last + 1:
        # out of order: a page number or the rest of a table
        after = text
    else:
        after = mark + text if mark[-1] in SEPARATORS else f"{mark} {text}"
    changes.append(_change(number, after))
    return replace(piece, text=after, place=number.place)


def _without_gaps(passage: Passage, rules: CleaningRules, changes: list[Change]) -> Passage:
    found = rules.gapped_number.match(passage.text)
    if found is None or not re.search(r"\s", found.group()):
        return passage
    after = re.sub(r"\s+", "", found.group()) + passage.text[found.end() :]
    kind = ChangeKind.NUMBERING
    changes.append(Change(kind=kind, place=passage.place, before=passage.text, after=after))
    return replace(passage, text=after)


def _number(text: str, rules: CleaningRules) -> int:
    head = rules.own_number.match(text)
    found = FIRST_NUMBER.search(head.group()) if head else None
    return int(found.group()) if found else 0


def _change(number: Passage, after: str) -> Change:
    return Change(kind=ChangeKind.NUMBERING, place=number.place, before=number.text, after=after)
