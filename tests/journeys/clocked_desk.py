"""A desk process of its own whose clock a test moves: `python -m tests.journeys.clocked_desk FILE`.

It is `seatmate serve` without a bot. Its clock runs as the machine's does, ahead by as many seconds
as FILE says, and it looks at the limits more often, so that nobody waits for it.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desk.settings import ROOT
from tests.conftest import free_port
from tests.journeys.processes import eventually, gives_success

LOOK_AT_LIMITS_S = 0.2


@dataclass
class ClockedDesk:
    """The process and its clock; `start` and `kill` as often as a test likes."""

    folder: Path
    database_url: str
    port: int = field(default_factory=free_port)
    _ahead: timedelta = timedelta(0)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1"

    def start(self) -> None:
        self._set_clock()
        with (self.folder / "desk.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.journeys.clocked_desk", str(self._clock_file)],
                cwd=ROOT,
                env={
                    **os.environ,
                    "SEATMATE_DATA_DIR": str(self.folder),
                    "SEATMATE_DATABASE_URL": self.database_url,
                    "SEATMATE_PORT": str(self.port),
                    "SEATMATE_PROFILE": "power",
                    "SEATMATE_BOT_PATIENCE_S": "0",
                },
                stdout=log,
                stderr=log,
            )
        eventually(lambda: gives_success(f"http://127.0.0.1:{self.port}/healthz"))

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def move_clock(self, **by: float) -> None:
        """So much time passes."""
        self._ahead += timedelta(**by)
        self._set_clock()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    @property
    def _clock_file(self) -> Path:
        return self.folder / "ahead"

    def _set_clock(self) -> None:
        # renamed, so that the desk never reads half of it
        written = self._clock_file.with_suffix(".new")
        written.write_text(str(self._ahead.total_seconds()))
        written.replace(self._clock_file)


def clock_of(file: Path) -> Callable[[], datetime]:
    """The clock that a file moves."""
    return lambda: datetime.now(UTC) + timedelta(seconds=float(file.read_text()))


def main(file: Path) -> None:
    """Serve until killed."""
    import uvicorn

    import desk.app
    import desk.jobs
    from desk.settings import Settings

    desk.jobs.LOOK_AT_LIMITS_S = LOOK_AT_LIMITS_S
    settings = Settings()
    uvicorn.run(
        desk.app.make_app(settings, clock=clock_of(file)), host=settings.host, port=settings.port
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
