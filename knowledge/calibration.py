"""From evidence to the probability that an entry answers the question, and to one of four bands.

Pure: numbers in, numbers out. Bands: answer, suggest (the entry under its own title, the others
beside it), clarify (offer up to three titles), none.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from knowledge.evidence import PARTS, SCOPE, Array, Evidence
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.judging import TOLD, Forest, Judge, Line, shares_of, tell, told_of

# invariant 3 and field.md 4.4: direct answers are right at least 97 % of the time
ANSWER_PRECISION = 0.97
# an answer under its title costs a few lines when it is not what was meant, and saves a turn when
# it is: worth it when it is right more than twice as often as not
SUGGEST_CHANCE = 0.7
# three titles cost a glance: worth it when one offer in three holds the right one
CLARIFY_CHANCE = 1 / 3
CHOICES = 3
# a choice less likely than this only makes the list harder to read
LEAST_CHOICE = 0.05
# how sure a question is whose very wording is one entry's
WORD_FOR_WORD = 0.99
# the parts of calibrations that were kept before their names were kept with them
UNNAMED_PARTS = PARTS[: PARTS.index("covered")]
# what a judge's curve runs over: the log odds of what line and forest say
SURE = ("sure",)
# what others may claim together when the first seems to be all that is ours
LEAST_LEFT = 0.001


class Decision(StrEnum):
    """What the search lets the bot do, the surest first."""

    ANSWER = "answer"
    SUGGEST = "suggest"
    CLARIFY = "clarify"
    NONE = "none"

    @property
    def shows_an_answer(self) -> bool:
        """Whether the customer reads an entry's answer at once."""
        return self in (Decision.ANSWER, Decision.SUGGEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Of `count` questions judged about `predicted` sure, the share that was right."""

    predicted: float
    right: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How candidates are ranked and how sure a rank makes us; learned for one publication.

    `rank` gives each candidate its score, `scope` the chance that the question is this centre's
    business at all, `judge` the chance that the first candidate is right. What is left of `scope`
    belongs to the others, by their shares of all scores.

    `lessons` are the questions it was learned from: the searcher learns the same ones.
    `reliability` is how sure it was, and rightly so, on questions it had not learned.
    """

    rank: Line
    scope: Line
    judge: Judge
    answer_from: float
    lessons: tuple[LabelledQuestion, ...] = ()
    reliability: tuple[Bin, ...] = ()

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Calibration":
        """The calibration that `to_json` wrote, by this version or by one with fewer parts."""
        parts = tuple(stored.get("parts", UNNAMED_PARTS))
        return cls(
            rank=_line(stored["rank"], parts, PARTS),
            scope=_line(stored["scope"], SCOPE, SCOPE),
            judge=_judge(stored["judge"], told_of(parts)),
            answer_from=stored["answer_from"],
            lessons=tuple(
                LabelledQuestion(text=text, relevant=frozenset(relevant))
                for text, relevant in stored["lessons"]
            ),
            reliability=tuple(Bin(**each) for each in stored["reliability"]),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, for the store."""
        lessons = [[lesson.text, sorted(lesson.relevant)] for lesson in self.lessons]
        return {**asdict(self), "lessons": lessons, "parts": list(PARTS)}

    def probabilities(self, evidence: Evidence) -> Array:
        """The chance of each candidate that it answers the question, in the candidates' order."""
        if not len(evidence.entries):
            return np.zeros(0)
        scores, inside = self.rank.at(evidence.parts), float(self.scope.chance(evidence.scope))
        best = int(np.argmax(scores))
        first = self.judge.chance(tell(evidence, scores, inside=inside))
        others = shares_of(scores)
        others[best] = 0.0
        # never nothing, and never more than the first has: the order stays that of the scores
        left = max(inside - first, LEAST_LEFT)
        most = max(float(others.max()), 1e-12)
        chances: Array = others * min(left / max(float(others.sum()), 1e-12), first / most)
        chances[best] = first
        if evidence.is_nobodys:
            return chances * LEAST_LEFT
        if evidence.worded_as is not None:
            # what a trainer wrote down as this entry's question needs no guessing
            sure = max(float(chances[evidence.worded_as]), WORD_FOR_WORD)
            chances[evidence.worded_as] = 0.0
            chances *= (1 - sure) / max(float(chances.sum()), 1e-12)
            chances[evidence.worded_as] = sure
        return chances

    def decide(self, probabilities: Sequence[float]) -> Decision:
        """The band for candidates in falling order of probability."""
        if len(probabilities) and probabilities[0] >= self.answer_from:
            return Decision.ANSWER
        if len(probabilities) and probabilities[0] >= SUGGEST_CHANCE:
            return Decision.SUGGEST
        if sum(probabilities[:CHOICES]) >= CLARIFY_CHANCE:
            return Decision.CLARIFY
        return Decision.NONE


def _line(stored: dict[str, Any], names: Sequence[str], wanted: Sequence[str]) -> Line:
    weights = dict(zip(names, stored["weights"], strict=True))
    return Line.over(wanted, start=stored["start"], **weights)


def _judge(stored: dict[str, Any], told: Sequence[str]) -> Judge:
    curve = stored.get("curve")
    return Judge(
        line=_line(stored["line"], told, TOLD),
        forest=_forest(stored["forest"], told),
        curve=_line(curve, SURE, SURE) if curve else None,
    )


def _forest(stored: dict[str, Any] | None, told: Sequence[str]) -> Forest | None:
    if stored is None:
        return None
    place_of = [TOLD.index(name) for name in told]
    # a leaf looks at nothing, which is written as a negative number
    features = tuple(place_of[each] if each >= 0 else each for each in stored["features"])
    return Forest(**{name: tuple(each) for name, each in {**stored, "features": features}.items()})


# for a corpus nobody has labelled: chosen where all public sets of docs/search-quality.md gain;
# where its lines start was learned on the three profiles thinned to one question an entry
UNTAUGHT = Calibration(
    rank=Line.over(PARTS, near=5.0, crowd=-1.25, words=0.5),
    scope=Line.over(SCOPE, start=-16.0, similarity=21.8),
    judge=Judge(line=Line.over(TOLD, start=-17.1, odds=0.23, similarity=17.8, matter=0.53)),
    answer_from=0.9,
)
