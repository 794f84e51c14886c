"""Real parts for the tests: a migrated SQLite file, the adopted encoder, both processes running."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx
import hypothesis
import pytest
from argon2 import PasswordHasher
from filelock import FileLock

from conversations import people
from desk.database import Database, migrate
from desk.digest import digest_of
from desk.learning import ensure_place_labeller
from desk.paths import BOT_INPUTS, Paths
from desk.settings import ROOT, Settings
from knowledge.encoder import CARD_FILE, EncoderMissing, OnnxEncoder
from tests.apart import hire
from tests.lending import lend
from tests.postgres_server import PostgresServer
from tickets.place_labels import PlaceLabeller
from tickets.profile import Profile, load_profile

# how long an example takes says more about the machine than about us
hypothesis.settings.register_profile(
    "busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy")

# hundreds are hired here, and nobody guesses; the desks' own processes hash as they should
people._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
people._NOBODY = people._hasher.hash("nobody")

SATURDAY_MORNING = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai
READY_WITHIN_S = 120
# a published centre is made from these (and the bot's model, which has a name of its own)
MADE_FROM = (
    "tests/lending.py",
    "profiles",
    "knowledge",
    "tickets",
    "desk",
    "conversations",
    *BOT_INPUTS,
)
PROFILES = sorted(file.parent.name for file in (ROOT / "profiles").glob("*/profile.yml"))


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, moment: datetime = SATURDAY_MORNING) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def move(self, by: timedelta) -> None:
        self.moment += by


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def power() -> Profile:
    return load_profile(ROOT / "profiles" / "power")


@pytest.fixture(scope="session")
def property_centre() -> Profile:
    return load_profile(ROOT / "profiles" / "property")


@pytest.fixture(scope="session", params=PROFILES)
def profile(request: pytest.FixtureRequest) -> Profile:
    """Every profile that is delivered."""
    return load_profile(ROOT / "profiles" / request.param)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests of a module marked `each_database` run on SQLite and on PostgreSQL."""
    marked = metafunc.definition.get_closest_marker("each_database")
    if marked and "database_url" in metafunc.fixturenames:
        postgres = pytest.param("postgres", marks=pytest.mark.needs_postgres)
        metafunc.parametrize("database_url", ["sqlite", postgres], indirect=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Who has no emulators is told at the very end: nobody here wrote those, as all others."""
    terminal: pytest.TerminalReporter | None = config.pluginmanager.get_plugin("terminalreporter")
    skipped = terminal.stats.get("skipped", []) if terminal else []
    missing = [each for each in skipped if "needs_emulators" in each.keywords]
    if terminal and missing:
        terminal.write_sep("!", "Telegram was not tested whole", red=True, bold=True)
        terminal.write_line(
            f"{len(missing)} tests against Bot API emulators of others were skipped: run "
            "scripts/fetch_emulators.sh, which says why they could not be fetched"
        )


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file nobody opens: tests copy it, which is a hundred times quicker."""
    file = tmp_path_factory.mktemp("migrated") / "test.db"
    migrate(f"sqlite+aiosqlite:///{file}")
    return file


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database of the test's own: SQLite, unless it is to run on each."""
    if getattr(request, "param", "sqlite") == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.new_database()
    file = tmp_path / "test.db"
    shutil.copy(request.getfixturevalue("migrated_file"), file)
    return f"sqlite+aiosqlite:///{file}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def encoder() -> OnnxEncoder:
    try:
        return OnnxEncoder(Settings().encoder_dir)
    except EncoderMissing as error:
        pytest.fail(f"{error}; `make test` does that by itself")


@pytest.fixture(scope="session")
def labeller() -> PlaceLabeller:
    """What finds addresses, as `make setup` made it; learnt here when the lines changed since."""
    settings = Settings()
    ensure_place_labeller(settings, say=print)
    return PlaceLabeller.load(Paths.of(settings).place_labeller)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False).is_success
    except httpx.HTTPError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class RunningDesk:
    """A desk and its bot, started as a user starts them."""

    url: str
    data_dir: Path
    password: str
    process: subprocess.Popen[str]
    environment: dict[str, str]

    @property
    def api(self) -> str:
        return f"{self.url}/api/v1"

    def hire(self, name: str, *, role: str) -> str:
        """A new member of staff; returns their password."""
        return hire(Settings(data_dir=self.data_dir).database, name, role)

    def pids_of(self, words: str) -> list[int]:
        """The processes of this desk whose command line holds `words`."""
        listed = subprocess.run(
            ["pgrep", "-P", str(self.process.pid), "-f", words],
            capture_output=True,
            text=True,
            check=False,
        )
        return [int(line) for line in listed.stdout.split()]

    def pid_of(self, words: str) -> int:
        """The first of them; it must be there."""
        return self.pids_of(words)[0]


