"""Page headers and footers that became part of the text: short lines that come again and again."""

import re
from collections import defaultdict
from collections.abc import Iterable

from knowledge.importing.paper import Change, ChangeKind, Passage, Piece, Unit
from knowledge.importing.rules import CleaningRules

# how many lines at the top and the bottom of a page can belong to its header and footer
EDGE = 3
# on this share of the pages at least
LEAST_SHARE = 0.3
BARE_NUMBER = re.compile(r"\d{1,4}")


def without_headers(pieces: list[Piece], rules: CleaningRules) -> tuple[list[Piece], list[Change]]:
    """The pieces without lines that stand on page after page."""
    passages = [piece for piece in pieces if isinstance(piece, Passage)]
    is_paged = any(passage.place.unit is Unit.PAGE for passage in passages)
    repeated = _on_pages(passages, rules) if is_paged else _in_text(passages, rules)
    kept: list[Piece] = []
    changes: list[Change] = []
    for place, piece in enumerate(pieces):
        # the first line of a text without pages is its title, and its headers repeat it
        is_title = place == 0 and not is_paged
        if isinstance(piece, Passage) and id(piece) in repeated and not is_title:
            kind = ChangeKind.REPEATED_LINE
            changes.append(Change(kind=kind, place=piece.place, before=piece.text))
        else:
            kept.append(piece)
    return kept, changes


def _on_pages(passages: list[Passage], rules: CleaningRules) -> set[int]:
    pages: dict[int, list[Passage]] = defaultdict(list)
    for passage in passages:
        pages[passage.place.number].append(passage)
    seen: dict[str, list[Passage]] = defaultdict(list)
    for lines in pages.values():
        edge = lines[:EDGE] + lines[max(EDGE, len(lines) - EDGE) :]
        for line in edge:
            if _may_be_header(line, rules):
                seen[_shape(line.text)].append(line)
    least = max(rules.header_repeats, LEAST_SHARE * len(pages))
    found = [line for lines in seen.values() if len(lines) >= least for line in lines]
    # a page number alone at the edge needs no repetition to be one
    numbers = [
        line
        for lines in pages.values()
        for line in (lines[0], lines[-1])
        if BARE_NUMBER.fullmatch(line.text)
    ]
    return _ids([*found, *numbers])


def _in_text(passages: list[Passage], rules: CleaningRules) -> set[int]:
    seen: dict[str, list[Passage]] = defaultdict(list)
    for passage in passages:
        looks_like_one = any(sign.search(passage.text) for sign in rules.header_signs)
        if not passage.level and looks_like_one and _may_be_header(passage, rules):
            seen[_shape(passage.text)].append(passage)
    return _ids(
        line for lines in seen.values() if len(lines) >= rules.header_repeats for line in lines
    )


def _may_be_header(passage: Passage, rules: CleaningRules) -> bool:
    text = passage.text
    return len(text) <= rules.header_length and not any(
        pattern.search(text) for pattern in rules.keep_repeated
    )


def _shape(text: str) -> str:
    """The same for lines that differ in numbers and blanks only, as page numbers do."""
    return re.sub(r"\d+", "#", re.sub(r"\s+", "", text))


def _ids(passages: Iterable[Passage]) -> set[int]:
    # equal lines are different pieces
    return {id(passage) for passage in passages}
