"""Characters: full and half width, stray spaces and signs, slips of text recognition."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from knowledge.importing.paper import Change, ChangeKind, Passage, Piece
from knowledge.importing.rules import CleaningRules

Mend = Callable[[str], str]

HAN = "\u4e00-\u9fff"
# shapes that PDF fonts put in place of the character itself: radicals and compatibility forms
STAND_INS = re.compile("[\u2e80-\u2fdf\uf900-\ufaff]")
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
BLANKS = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
# 客 户 服 务: letter-spaced; two characters apart may be two words
SPACED_OUT = re.compile(f"(?<![{HAN}])[{HAN}](?: [{HAN}]){{2,}}(?![{HAN}])")


def with_mended_characters(
    pieces: list[Piece], rules: CleaningRules
) -> tuple[list[Piece], list[Change]]:
    """Every text and cell with its characters put right."""
    half = {ord(letter): chr(ord(letter) - 0xFEE0) for letter in rules.halfwidth}
    full = re.compile(
        f"(?<=[{HAN}])[{re.escape(''.join(rules.fullwidth))}](?=[{HAN}]|$)", re.MULTILINE
    )

    def mend_width(text: str) -> str:
        return full.sub(lambda found: rules.fullwidth[found.group()], text.translate(half))

    def mend_misread(text: str) -> str:
        for slip in rules.misread:
            text = slip.pattern.sub(slip.becomes, text)
        return text

    mends = (
        (ChangeKind.SPACING, mend_spacing),
        (ChangeKind.WIDTH, mend_width),
        (ChangeKind.MISREAD, mend_misread),
    )
    changes: list[Change] = []
    mended = [_mended(piece, mends, changes) for piece in pieces]
    return [piece for piece in mended if piece is not None], changes


def mend_spacing(text: str) -> str:
    """No unseen characters, one blank where there were many, none in letter-spaced words."""
    text = STAND_INS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    text = UNSEEN.sub("", text)
    text = "\n".join(BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return SPACED_OUT.sub(lambda found: found.group().replace(" ", ""), text)


def _mended(
    piece: Piece, mends: tuple[tuple[ChangeKind, Mend], ...], changes: list[Change]
) -> Piece | None:
    def mended(text: str) -> str:
        for kind, mend in mends:
            after = mend(text)
            # nobody needs to be told of blanks that were merely many
            if after != text and (kind is not ChangeKind.SPACING or _is_worth_telling(text, after)):
                changes.append(Change(kind=kind, place=piece.place, before=text, after=after))
            text = after
        return text

    if isinstance(piece, Passage):
        text = mended(piece.text)
        return replace(piece, text=text) if text else None
    return replace(piece, cells=tuple(mended(cell) for cell in piece.cells))


def _is_worth_telling(before: str, after: str) -> bool:
    return BLANKS.sub("", before) != BLANKS.sub("", after) or bool(SPACED_OUT.search(before))