@pytest.fixture(scope="session")
def running_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    data_dir = tmp_path_factory.mktemp("desk")
    with start_desk(data_dir) as desk:
        yield desk


@cache
def set_up_once() -> Path:
    """A data folder as `make setup` leaves it, before anybody served; the desks copy it.

    Kept beside it and made anew when what it is made from changed; several test processes share it.
    """
    made = Settings().data_dir
    inputs = [ROOT / name for name in MADE_FROM] + [Settings().encoder_dir / CARD_FILE]
    folder = made / "test-centres" / digest_of(inputs)[:16]
    with FileLock(made / "test-centres.lock"):
        if not (folder / "whole").exists():
            shutil.rmtree(folder.parent, ignore_errors=True)
            _set_up(folder, made)
            (folder / "whole").touch()
    return folder


def _set_up(folder: Path, made: Path) -> None:
    lend(made, folder)
    subprocess.run(
        [sys.executable, "-m", "desk", "setup"],
        cwd=ROOT,
        env={**os.environ, "SEATMATE_DATA_DIR": str(folder)},
        check=True,
    )


class start_desk:  # noqa: N801  (reads as a verb: `with start_desk(folder) as desk`)
    """`seatmate run` on a folder of its own, with the encoder and model that `make setup` made."""

    def __init__(
        self,
        data_dir: Path,
        *,
        burst_window_s: float = 0.0,
        profiles: Path = ROOT / "profiles",
        **settings: str,
    ) -> None:
        self._data_dir, self._profiles = data_dir, profiles
        # further ones by their names, as `telegram_token`
        self._settings = {f"SEATMATE_{name.upper()}": each for name, each in settings.items()}
        # customers of most tests send one line at a time: nothing is worth waiting for
        self._burst_window_s = burst_window_s
        self._log = data_dir / "run.log"

    def __enter__(self) -> RunningDesk:
        if not (self._data_dir / "seatmate.db").exists():
            shutil.copytree(set_up_once(), self._data_dir, symlinks=True, dirs_exist_ok=True)
        port, bot_port = free_port(), free_port()
        environment = {
            **os.environ,
            "SEATMATE_DATA_DIR": str(self._data_dir),
            "SEATMATE_PORT": str(port),
            "SEATMATE_BOT_PORT": str(bot_port),
            "SEATMATE_PROFILES_DIR": str(self._profiles),
            "SEATMATE_BURST_WINDOW_S": str(self._burst_window_s),
            # customers of tests write faster than people; the limit has tests of its own
            "SEATMATE_LINES_A_MINUTE": "1000",
            "PYTHONUNBUFFERED": "1",
            "COLUMNS": "200",
            **self._settings,
        }
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "desk", "run"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                text=True,
            )
        url = f"http://127.0.0.1:{port}"
        try:
            self._wait(url)
        except BaseException:
            self._stop()
            raise
        shown = re.search(r"admin / (\S+)", self._log.read_text())
        password = shown.group(1) if shown else ""
        return RunningDesk(url, self._data_dir, password, self._process, environment)

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _stop(self) -> None:
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _wait(self, url: str) -> None:
        end = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < end:
            said = self._log.read_text()
            if self._process.poll() is not None:
                pytest.fail(f"the desk did not start:\n{said}")
            if "Ctrl-C stops everything" in said and _is_ready(url):
                return
            time.sleep(0.3)
        pytest.fail(f"the desk was not ready within {READY_WITHIN_S} s:\n{self._log.read_text()}")
