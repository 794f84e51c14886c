"""The gate before a publication: the floors of the profile, and what the exam decides. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum

from knowledge.entry import KnowledgeError
from knowledge.exam import (
    Figures,
    Outcome,
    Point,
    Worse,
    figures_of,
    got_worse,
    reliability,
)

# the names of the floors in profile.yml, and of the figures they bound
FIGURE_OF = {
    "hit_at_1": "hit@1",
    "hit_at_3": "hit@3",
    "mrr": "mrr@10",
    "precision": "precision",
    "coverage": "coverage",
    "false_answers": "false_answers",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Floors:
    """What a publication must reach on the test questions; `false_answers` is the most allowed."""

    hit_at_1: float | None = None
    hit_at_3: float | None = None
    mrr: float | None = None
    precision: float | None = None
    coverage: float | None = None
    false_answers: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A figure below its floor (or above, for false answers)."""

    name: str
    figure: float
    floor: float


class Verdict(StrEnum):
    """What the gate decided. `FIRST`: below a floor, but nothing was live before."""

    PASSED = "passed"
    FIRST = "first"
    OVERRIDDEN = "overridden"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A reviewer lets a publication pass that is below a floor, and says why."""

    reviewer: str
    reason: str

    def check(self, author: str) -> None:
        """Somebody with a name who is not the author, and a reason."""
        if not self.reviewer.strip() or not self.reason.strip():
            raise KnowledgeError("an override needs a reviewer's name and a reason")
        if self.reviewer.strip() == author.strip():
            raise KnowledgeError(
                f"{author} is publishing: another person must decide about the override"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the gate saw and decided; kept with the publication."""

    verdict: Verdict = Verdict.PASSED
    reviewer: str = ""
    reason: str = ""
    figures: Figures = field(default_factory=dict)
    below: tuple[Shortfall, ...] = ()
    worse: tuple[Worse, ...] = ()
    reliability: tuple[Point, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    # test and labelled questions whose entries may not be said any more
    left_out: tuple[str, ...] = ()


def rule(
    outcomes: Sequence[Outcome],
    *,
    floors: Floors,
    before: Ruling | None,
    left_out: Sequence[str] = (),
) -> Ruling:
    """Decide about a publication; `before` is the live one's ruling, None when nothing is live."""
    figures = figures_of(outcomes)
    below = shortfalls(figures, floors)
    return Ruling(
        verdict=_verdict(below, is_first=before is None),
        figures=figures,
        below=below,
        worse=got_worse(outcomes, before.outcomes if before else ()),
        reliability=reliability(outcomes),
        outcomes=tuple(outcomes),
        left_out=tuple(left_out),
    )


def overridden(ruling: Ruling, override: Override | None) -> Ruling:
    """The same where a reviewer lets pass what was refused; an override nobody needs is dropped."""
    if override is None or ruling.verdict is not Verdict.REFUSED:
        return ruling
    return replace(
        ruling,
        verdict=Verdict.OVERRIDDEN,
        reviewer=override.reviewer,
        reason=override.reason,
    )


def shortfalls(figures: Figures, floors: Floors) -> tuple[Shortfall, ...]:
    """The figures that do not reach their floors."""
    wanted = {name: floor for name, floor in asdict(floors).items() if floor is not None}
    return tuple(
        Shortfall(name=FIGURE_OF[name], figure=figures[FIGURE_OF[name]], floor=floor)
        for name, floor in wanted.items()
        if _falls_short(name, figures[FIGURE_OF[name]], floor)
    )


def _verdict(below: Sequence[Shortfall], *, is_first: bool) -> Verdict:
    if not below:
        return Verdict.PASSED
    # a desk that says nothing at all helps nobody; what it is sure of is set by its calibration
    return Verdict.FIRST if is_first else Verdict.REFUSED


def _falls_short(name: str, figure: float, floor: float) -> bool:
    return figure > floor + 1e-9 if name == "false_answers" else figure < floor - 1e-9
