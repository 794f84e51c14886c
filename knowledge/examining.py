"""The work before a publication: index the entries, learn the calibration, examine. Nothing is
written down and nothing can be seen of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from knowledge.encoder import Encoder
from knowledge.entry import Entry
from knowledge.evaluation import asking, evaluate
from knowledge.exam import (
    NothingApproved,
    NothingToAsk,
    QuestionOfNoEntry,
    askable,
    each_once,
    examine,
)
from knowledge.examined import Examined, Version
from knowledge.gate import Floors, rule
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import IndexCache
from knowledge.learning_once import learn_once
from knowledge.lexical import plain
from knowledge.read_ahead import ReadAhead
from knowledge.review import refuse_private_phones
from knowledge.search import make_searcher
from knowledge.store import Publication

Figures = dict[str, dict[str, float]]
# entries that an error names
MISSING_NAMED = 5


class Step(StrEnum):
    """What has been done; whoever watches a publication is told after each."""

    READ = "read"
    INDEXED = "indexed"
    CALIBRATED = "calibrated"
    EXAMINED = "examined"
    WRITTEN = "written"
    SWITCHED = "switched"
    COMMITTED = "committed"


OnStep = Callable[[Step], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants examined."""

    profile: str
    encoder: Encoder
    labelled: Sequence[LabelledQuestion]
    tests: Sequence[LabelledQuestion]
    now: datetime
    floors: Floors


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What a publication starts from; `withdrawn` in the desk, so that nobody may ask for it."""

    content: list[Entry]
    withdrawn: frozenset[str]
    live: Publication | None


def make_examined(
    order: Order, before: Before, *, indexes: IndexCache, on_step: OnStep
) -> Examined:
    """Everything of a publication but going live; a minute of one core for a large centre."""
    content, now = before.content, order.now
    learned, unlearned = askable(order.labelled, content, withdrawn=before.withdrawn, now=now)
    there = {entry.entry_id for entry in content}
    gone = {each for question in order.tests for each in question.relevant} - there
    asked, unasked = askable(order.tests, content, withdrawn=gone, now=now)
    if not asked:
        raise NothingToAsk(
            f"no test question of {order.profile} has an approved entry, so nothing would be "
            f"measured; among those missing: {', '.join(sorted(gone)[:MISSING_NAMED])}"
        )
    learned = each_once(learned)
    # the dense baseline asks in the customer's own letters, ours in plain ones
    tested = [each.text for each in asked]
    put = [plain(text) for text in (*(each.text for each in learned), *tested)]
    encoder = ReadAhead(order.encoder, [*put, *tested], indexes)
    searcher = make_searcher(content, indexes, encoder, lessons=learned)
    on_step(Step.INDEXED)
    calibrations = learn_once(searcher, encoder, learned, indexes=indexes, now=now)
    on_step(Step.CALIBRATED)
    ask = cache(asking(searcher, encoder, calibrations["full"], now=now))
    figures = _untimed(evaluate(searcher, encoder, ask, asked, now=now))
    ruling = rule(
        examine(asked, ask),
        floors=order.floors,
        before=before.live.ruling if before.live else None,
        left_out=[*unlearned, *unasked],
    )
    on_step(Step.EXAMINED)
    return Examined(
        profile=order.profile,
        encoder=encoder.fingerprint,
        content=tuple(Version(entry.entry_id, entry.version) for entry in content),
        live_no=before.live.no if before.live else None,
        calibrations={name: each.to_json() for name, each in calibrations.items()},
        figures=figures,
        ruling=ruling,
    )


def refuse_unfit_order(order: Order, before: Before) -> None:
    """Refuse what cannot be published, before any work is done."""
    if not before.content:
        raise NothingApproved(
            f"profile {order.profile} has no approved entries: import a corpus first"
        )
    refuse_private_phones(before.content)
    known = {entry.entry_id for entry in before.content} | before.withdrawn
    # a test question whose entries are gone is not asked, and the page marks it; to learn from one
    # without a word would teach that nobody answers it
    for question in order.labelled:
        unknown = question.relevant - known
        if unknown:
            raise QuestionOfNoEntry(question.text, unknown)


def _untimed(figures: Figures) -> Figures:
    """Without times: questions read ahead say nothing of how long a customer waits."""
    return {
        search: {name: value for name, value in values.items() if not name.endswith("_ms")}
        for search, values in figures.items()
    }
