"""A publication: index, calibrate, examine, and go live as one whole; or go back to an earlier one.

Until the one transaction at the end commits, nothing of it can be seen: a process killed at any
step leaves what was live before. The index is written beside and renamed (indexes/cache.py).
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.encoder import Encoder
from knowledge.entry import KnowledgeError, NoRoom, PublicationOvertaken, PublicationRefused
from knowledge.examined import Examined
from knowledge.examining import Before, Order, Step, make_examined, refuse_unfit_order
from knowledge.full_disk import ERRORS, is_full_disk
from knowledge.gate import Floors, Override, Verdict, overridden
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import IndexCache
from knowledge.run import Run
from knowledge.run_store import RunStore
from knowledge.store import KnowledgeStore, LiveChange, Publication

__all__ = ["Publisher", "Step", "nobody_watches"]

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


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
        if override is not None:
            override.check(author)
        examined = await self.examine(
            profile, encoder=encoder, labelled=labelled, tests=tests, now=now, floors=floors
        )
        ruling = overridden(examined.ruling, override)
        with _clear_when_full():
            publication = await self._write_down(
                replace(examined, ruling=ruling), author=author, by=author, at=now
            )
        self._on_step(Step.COMMITTED)
        if ruling.verdict is Verdict.REFUSED:
            raise PublicationRefused(_why_refused(publication, examined), no=publication.no)
        return publication

    async def examine(
        self,
        profile: str,
        *,
        encoder: Encoder,
        labelled: Sequence[LabelledQuestion],
        tests: Sequence[LabelledQuestion],
        now: datetime,
        floors: Floors | None = None,
    ) -> Examined:
        """All of a publication but going live: nothing of it is written or can be seen."""
        order = Order(
            profile=profile,
            encoder=encoder,
            labelled=labelled,
            tests=tests,
            now=now,
            floors=floors or Floors(),
        )
        with _clear_when_full():
            before = await self._before(order)
            self._on_step(Step.READ)
            return await asyncio.to_thread(
                make_examined, order, before, indexes=self._indexes, on_step=self._on_step
            )

    async def publish_run(
        self, run: Run, *, by: str, now: datetime, override: Override | None = None
    ) -> Publication:
        """Let what a run examined go live, exactly as it was examined.

        Raises `RunNotReady` when there is nothing to publish, `PublicationRefused` when the gate
        lets it not pass, and `KnowledgeError` when another publication went live meanwhile.
        """
        if override is not None:
            override.check(run.author)
        examined = run.ready()
        ruling = overridden(examined.ruling, override)
        if ruling.verdict is Verdict.REFUSED:
            raise PublicationRefused(_why_refused(None, examined))
        with _clear_when_full():
            return await self._write_down(
                replace(examined, ruling=ruling), author=run.author, by=by, at=now, run=run
            )

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

    async def _before(self, order: Order) -> Before:
        async with self._read() as connection:
            store = KnowledgeStore(connection)
            content = await store.list_approved(order.profile, now=order.now)
            silenced = frozenset((await store.list_silences()).get(order.profile, {}))
            before = Before(
                content=content,
                withdrawn=silenced - {entry.entry_id for entry in content},
                live=await store.find_live(order.profile),
            )
        refuse_unfit_order(order, before)
        return before

    async def _write_down(
        self, examined: Examined, *, author: str, by: str, at: datetime, run: Run | None = None
    ) -> Publication:
        passes = examined.ruling.verdict is not Verdict.REFUSED
        async with self._write() as connection:
            store = KnowledgeStore(connection)
            await _refuse_overtaken(store, examined)
            no = await store.add_publication(
                examined.profile,
                examined.content if passes else (),
                author=author,
                encoder=examined.encoder,
                calibrations=examined.calibrations,
                figures=examined.figures,
                at=at,
                ruling=examined.ruling,
            )
            self._on_step(Step.WRITTEN)
            if passes:
                await store.go_live(examined.profile, no)
                change = LiveChange(publication_no=no, author=by, reason="", at=at)
                await store.note_live(examined.profile, change)
            if run is not None:
                await RunStore(connection).publish(run, no)
            self._on_step(Step.SWITCHED)
            return await store.get_publication(no)


async def _refuse_overtaken(store: KnowledgeStore, examined: Examined) -> None:
    """What was made from an older state must not replace what went live meanwhile."""
    no = (await store.live_numbers()).get(examined.profile)
    if no != examined.live_no:
        raise PublicationOvertaken(
            f"publication {no} went live meanwhile: examine or publish again"
        )


def _why_refused(publication: Publication | None, examined: Examined) -> str:
    ruling, live_no = examined.ruling, examined.live_no
    below = ", ".join(
        f"{each.name} {each.figure:.3f} (floor {each.floor:.3f})" for each in ruling.below
    )
    stays = f"publication {live_no} stays in service" if live_no else "nothing is live"
    what = f"publication {publication.no}" if publication else "what was examined"
    return (
        f"{what} was refused by the gate: {below}; {stays}. Improve the "
        f"entries, or let a reviewer decide: --override REASON --reviewer NAME"
    )


@contextmanager
def _clear_when_full() -> Iterator[None]:
    """A full disk in one plain sentence, whichever library met it."""
    try:
        yield
    except ERRORS as error:
        if not is_full_disk(error):
            raise
        raise NoRoom(
            "the disk is full or cannot be written to, so nothing was published; what was live "
            "stays in service. Make room and publish again"
        ) from error
