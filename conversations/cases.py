"""Good conversations as cases to learn from, and how a trainee's reply is judged. Pure.

A case is made from a conversation a person has closed: what the customer said in one go and what
the agent answered to it is one step, both without personal data; a trainer reads it, mends it and
lets it be practised. The wording of a step is what a trainer let stand, never what was typed.

A reply has three parts, each from 0 to 1 (`judge`):
    meaning  how much nearer it is to the wording than other answers of the centre are
    figures  how many of the wording's quantities it holds (knowledge/figures.py)
    manner   1, less a half for each breach of etiquette and a quarter for each warning
The score is `MEANING`, `FIGURES` and `MANNER` of these in points; where the wording has no
quantity, its points go to the meaning. Yes where the wording says no has no meaning in common.

Errors
    ConversationError
    ├── CaseNotFound     there is no such case, or it cannot be practised yet
    ├── CaseChanged      somebody else changed it meanwhile
    ├── CaseSealed       somebody informed in the conversation: no case is made of it
    ├── CaseNotClosed    a person still talks there, or none ever did
    ├── NothingSaid      the agent answered nothing that could be learned
    ├── PracticeNotFound there is no such practice of this person
    └── StepNotDue       another step is to be answered now
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from conversations.message import FILE_MARK, PLACE_MARK, ConversationError, Message, Sender
from knowledge.etiquette import Finding
from knowledge.etiquette_rules import Severity
from knowledge.figures import differing, figures_in, opposed
from knowledge.lexical import letters_of

MEANING, FIGURES, MANNER = 50, 25, 25
# what a breach and a warning take from the manner
TAKES = {Severity.BREACH: 0.5, Severity.WARNING: 0.25, Severity.INFO: 0.0}
# "好的" is no answer one could learn
LEAST_LETTERS = 6
# of what was said to the bot before a person came, the last lines tell what is wanted
LINES_ASKED = 4
MAX_STEPS, MAX_TEXT, MAX_TITLE = 30, 1000, 80


class CaseNotFound(ConversationError):
    """There is no such case, or it cannot be practised yet."""


class CaseChanged(ConversationError):
    """Somebody else changed the case meanwhile."""


class CaseSealed(ConversationError):
    """Somebody informed in the conversation: no case is made of it."""


class CaseNotClosed(ConversationError):
    """A person still talks in the conversation, or none ever did."""


class NothingSaid(ConversationError):
    """The agent answered nothing that could be learned."""


class PracticeNotFound(ConversationError):
    """There is no such practice of this person."""


class StepNotDue(ConversationError):
    """Another step of the practice is to be answered now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What the customer says in one go, and the wording that answers it."""

    asked: str
    wording: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case; `version` counts its changes, and only a ready one is practised."""

    case_id: int
    profile: str
    title: str
    steps: tuple[Step, ...]
    is_ready: bool
    version: int
    author: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a reply is worth in points of 100, and why."""

    score: int
    meaning: float
    figures: float | None
    manner: float
    missing: tuple[str, ...] = ()
    # the wording's quantity and what was said instead
    wrong: tuple[tuple[str, str], ...] = ()
    opposite: tuple[str, str] | None = None
    findings: tuple[Finding, ...] = ()


def steps_of(lines: Sequence[Message]) -> list[Step]:
    """The steps of a talk with an agent: what was said before an answer, and the answer.

    Lines to the bot belong to the first step, files and places to none.
    """
    steps: list[Step] = []
    asked: list[str] = []
    said: list[str] = []
    for line in lines:
        text = line.reply.text.strip()
        if line.sender is Sender.AGENT:
            said.append(text)
        elif line.sender is Sender.CUSTOMER and not text.startswith((FILE_MARK, PLACE_MARK)):
            if said:
                steps += _step(asked, said)
                asked, said = [], []
            asked.append(text)
    return (steps + _step(asked, said))[:MAX_STEPS]


def judge(
    reply: str, wording: str, *, nearness: float, usual: float, findings: Sequence[Finding]
) -> Judged:
    """What a reply is worth beside the wording.

    `nearness` is how alike reply and wording are, at most 1; `usual` how alike the wording is to
    other answers of the centre, which is what a reply about something else would reach.
    """
    opposite = opposed(wording, reply)
    wanted, given = figures_in(wording), figures_in(reply)
    missing = [each for each in wanted if not any(each.is_same_as(one) for one in given)]
    meaning = 0.0 if opposite else _beyond(nearness, usual)
    figures = 1 - len(missing) / len(wanted) if wanted else None
    manner = max(0.0, 1 - sum(TAKES[each.severity] for each in findings))
    points = MANNER * manner
    if figures is None:
        points += (MEANING + FIGURES) * meaning
    else:
        points += MEANING * meaning + FIGURES * figures
    return Judged(
        score=round(points),
        meaning=meaning,
        figures=figures,
        manner=manner,
        missing=tuple(dict.fromkeys(each.text for each in missing)),
        wrong=tuple((mine.text, other.text) for mine, other in differing(wanted, given)),
        opposite=opposite,
        findings=tuple(findings),
    )


def _beyond(nearness: float, usual: float) -> float:
    """From 0 for no nearer than usual to 1 for the same."""
    if usual >= 1:
        return 0.0
    return min(max((nearness - usual) / (1 - usual), 0.0), 1.0)


def _step(asked: Sequence[str], said: Sequence[str]) -> list[Step]:
    wording, question = "\n".join(said), "\n".join(asked[-LINES_ASKED:])
    if not question or len(letters_of(wording)) < LEAST_LETTERS:
        return []
    return [Step(asked=question[-MAX_TEXT:], wording=wording[:MAX_TEXT])]
