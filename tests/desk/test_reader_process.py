"""The process that reads documents: patient, but not for ever."""

import asyncio
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from desk.reader_process import ReaderProcess
from tests.journeys.processes import is_dead


@pytest.fixture
def reader() -> Iterator[ReaderProcess]:
    process = ReaderProcess()
    yield process
    process.close()


async def is_gone(pid: int) -> bool:
    for _ in range(100):
        if is_dead(pid):
            return True
        await asyncio.sleep(0.05)
    return False


async def test_the_same_process_reads_one_document_after_the_other(reader: ReaderProcess) -> None:
    first, second = await reader.do(os.getpid), await reader.do(os.getpid)

    assert first == second != os.getpid()


async def test_what_takes_too_long_is_killed_and_the_next_is_read(reader: ReaderProcess) -> None:
    pid = await reader.do(os.getpid)
    reader.patience = timedelta(seconds=0.2)
    waiting = asyncio.create_task(reader.do(partial(time.sleep, 3600)))

    with pytest.raises(TimeoutError):
        await waiting

    reader.patience = timedelta(seconds=60)
    assert await is_gone(pid)
    assert await reader.do(os.getpid) != pid


async def test_closing_kills_what_is_being_read(reader: ReaderProcess) -> None:
    pid = await reader.do(os.getpid)
    waiting = asyncio.create_task(reader.do(partial(time.sleep, 3600)))
    # it is being read, not only waiting for its turn
    await asyncio.sleep(1)

    reader.close()

    assert await is_gone(pid)
    with pytest.raises(Exception, match="terminated abruptly"):
        await waiting


async def test_a_work_that_fails_costs_no_process(reader: ReaderProcess) -> None:
    pid = await reader.do(os.getpid)

    with pytest.raises(ValueError, match="invalid literal"):
        await reader.do(partial(int, "x"))

    assert await reader.do(os.getpid) == pid


async def test_waiting_for_another_takes_nothing_from_ones_own_time(reader: ReaderProcess) -> None:
    await reader.do(os.getpid)
    reader.patience = timedelta(seconds=4)

    works = [reader.do(partial(time.sleep, 2.2)) for _ in range(2)]

    assert await asyncio.gather(*works) == [None, None]
