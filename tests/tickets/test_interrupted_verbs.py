"""A desk killed at any statement of any verb leaves ticket, history and clocks of one mind."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desk.database import Database
from desk.settings import ROOT
from tests.conftest import SATURDAY_MORNING, Clock
from tests.tickets.timed import TERMS, Centre, centre_with_events
from tests.tickets.verb_once import AFTERWARDS, LATER, OF_AN_EVENT, POWER, VERBS, do
from tickets.ticket import Kind, State


async def prepare(database: Database, verb: str) -> str:
    """A ticket to which the verb can be done, and another one."""
    clock = Clock(SATURDAY_MORNING + LATER)
    if verb in OF_AN_EVENT:
        return await prepare_event(centre_with_events(database, clock, POWER), verb)
    centre = Centre(database, Clock(), TERMS)
    # a moved limit needs one that runs
    kind = Kind.COMPLAINT if verb == "register" else Kind.FAULT
    no = (await centre.register("first", kind=kind)).no
    await centre.register("other", conversation_id="wangwei", fields={})
    if verb in AFTERWARDS:
        await centre.apply(no, state=State.IN_PROGRESS)
        await centre.apply(no, state=State.ANSWERED)
    if verb == "write":
        await centre.apply(no, state=State.WAITING)
    return no


async def prepare_event(centre: Centre, verb: str) -> str:
    """Two reports of one outage, or an event of three."""
    for each in range(1, 3 if verb in {"third_report", "open_event"} else 4):
        fields = {"fault_kind": "停电", "address": f"幸福里6栋{each}01"}
        ticket = await centre.register(f"{each}", conversation_id=f"{each}", fields=fields)
    if verb == "settle":
        ((event, _),) = await centre.events.list_events("power")
        await centre.events.end(event.no, actor="小李")
    return ticket.no


async def state_of(file: Path) -> list[object]:
    """Everything that is kept, each ticket checked against its history and clocks."""
    database = Database(f"sqlite+aiosqlite:///{file}")
    centre = centre_with_events(database, Clock(SATURDAY_MORNING + LATER), POWER)
    kept: list[object] = []
    for ticket in reversed(await centre.tickets.list_tickets()):
        await centre.check(ticket.no)
        kept.append(await centre.owing.get_sheet(ticket.no))
    for event, _ in await centre.events.list_events("power"):
        kept.append(await centre.events.get_sheet(event.no))
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
    await do(centre_with_events(whole, Clock(SATURDAY_MORNING + LATER), POWER), verb, no)
    await whole.close()
    after = await state_of(tmp_path / "w.db")
    assert before != after

    kill_everywhere(tmp_path / "test.db", verb, no)

    killed = copies(tmp_path)
    assert len(killed) > 5
    for file in killed[:-1]:
        assert await state_of(file) == before
    assert await state_of(killed[-1]) == after
