"""A desk killed at any statement of any verb leaves ticket, history and clocks of one mind."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desk.database import Database
from desk.settings import ROOT
from tests.conftest import SATURDAY_MORNING, Clock
from tests.tickets.timed import TERMS, Centre
from tests.tickets.verb_once import LATER, do
from tickets.ticket import Kind, State

VERBS = ["register", "dispatch", "urge", "postpone", "merge", "follow_up", "timed_work"]


async def prepare(database: Database, verb: str) -> str:
    """A ticket to which the verb can be done, and another one."""
    centre = Centre(database, Clock(), TERMS)
    # a moved limit needs one that runs
    kind = Kind.COMPLAINT if verb == "register" else Kind.FAULT
    no = (await centre.register("first", kind=kind)).no
    await centre.register("other", conversation_id="wangwei", fields={})
    if verb == "follow_up":
        await centre.apply(no, state=State.IN_PROGRESS)
        await centre.apply(no, state=State.ANSWERED)
    return no


async def state_of(file: Path) -> list[object]:
    """Everything that is kept, each ticket checked against its history and clocks."""
    database = Database(f"sqlite+aiosqlite:///{file}")
    centre = Centre(database, Clock(SATURDAY_MORNING + LATER), TERMS)
    kept: list[object] = []
    for ticket in reversed(await centre.tickets.list_tickets()):
        await centre.check(ticket.no)
        kept.append(await centre.owing.get_sheet(ticket.no))
    await database.close()
    return kept


def kill_everywhere(file: Path, verb: str, no: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.tickets.verb_once", str(file), verb, no],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def copies(folder: Path) -> list[Path]:
    """The databases of the killed, in order."""
    files = [file for file in folder.glob("test.db.*") if file.suffix[1:].isdigit()]
    return sorted(files, key=lambda file: int(file.suffix[1:]))


@pytest.mark.parametrize("verb", VERBS)
async def test_killed_anywhere_it_is_done_whole_or_not_at_all(
    database: Database, tmp_path: Path, verb: str
) -> None:
    no = await prepare(database, verb)
    await database.close()
    before = await state_of(tmp_path / "test.db")
    whole = Database(f"sqlite+aiosqlite:///{shutil.copy(tmp_path / 'test.db', tmp_path / 'w.db')}")
    await do(Centre(whole, Clock(SATURDAY_MORNING + LATER), TERMS), verb, no)
    await whole.close()
    after = await state_of(tmp_path / "w.db")
    assert before != after

    kill_everywhere(tmp_path / "test.db", verb, no)

    killed = copies(tmp_path)
    assert len(killed) > 5
    for file in killed[:-1]:
        assert await state_of(file) == before
    assert await state_of(killed[-1]) == after
