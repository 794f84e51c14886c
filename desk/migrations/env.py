"""Alembic's entry: one synchronous run over every subject's tables."""

from alembic import context
from sqlalchemy import create_engine

from desk.database import METADATA

url = context.config.get_main_option("sqlalchemy.url") or ""
# migrations need no event loop: the plain driver of the same database
engine = create_engine(url.replace("+aiosqlite", "").replace("+asyncpg", "+psycopg"))

with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=list(METADATA), render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
