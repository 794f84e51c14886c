"""A publication: index, calibrate, examine, and go live as one whole; or go back to an earlier one.

Until the one transaction at the end commits, nothing of it can be seen: a process killed at any
step leaves what was live before. The index is written beside and renamed (indexes/cache.py).
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.calibration import Calibration
from knowledge.encoder import Encoder
from knowledge.entry import (
    Entry,
    KnowledgeError,
    NoRoom,
    PublicationRefused,
)
from knowledge.evaluation import asking, evaluate
from knowledge.exam import askable, each_once, examine
from knowledge.fitting import fit_calibrations
from knowledge.gate import Floors, Override, Ruling, Verdict, rule
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import IndexCache
from knowledge.lexical import plain
from knowledge.read_ahead import ReadAhead
from knowledge.review import refuse_private_phones
from knowledge.search import make_searcher
from knowledge.store import KnowledgeStore, LiveChange, Publication

Figures = dict[str, dict[str, float]]
Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

# how the system, FAISS and SQLite say that nothing more can be written
FULL = ("no space left", "file too large", "quota", "disk is full", "disk i/o error")


class Step(StrEnum):
    """What has been done; whoever watches a publication is told after each."""

    READ = "read"
    INDEXED = "indexed"
    CALIBRATED = "calibrated"
    EXAMINED = "examined"
    WRITTEN = "written"
    SWITCHED = "switched"
    COMMITTED = "committed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What somebody wants published."""

    profile: str
    encoder: Encoder
    labelled: Sequence[LabelledQuestion]
    tests: Sequence[LabelledQuestion]
    author: str
    now: datetime
    floors: Floors
    override: Override | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """What a publication starts from; `withdrawn` in the desk, so that nobody may ask for it."""

    content: list[Entry]
    withdrawn: frozenset[str]
    live: Publication | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A publication that is ready to be written."""

    calibrations: dict[str, Calibration]
    figures: Figures
    ruling: Ruling


def nobody_watches(step: Step) -> None:
    """Most publications are made without anybody looking on."""


class Publisher:
    """Makes publications; the database says which one is live."""

    def __init__(
        self,
        *,
        write: Transaction,
        read: Transaction,
        indexes: IndexCache,
        on_step: Callable[[Step], None] = nobody_watches,
    ) -> None:
        self._write, self._read, self._indexes = write, read, indexes
        self._on_step = on_step

    async def publish(
        self,
        profile: str,
        *,
        encoder: Encoder,
        labelled: Sequence[LabelledQuestion],
        tests: Sequence[LabelledQuestion],
        author: str,
        now: datetime,
        floors: Floors | None = None,
        override: Override | None = None,
    ) -> Publication:
        """Index the approved entries, learn the calibration, examine, and go live.

        The publication before stays in service until the last step commits. Raises
        `PublicationRefused` when the gate lets it not pass; its figures are kept.
        """
        order = _Order(
            profile=profile,
            encoder=encoder,
            labelled=labelled,
            tests=tests,
            author=author,
            now=now,
            floors=floors or Floors(),
            override=override,
        )
        if override is not None:
            override.check(author)
        with _clear_when_full():
            before = await self._before(order)
            self._on_step(Step.READ)
            made = await asyncio.to_thread(self._make, order, before)
            publication = await self._write_down(order, before, made)
        self._on_step(Step.COMMITTED)
        if publication.ruling.verdict is Verdict.REFUSED:
            raise PublicationRefused(_why_refused(publication, before.live), no=publication.no)
        return publication

    async def roll_back(
        self, profile: str, no: int, *, author: str, now: datetime, reason: str = ""
    ) -> Publication:
        """Make an earlier publication live again."""
        async with self._write() as connection:
            store = KnowledgeStore(connection)
            publication = await store.get_publication(no)
            if publication.profile != profile:
                raise KnowledgeError(f"publication {no} belongs to profile {publication.profile}")
            if publication.ruling.verdict is Verdict.REFUSED:
                raise KnowledgeError(f"publication {no} was refused by the gate and never was live")
            await store.go_live(profile, no)
            change = LiveChange(publication_no=no, author=author, reason=reason, at=now)
            await store.note_live(profile, change)
        return publication

    async def _before(self, order: _Order) -> _Before:
        async with self._read() as connection:
            store = KnowledgeStore(connection)
            content = await store.list_approved(order.profile)
            silenced = frozenset((await store.list_silences()).get(order.profile, {}))
            before = _Before(
                content=content,
                withdrawn=silenced - {entry.entry_id for entry in content},
                live=await store.find_live(order.profile),
            )
        _refuse(order, before)
        return before

    def _make(self, order: _Order, before: _Before) -> _Made:
        content, now = before.content, order.now
        learned, unlearned = askable(order.labelled, content, withdrawn=before.withdrawn, now=now)
        asked, unasked = askable(order.tests, content, withdrawn=before.withdrawn, now=now)
        learned = each_once(learned)
        put = [each.text for each in (*learned, *asked)]
        # the dense baseline asks in the customer's own letters, ours in plain ones
        encoder = ReadAhead(order.encoder, [*put, *map(plain, put)], self._indexes)
        searcher = make_searcher(content, self._indexes, encoder, lessons=learned)
        self._on_step(Step.INDEXED)
        calibrations = fit_calibrations(searcher, encoder, learned, now=now)
        self._on_step(Step.CALIBRATED)
        ask = cache(asking(searcher, encoder, calibrations["full"], now=now))
        figures = _untimed(evaluate(searcher, encoder, ask, asked, now=now))
        ruling = rule(
            examine(asked, ask),
            floors=order.floors,
            before=before.live.ruling if before.live else None,
            override=order.override,
            left_out=[*unlearned, *unasked],
        )
        self._on_step(Step.EXAMINED)
        return _Made(calibrations=calibrations, figures=figures, ruling=ruling)

    async def _write_down(self, order: _Order, before: _Before, made: _Made) -> Publication:
        passes = made.ruling.verdict is not Verdict.REFUSED
        async with self._write() as connection:
            store = KnowledgeStore(connection)
            await _refuse_overtaken(store, order.profile, before.live)
            no = await store.add_publication(
                order.profile,
                before.content if passes else (),
                author=order.author,
                encoder=order.encoder.fingerprint,
                calibrations={name: each.to_json() for name, each in made.calibrations.items()},
                figures=made.figures,
                at=order.now,
                ruling=made.ruling,
            )
            self._on_step(Step.WRITTEN)
            if passes:
                await store.go_live(order.profile, no)
                change = LiveChange(publication_no=no, author=order.author, reason="", at=order.now)
                await store.note_live(order.profile, change)
            self._on_step(Step.SWITCHED)
            return await store.get_publication(no)


def _untimed(figures: Figures) -> Figures:
    """Without times: questions read ahead say nothing of how long a customer waits."""
    return {
        search: {name: value for name, value in values.items() if not name.endswith("_ms")}
        for search, values in figures.items()
    }


def _refuse(order: _Order, before: _Before) -> None:
    """Refuse what cannot be published, before any work is done."""
    if not before.content:
        raise KnowledgeError(
            f"profile {order.profile} has no approved entries: import a corpus first"
        )
    refuse_private_phones(before.content)
    known = {entry.entry_id for entry in before.content} | before.withdrawn
    for question in [*order.labelled, *order.tests]:
        unknown = question.relevant - known
        if unknown:
            raise KnowledgeError(
                f"the labelled question {question.text!r} names entries that are not approved: "
                f"{', '.join(sorted(unknown))}"
            )


async def _refuse_overtaken(store: KnowledgeStore, profile: str, live: Publication | None) -> None:
    """What was made from an older state must not replace what went live meanwhile."""
    no = (await store.live_numbers()).get(profile)
    if no != (live.no if live else None):
        raise KnowledgeError(f"publication {no} went live meanwhile: publish again")


def _why_refused(publication: Publication, live: Publication | None) -> str:
    below = ", ".join(
        f"{each.name} {each.figure:.3f} (floor {each.floor:.3f})"
        for each in publication.ruling.below
    )
    stays = f"publication {live.no} stays in service" if live else "nothing is live"
    return (
        f"publication {publication.no} was refused by the gate: {below}; {stays}. Improve the "
        f"entries, or let a reviewer decide: --override REASON --reviewer NAME"
    )


@contextmanager
def _clear_when_full() -> Iterator[None]:
    """A full disk in one plain sentence, whichever library met it."""
    try:
        yield
    except (OSError, RuntimeError, DBAPIError) as error:
        if not any(sign in str(error).lower() for sign in FULL):
            raise
        raise NoRoom(
            "the disk is full or cannot be written to, so nothing was published; what was live "
            "stays in service. Make room and publish again"
        ) from error
