"""Set-up in pieces: what is due, in processes of their own, a clear word when one fails."""

from pathlib import Path

import pytest

from desk import pieces, steps
from desk.database import Database
from desk.settings import Settings
from desk.steps import StepError
from knowledge.store import KnowledgeStore
from tests.desk.small_centre import make_small_centre

pytestmark = pytest.mark.needs_encoder


@pytest.fixture
def centre(tmp_path: Path) -> Settings:
    """A small centre that was never opened; nothing to learn from lies beside it."""
    centre = make_small_centre(tmp_path / "centre")
    steps.ensure_schema(centre)
    return centre


async def due(centre: Settings) -> list[str]:
    database = Database(centre.database)
    try:
        return await pieces.due(database, centre, say=lambda _: None)
    finally:
        await database.close()


async def live(centre: Settings) -> set[str]:
    database = Database(centre.database)
    try:
        async with database.read() as connection:
            return set(await KnowledgeStore(connection).live_numbers())
    finally:
        await database.close()


class TestDue:
    async def test_is_everything_of_a_fresh_clone_the_longest_first(self, centre: Settings) -> None:
        assert await due(centre) == ["small", "bot", "dangers", "drafts", "places"]
        assert pieces.names_of(centre) == ["small", "bot", "dangers", "drafts", "places"]

    async def test_is_no_centre_that_was_published_from_these_files(self, centre: Settings) -> None:
        await pieces.do_all(centre, ["small"], say=lambda _: None)

        assert "small" not in await due(centre)


class TestDoAll:
    async def test_publishes_in_another_process_and_tells_what_it_says(
        self, centre: Settings
    ) -> None:
        heard: list[str] = []

        await pieces.do_all(centre, ["small"], say=heard.append)

        assert await live(centre) == {"small"}
        assert heard[0] == "publishing the corpus of small"
        assert heard[1].startswith("publication 1: hit@1")

    async def test_does_the_others_and_says_why_one_failed(self, centre: Settings) -> None:
        (centre.profiles_dir / "other" / "corpus").mkdir(parents=True)
        (centre.profiles_dir / "other" / "corpus" / "all.yml").write_text("entries: 3\n")
        profile = centre.profiles_dir / "small" / "profile.yml"
        (centre.profiles_dir / "other" / "profile.yml").write_bytes(profile.read_bytes())

        with pytest.raises(StepError, match=r"other/corpus/all\.yml"):
            await pieces.do_all(centre, ["other", "small"], say=lambda _: None)

        assert await live(centre) == {"small"}


class TestDo:
    def test_names_the_pieces_there_are_when_asked_for_another(self, centre: Settings) -> None:
        with pytest.raises(StepError, match="there is no piece “smal”: small, bot, dangers"):
            pieces.do(centre, "smal", say=lambda _: None)
