"""Work in a desk from a test: in a thread, for Playwright has a loop of its own in the test's."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from connectors.sign_in import StaffService
from conversations.people import Role, new_password
from desk.clock import now
from desk.database import Database, open_database


def apart(work: Callable[[Database], Awaitable[object]], url: str) -> None:
    """Do something in the database at this URL, and wait until it is done."""

    async def opened() -> None:
        async with open_database(url) as database:
            await work(database)

    in_a_thread(opened())


def in_a_thread(work: Coroutine[Any, Any, None]) -> None:
    """Do something, and wait until it is done."""
    failed: list[BaseException] = []

    def whole() -> None:
        try:
            asyncio.run(work)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=whole)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def hire(url: str, name: str, role: str, password: str = "") -> str:
    """Somebody new at the desk with this database; returns the password."""
    password = password or new_password()

    async def add(database: Database) -> None:
        staff = StaffService(write=database.write, read=database.read, clock=now)
        await staff.add(name, Role(role), password)

    apart(add, url)
    return password
