"""How a newly trained bot reads the held-out lines, beside the one in service. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from conversations.utterance import LessonError


class WorseBot(LessonError):
    """The new bot reads the held-out lines worse, and nobody gave a reason to serve it anyway."""


class NotTrained(LessonError):
    """The bot could not be trained; the text says where the reason is, `why` what was said last."""

    def __init__(self, text: str, why: str = "") -> None:
        super().__init__(text)
        self.told = {"why": why}


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Shares of 1 over the held-out lines: read right, and the mean F1 of the intents."""

    archive: str
    accuracy: float
    macro_f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentMarks:
    """Of an intent's `lines`, the F1 before and after."""

    intent: str
    lines: int
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedLine:
    """A held-out line that is read differently; `is_worse` when it was right before."""

    text: str
    wanted: str
    before: str
    after: str

    @property
    def is_worse(self) -> bool:
        """Whether it was read right before."""
        return self.before == self.wanted

    @property
    def is_better(self) -> bool:
        """Whether it is read right now."""
        return self.after == self.wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What came of a training: the archive, and how it does against the one in service."""

    archive: str
    sha256: str
    examples: int
    held_out: int
    before: Marks
    after: Marks
    intents: tuple[IntentMarks, ...]
    turned: tuple[TurnedLine, ...]

    @property
    def is_worse(self) -> bool:
        """Fewer held-out lines read right, or the intents read worse on the whole."""
        return (
            self.after.accuracy < self.before.accuracy or self.after.macro_f1 < self.before.macro_f1
        )

    def to_json(self) -> dict[str, Any]:
        """As a run keeps it."""
        told: dict[str, Any] = _TRAINED.dump_python(self, mode="json")
        return told

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Trained":
        """As it was kept."""
        return _TRAINED.validate_python(dict(kept))


_TRAINED = TypeAdapter(Trained)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """A line the bot is examined with, and what it is."""

    text: str
    intent: str


def compare(
    asked: Sequence[HeldOut],
    *,
    before: tuple[str, Sequence[str]],
    after: tuple[str, Sequence[str]],
    sha256: str,
    examples: int,
) -> Trained:
    """Two archives by name, each with the intent it read first in every line."""
    wanted = [each.intent for each in asked]
    of_before, of_after = f1_of(wanted, before[1]), f1_of(wanted, after[1])
    lines = Counter(wanted)
    return Trained(
        archive=after[0],
        sha256=sha256,
        examples=examples,
        held_out=len(asked),
        before=_marks(before[0], wanted, before[1], of_before),
        after=_marks(after[0], wanted, after[1], of_after),
        intents=tuple(
            IntentMarks(intent=name, lines=lines[name], before=of_before[name], after=score)
            for name, score in sorted(of_after.items())
        ),
        turned=tuple(
            TurnedLine(text=each.text, wanted=each.intent, before=was, after=now)
            for each, was, now in zip(asked, before[1], after[1], strict=True)
            if was != now
        ),
    )


def f1_of(wanted: Sequence[str], read: Sequence[str]) -> dict[str, float]:
    """The F1 of every intent that is wanted, rounded to a thousandth."""
    right = Counter(was for was, now in zip(wanted, read, strict=True) if was == now)
    of_wanted, of_read = Counter(wanted), Counter(read)
    return {
        name: round(2 * right[name] / (of_wanted[name] + of_read[name]), 3) for name in of_wanted
    }


def _marks(
    archive: str, wanted: Sequence[str], read: Sequence[str], f1: Mapping[str, float]
) -> Marks:
    right = sum(was == now for was, now in zip(wanted, read, strict=True))
    return Marks(
        archive=archive,
        accuracy=round(right / len(wanted), 4),
        macro_f1=round(sum(f1.values()) / len(f1), 4),
    )
