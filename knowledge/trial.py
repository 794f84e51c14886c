"""Trying a question out: on what is live, and on what was examined and is not live yet."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.explaining import Explanation
from knowledge.live import Live
from knowledge.run import Run
from knowledge.service import Knowledge
from knowledge.store import KnowledgeStore, Publication

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class Trials:
    """Keeps what was examined last in memory: loading it takes seconds, asking it does not."""

    def __init__(self, *, read: Transaction, knowledge: Knowledge) -> None:
        self._read, self._knowledge = read, knowledge
        self._loaded: tuple[int, Live] | None = None

    async def of_live(self, text: str, *, profile: str) -> Explanation:
        """What customers hear now; raises `NothingPublished`."""
        return await self._knowledge.explain(text, profile=profile)

    async def of_run(self, text: str, run: Run) -> Explanation:
        """What customers would hear; raises `RunNotReady` when the run has nothing to publish."""
        if self._loaded is None or self._loaded[0] != run.no:
            self._loaded = run.no, await self._load(run)
        return await self._knowledge.explain(text, profile=run.profile, among=self._loaded[1])

    async def _load(self, run: Run) -> Live:
        examined = run.ready()
        async with self._read() as connection:
            content = await KnowledgeStore(connection).list_exactly(run.profile, examined.content)
        publication = Publication(
            no=0,
            profile=run.profile,
            published_at=run.started_at,
            author=run.author,
            encoder=examined.encoder,
            calibrations=examined.calibrations,
            figures=examined.figures,
            ruling=examined.ruling,
        )
        return await self._knowledge.load(publication, content)
