"""What a person should look at in a proposal before it goes further."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from knowledge.entry import Entry
from knowledge.importing.figures import Figures
from knowledge.importing.proposal import Finding, Flag, Proposal
from knowledge.importing.rules import ImportRules
from knowledge.importing.similar import bigrams, near_pairs

SHOWN = 24
# of one kind, of one text: whoever has looked at these has seen what is the matter
MOST_FLAGS = 5


class Judge:
    """Raises flags by the rules, for one centre, on one day."""

    def __init__(self, rules: ImportRules, *, profile: str, today: date) -> None:
        self._rules, self._today = rules, today
        self._home = rules.doubts.home.get(profile, [])
        self._figures = Figures(rules.doubts, rules.shapes.number)
        expired, day = rules.doubts.expired, rules.doubts.date
        self._date = re.compile(day)
        self._until = [re.compile(pattern.replace("{date}", day)) for pattern in expired.until]

    def judge(self, proposals: Sequence[Proposal], existing: Sequence[Entry]) -> list[Proposal]:
        """The proposals with their flags, also those that show only beside others."""
        flags = [list(proposal.flags) for proposal in proposals]
        for found, proposal in zip(flags, proposals, strict=True):
            found += self._alone(proposal)
        self._add_duplicates(proposals, flags)
        self._add_known(proposals, existing, flags)
        for earlier, later, first, second in self._figures.contradictions(proposals):
            if _is_one_entry(proposals[earlier], proposals[later]):
                continue
            flags[later].append(
                Finding(flag=Flag.CONTRADICTS, detail=_beside(proposals[earlier], first))
            )
            flags[earlier].append(
                Finding(flag=Flag.CONTRADICTS, detail=_beside(proposals[later], second))
            )
        return [
            replace(proposal, flags=_few(found))
            for proposal, found in zip(proposals, flags, strict=True)
        ]

    def _alone(self, proposal: Proposal) -> list[Finding]:
        text = f"{proposal.title}\n{proposal.answer}"
        shapes = self._rules.shapes
        findings = [
            Finding(flag=Flag.DOUBTFUL_TEXT, detail=found.group())
            for pattern in self._rules.cleaning.doubtful
            if (found := pattern.search(text))
        ]
        if expired := self._why_over(proposal) or self._why_expired(text):
            findings.append(Finding(flag=Flag.LOOKS_EXPIRED, detail=expired))
        if foreign := self._foreign_words(text):
            findings.append(Finding(flag=Flag.FOREIGN, detail=foreign))
        if len(proposal.answer) < shapes.too_short:
            findings.append(Finding(flag=Flag.TOO_SHORT, detail=str(len(proposal.answer))))
        if len(proposal.answer) > shapes.too_long:
            findings.append(Finding(flag=Flag.TOO_LONG, detail=str(len(proposal.answer))))
        return findings

    def _why_over(self, proposal: Proposal) -> str:
        """The end it was given, when that is past."""
        ends = proposal.valid_until
        return ends.isoformat(" ", "minutes") if ends and ends.date() <= self._today else ""

    def _why_expired(self, text: str) -> str:
        """The words by which a text looks past its time; empty if it does not."""
        expired = self._rules.doubts.expired
        for word in expired.words:
            if word in text:
                return word
        for pattern in expired.patterns:
            if found := pattern.search(text):
                return found.group()
        for pattern in self._until:
            for found in pattern.finditer(text):
                if _last_day(found) < self._today:
                    return found.group()
        years = [int(found["year"]) for found in self._date.finditer(text)]
        for pattern, most in (
            (expired.trial, expired.trial_years),
            (expired.old, expired.old_years),
        ):
            found = pattern.search(text)
            if found and years and max(years) <= self._today.year - most:
                return f"{found.group()} {max(years)}"
        return ""

    def _foreign_words(self, text: str) -> str:
        if any(word in text for word in self._home):
            return ""
        doubts = self._rules.doubts
        for words in doubts.foreign.values():
            said = [word for word in words if word in text and word not in self._home]
            if len(said) >= doubts.foreign_least:
                return " ".join(said)
        return ""

    def _add_duplicates(self, proposals: Sequence[Proposal], flags: list[list[Finding]]) -> None:
        answers = [bigrams(proposal.answer) for proposal in proposals]
        for earlier, later in near_pairs(answers, self._rules.doubts.near_duplicate):
            first, second = proposals[earlier], proposals[later]
            if _is_one_entry(first, second):
                continue
            # alike but for a figure is a contradiction, and figures tell rules apart
            if self._figures.of(first.answer) == self._figures.of(second.answer):
                flags[later].append(Finding(flag=Flag.DUPLICATED, detail=_beside(first)))

    def _add_known(
        self, proposals: Sequence[Proposal], existing: Sequence[Entry], flags: list[list[Finding]]
    ) -> None:
        """What the centre already has: the same answer, or the same question."""
        known = {entry.entry_id for entry in existing}
        asked: dict[str, str] = {}
        for entry in existing:
            for text in (entry.title, *entry.questions):
                asked.setdefault(_bare(text), entry.entry_id)
        for found, proposal in zip(flags, proposals, strict=True):
            if proposal.entry_id in known:
                found.append(Finding(flag=Flag.CHANGES_AN_ENTRY, detail=proposal.entry_id))
                continue
            texts = (proposal.title, *proposal.questions)
            same = next(filter(None, (asked.get(_bare(text)) for text in texts)), None)
            if same:
                found.append(Finding(flag=Flag.DUPLICATED, detail=same))
        answers = [bigrams(entry.answer) for entry in existing]
        answers += [bigrams(proposal.answer) for proposal in proposals]
        least = self._rules.doubts.near_duplicate
        for earlier, later in near_pairs(answers, least, among=len(existing)):
            place = later - len(existing)
            if place < 0 or proposals[place].entry_id in known:
                continue
            entry, proposal = existing[earlier], proposals[place]
            if self._figures.of(entry.answer) == self._figures.of(proposal.answer):
                flags[place].append(Finding(flag=Flag.DUPLICATED, detail=entry.entry_id))


def _last_day(found: re.Match[str]) -> date:
    """The last day that a date may mean: of its month or year where no day is written."""
    year, month = int(found["year"]), int(found["month"] or 12)
    if found["day"]:
        try:
            return date(year, month, int(found["day"]))
        except ValueError:
            # 2月30日: the end of the month is near enough
            pass
    return date(year, month, 28)


def _is_one_entry(one: Proposal, other: Proposal) -> bool:
    """Whether these are two versions of one entry, which differ on purpose."""
    return bool(one.entry_id) and one.entry_id == other.entry_id


def _beside(proposal: Proposal, text: str = "") -> str:
    shown = " ".join(text.split())
    shown = shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + "…"
    return f"{proposal.origin}: {shown or proposal.title}"


def _few(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Each once, and no more of a kind than a person would read."""
    seen: Counter[Flag] = Counter()
    few = []
    for finding in dict.fromkeys(findings):
        seen[finding.flag] += 1
        if seen[finding.flag] <= MOST_FLAGS:
            few.append(finding)
    return tuple(few)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
