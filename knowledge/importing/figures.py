"""Figures in texts: how long, how much, how many; and texts of one thing that disagree on them."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import rjieba

from knowledge.importing.proposal import Proposal
from knowledge.importing.rules import DoubtRules
from knowledge.importing.similar import bigrams, near_pairs

SLOT = "#"
# the same sentence a hundred times over is repetition, not a hundred contradictions
MAX_ALIKE = 20


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence with a figure: what it is about, of which kind the figure is, and the figure."""

    proposal: int
    about: frozenset[str]
    kind: str
    figures: frozenset[str]
    text: str


class Figures:
    """Reads figures by rules/doubts.yml; `number` is a list number, which is no figure."""

    def __init__(self, rules: DoubtRules, number: re.Pattern[str]) -> None:
        self._rules, self._number = rules, number
        self._patterns = {
            kind: re.compile(rules.figure.replace("{unit}", unit))
            for kind, unit in rules.units.items()
        }
        self._idle = frozenset(rules.idle_words)
        # one text may be held beside many
        self._read: dict[str, dict[str, frozenset[str]]] = {}
        self._cut: dict[str, frozenset[str]] = {}

    def of(self, text: str) -> dict[str, frozenset[str]]:
        """The figures of a text by kind of unit, like {"duration": {"24 小时"}}."""
        if text not in self._read:
            self._read[text] = self._figures_in(text)
        return self._read[text]

    def _figures_in(self, text: str) -> dict[str, frozenset[str]]:
        return {
            kind: frozenset(self._figure(found) for found in pattern.finditer(text))
            for kind, pattern in self._patterns.items()
            if pattern.search(text)
        }

    def contradictions(self, proposals: Sequence[Proposal]) -> Iterator[tuple[int, int, str, str]]:
        """Pairs of proposals, with the two texts that say different figures of one thing."""
        seen: set[tuple[int, int]] = set()
        for first, second in self._opposed(self._statements(proposals)):
            pair = (first.proposal, second.proposal)
            if pair not in seen:
                seen.add(pair)
                yield *pair, first.text, second.text
        for earlier, later in self._same_questions(proposals):
            if (earlier, later) not in seen and self._disagree(
                proposals[earlier].answer, proposals[later].answer
            ):
                yield earlier, later, proposals[earlier].answer, proposals[later].answer

    def _statements(self, proposals: Sequence[Proposal]) -> Iterator[Statement]:
        for place, proposal in enumerate(proposals):
            for sentence in self._rules.sentence_end.split(proposal.answer):
                bare = self._number.sub("", sentence.strip())
                for kind, figures in self.of(bare).items():
                    skeleton = self._patterns[kind].sub(SLOT, bare)
                    words = self._words(skeleton)
                    if len(words) >= self._rules.least_words:
                        yield Statement(place, words, kind, figures, bare)

    @staticmethod
    def _opposed(statements: Iterator[Statement]) -> Iterator[tuple[Statement, Statement]]:
        """Statements of one thing, word for word but for the figure and idle words."""
        alike: dict[tuple[frozenset[str], str], list[Statement]] = defaultdict(list)
        for statement in statements:
            alike[statement.about, statement.kind].append(statement)
        for group in alike.values():
            for first, second in combinations(group[:MAX_ALIKE], 2):
                if first.figures.isdisjoint(second.figures) and first.proposal != second.proposal:
                    yield first, second

    def _same_questions(self, proposals: Sequence[Proposal]) -> Iterator[tuple[int, int]]:
        asked = [
            (place, text)
            for place, proposal in enumerate(proposals)
            for text in dict.fromkeys((proposal.title, *proposal.questions))
        ]
        pairs = near_pairs([bigrams(text) for _, text in asked], self._rules.same_question)
        for earlier, later in pairs:
            (first, ours), (second, theirs) = asked[earlier], asked[later]
            if first != second and self._ask_the_same(ours, theirs):
                yield first, second

    def _ask_the_same(self, ours: str, theirs: str) -> bool:
        """Whether one says no more than the other: 计划检修 and 临时检修 are two things."""
        first, second = self._words(ours), self._words(theirs)
        return first <= second or second <= first

    def _disagree(self, first: str, second: str) -> bool:
        ours, theirs = self.of(first), self.of(second)
        return any(ours[kind].isdisjoint(theirs[kind]) for kind in ours.keys() & theirs.keys())

    def _words(self, text: str) -> frozenset[str]:
        if text not in self._cut:
            words = (word for word in rjieba.cut(text) if re.match(r"\w", word))
            self._cut[text] = frozenset(word for word in words if not self._is_idle(word))
        return self._cut[text]

    def _is_idle(self, word: str) -> bool:
        # two idle words may have been cut as one: 后应
        return word in self._idle or self._idle.issuperset(word)

    def _figure(self, found: re.Match[str]) -> str:
        number = self._rules.numerals.get(found["figure"], found["figure"])
        return f"{number} {found['unit'].removeprefix('个').removesuffix('内')}"
