"""From files to proposals: read, clean, split, mask, judge. Nothing is recorded here."""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from knowledge.entry import Entry, EntryKind
from knowledge.importing import telling
from knowledge.importing.cleaning import clean
from knowledge.importing.corpus_yaml import read_corpus_files
from knowledge.importing.entry_sheet import EntrySheet
from knowledge.importing.intake import read_paper
from knowledge.importing.judging import Judge
from knowledge.importing.masking import Masker
from knowledge.importing.paper import Change, ChangeKind, ImportRefused, Place, Refusal, Unit
from knowledge.importing.proposal import MAX_LINE, Finding, Flag, Proposal
from knowledge.importing.proposing import (
    propose_draft,
    propose_values,
    refuse_ids_twice,
    says_the_same,
)
from knowledge.importing.rules import ImportRules
from knowledge.importing.splitting import split
from knowledge.importing.splitting.parts import Draft

CORPUS_SUFFIXES = {".yml", ".yaml"}
# told which of the files is read and how much of it is done
FileProgress = Callable[[int, float], None]

Placed = tuple[Proposal, Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """What an import knows of the centre it is for."""

    profile: str
    timezone: str
    # its own hotlines, which stay in the open
    numbers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an import would do, for a person to look at."""

    proposals: tuple[Proposal, ...]
    changes: tuple[Change, ...]
    # entries of an exported file that are as the corpus has them
    unchanged: int = 0


class Preparation:
    """Prepares an import into one centre, beside what it already has."""

    def __init__(
        self, rules: ImportRules, centre: Centre, existing: Sequence[Entry], *, now: datetime
    ) -> None:
        self._rules, self._centre = rules, centre
        self._zone = ZoneInfo(centre.timezone)
        # of an entry the latest version stands last
        self._existing = {entry.entry_id: entry for entry in existing}
        self._versions: dict[str, list[Entry]] = {}
        for entry in existing:
            self._versions.setdefault(entry.entry_id, []).append(entry)
        self._masker = Masker(rules.masking, centre.numbers)
        today = now.astimezone(self._zone).date()
        self._judge = Judge(rules, profile=centre.profile, today=today)
        self._written_day = re.compile(rules.doubts.date)

    def prepare(
        self,
        paths: Sequence[Path],
        *,
        kind: EntryKind | None = None,
        source: str = "",
        on_progress: FileProgress = lambda number, share: None,
    ) -> Preview:
        """Every file or none: the first that cannot be read raises `ImportRefused`."""
        read: list[Placed] = []
        changes: list[Change] = []
        for number, path in enumerate(paths):
            on_progress(number, 0.0)
            read += self._read(path, changes, partial(on_progress, number))
        # reading is over, comparing begins
        on_progress(len(paths), 0.0)
        refuse_ids_twice(read)
        read = _versions_in_turn(read)
        fresh = [each for each in read if not self._is_known(each[0])]
        chosen = [(self._chosen(proposal, kind, source), place) for proposal, place in fresh]
        masked = [(self._masked(proposal, place, changes), place) for proposal, place in chosen]
        proposals = _without_repeated(masked, changes)
        return Preview(
            proposals=tuple(self._judge.judge(proposals, list(self._existing.values()))),
            changes=tuple(self._discreet(change) for change in changes),
            unchanged=len(read) - len(fresh),
        )

    def _read(
        self, path: Path, changes: list[Change], on_progress: Callable[[float], None]
    ) -> list[Placed]:
        if path.suffix.lower() in CORPUS_SUFFIXES:
            return self._of_corpus_file(path)
        paper = read_paper(path, on_progress=on_progress)
        sheet = EntrySheet(paper, self._rules.columns, self._zone, self._written_day)
        if sheet.is_one:
            # what was exported is ours already: cleaning it would only change it
            return [(propose_values(*found), found[1]) for found in sheet.read(changes)]
        paper = clean(paper, self._rules.cleaning)
        drafts, made = split(paper, self._rules)
        if not drafts:
            raise ImportRefused(Refusal.NOTHING_FOUND, paper.name)
        changes += [*paper.changes, *made]
        return [(self._of_draft(draft), draft.place) for draft in drafts]

    def _of_draft(self, draft: Draft) -> Proposal:
        """A document's own; few have a word for the day of review, which then stays as it is."""
        proposal = propose_draft(draft, self._zone, self._written_day)
        known = self._existing.get(proposal.entry_id)
        if known is None or proposal.review_by is not None:
            return proposal
        return replace(proposal, review_by=known.review_by)

    def _of_corpus_file(self, path: Path) -> list[Placed]:
        name = telling.printable(path.name)
        entries = read_corpus_files([path], timezone=self._centre.timezone)
        places = [
            Place(file=name, unit=Unit.ENTRY, number=number)
            for number in range(1, len(entries) + 1)
        ]
        return [
            (propose_values(asdict(entry), place), place)
            for entry, place in zip(entries, places, strict=True)
        ]

    def _is_known(self, proposal: Proposal) -> bool:
        known = self._versions.get(proposal.entry_id, ())
        return any(says_the_same(proposal, each) for each in known)

    @staticmethod
    def _chosen(proposal: Proposal, kind: EntryKind | None, source: str) -> Proposal:
        return replace(
            proposal, kind=kind or proposal.kind, source=source[:MAX_LINE] or proposal.source
        )

    def _masked(self, proposal: Proposal, place: Place, changes: list[Change]) -> Proposal:
        """Without personal data; what had some is not published before a person has decided."""
        whats: set[str] = set()

        def mask(text: str, context: str = "") -> str:
            after, found = self._masker.mask(text, context=context)
            changes.extend(
                Change(kind=ChangeKind.MASKED, place=place, before=each.what, after=each.after)
                for each in found
            )
            if self._masker.is_masked(after):
                whats.update(each.what for each in found)
                # masked by somebody before us
                whats.add("*")
            return after

        context = " ".join((proposal.title, *proposal.questions))
        made = replace(
            proposal,
            title=mask(proposal.title),
            questions=tuple(mask(question) for question in proposal.questions),
            answer=mask(proposal.answer, context),
            topic=mask(proposal.topic),
            source=mask(proposal.source),
        )
        if not whats:
            return made
        detail = " ".join(sorted(whats - {"*"}))
        return replace(made, flags=(*made.flags, Finding(flag=Flag.MASKED_NUMBER, detail=detail)))

    def _discreet(self, change: Change) -> Change:
        """A preview shows no more of people than the entries will."""
        before, _ = self._masker.mask(change.before)
        after, _ = self._masker.mask(change.after)
        return replace(change, before=before, after=after)


def _versions_in_turn(read: Sequence[Placed]) -> list[Placed]:
    """The versions of an entry one after the other, where its first row stands."""
    first: dict[str, int] = {}
    for place, (proposal, _) in enumerate(read):
        if proposal.entry_id:
            first.setdefault(proposal.entry_id, place)
    order = sorted(
        range(len(read)),
        key=lambda place: (first.get(read[place][0].entry_id, place), read[place][0].version),
    )
    return [read[place] for place in order]


def _without_repeated(proposals: Sequence[Placed], changes: list[Change]) -> list[Proposal]:
    """Each text once: what says the same under the same title adds nothing.

    An entry with an id of its own is never merged into another: the corpus has both.
    """
    kept: dict[tuple[str, ...], Proposal] = {}
    for proposal, place in proposals:
        words = ("".join(proposal.title.split()), "".join(proposal.answer.split()))
        key = (*words, proposal.entry_id, str(proposal.version))
        first = kept.setdefault(key, proposal)
        if first is proposal:
            continue
        # its questions are still worth having
        questions = tuple(dict.fromkeys((*first.questions, *proposal.questions)))
        kept[key] = replace(first, questions=questions)
        changes.append(
            Change(
                kind=ChangeKind.REPEATED_TEXT,
                place=place,
                before=proposal.title,
                after=telling.not_read("same_entry", place=first.origin),
            )
        )
    return list(kept.values())
