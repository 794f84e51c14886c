"""All SQL about publications; about entries see entry_store.py, about hits hit_store.py."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    Column,
    CursorResult,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    and_,
    func,
    insert,
    select,
    update,
)

from knowledge.entry import Entry, EntryState, KnowledgeError
from knowledge.entry_store import EntryStore, entries, entry_of, metadata
from knowledge.examined import Version
from knowledge.gate import Ruling
from knowledge.succession import ending_at_successors

__all__ = ["KnowledgeStore", "LiveChange", "Publication", "metadata"]

publications = Table(
    "publications",
    metadata,
    Column("no", Integer, primary_key=True),
    Column("profile", String(40), nullable=False, index=True),
    Column("published_at", String(40), nullable=False),
    Column("author", String(80), nullable=False),
    Column("encoder", String(120), nullable=False),
    # {"full": {...}, "words_only": {...}}: the curve with and without the encoder
    Column("calibrations", JSON, nullable=False),
    Column("figures", JSON, nullable=False),
    # what the gate saw and decided; a refused publication has no entries and never goes live
    Column("ruling", JSON, nullable=False, server_default="{}"),
)

publication_entries = Table(
    "publication_entries",
    metadata,
    Column("publication_no", Integer, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("entry_id", String(80), nullable=False),
    Column("version", Integer, nullable=False),
)

live_publications = Table(
    "live_publications",
    metadata,
    Column("profile", String(40), primary_key=True),
    Column("publication_no", Integer, nullable=False),
)

# when which publication went live, and by whom: also the way back to an earlier one
live_changes = Table(
    "live_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("profile", String(40), nullable=False, index=True),
    Column("publication_no", Integer, nullable=False),
    Column("author", String(80), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", String(40), nullable=False),
)

_RULING = TypeAdapter(Ruling)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A numbered, immutable snapshot of what may be said."""

    no: int
    profile: str
    published_at: datetime
    author: str
    encoder: str
    calibrations: dict[str, dict[str, Any]]
    figures: dict[str, Any]
    ruling: Ruling = Ruling()


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveChange:
    """A publication went live: new, or again."""

    publication_no: int
    author: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A centre's publications, newest first, and what became of them."""

    publications: Sequence[Publication]
    live: int | None
    # how many entries each holds
    entries: dict[int, int]
    changes: Sequence[LiveChange]

    def pick(self, no: int | None) -> Publication | None:
        """That publication, or the live one if there is one; raises `KnowledgeError`."""
        wanted = self.live if no is None else no
        found = next((each for each in self.publications if each.no == wanted), None)
        if found is None and no is not None:
            raise KnowledgeError(f"there is no publication {no}")
        return found


