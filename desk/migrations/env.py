"""Alembic's entry: one run over every subject's tables, on the driver the desk itself uses."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from alembic import context
from sqlalchemy import create_engine, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from desk.database import METADATA, refuse_unfit_postgres

url = context.config.get_main_option("sqlalchemy.url") or ""


def run(connection: Connection) -> None:
    """Every revision that is still missing."""
    context.configure(connection=connection, target_metadata=list(METADATA), render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


async def run_on_postgres() -> None:
    """The same on PostgreSQL, whose driver is asynchronous."""
    engine = create_async_engine(url)
    try:
        # all revisions or none, and one process after the other
        async with engine.begin() as connection:
            await refuse_unfit_postgres(connection)
            await connection.run_sync(run)
    finally:
        await engine.dispose()


if make_url(url).get_backend_name() == "postgresql":
    # its driver needs an event loop, and one may already run in this thread
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, run_on_postgres()).result()
else:
    with create_engine(url.replace("+aiosqlite", "")).connect() as connection:
        run(connection)
