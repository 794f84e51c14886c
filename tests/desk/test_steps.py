"""The steps before serving: each does its work once, and a wrong file harms nothing live."""

import asyncio
import dataclasses
import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from connectors.sign_in import StaffService
from conversations.people import Role
from desk import questions, steps
from desk.clock import now
from desk.database import Database
from desk.settings import Settings
from desk.steps import Stamp, StepError
from knowledge.editing import Editor
from knowledge.entry import CorpusError, Entry, KnowledgeError
from knowledge.gate import Override
from knowledge.store import KnowledgeStore
from tests.conftest import Clock
from tests.desk.small_centre import make_small_centre, settings_of
from tests.knowledge.small_corpus import PAYING, SMALL_CORPUS, WAITING, labelled_questions

FASTER = "城区 30 分钟，农村 60 分钟。"
HIGH_FLOOR = "floors:\n  hit_at_1: 0.99\n"


@pytest.fixture
def centre(tmp_path: Path) -> Settings:
    return make_small_centre(tmp_path / "centre")


@pytest.fixture(scope="module")
def opened_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small centre that has been opened: publishing takes seconds, copying does not."""
    folder = tmp_path_factory.mktemp("opened")
    centre = make_small_centre(folder)
    steps.ensure_schema(centre)

    async def open_and_close() -> None:
        database = Database(centre.database)
        await Shop(database, centre).open()
        await database.close()

    asyncio.run(open_and_close())
    return folder


@pytest.fixture
def corpus_file(centre: Settings) -> Path:
    return centre.profiles_dir / "small" / "corpus" / "all.yml"


@pytest.fixture
async def desk_database(centre: Settings) -> AsyncIterator[Database]:
    steps.ensure_schema(centre)
    database = Database(centre.database)
    yield database
    await database.close()


class Shop:
    """What the desk of the small centre holds and serves, and what it was heard to say."""

    def __init__(self, database: Database, centre: Settings) -> None:
        self._database, self._centre = database, centre
        self.heard: list[str] = []

    async def open(self) -> None:
        """As every start of the desk does."""
        self.heard.clear()
        await steps.ensure_published(self._database, self._centre, say=self.heard.append)

    async def live_no(self) -> int | None:
        async with self._database.read() as connection:
            return (await KnowledgeStore(connection).live_numbers()).get("small")

    async def live_entries(self) -> dict[str, Entry]:
        async with self._database.read() as connection:
            store = KnowledgeStore(connection)
            no = (await store.live_numbers())["small"]
            published = await store.list_published(await store.get_publication(no))
        return {entry.entry_id: entry for entry in published}

    async def stored(self) -> list[Entry]:
        async with self._database.read() as connection:
            return await KnowledgeStore(connection).list_latest("small")


@pytest.fixture
def shop(desk_database: Database, centre: Settings) -> Shop:
    return Shop(desk_database, centre)


def rewrite(file: Path, change: Callable[[str], str]) -> None:
    before = file.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    file.write_text(after, encoding="utf-8")


class TestCheckDataDir:
    def test_makes_the_folder_and_leaves_nothing_in_it(self, tmp_path: Path) -> None:
        data = tmp_path / "far" / "away"

        steps.check_data_dir(Settings(data_dir=data))

        assert list(data.iterdir()) == []

    def test_says_what_to_do_when_a_file_is_in_the_way(self, tmp_path: Path) -> None:
        (tmp_path / "var").write_text("")

        with pytest.raises(StepError, match=r"cannot write in .*SEATMATE_DATA_DIR"):
            steps.check_data_dir(Settings(data_dir=tmp_path / "var"))

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_says_what_to_do_when_the_folder_is_read_only(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o555)

        with pytest.raises(StepError, match=r"cannot write in .*SEATMATE_DATA_DIR"):
            steps.check_data_dir(Settings(data_dir=tmp_path))


class TestBringIn:
    async def test_stores_what_the_files_say(
        self, shop: Shop, desk_database: Database, centre: Settings
    ) -> None:
        report = await steps.bring_in(desk_database, centre, "small")

        assert set(report.added) == {entry.entry_id for entry in SMALL_CORPUS}
        assert len(await shop.stored()) == len(SMALL_CORPUS)

    @pytest.mark.parametrize(
        "wrong",
        [
            "topic: 坏了\nentries: [\n",
            "topic: 坏了\nentries:\n  - id: only-an-id\n",
            "topic: 坏了\nentries: []\ncolour: 红\n",
        ],
        ids=["bad YAML", "half an entry", "an unknown key"],
    )
    async def test_changes_nothing_when_one_of_the_files_is_wrong(
        self,
        shop: Shop,
        desk_database: Database,
        centre: Settings,
        corpus_file: Path,
        wrong: str,
    ) -> None:
        await steps.bring_in(desk_database, centre, "small")
        before = await shop.stored()
        rewrite(corpus_file, lambda text: text.replace(WAITING.answer, FASTER))
        (corpus_file.parent / "wrong.yml").write_text(wrong, encoding="utf-8")

        with pytest.raises(CorpusError, match=r"wrong\.yml:\d+: "):
            await steps.bring_in(desk_database, centre, "small")

        assert await shop.stored() == before


@pytest.mark.needs_encoder
class TestFirstStart:
    async def test_publishes_at_the_first_start_and_says_how_good_it_is(self, shop: Shop) -> None:
        await shop.open()

        assert set(await shop.live_entries()) == {entry.entry_id for entry in SMALL_CORPUS}
        assert shop.heard == [
            "publishing the corpus of small",
            "publication 1: hit@1 1.000, hit@3 1.000 on the test questions",
        ]

    async def test_refuses_a_wrong_file_when_nothing_is_live(
        self, shop: Shop, corpus_file: Path
    ) -> None:
        rewrite(corpus_file, lambda text: text.replace("kind: policy", "kind: poem"))

        with pytest.raises(KnowledgeError, match="all.yml:"):
            await shop.open()

        assert (await shop.live_no(), await shop.stored()) == (None, [])


@pytest.mark.needs_encoder
class TestNextStart:
    @pytest.fixture
    def centre(self, opened_once: Path, tmp_path: Path) -> Settings:
        shutil.copytree(opened_once, tmp_path / "centre", symlinks=True)
        return settings_of(tmp_path / "centre")

    async def test_does_nothing_when_nothing_changed(self, shop: Shop) -> None:
        await shop.open()

        assert shop.heard == []
        assert await shop.live_no() == 1

    async def test_publishes_again_when_a_file_changed(self, shop: Shop, corpus_file: Path) -> None:
        rewrite(corpus_file, lambda text: text.replace(WAITING.answer, FASTER))

        await shop.open()

        assert await shop.live_no() == 2
        assert (await shop.live_entries())[WAITING.entry_id].answer == FASTER

    async def test_keeps_the_one_before_in_service_and_names_the_wrong_file(
        self, shop: Shop, corpus_file: Path
    ) -> None:
        rewrite(corpus_file, lambda text: text.replace("kind: policy", "kind: poem"))

        await shop.open()

        assert await shop.live_no() == 1
        assert "stays in service" in shop.heard[1]
        assert shop.heard[2].startswith(f"{corpus_file}:")

    async def test_keeps_the_one_before_in_service_when_a_date_is_in_no_calendar(
        self, shop: Shop, corpus_file: Path
    ) -> None:
        rewrite(corpus_file, lambda text: text.replace("2023-12-08", "2023-13-08", 1))

        await shop.open()

        assert await shop.live_no() == 1

    async def test_keeps_the_one_before_in_service_when_a_question_names_a_missing_entry(
        self, shop: Shop, centre: Settings
    ) -> None:
        questions = centre.profiles_dir / "small" / "questions" / "test.yml"
        rewrite(questions, lambda text: text.replace("outage-arrival", "outage-departure"))

        await shop.open()

        assert await shop.live_no() == 1
        assert "outage-departure" in shop.heard[2]

    async def test_tries_again_at_every_start_until_the_file_is_right(
        self, shop: Shop, corpus_file: Path
    ) -> None:
        rewrite(corpus_file, lambda text: text.replace("kind: policy", "kind: poem"))
        await shop.open()
        rewrite(corpus_file, lambda text: text.replace("kind: poem", "kind: faq"))

        await shop.open()

        assert await shop.live_no() == 2


@pytest.mark.needs_encoder
class TestGate:
    @pytest.fixture
    def centre(self, opened_once: Path, tmp_path: Path) -> Settings:
        shutil.copytree(opened_once, tmp_path / "centre", symlinks=True)
        return settings_of(tmp_path / "centre")

    @pytest.fixture
    def refused(self, centre: Settings, corpus_file: Path) -> Path:
        """A change to the corpus while the floor is higher than anything can reach."""
        profile = centre.profiles_dir / "small" / "profile.yml"
        rewrite(profile, lambda text: text + HIGH_FLOOR)
        questions = centre.profiles_dir / "small" / "questions" / "test.yml"
        rewrite(questions, lambda text: text + "- ask: 红烧肉怎么做\n  entries: [outage-arrival]\n")
        rewrite(corpus_file, lambda text: text.replace(WAITING.answer, FASTER))
        return profile

    async def test_keeps_the_one_before_in_service_and_says_which_figure_is_low(
        self, shop: Shop, refused: Path
    ) -> None:
        await shop.open()

        assert await shop.live_no() == 1
        assert "stays in service" in shop.heard[1]
        assert "refused by the gate: hit@1 0.500 (floor 0.990)" in shop.heard[2]

    async def test_does_not_examine_the_same_files_at_every_start(
        self, shop: Shop, refused: Path
    ) -> None:
        await shop.open()

        await shop.open()

        assert shop.heard == [
            "the gate has refused the corpus of small; the one before stays in service"
        ]

    async def test_examines_again_when_a_floor_changed(self, shop: Shop, refused: Path) -> None:
        await shop.open()
        rewrite(refused, lambda text: text.replace("hit_at_1: 0.99", "hit_at_1: 0.4"))

        await shop.open()

        assert await shop.live_no() == 3
        assert (await shop.live_entries())[WAITING.entry_id].answer == FASTER

    async def test_has_nothing_to_do_after_a_reviewer_has_let_it_pass(
        self, shop: Shop, refused: Path, desk_database: Database, centre: Settings
    ) -> None:
        await shop.open()
        decided = Override(reviewer="老王", reason="题库下周补齐")
        await steps.publish(desk_database, centre, "small", author="小陈", override=decided)

        await shop.open()

        assert (shop.heard, await shop.live_no()) == ([], 3)

    async def test_names_what_was_changed_in_the_desk(
        self, shop: Shop, desk_database: Database, corpus_file: Path
    ) -> None:
        editor = Editor(write=desk_database.write, read=desk_database.read)
        seen = next(each for each in await shop.stored() if each.entry_id == PAYING.entry_id)
        wanted = dataclasses.replace(seen, answer="只在柜台交。")
        await editor.edit("small", wanted, author="小陈", reason="新规定", now=now())
        rewrite(corpus_file, lambda text: text.replace(WAITING.answer, FASTER))

        await shop.open()

        assert f"{PAYING.entry_id} was changed in the desk" in shop.heard[1]
        live = await shop.live_entries()
        assert (live[WAITING.entry_id].answer, live[PAYING.entry_id].answer) == (
            FASTER,
            PAYING.answer,
        )


@pytest.mark.needs_encoder
class TestFirstBelowTheFloor:
    async def test_goes_live_all_the_same_and_says_so(self, shop: Shop, centre: Settings) -> None:
        profile = centre.profiles_dir / "small" / "profile.yml"
        rewrite(profile, lambda text: text + HIGH_FLOOR)
        questions = centre.profiles_dir / "small" / "questions" / "test.yml"
        rewrite(questions, lambda text: text + "- ask: 红烧肉怎么做\n  entries: [outage-arrival]\n")

        await shop.open()

        assert await shop.live_no() == 1
        assert shop.heard[-1].startswith("below the floor: hit@1; live all the same")


class TestLabelledQuestions:
    def test_never_learns_from_the_test_questions(self, centre: Settings) -> None:
        learned, tests = questions.labelled_questions(centre.profiles_dir / "small")

        assert learned == labelled_questions()
        assert [question.text for question in tests] == ["抢修师傅多长时间能赶到"]

    def test_names_the_file_of_test_questions_when_it_is_missing(self, centre: Settings) -> None:
        (centre.profiles_dir / "small" / "questions" / "test.yml").unlink()

        with pytest.raises(CorpusError, match=r"test\.yml:1: .*No such file"):
            questions.labelled_questions(centre.profiles_dir / "small")


class TestEnsureFirstStaff:
    @pytest.fixture
    def staff(self, database: Database, clock: Clock) -> StaffService:
        return StaffService(write=database.write, read=database.read, clock=clock)

    async def test_gives_the_administrator_a_password_that_works(self, staff: StaffService) -> None:
        password = await steps.ensure_first_staff(staff)

        assert password is not None
        admin, _ = await staff.sign_in("admin", password)
        assert admin.role is Role.ADMIN

    async def test_adds_nobody_when_somebody_works_here(self, staff: StaffService) -> None:
        await staff.add("小李", Role.AGENT, "电表-三零五")

        assert await steps.ensure_first_staff(staff) is None


class TestStamp:
    @pytest.fixture
    def corpus(self, tmp_path: Path) -> Path:
        folder = tmp_path / "corpus"
        folder.mkdir()
        (folder / "bills.yml").write_text("电费")
        return folder

    def test_is_fresh_only_once_it_was_written(self, tmp_path: Path, corpus: Path) -> None:
        stamp = Stamp(tmp_path / "stamps" / "published", [corpus])

        before = stamp.is_fresh()
        stamp.write()

        assert (before, stamp.is_fresh()) == (False, True)
        assert Stamp(tmp_path / "stamps" / "published", [corpus]).is_fresh()

    @pytest.mark.parametrize(
        "change",
        [
            lambda corpus: (corpus / "bills.yml").write_text("电价"),
            lambda corpus: (corpus / "outage.yml").write_text("停电"),
            lambda corpus: (corpus / "bills.yml").rename(corpus / "prices.yml"),
            lambda corpus: (corpus / "bills.yml").unlink(),
        ],
        ids=["other words", "one file more", "another name", "one file less"],
    )
    def test_is_no_longer_fresh_when_the_inputs_changed(
        self, tmp_path: Path, corpus: Path, change: Callable[[Path], object]
    ) -> None:
        Stamp(tmp_path / "published", [corpus]).write()

        change(corpus)

        assert not Stamp(tmp_path / "published", [corpus]).is_fresh()

    def test_does_not_mind_where_the_inputs_lie(self, tmp_path: Path, corpus: Path) -> None:
        Stamp(tmp_path / "published", [corpus]).write()
        moved = tmp_path / "elsewhere" / "corpus"
        moved.parent.mkdir()
        corpus.rename(moved)

        assert Stamp(tmp_path / "published", [moved]).is_fresh()