class KnowledgeStore(EntryStore):
    """Entries and publications in the database, inside the caller's transaction."""

    async def add_publication(
        self,
        profile: str,
        content: Sequence[Entry | Version],
        *,
        author: str,
        encoder: str,
        calibrations: dict[str, dict[str, Any]],
        figures: dict[str, Any],
        at: datetime,
        ruling: Ruling | None = None,
    ) -> int:
        """Write a publication; returns its number. It is not live yet."""
        added = await self._connection.execute(
            insert(publications).values(
                profile=profile,
                published_at=at.isoformat(),
                author=author,
                encoder=encoder,
                calibrations=calibrations,
                figures=figures,
                ruling=_RULING.dump_python(ruling or Ruling(), mode="json"),
            )
        )
        no = _new_key(added)
        places = [
            {
                "publication_no": no,
                "place": place,
                "entry_id": entry.entry_id,
                "version": entry.version,
            }
            for place, entry in enumerate(content)
        ]
        if places:
            await self._connection.execute(insert(publication_entries), places)
        return no

    async def go_live(self, profile: str, no: int) -> None:
        """Make a publication the one that is served."""
        changed = await self._connection.execute(
            update(live_publications)
            .where(live_publications.c.profile == profile)
            .values(publication_no=no)
        )
        if not changed.rowcount:
            await self._connection.execute(
                insert(live_publications).values(profile=profile, publication_no=no)
            )

    async def note_live(self, profile: str, change: LiveChange) -> None:
        """Write down that a publication went live."""
        await self._connection.execute(
            insert(live_changes).values(
                profile=profile,
                publication_no=change.publication_no,
                author=change.author,
                reason=change.reason,
                at=change.at.isoformat(),
            )
        )

    async def list_live_changes(self, profile: str) -> list[LiveChange]:
        """Which publication went live when, oldest first."""
        query = select(live_changes).where(live_changes.c.profile == profile)
        rows = await self._connection.execute(query.order_by(live_changes.c.id))
        return [
            LiveChange(
                publication_no=row["publication_no"],
                author=row["author"],
                reason=row["reason"],
                at=datetime.fromisoformat(row["at"]),
            )
            for row in rows.mappings()
        ]

    async def live_numbers(self) -> dict[str, int]:
        """The live publication of every profile."""
        rows = await self._connection.execute(select(live_publications))
        return {row["profile"]: row["publication_no"] for row in rows.mappings()}

    async def get_publication(self, no: int) -> Publication:
        """A publication by its number; raises `KnowledgeError`."""
        query = select(publications).where(publications.c.no == no)
        row = (await self._connection.execute(query)).mappings().first()
        if row is None:
            raise KnowledgeError(f"there is no publication {no}")
        return _publication(row)

    async def find_live(self, profile: str) -> Publication | None:
        """The publication of a profile that is served."""
        no = (await self.live_numbers()).get(profile)
        return None if no is None else await self.get_publication(no)

    async def list_publications(self, profile: str) -> list[Publication]:
        """A profile's publications, newest first, refused ones included."""
        query = select(publications).where(publications.c.profile == profile)
        rows = await self._connection.execute(query.order_by(publications.c.no.desc()))
        return [_publication(row) for row in rows.mappings()]

    async def history(self, profile: str) -> History:
        """All that was ever published for a profile."""
        return History(
            publications=await self.list_publications(profile),
            live=(await self.live_numbers()).get(profile),
            entries=await self.count_entries(profile),
            changes=await self.list_live_changes(profile),
        )

    async def count_entries(self, profile: str) -> dict[int, int]:
        """How many entries each publication of a profile holds; refused ones hold none."""
        no = publication_entries.c.publication_no
        query = (
            select(no, func.count().label("entries"))
            .join(publications, publications.c.no == no)
            .where(publications.c.profile == profile)
            .group_by(no)
        )
        rows = await self._connection.execute(query)
        return {row["publication_no"]: row["entries"] for row in rows.mappings()}

    async def list_versions_of(self, no: int) -> list[Version]:
        """Which version of which entry a publication holds."""
        columns = publication_entries.c
        query = select(columns.entry_id, columns.version).where(columns.publication_no == no)
        rows = await self._connection.execute(query.order_by(columns.place))
        return [Version(row["entry_id"], row["version"]) for row in rows.mappings()]

    async def list_exactly(self, profile: str, content: Sequence[Version]) -> list[Entry]:
        """These versions, in this order, as what a publication says."""
        rows = await self._connection.execute(select(entries).where(entries.c.profile == profile))
        known = {(row["entry_id"], row["version"]): row for row in rows.mappings()}
        return _said(known[each] for each in content)

    async def list_published(self, publication: Publication) -> list[Entry]:
        """The exact entries of a publication, in the order of its index."""
        query = (
            select(entries)
            .join(
                publication_entries,
                and_(
                    entries.c.profile == publication.profile,
                    entries.c.entry_id == publication_entries.c.entry_id,
                    entries.c.version == publication_entries.c.version,
                ),
            )
            .where(publication_entries.c.publication_no == publication.no)
            .order_by(publication_entries.c.place)
        )
        rows = await self._connection.execute(query)
        return _said(rows.mappings())


def _said(rows: Iterable[RowMapping]) -> list[Entry]:
    """As they were published, whatever has been done to them since."""
    return ending_at_successors([entry_of(row, state=EntryState.APPROVED) for row in rows])


def _new_key(added: CursorResult[Any]) -> int:
    assert added.inserted_primary_key is not None
    return int(added.inserted_primary_key[0])


def _publication(row: RowMapping) -> Publication:
    return Publication(
        no=row["no"],
        profile=row["profile"],
        published_at=datetime.fromisoformat(row["published_at"]),
        author=row["author"],
        encoder=row["encoder"],
        calibrations=row["calibrations"],
        figures=row["figures"],
        ruling=_RULING.validate_python(row["ruling"]),
    )
