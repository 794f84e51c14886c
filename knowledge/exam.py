"""The exam before a publication: test questions, and what customers would hear to each. Pure.

Errors
    KnowledgeError
    ├── NothingApproved     the centre has no approved entries
    ├── NothingToAsk        no test question has an entry that is approved now
    ├── QuestionOfNoEntry   a question that is learned from names entries that are not approved
    └── TooFewQuestions     not enough labelled questions to learn when an answer may be trusted
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from knowledge.calibration import CHOICES, Decision
from knowledge.entry import Entry, KnowledgeError
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.lexical import letters_of
from knowledge.search import SearchResult

# ranks that count towards the mean reciprocal rank
REACH = 10
# the reliability curve's bins, equally wide
BINS = 10

Ask = Callable[[str], SearchResult]
Figures = dict[str, float]


class NothingApproved(KnowledgeError):
    """The centre has no approved entries."""


class NothingToAsk(KnowledgeError):
    """No test question has an entry that is approved now: nothing would be measured."""


class QuestionOfNoEntry(KnowledgeError):
    """A question that is learned from names entries that are not approved."""

    def __init__(self, question: str, entries: Collection[str] = ()) -> None:
        named = ", ".join(sorted(entries))
        super().__init__(
            f"the labelled question {question!r} names entries that are not approved: {named}"
        )
        self.told = {"question": question, "entries": named}


class TooFewQuestions(KnowledgeError):
    """Not enough labelled questions to learn when an answer may be trusted."""

    def __init__(self, text: str, *, inside: int = 0, outside: int = 0) -> None:
        super().__init__(text)
        self.told = {"inside": inside, "outside": outside}


class Heard(StrEnum):
    """What a customer hears to a test question."""

    ANSWERED = "answered"
    SUGGESTED = "suggested"
    OFFERED = "offered"
    NOTHING = "nothing"
    WRONG = "wrong"


# best first; to a question out of scope the best is to say that it is not known
IN_SCOPE = (Heard.ANSWERED, Heard.SUGGESTED, Heard.OFFERED, Heard.NOTHING, Heard.WRONG)
OUT_OF_SCOPE = (Heard.NOTHING, Heard.OFFERED, Heard.SUGGESTED, Heard.WRONG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one test question; `place` is its first right entry's, 0 when not found."""

    question: str
    relevant: tuple[str, ...]
    heard: Heard
    place: int
    first: str
    probability: float

    @property
    def is_right(self) -> bool:
        """Whether the first entry answers the question."""
        return self.place == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Worse:
    """A test question that the live publication did better."""

    question: str
    relevant: tuple[str, ...]
    before: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A test question that changed sides: what customers heard, and what they would hear now."""

    before: Outcome
    now: Outcome
    is_worse: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Of `count` questions given this probability on average, the share answered rightly."""

    predicted: float
    observed: float
    count: int


def examine(questions: Sequence[LabelledQuestion], ask: Ask) -> tuple[Outcome, ...]:
    """Put every test question to the search."""
    return tuple(_outcome_of(question, ask(question.text)) for question in questions)


def figures_of(outcomes: Sequence[Outcome]) -> Figures:
    """The measures at the bands as customers meet them.

    `precision`: of all direct answers, out of scope too, the right ones. `coverage`: of the
    questions that have an answer, those answered directly and rightly. `at_once`: those whose
    right answer is read without another turn, suggested under its title or direct.
    `false_suggestions`: of those that have none, the ones something is suggested to.
    """
    inside = [each for each in outcomes if each.relevant]
    outside = [each for each in outcomes if not each.relevant]
    answers = [each for each in outcomes if each.heard in (Heard.ANSWERED, Heard.WRONG)]
    right = sum(each.heard is Heard.ANSWERED for each in answers)
    return {
        "hit@1": _share(sum(each.place == 1 for each in inside), inside),
        "hit@3": _share(sum(1 <= each.place <= CHOICES for each in inside), inside),
        "mrr@10": _share(sum(1 / each.place for each in inside if each.place), inside),
        "precision": _share(right, answers) if answers else 1.0,
        "coverage": _share(right, inside),
        "false_answers": _share(sum(each.heard is Heard.WRONG for each in outside), outside),
        "at_once": _share(
            sum(each.heard in (Heard.ANSWERED, Heard.SUGGESTED) for each in inside), inside
        ),
        "false_suggestions": _share(
            sum(each.heard is Heard.SUGGESTED for each in outside), outside
        ),
    }


def asked_both_times(
    now: Sequence[Outcome], before: Sequence[Outcome]
) -> list[tuple[Outcome, Outcome]]:
    """Of every question that both examinations asked, with the same right entries: before, now.

    Figures of two examinations may be held against each other over these alone.
    """
    known = {(each.question, each.relevant): each for each in before}
    return [
        (known[each.question, each.relevant], each)
        for each in now
        if (each.question, each.relevant) in known
    ]


