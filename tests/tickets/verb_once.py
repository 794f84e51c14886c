"""Processes that do one verb and are killed at the first, second, … statement of SQL.

`python -m tests.tickets.verb_once` reads jobs, [URL, FOLDER, VERB, NO] as a line of JSON each, and
goes on in one database until a process is not killed any more. Each prints first, on a line of
JSON, all that is kept; at the end there is one line more, and `END`.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from sqlalchemy import Integer, Table, event, select

from desk.database import Database
from tests.conftest import Clock
from tests.tickets.verbs import NOW, VERBS, Desk
from tickets import attachment_store, event_tables, informant_store, sent_file_store, tables
from tickets.attachment_files import AttachmentFiles

MOST = 150
END = "end"
OF_TICKETS = [
    each.metadata
    for each in (tables, attachment_store, event_tables, informant_store, sent_file_store)
]


async def do(database: Database, folder: Path, verb: str, no: str) -> None:
    """One verb."""
    await VERBS[verb][1](Desk(database, folder, Clock(NOW)), no)


def die(database: Database, *, at: int) -> None:
    """Be killed at so many statements from now."""
    seen = 0

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "commit"):
        event.listen(database._engine.sync_engine, moment, count)


async def list_kept(database: Database, folder: Path) -> dict[str, list[list[str]]]:
    """Every row of every table of tickets that has some; a file that a row names must be there."""
    files = AttachmentFiles(folder)
    kept: dict[str, list[list[str]]] = {}
    async with database.read() as connection:
        for table in (table for metadata in OF_TICKETS for table in metadata.sorted_tables):
            for row in (await connection.execute(_rows(table))).mappings():
                kept.setdefault(table.name, []).append([f"{each}" for each in row.values()])
                if "sha256" in row:
                    files.read(row["sha256"])
    return kept


def _rows(table: Table) -> Any:
    """In their order, without the numbers that PostgreSQL does not give again after a kill."""
    counted = [
        column
        for column in table.primary_key.columns
        if isinstance(column.type, Integer) and len(table.primary_key.columns) == 1
    ]
    shown = [column for column in table.columns if column not in counted]
    return select(*shown).order_by(*table.primary_key.columns)


def in_a_process(work: Callable[[], Coroutine[Any, Any, None]]) -> int:
    """Run it in a process of its own; returns its code, below 0 for the signal that killed it."""
    child = os.fork()
    if not child:
        try:
            asyncio.run(work())
        except BaseException as error:
            print(f"{error!r}", file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def main(url: str, folder: Path, verb: str, no: str) -> None:
    """Do it again and again, killed one statement later each time."""

    async def run(die_at: int) -> None:
        database = Database(url)
        print(json.dumps(await list_kept(database, folder)), flush=True)
        if die_at:
            die(database, at=die_at)
            await do(database, folder, verb, no)
        await database.close()

    for die_at in range(1, MOST):
        code = in_a_process(lambda at=die_at: run(at))
        assert code in (0, -signal.SIGKILL), code
        if code == 0:
            assert in_a_process(lambda: run(0)) == 0
            return
    sys.exit("it never came to its end")


if __name__ == "__main__":
    for job in sys.stdin:
        url, files, *rest = json.loads(job)
        try:
            main(url, Path(files), *rest)
        except (AssertionError, SystemExit) as error:
            print(json.dumps(repr(error)))
        print(END, flush=True)
