"""Search over what is live: kept in memory, and swapped whole while questions run."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import ParamSpec, TypeVar
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.encoder import Encoder, Vectors
from knowledge.entry import CUSTOMER_KINDS, Entry, EntryKind, NothingPublished
from knowledge.entry_store import Silence
from knowledge.explaining import Explanation
from knowledge.hits import Hits
from knowledge.importing.heard_yaml import Heard
from knowledge.indexes.cache import IndexCache
from knowledge.lexical import plain
from knowledge.live import Live, make_live
from knowledge.phrasing import is_said
from knowledge.preferring import Likely
from knowledge.search import SearchResult
from knowledge.store import KnowledgeStore, Publication

log = logging.getLogger(__name__)

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
Given = ParamSpec("Given")
Result = TypeVar("Result")

# vectors of the last lines: the search of a line finds what `prepare` began
REMEMBERED = 256
# how long a publication that could not be loaded is left alone
RETRY_AFTER = timedelta(minutes=1)
# texts of a publication that is kept beside its successor: about 100 MB
KEPT_UP_TO = 20_000


class Knowledge:
    """Search over the live publication of each profile.

    `encoder` is None while it is away: search goes on by words alone, with its own calibration.
    `find_encoder` opens the encoder of a fingerprint: a publication is searched with the one that
    made it, also after another one was tuned and published, or rolled back. `heard` is what
    customers of each profile say when a script is called for.
    """

    def __init__(
        self,
        *,
        read: Transaction,
        indexes: IndexCache,
        encoder: Encoder | None,
        clock: Callable[[], datetime],
        find_encoder: Callable[[str], Encoder | None] = lambda _: None,
        heard: Mapping[str, Mapping[str, Heard]] | None = None,
    ) -> None:
        self._find_encoder, self._heard = find_encoder, heard or {}
        # those that live publications hold, by fingerprint
        self._opened: WeakValueDictionary[str, Encoder] = WeakValueDictionary()
        self._read, self._indexes, self._encoder, self._clock = read, indexes, encoder, clock
        self._live: Mapping[str, Live] = {}
        self._earlier: dict[str, Live] = {}  # what was live before: the way back takes no time
        # publications that could not be loaded, and when that was tried last
        self._broken: dict[int, datetime] = {}
        self.hits = Hits(clock)
        self._vectors: OrderedDict[tuple[str, str], Vectors] = OrderedDict()
        # one worker: encoding holds a core, and two at once only make the tail longer
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="search")
        # a new publication takes seconds to load: queries go on meanwhile
        self._loader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="load")

    @property
    def has_encoder(self) -> bool:
        """Whether meaning is searched, or words alone."""
        return self._encoder is not None

    @property
    def encoder_fingerprint(self) -> str:
        """Of the encoder in use; empty while it is away."""
        return self._encoder.fingerprint if self._encoder is not None else ""

    def place(self, vectors: Vectors, *, encoder: str, profile: str) -> Vectors | None:
        """Vectors of this encoder in the space of what is live; None when that is another's."""
        live = self._live.get(profile)
        if live is None or live.encoder is None or live.encoder.fingerprint != encoder:
            return None
        return live.searcher.texts.placed(vectors)

    def live_numbers(self) -> dict[str, int]:
        """The publication in memory for each profile."""
        return {profile: live.publication.no for profile, live in self._live.items()}

    async def refresh(self) -> bool:
        """Load what went live, or was withdrawn, since the last time; whether anything changed.

        Each centre's news is loaded beside the queries and swapped in as one whole. What cannot be
        loaded is tried again a minute later; until then the one before goes on.
        """
        async with self._read() as connection:
            store = KnowledgeStore(connection)
            wanted, silences = await store.live_numbers(), await store.list_silences()
        fresh = dict(self._live)
        for profile in fresh.keys() - wanted.keys():
            del fresh[profile]
        for profile, no in wanted.items():
            silent = silences.get(profile, {})
            if not self._is_news(profile, no, silent):
                continue
            try:
                fresh[profile] = await self._fetch(profile, no, silent)
                self._keep(profile, fresh[profile])
            except Exception:
                # one centre's broken news must not hold up another's
                if no not in self._broken:
                    log.exception("%s: publication %s could not be loaded", profile, no)
                self._broken[no] = self._clock()
        is_new = fresh != self._live
        self._live = fresh
        return is_new

    def _is_news(self, profile: str, no: int, silent: Mapping[str, Silence]) -> bool:
        known = self._live.get(profile)
        if known is not None and known.publication.no == no and known.silent == silent:
            return False
        failed_at = self._broken.get(no)
        return failed_at is None or self._clock() >= failed_at + RETRY_AFTER

    def _keep(self, profile: str, live: Live) -> None:
        """Keep in memory what this publication replaces, unless it is too large for two."""
        before = self._live.get(profile)
        if before is not None and before.publication.no != live.publication.no:
            self._earlier.pop(profile, None)
            if before.texts <= KEPT_UP_TO:
                self._earlier[profile] = before

    async def _fetch(self, profile: str, no: int, silent: Mapping[str, Silence]) -> Live:
        loop = asyncio.get_running_loop()
        for known in (self._live.get(profile), self._earlier.get(profile)):
            # one whose encoder was away is loaded again: it may be back
            if known is not None and known.publication.no == no and known.encoder is not None:
                return await loop.run_in_executor(self._loader, known.silencing, silent)
        async with self._read() as connection:
            store = KnowledgeStore(connection)
            publication = await store.get_publication(no)
            content = await store.list_published(publication)
        live = await loop.run_in_executor(self._loader, self._load, publication, content, silent)
        self._broken.pop(no, None)
        return live

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

    async def explain(
        self,
        text: str,
        *,
        profile: str,
        kinds: Collection[EntryKind] = CUSTOMER_KINDS,
        among: Live | None = None,
    ) -> Explanation:
        """What was decided on a question and why, by what is live or by something `load` gave."""
        live = self._get(profile) if among is None else among
        return await self._in_worker(self._explain, text, live, kinds)

    async def load(self, publication: Publication, content: list[Entry]) -> Live:
        """What would be served if this were live; it takes seconds, beside the queries."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._loader, self._load, publication, content, {})

    async def find_scripts(self, text: str, *, profile: str, count: int = 6) -> list[Likely]:
        """Scripts a customer's line may call for, likeliest first; raises `NothingPublished`."""
        return await self._in_worker(self._find_scripts, text, self._get(profile), count)

    def prepare(self, text: str) -> None:
        """Begin to encode a line that will probably be searched for, while others work on it."""
        self._worker.submit(self._prepare, text)

    async def vector(self, text: str) -> Vectors | None:
        """The vector of a line by the encoder in use; None while it is away."""
        return await self._in_worker(self._vector_of, text, self._encoder)

    def answers(self, profile: str, *, count: int) -> list[str]:
        """Answers that are live, spread evenly over the entries for customers, at most `count`."""
        said = [
            entry.answer
            for entry in self._get(profile).searcher.entries
            if entry.kind in CUSTOMER_KINDS
        ]
        return said[:: max(1, -(-len(said) // count))]

    def says(self, stretch: str, *, profile: str) -> bool:
        """Whether a live entry that may be said now has these clauses word for word."""
        live, now = self._live.get(profile), self._clock()
        return live is not None and any(
            is_said(stretch, entry.answer) and entry.is_valid(now)
            for entry in live.searcher.entries
        )

    def find_entry(
        self,
        entry_id: str,
        *,
        profile: str,
        kinds: Collection[EntryKind] = CUSTOMER_KINDS,
    ) -> Entry | None:
        """A live entry that may be said now, by its id."""
        now = self._clock()
        return next(
            (
                entry
                for entry in self._get(profile).searcher.entries
                if entry.entry_id == entry_id and entry.kind in kinds and entry.is_valid(now)
            ),
            None,
        )

    def close(self) -> None:
        """Stop the workers."""
        self._worker.shutdown(wait=False, cancel_futures=True)
        self._loader.shutdown(wait=False, cancel_futures=True)

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
        """The encoder whose vectors are those of this publication."""
        ours, wanted = self._encoder, publication.encoder
        if ours is not None and ours.fingerprint == wanted:
            return ours
        found = self._opened.get(wanted) or self._find_encoder(wanted)
        if found is not None:
            self._opened[wanted] = found
        return found

    def _prepare(self, text: str) -> None:
        # nearly always one: all centres are published with the encoder in use
        for encoder in {id(live.encoder): live.encoder for live in self._live.values()}.values():
            self._vector_of(text, encoder)

    def _vector_of(self, text: str, encoder: Encoder | None) -> Vectors | None:
        """The line's vector, remembered for a while; called in the worker alone."""
        if encoder is None:
            return None
        key = encoder.fingerprint, text
        vector = self._vectors.pop(key, None)
        if vector is None:
            vector = encoder.encode_query(plain(text))
        self._vectors[key] = vector
        if len(self._vectors) > REMEMBERED:
            self._vectors.popitem(last=False)
        return vector

    def _load(
        self, publication: Publication, content: list[Entry], silent: Mapping[str, Silence]
    ) -> Live:
        encoder = self._encoder_of(publication)
        if encoder is None:
            log.error(
                "publication %s was made with %s, which is not here; searching by words alone "
                "until `seatmate knowledge publish`",
                publication.no,
                publication.encoder,
            )
        return make_live(
            publication,
            content,
            silent=silent,
            heard=self._heard.get(publication.profile, {}),
            indexes=self._indexes,
            encoder=encoder,
        )

    def _search(
        self, text: str, live: Live, kinds: Collection[EntryKind], count: int
    ) -> SearchResult:
        vector = self._vector_of(text, live.encoder)
        return live.search(text, vector, now=self._clock(), kinds=kinds, count=count)

    def _explain(self, text: str, live: Live, kinds: Collection[EntryKind]) -> Explanation:
        vector = self._vector_of(text, live.encoder)
        return live.explain(text, vector, now=self._clock(), kinds=kinds)

    def _find_scripts(self, text: str, live: Live, count: int) -> list[Likely]:
        vector = self._vector_of(text, live.encoder)
        return live.scripts.find(text, vector, now=self._clock(), count=count)
