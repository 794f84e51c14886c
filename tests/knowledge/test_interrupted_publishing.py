"""A publication killed at any step, or out of disk, leaves one whole version live."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from desk.database import Database
from desk.settings import ROOT
from knowledge.encoder import OnnxEncoder
from knowledge.indexes.cache import IndexCache
from knowledge.publishing import Step
from knowledge.service import Knowledge
from knowledge.store import KnowledgeStore
from tests.conftest import Clock
from tests.knowledge.publish_once import INDEXING
from tests.knowledge.small_corpus import SMALL_CORPUS, WAITING, Library

pytestmark = pytest.mark.needs_encoder

FULL = (
    "the disk is full or cannot be written to, so nothing was published; what was live stays in "
    "service. Make room and publish again\n"
)
FASTER = replace(WAITING, version=2, answer="城区 30 分钟，农村 60 分钟。")


class Press:
    """One version is live, another is approved and about to be published."""

    def __init__(
        self, folder: Path, database: Database, encoder: OnnxEncoder, clock: Clock
    ) -> None:
        self.folder, self._database = folder, database
        self._encoder, self._clock = encoder, clock

    async def prepare(self) -> None:
        library = Library(self._database, self._encoder.fingerprint, self._clock)
        await library.publish(*SMALL_CORPUS)
        # its index is there too
        (await self._open()).close()
        async with self._database.write() as connection:
            await KnowledgeStore(connection).add_version("power", FASTER, at=self._clock())

    def publish(self, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tests.knowledge.publish_once", str(self.folder), *more],
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    async def live(self) -> tuple[int, str]:
        """The live publication and what a customer hears, by a desk that has just started."""
        knowledge = await self._open()
        found = await knowledge.search(WAITING.title, profile="power")
        knowledge.close()
        return knowledge.live_numbers()["power"], found.candidates[0].entry.answer

    async def is_whole(self, no: int) -> bool:
        """Whether a publication has all its entries, its curves and its figures."""
        async with self._database.read() as connection:
            store = KnowledgeStore(connection)
            publication = await store.get_publication(no)
            content = await store.list_published(publication)
        curves = set(publication.calibrations) == {"full", "words_only"}
        return len(content) == len(SMALL_CORPUS) and curves and bool(publication.figures["ours"])

    async def numbers(self) -> list[int]:
        async with self._database.read() as connection:
            return [each.no for each in await KnowledgeStore(connection).list_publications("power")]

    def count(self, pattern: str) -> int:
        """How many such files lie among the indexes."""
        return len(list((self.folder / "indexes").glob(pattern)))

    async def _open(self) -> Knowledge:
        knowledge = Knowledge(
            read=self._database.read,
            indexes=IndexCache(self.folder / "indexes"),
            encoder=self._encoder,
            clock=self._clock,
        )
        await knowledge.refresh()
        return knowledge


@pytest.fixture
async def press(tmp_path: Path, database: Database, encoder: OnnxEncoder, clock: Clock) -> Press:
    press = Press(tmp_path, database, encoder, clock)
    await press.prepare()
    return press


class TestKilled:
    @pytest.mark.parametrize("step", [INDEXING, *(each for each in Step if each != "committed")])
    async def test_leaves_the_one_before_live_at_every_step(self, press: Press, step: str) -> None:
        killed = press.publish("--die-at", step)

        assert killed.returncode == -signal.SIGKILL
        assert await press.live() == (1, WAITING.answer)
        assert await press.is_whole(1)
        assert await press.numbers() == [1]

    async def test_leaves_the_new_one_live_once_it_is_committed(self, press: Press) -> None:
        killed = press.publish("--die-at", Step.COMMITTED)

        assert killed.returncode == -signal.SIGKILL
        assert await press.live() == (2, FASTER.answer)
        assert await press.is_whole(2)

    async def test_can_be_done_again(self, press: Press) -> None:
        press.publish("--die-at", Step.SWITCHED)

        again = press.publish()

        assert (again.returncode, again.stderr) == (0, "")
        assert await press.live() == (2, FASTER.answer)
        assert await press.is_whole(2)


class TestFullDisk:
    async def test_leaves_the_one_before_live_without_room_for_the_index(
        self, press: Press
    ) -> None:
        before = press.count("*.faiss")

        refused = press.publish("--largest-file", "1000")

        assert (refused.returncode, refused.stderr) == (1, FULL)
        assert (press.count("*.faiss"), press.count("*.part")) == (before, 0)
        assert await press.live() == (1, WAITING.answer)

    async def test_leaves_the_one_before_live_without_room_in_the_database(
        self, press: Press
    ) -> None:
        # every index is on disk already, and there is room for the database's shared memory
        press.publish("--die-at", Step.EXAMINED)
        refused = press.publish("--largest-file", "40000")

        assert (refused.returncode, refused.stderr) == (1, FULL)
        assert await press.live() == (1, WAITING.answer)
        assert await press.numbers() == [1]

    async def test_publishes_once_there_is_room_again(self, press: Press) -> None:
        press.publish("--largest-file", "1000")

        assert press.publish().returncode == 0

        assert await press.live() == (2, FASTER.answer)
