"""Which of a conversation's lines nobody answered well, and why. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from conversations.handover import HAND_OVER, MISSED, Reason
from conversations.message import FILE_MARK, PLACE_MARK, Message, Reply, Sender
from knowledge.gaps import Why
from knowledge.lexical import letters_of
from knowledge.picks import Outcome

# the bot's buttons that stand for an entry (actions/saying.py)
CHOICE = "/consult{"
# whoever has not picked by then has gone; also how long agents' words are waited for
REST = timedelta(minutes=30)
# "在吗" and "好的" are no questions
LEAST_LETTERS = 4
# an agent's greeting or thanks answers nothing
LEAST_LETTERS_OF_AN_ANSWER = 8
# an agent tells what became of a wording when the own words go out
WORDS_AND_OUTCOME = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """A hand-over: `matter` is the line that tells most of what the customer wants."""

    asked_at: datetime
    reason: Reason
    matter: str
    has_tickets: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOf:
    """What an agent did with a wording shown for a line, which holds no personal data."""

    line: str
    outcome: Outcome
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that is known of one conversation; lines and outcomes oldest first."""

    lines: Sequence[Message]
    thumbs: Mapping[int, bool] = field(default_factory=dict)
    taken_over: Sequence[TakenOver] = ()
    outcomes: Sequence[ToldOf] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A line nobody answered well; `answer` is what an agent said to it, empty if none did."""

    text: str
    why: Why
    at: datetime
    answer: str = ""


@dataclass(slots=True)
class _Turn:
    """What the customer asked in one go, and what the bot answered to it."""

    asked: Sequence[Message]
    answers: list[Message] = field(default_factory=list)
    # the customer's next line, if there is one
    following: Message | None = None

    @property
    def text(self) -> str:
        return "，".join(line.reply.text for line in self.asked)


def find_missed(seen: Seen, now: datetime) -> list[Missed]:
    """The lines of a conversation that nobody answered well, each once, oldest first.

    A line the bot did not know; choices nobody picked, once the customer has said something else
    or gone; an answer under which the thumb is down; the matter of a hand-over, unless the person
    was wanted for a request that has a ticket; a line to which an agent used own words. A wording
    that was picked or edited served its line, whatever became of the others shown beside it.
    """
    turns = _turns(seen.lines)
    found = [
        *_missed_by_the_bot(turns, seen, now),
        *_handed_over(turns, seen),
        *missed_by_suggestions(seen.outcomes, seen.lines),
    ]
    first: dict[str, Missed] = {}
    for each in sorted(found, key=lambda missed: missed.at):
        if len(letters_of(each.text)) >= LEAST_LETTERS:
            first.setdefault(letters_of(each.text), each)
    return list(first.values())


def missed_by_suggestions(
    outcomes: Iterable[ToldOf], lines: Sequence[Message] = ()
) -> list[Missed]:
    """The lines to which agents used own words instead of any wording they were shown."""
    of_line: dict[str, list[ToldOf]] = {}
    for told in outcomes:
        of_line.setdefault(told.line, []).append(told)
    return [
        Missed(
            text=line,
            why=Why.OWN_WORDS,
            at=told[0].at,
            answer=_said_about(told[-1].at, lines),
        )
        for line, told in of_line.items()
        if line and not any(each.outcome in (Outcome.PICKED, Outcome.EDITED) for each in told)
    ]


def _missed_by_the_bot(turns: Sequence[_Turn], seen: Seen, now: datetime) -> Iterable[Missed]:
    for turn in turns:
        why = _why(turn, seen.thumbs, now)
        if why is not None:
            last = turn.asked[-1]
            yield Missed(
                text=turn.text, why=why, at=last.at, answer=answer_after(last.seq, seen.lines)
            )


def _why(turn: _Turn, thumbs: Mapping[int, bool], now: datetime) -> Why | None:
    for line in turn.answers:
        if line.reply.card_type == MISSED:
            return Why.NOT_KNOWN
        if thumbs.get(line.seq) is False:
            return Why.THUMB_DOWN
        if _is_choice(line.reply) and _is_left(turn, line, now):
            return Why.NOT_PICKED
    return None


def _is_left(turn: _Turn, choice: Message, now: datetime) -> bool:
    if turn.following is None:
        return now - choice.at >= REST
    return turn.following.reply.text not in choice.reply.offers().values()


def _is_choice(reply: Reply) -> bool:
    """Whether it asks which entry is meant, and answers nothing itself."""
    offers = reply.offers()
    return bool(offers) and not reply.sources and all(each.startswith(CHOICE) for each in offers)


def _handed_over(turns: Sequence[_Turn], seen: Seen) -> Iterable[Missed]:
    for each in seen.taken_over:
        if each.has_tickets or each.reason is Reason.ANGRY or not each.matter:
            continue
        turn = next((turn for turn in turns if each.matter in turn.text), None)
        # asking for a person is no question
        if turn is None or any(line.reply.card_type == HAND_OVER for line in turn.answers):
            continue
        last = turn.asked[-1]
        yield Missed(
            text=turn.text,
            why=Why.HANDED_OVER,
            at=last.at,
            answer=answer_after(last.seq, seen.lines),
        )


def answer_after(seq: int, lines: Sequence[Message]) -> str:
    """What an agent said to a line: the longest of the first agent's lines that follow it."""
    said = []
    for line in lines:
        if line.seq <= seq:
            continue
        if line.sender is Sender.AGENT:
            said.append(line.reply.text)
        elif line.sender is Sender.BOT and said:
            break
    return _longest(said)


def _said_about(at: datetime, lines: Sequence[Message]) -> str:
    return _longest(
        line.reply.text
        for line in lines
        if line.sender is Sender.AGENT and abs(line.at - at) <= WORDS_AND_OUTCOME
    )


def _longest(said: Iterable[str]) -> str:
    longest = max(said, key=len, default="")
    return longest if len(letters_of(longest)) >= LEAST_LETTERS_OF_AN_ANSWER else ""


class _Reader:
    """Puts lines together to turns; a button pressed belongs to the question it was offered for."""

    def __init__(self) -> None:
        self.turns: list[_Turn] = []
        self._asked: list[Message] = []
        self._offered: set[str] = set()

    def read(self, line: Message) -> None:
        if line.sender is Sender.CUSTOMER:
            self._hear(line)
        elif line.sender is Sender.BOT:
            self._answer(line)
        elif line.sender is Sender.AGENT:
            # what is said to a person is no question to the bot
            self._asked = []

    def _hear(self, line: Message) -> None:
        last = self.turns[-1] if self.turns else None
        if last is not None and last.following is None:
            last.following = line
        if line.reply.text in self._offered:
            self._asked = []
            if last is not None:
                # the answer to it is one to the question before
                self.turns.append(_Turn(last.asked))
        elif not line.reply.text.startswith((FILE_MARK, PLACE_MARK)):
            self._asked.append(line)

    def _answer(self, line: Message) -> None:
        if self._asked:
            self.turns.append(_Turn(self._asked))
            self._asked = []
        if self.turns:
            self.turns[-1].answers.append(line)
        self._offered |= set(line.reply.offers().values())


def _turns(lines: Iterable[Message]) -> list[_Turn]:
    reader = _Reader()
    for line in lines:
        reader.read(line)
    return reader.turns
