"""The supervisor with real processes: it starts them, restarts them, stops them, stands alone."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desk.settings import ROOT
from desk.supervisor import CannotStart, Part, only_one, refuse_taken_port, supervise
from tests.journeys.processes import is_dead

# each writes its process id as one more line of the file it is given, which makes it ready
STEADY = "note(); signal.pause()"
CRASHES_TWICE = "note(); sys.exit(7) if len(notes()) < 3 else signal.pause()"
DEAF = (
    "signal.signal(signal.SIGTERM, signal.SIG_IGN); note(); [signal.pause() for _ in notes() * 9]"
)
PRELUDE = """
import os, pathlib, signal, sys
file = pathlib.Path(sys.argv[1])
notes = lambda: file.read_text().split()
def note():
    with file.open("a") as lines:
        lines.write(f"{os.getpid()}\\n")
"""
PATIENCE_S = 30.0


class Child:
    """A tiny Python program and the processes it has been."""

    def __init__(self, name: str, program: str, folder: Path, *, ready_after: int = 1) -> None:
        self._notes = folder / f"{name}.pids"
        self._ready_after = ready_after
        self.part = Part(
            name=name,
            command=[sys.executable, "-c", PRELUDE + program, str(self._notes)],
            environment=os.environ,
            log=folder / "log" / f"{name}.log",
            is_ready=self._is_ready,
        )

    def pids(self) -> list[int]:
        if not self._notes.exists():
            return []
        return [int(line) for line in self._notes.read_text().split()]

    async def _is_ready(self) -> bool:
        return len(self.pids()) >= self._ready_after


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


async def never_ready() -> bool:
    return False


@pytest.fixture
def heard() -> list[str]:
    return []


async def run_until_ready(
    heard: list[str], *children: Child, when_ready: Callable[[], None] = press_ctrl_c
) -> int:
    return await supervise(
        [child.part for child in children],
        ready_within_s=PATIENCE_S,
        say=heard.append,
        when_ready=when_ready,
    )


class TestSupervise:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    async def test_stops_every_part_when_it_is_told_to(
        self, tmp_path: Path, heard: list[str], number: signal.Signals
    ) -> None:
        bot, desk = Child("the bot", STEADY, tmp_path), Child("the desk", STEADY, tmp_path)
        alive: list[bool] = []

        def look_and_stop() -> None:
            alive.extend(is_alive(child.pids()[0]) for child in (bot, desk))
            os.kill(os.getpid(), number)

        code = await run_until_ready(heard, bot, desk, when_ready=look_and_stop)

        assert code == 0
        assert alive == [True, True]
        assert [is_alive(pid) for pid in bot.pids() + desk.pids()] == [False, False]
        assert heard == ["stopping"]

    async def test_starts_a_crashed_part_again_with_growing_pauses_and_says_so(
        self, tmp_path: Path, heard: list[str]
    ) -> None:
        bot = Child("the bot", CRASHES_TWICE, tmp_path, ready_after=3)

        await run_until_ready(heard, bot)

        assert len(bot.pids()) == 3
        assert heard == [
            f"the bot stopped (exit 7), starting again in 1 s; see {bot.part.log}",
            f"the bot stopped (exit 7), starting again in 2 s; see {bot.part.log}",
            "stopping",
        ]

    async def test_starts_a_killed_part_again_and_leaves_the_other_alone(
        self, tmp_path: Path, heard: list[str]
    ) -> None:
        bot, desk = Child("the bot", STEADY, tmp_path), Child("the desk", STEADY, tmp_path)
        second_life = asyncio.Event()

        async def wait_for_second_life() -> None:
            os.kill(bot.pids()[0], signal.SIGKILL)
            while len(bot.pids()) < 2:  # noqa: ASYNC110  (another process: nothing signals us)
                await asyncio.sleep(0.02)
            second_life.set()
            press_ctrl_c()

        tasks: list[asyncio.Task[None]] = []
        await run_until_ready(
            heard,
            bot,
            desk,
            when_ready=lambda: tasks.append(asyncio.create_task(wait_for_second_life())),
        )

        assert second_life.is_set()
        assert (len(bot.pids()), len(desk.pids())) == (2, 1)
        assert "the bot stopped (exit -9)" in heard[0]

    async def test_kills_a_part_that_will_not_stop(
        self, tmp_path: Path, heard: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("desk.supervisor.STOP_WITHIN_S", 0.1)
        deaf = Child("the bot", DEAF, tmp_path)

        await run_until_ready(heard, deaf)

        assert not is_alive(deaf.pids()[0])

    async def test_gives_up_when_a_part_is_never_ready_and_leaves_nothing_running(
        self, tmp_path: Path, heard: list[str]
    ) -> None:
        steady = Child("the bot", STEADY, tmp_path)
        part = Part(
            name="the bot",
            command=steady.part.command,
            environment=steady.part.environment,
            log=steady.part.log,
            is_ready=never_ready,
        )

        with pytest.raises(CannotStart, match=rf"not ready after 1 s.*{steady.part.log}"):
            await supervise([part], ready_within_s=1, say=heard.append, when_ready=press_ctrl_c)

        assert not any(is_alive(pid) for pid in steady.pids())

    async def test_keeps_what_a_part_wrote_in_its_log(
        self, tmp_path: Path, heard: list[str]
    ) -> None:
        bot = Child("the bot", "print('电来了', flush=True);" + STEADY, tmp_path)

        await run_until_ready(heard, bot)

        assert bot.part.log.read_text(encoding="utf-8") == "电来了\n"

    async def test_tells_why_when_a_program_is_not_there(
        self, tmp_path: Path, heard: list[str]
    ) -> None:
        part = Part(
            name="the bot",
            command=[str(tmp_path / "no-python")],
            environment=os.environ,
            log=tmp_path / "bot.log",
            is_ready=never_ready,
        )

        with pytest.raises(CannotStart) as told:
            await supervise([part], ready_within_s=1, say=heard.append, when_ready=press_ctrl_c)

        reasons = [*heard, str(told.value), part.log.read_text()]
        assert any("no-python" in reason for reason in reasons)

    @pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells children only on Linux")
    def test_leaves_no_part_behind_when_it_is_itself_killed(self, tmp_path: Path) -> None:
        bot = Child("the bot", STEADY, tmp_path)
        supervisor = textwrap.dedent(f"""
            import asyncio
            from pathlib import Path
            from tests.desk.test_supervisor import STEADY, Child, supervise
            bot = Child("the bot", STEADY, Path({str(tmp_path)!r}))
            asyncio.run(supervise(
                [bot.part], ready_within_s=30, say=print, when_ready=lambda: print("up", flush=True)
            ))
        """)
        process = subprocess.Popen(
            [sys.executable, "-c", supervisor], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"

        process.kill()
        process.wait()

        assert _is_gone(bot.pids()[0])


class TestRefuseTakenPort:
    @pytest.fixture
    def taken(self) -> Iterator[int]:
        with socket.socket() as somebody:
            somebody.bind(("127.0.0.1", 0))
            somebody.listen()
            yield somebody.getsockname()[1]

    def test_names_the_port_and_the_setting_that_chooses_another(self, taken: int) -> None:
        with pytest.raises(CannotStart) as told:
            refuse_taken_port("127.0.0.1", taken, "SEATMATE_PORT")

        assert f"port {taken} on 127.0.0.1 is not free" in str(told.value)
        assert "SEATMATE_PORT=" in str(told.value)

    def test_lets_a_free_port_be(self, taken: int) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            free = probe.getsockname()[1]

        refuse_taken_port("127.0.0.1", free, "SEATMATE_PORT")

        with socket.socket() as desk:
            desk.bind(("127.0.0.1", free))


class TestOnlyOne:
    def test_refuses_a_second_supervisor_on_the_same_folder(self, tmp_path: Path) -> None:
        lock = tmp_path / "running.lock"

        with only_one(lock), pytest.raises(CannotStart) as told, only_one(lock):
            pass

        assert str(told.value) == f"Seatmate already runs on {tmp_path}: stop that one first"

    def test_lets_another_folder_have_its_own(self, tmp_path: Path) -> None:
        entered = []

        with only_one(tmp_path / "a.lock"), only_one(tmp_path / "b.lock"):
            entered.append(tmp_path)

        assert entered

    def test_is_free_again_after_the_first_has_ended(self, tmp_path: Path) -> None:
        with only_one(tmp_path / "running.lock"):
            pass

        with only_one(tmp_path / "running.lock"):
            pass

    def test_is_free_again_after_the_first_was_killed(self, tmp_path: Path) -> None:
        lock = tmp_path / "running.lock"
        holder = textwrap.dedent(f"""
            import signal
            from pathlib import Path
            from desk.supervisor import only_one
            with only_one(Path({str(lock)!r})):
                print("held", flush=True)
                signal.pause()
        """)
        process = subprocess.Popen(
            [sys.executable, "-c", holder], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with contextlib.suppress(CannotStart), only_one(lock):
            pytest.fail("two at once")

        process.kill()
        process.wait()

        with only_one(lock):
            pass


def _is_gone(pid: int) -> bool:
    end = time.monotonic() + PATIENCE_S
    while not (gone := is_dead(pid)) and time.monotonic() < end:
        time.sleep(0.02)
    return gone
