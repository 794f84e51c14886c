"""Lines that a page broke in mid-sentence, made paragraphs again."""

from dataclasses import replace

from knowledge.importing.paper import Change, ChangeKind, Passage, Piece, Unit
from knowledge.importing.rules import CleaningRules

# a line that ends well before the margin ended because its text did
NEARLY_FULL = 0.8
# of the lines, so many are at most as long as the column is wide
WIDTH_AT = 0.9


def with_joined_lines(
    pieces: list[Piece], rules: CleaningRules
) -> tuple[list[Piece], list[Change]]:
    """Paged text by paragraphs; anything else keeps its paragraphs as they are."""
    lengths = sorted(
        len(piece.text)
        for piece in pieces
        if isinstance(piece, Passage) and piece.place.unit is Unit.PAGE
    )
    if not lengths:
        return pieces, []
    width = lengths[int(WIDTH_AT * (len(lengths) - 1))]
    joined: list[Piece] = []
    changes: list[Change] = []
    last_length = 0
    for piece in pieces:
        before = joined[-1] if joined else None
        if (
            isinstance(piece, Passage)
            and isinstance(before, Passage)
            and _goes_on(before, last_length, piece, width, rules)
        ):
            text = _glued(before.text, piece.text)
            joined[-1] = replace(before, text=text)
            change = Change(
                kind=ChangeKind.JOINED,
                place=piece.place,
                before=f"{before.text[-12:]}\n{piece.text[:12]}",
                after=_glued(before.text[-12:], piece.text[:12]),
            )
            changes.append(change)
        else:
            joined.append(piece)
        last_length = len(piece.text) if isinstance(piece, Passage) else 0
    return joined, changes


def _goes_on(
    before: Passage, length: int, after: Passage, width: int, rules: CleaningRules
) -> bool:
    return (
        before.place.unit is Unit.PAGE
        and length >= NEARLY_FULL * width
        and not rules.sentence_end.search(before.text)
        and not rules.own_number.match(after.text)
        and not rules.keep_repeated[0].match(after.text)
    )


def _glued(left: str, right: str) -> str:
    """Chinese has no blank between words; two words of letters or figures need one."""
    needs_blank = left[-1:].isascii() and left[-1:].isalnum() and right[:1].isascii()
    return f"{left} {right}" if needs_blank and right[:1].isalnum() else left + right
