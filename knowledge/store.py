"""All SQL about entries and publications."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    CursorResult,
    Integer,
    MetaData,
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
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.entry import Entry, EntryKind, EntryState, KnowledgeError

metadata = MetaData()

# every version ever imported stays: a publication points to exact versions
entries = Table(
    "entries",
    metadata,
    Column("profile", String(40), primary_key=True),
    Column("entry_id", String(80), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("topic", String(300), nullable=False),
    Column("title", String(300), nullable=False),
    Column("questions", JSON, nullable=False),
    Column("answer", Text, nullable=False),
    Column("source", String(300), nullable=False),
    Column("grade", String(1), nullable=False),
    Column("region", String(300), nullable=False),
    Column("phase", String(300), nullable=False),
    Column("valid_from", String(40), nullable=False),
    Column("valid_until", String(40)),
    Column("state", String(20), nullable=False),
    Column("recorded_at", String(40), nullable=False),
)

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


class KnowledgeStore:
    """Entries and publications in the database, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def list_latest(self, profile: str) -> list[Entry]:
        """The latest version of every entry of a profile, withdrawn ones included."""
        newest = (
            select(entries.c.entry_id, func.max(entries.c.version).label("version"))
            .where(entries.c.profile == profile)
            .group_by(entries.c.entry_id)
            .subquery()
        )
        query = select(entries).join(
            newest,
            and_(
                entries.c.profile == profile,
                entries.c.entry_id == newest.c.entry_id,
                entries.c.version == newest.c.version,
            ),
        )
        rows = await self._connection.execute(query.order_by(entries.c.entry_id))
        return [_entry(row) for row in rows.mappings()]

    async def add_version(self, profile: str, entry: Entry, *, at: datetime) -> None:
        """Record a new version of an entry."""
        await self._connection.execute(
            insert(entries).values(
                profile=profile,
                entry_id=entry.entry_id,
                version=entry.version,
                kind=entry.kind,
                topic=entry.topic,
                title=entry.title,
                questions=list(entry.questions),
                answer=entry.answer,
                source=entry.source,
                grade=entry.grade,
                region=entry.region,
                phase=entry.phase,
                valid_from=entry.valid_from.isoformat(),
                valid_until=entry.valid_until.isoformat() if entry.valid_until else None,
                state=entry.state,
                recorded_at=at.isoformat(),
            )
        )

    async def set_state(self, profile: str, entry: Entry, state: EntryState) -> None:
        """Withdraw an entry, or approve it again."""
        await self._connection.execute(
            update(entries)
            .where(
                entries.c.profile == profile,
                entries.c.entry_id == entry.entry_id,
                entries.c.version == entry.version,
            )
            .values(state=state)
        )

    async def add_publication(
        self,
        profile: str,
        content: Sequence[Entry],
        *,
        author: str,
        encoder: str,
        calibrations: dict[str, dict[str, Any]],
        figures: dict[str, Any],
        at: datetime,
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
            )
        )
        no = _new_key(added)
        await self._connection.execute(
            insert(publication_entries),
            [
                {
                    "publication_no": no,
                    "place": place,
                    "entry_id": entry.entry_id,
                    "version": entry.version,
                }
                for place, entry in enumerate(content)
            ],
        )
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

    async def list_publications(self, profile: str) -> list[Publication]:
        """A profile's publications, newest first."""
        query = select(publications).where(publications.c.profile == profile)
        rows = await self._connection.execute(query.order_by(publications.c.no.desc()))
        return [_publication(row) for row in rows.mappings()]

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
        return [_entry(row) for row in rows.mappings()]


def _new_key(added: CursorResult[Any]) -> int:
    assert added.inserted_primary_key is not None
    return int(added.inserted_primary_key[0])


def _entry(row: RowMapping) -> Entry:
    until = row["valid_until"]
    return Entry(
        entry_id=row["entry_id"],
        version=row["version"],
        kind=EntryKind(row["kind"]),
        topic=row["topic"],
        title=row["title"],
        questions=tuple(row["questions"]),
        answer=row["answer"],
        source=row["source"],
        grade=row["grade"],
        region=row["region"],
        phase=row["phase"],
        valid_from=datetime.fromisoformat(row["valid_from"]),
        valid_until=datetime.fromisoformat(until) if until else None,
        state=EntryState(row["state"]),
    )


def _publication(row: RowMapping) -> Publication:
    return Publication(
        no=row["no"],
        profile=row["profile"],
        published_at=datetime.fromisoformat(row["published_at"]),
        author=row["author"],
        encoder=row["encoder"],
        calibrations=row["calibrations"],
        figures=row["figures"],
    )
