"""A desk killed at any statement of any verb leaves ticket, history and clocks of one mind."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import make_url

from desk.database import Database
from desk.settings import ROOT
from tests.conftest import Clock
from tests.tickets.timed import TERMS, Centre
from tests.tickets.verb_once import END, do, list_kept
from tests.tickets.verbs import BEFORE, NOW, ON_POSTGRES, VERBS, Desk
from tickets.terms import Terms

CASES = [pytest.param(verb, "sqlite", id=verb) for verb in VERBS] + [
    pytest.param(verb, "postgres", id=f"{verb}-postgres", marks=pytest.mark.needs_postgres)
    for verb in ON_POSTGRES
]


async def prepare(url: str, folder: Path, verb: str) -> tuple[str, object]:
    """What the verb is done to: the ticket's number, and all that is kept."""
    database = Database(url)
    no = await VERBS[verb][0](Desk(database, folder, Clock(NOW)))
    await check(database, BEFORE if verb == "reckon_anew" else TERMS)
    kept = await list_kept(database, folder)
    await database.close()
    return no, kept


async def do_whole(url: str, folder: Path, verb: str, no: str) -> object:
    """All that is kept when nobody kills it."""
    database = Database(url)
    await do(database, folder, verb, no)
    await check(database, TERMS)
    kept = await list_kept(database, folder)
    await database.close()
    return kept


async def check(database: Database, terms: Mapping[str, Terms]) -> None:
    """Each ticket against its history and clocks."""
    centre = Centre(database, Clock(NOW), terms)
    for ticket in await centre.tickets.list_tickets():
        await centre.check(ticket.no)


def copy_of(url: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """The same database once more, while nobody has it open."""
    if url.startswith("sqlite"):
        return f"sqlite+aiosqlite:///{shutil.copy(make_url(url).database or '', folder)}"
    name = make_url(url).database
    return str(request.getfixturevalue("postgres").new_database(like=name))


class Killer:
    """Another process, whose children do the verbs and are killed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.tickets.verb_once"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def kills_everywhere(self, url: str, folder: Path, verb: str, no: str) -> list[object]:
        """What is kept at first, after each of the killed, and last after the one that was not."""
        to, of = self._process.stdin, self._process.stdout
        assert to is not None
        assert of is not None
        to.write(json.dumps([url, str(folder), verb, no]) + "\n")
        to.flush()
        kept = []
        while (line := of.readline().strip()) != END:
            kept.append(json.loads(line))
        return kept

    def ends(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    killer = Killer()
    yield killer
    killer.ends()


@pytest.mark.parametrize(("verb", "database_url"), CASES, indirect=["database_url"])
def test_killed_anywhere_it_is_done_whole_or_not_at_all(
    database_url: str, tmp_path: Path, verb: str, killer: Killer, request: pytest.FixtureRequest
) -> None:
    files = tmp_path / "files"
    no, before = asyncio.run(prepare(database_url, files, verb))
    whole = copy_of(database_url, tmp_path / "whole.db", request)
    whole_files = shutil.copytree(files, tmp_path / "whole") if files.exists() else files
    after = asyncio.run(do_whole(whole, whole_files, verb, no))
    assert before != after

    # the first line is of before, each other of what the process before it left
    _, *killed, done = killer.kills_everywhere(database_url, files, verb, no)

    assert len(killed) >= 3
    assert killed[0] == before
    # reckoning goes on to other centres when it is done with this one
    assert [at for at, kept in enumerate(killed) if kept not in (before, after)] == []
    assert done == after
