"""What download sites and page layouts add: ads, share links, page numbers, tables of contents."""

import re
from dataclasses import replace

from knowledge.importing.paper import Change, ChangeKind, Passage, Piece
from knowledge.importing.rules import CleaningRules

# a line that says no more than this beside its link is about the link
SHORT_LINE = 12


def without_boilerplate(
    pieces: list[Piece], rules: CleaningRules
) -> tuple[list[Piece], list[Change]]:
    """Lines that no centre wrote are left out; links and notes of share sites are cut."""
    links = re.compile(
        # the guard keeps a long run of letters from being tried at each of them
        rf"(?<![A-Za-z0-9.-])(?:https?://)?(?:www\.)?(?:{'|'.join(rules.share_hosts)})"
        r"[^\s，。；、）)】\]]*",
        re.IGNORECASE,
    )
    kept: list[Piece] = []
    changes: list[Change] = []
    for piece in pieces:
        text = _said(piece)
        kind = _kind_of(text, links, rules)
        if kind is not None:
            changes.append(Change(kind=kind, place=piece.place, before=text))
            continue
        kept.append(_cut(piece, links, rules, changes))
    return [piece for piece in kept if _said(piece)], changes


def _said(piece: Piece) -> str:
    """The text of a passage, or of a row that says one thing only (a note under a table)."""
    if isinstance(piece, Passage):
        return piece.text
    return "\n".join(dict.fromkeys(cell for cell in piece.cells if cell)) or (
        # a formula without a value is still a row
        " " if piece.unknown else ""
    )


def _kind_of(text: str, links: re.Pattern[str], rules: CleaningRules) -> ChangeKind | None:
    """Why the whole line goes, if it does."""
    if "\n" in text or len(text) > rules.longest_boilerplate:
        return None
    if any(mark.search(text) for mark in rules.page_marks) or rules.contents_line.search(text):
        return ChangeKind.PAGE_MARK
    if any(pattern.search(text) for pattern in rules.boilerplate):
        return ChangeKind.BOILERPLATE
    rest, found = links.subn("", text)
    if found and len(rest) <= SHORT_LINE:
        return ChangeKind.LINK
    return None


def _cut(
    piece: Piece, links: re.Pattern[str], rules: CleaningRules, changes: list[Change]
) -> Piece:
    def cut(text: str) -> str:
        for kind, patterns in (
            (ChangeKind.BOILERPLATE, rules.fragments),
            (ChangeKind.LINK, [links]),
        ):
            after = text
            for pattern in patterns:
                after = pattern.sub("", after).strip()
            if after != text:
                changes.append(Change(kind=kind, place=piece.place, before=text, after=after))
            text = after
        return text

    if isinstance(piece, Passage):
        return replace(piece, text=cut(piece.text))
    return replace(piece, cells=tuple(cut(cell) for cell in piece.cells))
