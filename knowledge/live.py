"""A publication in memory: what is searched and decided while it is live, or on trial."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from knowledge.calibration import Calibration
from knowledge.encoder import Encoder, Vectors
from knowledge.entry import Entry, EntryKind
from knowledge.entry_store import Silence
from knowledge.explaining import Explanation, explain
from knowledge.hushing import hushed
from knowledge.importing.heard_yaml import Heard
from knowledge.indexes.cache import IndexCache
from knowledge.scripts import Scripts, make_scripts
from knowledge.search import Searcher, SearchResult, make_searcher
from knowledge.store import Publication


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A publication in memory, with its curves; without its encoder words alone are searched."""

    publication: Publication
    # entries that were withdrawn in the desk since
    silent: Mapping[str, Silence]
    encoder: Encoder | None
    searcher: Searcher
    scripts: Scripts
    full: Calibration
    words_only: Calibration

    def search(
        self,
        text: str,
        vector: Vectors | None,
        *,
        now: datetime,
        kinds: Collection[EntryKind],
        count: int,
    ) -> SearchResult:
        """Decide on a question; by words alone where it has no vector."""
        return self.searcher.search(
            text,
            vector,
            calibration=self._calibration(vector),
            now=now,
            kinds=kinds,
            count=count,
        )

    def explain(
        self, text: str, vector: Vectors | None, *, now: datetime, kinds: Collection[EntryKind]
    ) -> Explanation:
        """What is decided on a question, and why."""
        searcher = self.searcher
        evidence = searcher.look(text, vector, allowed=searcher.allowed(kinds, now))
        return explain(evidence, searcher.entries, self._calibration(vector))

    def _calibration(self, vector: Vectors | None) -> Calibration:
        return self.words_only if vector is None else self.full


def make_live(
    publication: Publication,
    content: list[Entry],
    *,
    silent: Mapping[str, Silence],
    heard: Mapping[str, Heard],
    indexes: IndexCache,
    encoder: Encoder | None,
) -> Live:
    """Index what a publication says but for what is silent; takes seconds."""
    full = Calibration.from_json(publication.calibrations["full"])
    said = hushed(content, silent)
    return Live(
        publication=publication,
        silent=silent,
        encoder=encoder,
        searcher=make_searcher(said, indexes, encoder, lessons=full.lessons),
        scripts=make_scripts(said, heard, indexes, encoder, nobodys=full.lessons),
        full=full,
        words_only=Calibration.from_json(publication.calibrations["words_only"]),
    )
