"""A paper's text made clean, step by step; every step says what it changed."""

from collections.abc import Callable

from knowledge.importing.cleaning.boilerplate import without_boilerplate
from knowledge.importing.cleaning.characters import with_mended_characters
from knowledge.importing.cleaning.headers import without_headers
from knowledge.importing.cleaning.lines import with_joined_lines
from knowledge.importing.cleaning.numbering import with_mended_numbers
from knowledge.importing.paper import Change, Paper, Piece
from knowledge.importing.rules import CleaningRules

Step = Callable[[list[Piece], CleaningRules], tuple[list[Piece], list[Change]]]

# characters first, since every later step compares them; page marks go before lines are joined
STEPS: tuple[Step, ...] = (
    with_mended_characters,
    without_boilerplate,
    without_headers,
    with_mended_numbers,
    with_joined_lines,
)


def clean(paper: Paper, rules: CleaningRules) -> Paper:
    """The paper as it was meant, and in `changes` each thing that was done to it."""
    pieces, changes = list(paper.pieces), list(paper.changes)
    for step in STEPS:
        pieces, made = step(pieces, rules)
        changes += made
    return Paper(name=paper.name, pieces=tuple(pieces), changes=tuple(changes))
