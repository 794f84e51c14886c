"""All SQL about examinations that run beside the desk."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Index,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    insert,
    null,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.examined import Examined
from knowledge.run import Run, RunKind, RunNotFound, RunNotReady, RunState

metadata = MetaData()

publication_runs = Table(
    "publication_runs",
    metadata,
    Column("no", Integer, primary_key=True),
    # what it does: examine a publication, or train the bot, which is of no centre
    Column("kind", String(20), nullable=False, server_default="publication"),
    Column("profile", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("step", String(20), nullable=False),
    Column("author", String(80), nullable=False),
    Column("started_at", String(40), nullable=False),
    # when its process was last heard of
    Column("seen_at", String(40), nullable=False),
    Column("finished_at", String(40)),
    Column("why", Text, nullable=False),
    # what may be published; forgotten once a later run was examined
    Column("examined", JSON),
    Column("publication_no", Integer),
    # why it failed, in the trainers' words
    Column("told", Text, nullable=False, server_default=""),
    Index("ix_publication_runs_profile", "profile", "no"),
)

# what was examined is a megabyte and more
_LIGHT = [column for column in publication_runs.c if column.name != "examined"]


class RunStore:
    """Runs in the database, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, kind: RunKind, profile: str, *, author: str, at: datetime) -> int:
        """A run that begins now; returns its number."""
        added = await self._connection.execute(
            insert(publication_runs).values(
                kind=kind,
                profile=profile,
                state=RunState.RUNNING,
                step="",
                author=author,
                started_at=at.isoformat(),
                seen_at=at.isoformat(),
                why="",
                examined=null(),
            )
        )
        assert added.inserted_primary_key is not None
        return int(added.inserted_primary_key[0])

    async def get(self, no: int) -> Run:
        """A run by its number; raises `RunNotFound`."""
        query = select(publication_runs).where(publication_runs.c.no == no)
        row = (await self._connection.execute(query)).mappings().first()
        if row is None:
            raise RunNotFound(f"there is no run {no}")
        return _run(row)

    async def list_last(self, kind: RunKind, profile: str, *, limit: int) -> list[Run]:
        """The last runs of a profile, newest first, without what they examined."""
        columns = publication_runs.c
        query = select(*_LIGHT).where(columns.kind == kind, columns.profile == profile)
        rows = await self._connection.execute(query.order_by(columns.no.desc()).limit(limit))
        return [_run(row) for row in rows.mappings()]

    async def list_running(self) -> list[Run]:
        """Every run that has not ended, whether or not its process still lives."""
        query = select(*_LIGHT).where(publication_runs.c.state == RunState.RUNNING)
        rows = await self._connection.execute(query.order_by(publication_runs.c.no))
        return [_run(row) for row in rows.mappings()]

    async def beat(self, no: int, *, step: str, at: datetime) -> bool:
        """Its process lives and has come this far; whether the run is still wanted."""
        return await self._move(no, RunState.RUNNING, step=step, seen_at=at.isoformat())

    async def end(
        self,
        no: int,
        state: RunState,
        *,
        at: datetime,
        why: str = "",
        told: str = "",
        examined: Examined | None = None,
        outcome: Mapping[str, Any] | None = None,
    ) -> bool:
        """End a run that is going on; False when it was not."""
        values: dict[str, Any] = {"finished_at": at.isoformat(), "why": why, "told": told}
        if examined is not None:
            values["examined"] = examined.to_json()
        elif outcome is not None:
            values["examined"] = dict(outcome)
        return await self._move(no, state, **values)

    async def forget_examined(self, kind: RunKind, profile: str, *, but: int) -> None:
        """Earlier runs of a profile can no longer go live."""
        columns = publication_runs.c
        earlier = (columns.kind == kind) & (columns.profile == profile) & (columns.no != but)
        await self._connection.execute(
            update(publication_runs)
            .where(earlier & (columns.state == RunState.EXAMINED))
            .values(state=RunState.REPLACED)
        )
        await self._connection.execute(
            update(publication_runs).where(earlier).values(examined=null())
        )

    async def publish(self, run: Run, publication_no: int | None) -> None:
        """A run has gone live; raises `RunNotReady` when somebody else did it first."""
        as_seen = (publication_runs.c.no == run.no) & (
            publication_runs.c.state == RunState.EXAMINED
        )
        changed = await self._connection.execute(
            update(publication_runs)
            .where(as_seen)
            .values(state=RunState.PUBLISHED, publication_no=publication_no)
        )
        if not changed.rowcount:
            raise RunNotReady(f"run {run.no} was published or replaced meanwhile")

    async def _move(self, no: int, state: RunState, **values: Any) -> bool:
        going_on = (publication_runs.c.no == no) & (publication_runs.c.state == RunState.RUNNING)
        changed = await self._connection.execute(
            update(publication_runs).where(going_on).values(state=state, **values)
        )
        return bool(changed.rowcount)


def _run(row: RowMapping) -> Run:
    finished_at, kept = row["finished_at"], row.get("examined")
    kind = RunKind(row["kind"])
    examined = kept if kind is RunKind.PUBLICATION else None
    return Run(
        no=row["no"],
        profile=row["profile"],
        state=RunState(row["state"]),
        step=row["step"],
        author=row["author"],
        started_at=datetime.fromisoformat(row["started_at"]),
        seen_at=datetime.fromisoformat(row["seen_at"]),
        finished_at=datetime.fromisoformat(finished_at) if finished_at else None,
        why=row["why"],
        told=row["told"],
        examined=Examined.from_json(examined) if examined else None,
        publication_no=row["publication_no"],
        kind=kind,
        outcome=None if kind is RunKind.PUBLICATION else kept,
    )