def got_worse(now: Sequence[Outcome], before: Sequence[Outcome]) -> tuple[Worse, ...]:
    """The questions, asked both times, to which customers would now hear something worse."""
    return tuple(
        Worse(question=each.question, relevant=each.relevant, before=_told(then), now=_told(each))
        for then, each in asked_both_times(now, before)
        if _rank(each) > _rank(then)
    )


def turned(now: Sequence[Outcome], before: Sequence[Outcome]) -> tuple[Turned, ...]:
    """Every question, asked both times, to which customers now hear something better or worse.

    What got worse comes first, then by entry.
    """
    found = [
        Turned(before=then, now=each, is_worse=_rank(each) > _rank(then))
        for then, each in asked_both_times(now, before)
        if _rank(each) != _rank(then)
    ]
    return tuple(sorted(found, key=lambda each: (not each.is_worse, each.now.relevant)))


def reliability(outcomes: Sequence[Outcome]) -> tuple[Point, ...]:
    """How often the first entry is right, bin by bin of the probability it was given."""
    bins: dict[int, list[Outcome]] = {}
    for each in outcomes:
        bins.setdefault(min(int(each.probability * BINS), BINS - 1), []).append(each)
    return tuple(
        Point(
            predicted=sum(each.probability for each in members) / len(members),
            observed=_share(sum(each.is_right for each in members), members),
            count=len(members),
        )
        for _, members in sorted(bins.items())
    )


def askable(
    questions: Sequence[LabelledQuestion],
    content: Sequence[Entry],
    *,
    withdrawn: Collection[str],
    now: datetime,
) -> tuple[list[LabelledQuestion], list[str]]:
    """The questions that can be asked of this content, and those whose entries are over.

    A question is left out when all its entries are withdrawn or not valid now; other entries that
    are not in the content are for the caller to refuse.
    """
    sayable = {entry.entry_id for entry in content if entry.is_valid(now)}
    over = ({entry.entry_id for entry in content} - sayable) | set(withdrawn)
    kept, left_out = [], []
    for question in questions:
        relevant = question.relevant - over
        if question.relevant and not relevant:
            left_out.append(question.text)
        else:
            kept.append(replace(question, relevant=relevant))
    return kept, left_out


def each_once(questions: Sequence[LabelledQuestion]) -> list[LabelledQuestion]:
    """Every question once, whatever its punctuation, with all that was labelled right for it.

    A lesson is judged as if it had not been learned; a repeat of it would give it away.
    """
    once: dict[str, LabelledQuestion] = {}
    for question in questions:
        known = once.setdefault(letters_of(question.text), question)
        once[letters_of(question.text)] = replace(
            known,
            relevant=known.relevant | question.relevant,
            is_edge=known.is_edge and question.is_edge,
        )
    return list(once.values())


def _outcome_of(question: LabelledQuestion, found: SearchResult) -> Outcome:
    ids = [each.entry.entry_id for each in found.candidates[:REACH]]
    place = next((at for at, each in enumerate(ids, start=1) if each in question.relevant), 0)
    if found.decision is Decision.ANSWER:
        heard = Heard.ANSWERED if place == 1 else Heard.WRONG
    elif found.decision is Decision.SUGGEST and (place == 1 or not question.relevant):
        heard = Heard.SUGGESTED
    elif found.decision is not Decision.NONE and (1 <= place <= CHOICES or not question.relevant):
        heard = Heard.OFFERED
    else:
        heard = Heard.NOTHING
    return Outcome(
        question=question.text,
        relevant=tuple(sorted(question.relevant)),
        heard=heard,
        place=place,
        first=ids[0] if ids else "",
        probability=found.candidates[0].probability if found.candidates else 0.0,
    )


def _rank(outcome: Outcome) -> tuple[int, int]:
    """How bad an outcome is for the customer, then for the list: first, among three, further."""
    order = IN_SCOPE if outcome.relevant else OUT_OF_SCOPE
    if not outcome.relevant:
        return order.index(outcome.heard), 0
    listed = 0 if outcome.place == 1 else 1 if 1 < outcome.place <= CHOICES else 2
    return order.index(outcome.heard), listed


def _told(outcome: Outcome) -> str:
    where = f", at place {outcome.place}" if outcome.place > 1 else ""
    if outcome.heard is Heard.WRONG:
        return f"wrong: {outcome.first}"
    return f"{outcome.heard}{where}"


def _share(part: float, whole: Sequence[object]) -> float:
    return part / len(whole) if whole else 0.0
