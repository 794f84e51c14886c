"""`make migration m="…"`: a new revision from the difference between tables and migrations."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from desk.database import migrate

ROOT = Path(__file__).resolve().parent.parent

with tempfile.TemporaryDirectory() as scratch:
    url = f"sqlite+aiosqlite:///{scratch}/empty.db"
    migrate(url)
    config = Config()
    config.set_main_option("script_location", str(ROOT / "desk" / "migrations"))
    config.set_main_option("sqlalchemy.url", url)
    script = command.revision(config, message=sys.argv[1], autogenerate=True)
