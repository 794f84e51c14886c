"""What is live, kept in memory and swapped whole while questions run."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import ParamSpec, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.calibration import Calibration
from knowledge.encoder import Encoder, Vectors
from knowledge.entry import CUSTOMER_KINDS, Entry, EntryKind, NothingPublished
from knowledge.indexes.cache import IndexCache
from knowledge.lexical import plain
from knowledge.search import Searcher, SearchResult, make_searcher
from knowledge.store import KnowledgeStore, Publication

log = logging.getLogger(__name__)

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
Given = ParamSpec("Given")
Result = TypeVar("Result")

# vectors of the last lines: the search of a line finds what `prepare` began
REMEMBERED = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A publication in memory, with its curves."""

    publication: Publication
    searcher: Searcher
    full: Calibration
    words_only: Calibration


class Knowledge:
    """Search over the live publication of each profile.

    `encoder` is None while it is away: search goes on by words alone, with its own calibration.
    """

    def __init__(
        self,
        *,
        read: Transaction,
        indexes: IndexCache,
        encoder: Encoder | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._read, self._indexes, self._encoder, self._clock = read, indexes, encoder, clock
        self._live: Mapping[str, Live] = {}
        self._broken: set[int] = set()
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        # one worker: encoding holds a core, and two at once only make the tail longer
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="search")

    @property
    def has_encoder(self) -> bool:
        """Whether meaning is searched, or words alone."""
        return self._encoder is not None

    def live_numbers(self) -> dict[str, int]:
        """The publication in memory for each profile."""
        return {profile: live.publication.no for profile, live in self._live.items()}

    async def refresh(self) -> bool:
        """Load what went live since the last time; returns whether anything changed."""
        async with self._read() as connection:
            store = KnowledgeStore(connection)
            wanted = await store.live_numbers()
            if wanted == self.live_numbers():
                return False
            fresh = {}
            for profile, no in wanted.items():
                known = self._live.get(profile)
                if no in self._broken or (known is not None and known.publication.no == no):
                    if known is not None:
                        fresh[profile] = known
                    continue
                try:
                    publication = await store.get_publication(no)
                    content = await store.list_published(publication)
                    fresh[profile] = await self._in_worker(self._load, publication, content)
                except Exception:
                    # one centre's broken news must not hold up another's
                    log.exception("%s: publication %s could not be loaded", profile, no)
                    self._broken.add(no)
                    if known is not None:
                        fresh[profile] = known
        changed = {profile: live.publication.no for profile, live in fresh.items()}
        is_new = changed != self.live_numbers()
        self._live = fresh
        return is_new

    async def search(
        self,
        text: str,
        *,
        profile: str,
        kinds: Collection[EntryKind] = CUSTOMER_KINDS,
        count: int = 3,
    ) -> SearchResult:
        """Decide on a question; raises `NothingPublished`."""
        return await self._in_worker(self._search, text, self._get(profile), kinds, count)

    def prepare(self, text: str) -> None:
        """Begin to encode a line that will probably be searched for, while others work on it."""
        self._worker.submit(self._vector_of, text)

    def find_entry(self, entry_id: str, *, profile: str) -> Entry | None:
        """A live entry that may be said to customers now, by its id."""
        now = self._clock()
        return next(
            (
                entry
                for entry in self._get(profile).searcher.entries
                if entry.entry_id == entry_id
                and entry.kind in CUSTOMER_KINDS
                and entry.is_valid(now)
            ),
            None,
        )

    def close(self) -> None:
        """Stop the worker."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _get(self, profile: str) -> Live:
        live = self._live.get(profile)
        if live is None:
            raise NothingPublished(
                f"nothing is published for {profile}: seatmate knowledge publish"
            )
        return live

    async def _in_worker(
        self, work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, lambda: work(*args, **kwargs))

    def _encoder_of(self, publication: Publication) -> Encoder | None:
        """The encoder, unless its vectors are not those of this publication."""
        ours = self._encoder
        return ours if ours is not None and ours.fingerprint == publication.encoder else None

    def _vector_of(self, text: str) -> Vectors | None:
        """The line's vector, remembered for a while; called in the worker alone."""
        if self._encoder is None:
            return None
        vector = self._vectors.pop(text, None)
        if vector is None:
            vector = self._encoder.encode_query(plain(text))
        self._vectors[text] = vector
        if len(self._vectors) > REMEMBERED:
            self._vectors.popitem(last=False)
        return vector

    def _load(self, publication: Publication, content: list[Entry]) -> Live:
        encoder = self._encoder_of(publication)
        if encoder is None:
            log.error(
                "publication %s was made with %s, which is not the encoder in use; searching by "
                "words alone until `seatmate knowledge publish`",
                publication.no,
                publication.encoder,
            )
        full = Calibration.from_json(publication.calibrations["full"])
        return Live(
            publication=publication,
            searcher=make_searcher(content, self._indexes, encoder, lessons=full.lessons),
            full=full,
            words_only=Calibration.from_json(publication.calibrations["words_only"]),
        )

    def _search(
        self, text: str, live: Live, kinds: Collection[EntryKind], count: int
    ) -> SearchResult:
        vector = self._vector_of(text) if self._encoder_of(live.publication) else None
        return live.searcher.search(
            text,
            vector,
            calibration=live.words_only if vector is None else live.full,
            now=self._clock(),
            kinds=kinds,
            count=count,
        )
