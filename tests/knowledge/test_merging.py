"""Corpus files come in beside what trainers did in the desk, and never over it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.database import Database
from knowledge.editing import Editor, Ref
from knowledge.entry import Entry, EntryState, Move
from knowledge.merging import FILES, ImportReport, import_corpus
from knowledge.store import KnowledgeStore
from tests.conftest import Clock
from tests.knowledge.proposals import Found
from tests.knowledge.small_corpus import PAYING, WAITING

pytestmark = pytest.mark.each_database

FASTER = "城区 30 分钟，农村 60 分钟。"
SLOWER = "城区 60 分钟，农村 120 分钟。"


class Office:
    """The files are brought in; 小陈 writes in the desk and 老王 reviews."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._editor = Editor(write=database.write, read=database.read)

    async def bring_in(self, *wanted: Entry, profile: str = "power") -> ImportReport:
        async with self._database.write() as connection:
            store = KnowledgeStore(connection)
            return await import_corpus(store, profile, wanted, at=self._clock())

    async def stored(self, profile: str = "power") -> dict[str, Entry]:
        async with self._database.read() as connection:
            latest = await KnowledgeStore(connection).list_latest(profile)
        return {entry.entry_id: entry for entry in latest}

    async def approved(self) -> list[Entry]:
        async with self._database.read() as connection:
            return await KnowledgeStore(connection).list_approved("power", now=self._clock())

    async def edit(self, entry_id: str, answer: str) -> None:
        """小陈 writes another answer, and 老王 approves it."""
        self._clock.move(timedelta(minutes=1))
        seen = (await self.stored())[entry_id]
        wanted = replace(seen, answer=answer)
        drafted = await self._editor.edit(
            "power", wanted, author="小陈", reason="新规定", now=self._clock()
        )
        ref = Ref(profile="power", entry_id=entry_id, version=drafted.version)
        await self._editor.submit(ref, author="小陈", now=self._clock())
        await self._editor.approve(ref, reviewer="老王", now=self._clock())

    async def withdraw(self, entry_id: str) -> None:
        version = (await self.stored())[entry_id].version
        ref = Ref(profile="power", entry_id=entry_id, version=version)
        await self._editor.withdraw(ref, author="小陈", reason="过时", now=self._clock())

    async def propose(self, title: str) -> str:
        (entry_id,) = await self._editor.propose(
            "power", [Found(title=title)], author="小陈", now=self._clock()
        )
        return entry_id

    async def moves_of(self, entry_id: str) -> list[tuple[Move, str]]:
        life = await self._editor.history("power", entry_id)
        return [(line.move, line.author) for line in life]


@pytest.fixture
def office(database: Database, clock: Clock) -> Office:
    return Office(database, clock)


class TestImportCorpus:
    async def test_adds_what_is_new(self, office: Office) -> None:
        report = await office.bring_in(WAITING, PAYING)

        assert report.added == (WAITING.entry_id, PAYING.entry_id)
        assert (report.changed, report.withdrawn, report.unchanged) == ((), (), 0)
        assert await office.stored() == {WAITING.entry_id: WAITING, PAYING.entry_id: PAYING}

    async def test_leaves_what_is_the_same_alone(self, office: Office) -> None:
        await office.bring_in(WAITING, PAYING)

        report = await office.bring_in(WAITING, PAYING)

        assert report.is_empty
        assert report.unchanged == 2

    async def test_takes_a_changed_text_with_its_raised_version(self, office: Office) -> None:
        await office.bring_in(WAITING, PAYING)
        faster = replace(WAITING, version=2, answer=FASTER)

        report = await office.bring_in(faster, PAYING)

        assert (report.changed, report.renumbered, report.unchanged) == (
            (WAITING.entry_id,),
            (),
            1,
        )
        assert (await office.stored())[WAITING.entry_id] == faster

    async def test_raises_the_version_that_the_trainer_forgot(self, office: Office) -> None:
        await office.bring_in(WAITING)

        report = await office.bring_in(replace(WAITING, answer=FASTER))

        assert report.renumbered == ((WAITING.entry_id, 2),)
        stored = (await office.stored())[WAITING.entry_id]
        assert (stored.version, stored.answer) == (2, FASTER)

    async def test_does_not_raise_a_version_twice_for_the_same_change(self, office: Office) -> None:
        changed = replace(WAITING, answer=FASTER)
        await office.bring_in(WAITING)
        await office.bring_in(changed)

        report = await office.bring_in(changed)

        assert report.is_empty
        assert (await office.stored())[WAITING.entry_id].version == 2

    async def test_takes_the_text_back_as_yet_another_version(self, office: Office) -> None:
        await office.bring_in(WAITING)
        await office.bring_in(replace(WAITING, version=5, answer=FASTER))

        report = await office.bring_in(WAITING)

        assert report.renumbered == ((WAITING.entry_id, 6),)
        assert (await office.stored())[WAITING.entry_id].answer == WAITING.answer

    async def test_withdraws_what_the_files_no_longer_hold(self, office: Office) -> None:
        await office.bring_in(WAITING, PAYING)

        report = await office.bring_in(PAYING)

        assert report.withdrawn == (WAITING.entry_id,)
        assert (await office.stored())[WAITING.entry_id].state is EntryState.WITHDRAWN

    async def test_withdraws_an_entry_once(self, office: Office) -> None:
        await office.bring_in(WAITING, PAYING)
        await office.bring_in(PAYING)

        report = await office.bring_in(PAYING)

        assert report.is_empty

    async def test_approves_again_what_comes_back(self, office: Office) -> None:
        await office.bring_in(WAITING, PAYING)
        await office.bring_in(PAYING)

        report = await office.bring_in(WAITING, PAYING)

        assert report.changed == (WAITING.entry_id,)
        assert (await office.stored())[WAITING.entry_id].state is EntryState.APPROVED

    async def test_leaves_another_profile_alone(self, office: Office) -> None:
        gas = replace(WAITING, answer="燃气抢修 30 分钟到。")
        await office.bring_in(gas, profile="gas")

        report = await office.bring_in(PAYING)

        assert report.withdrawn == ()
        assert await office.stored("gas") == {WAITING.entry_id: gas}


class TestBesideTheDesk:
    async def test_leaves_what_a_trainer_changed_and_names_it(self, office: Office) -> None:
        await office.bring_in(WAITING, PAYING)
        await office.edit(WAITING.entry_id, FASTER)

        report = await office.bring_in(WAITING, PAYING)

        assert (report.kept, report.conflicts, report.is_empty) == ((WAITING.entry_id,), (), True)
        assert (await office.stored())[WAITING.entry_id].answer == FASTER

    async def test_still_takes_a_change_to_what_no_trainer_touched(self, office: Office) -> None:
        await office.bring_in(WAITING, PAYING)
        await office.edit(WAITING.entry_id, FASTER)

        report = await office.bring_in(WAITING, replace(PAYING, answer="只有柜台可以交。"))

        assert report.changed == (PAYING.entry_id,)
        assert (await office.stored())[PAYING.entry_id].answer == "只有柜台可以交。"

    async def test_names_what_both_changed_and_lets_the_desk_stand(self, office: Office) -> None:
        await office.bring_in(WAITING)
        await office.edit(WAITING.entry_id, FASTER)

        report = await office.bring_in(replace(WAITING, version=9, answer=SLOWER))

        assert (report.conflicts, report.kept) == ((WAITING.entry_id,), ())
        assert (await office.stored())[WAITING.entry_id].answer == FASTER

    async def test_follows_the_files_again_once_they_say_what_the_desk_says(
        self, office: Office
    ) -> None:
        await office.bring_in(WAITING)
        await office.edit(WAITING.entry_id, FASTER)
        caught_up = await office.bring_in(replace(WAITING, version=2, answer=FASTER))

        report = await office.bring_in(replace(WAITING, version=3, answer=SLOWER))

        assert (caught_up.unchanged, report.changed) == (1, (WAITING.entry_id,))
        assert (await office.stored())[WAITING.entry_id].answer == SLOWER

    async def test_does_not_withdraw_what_was_made_in_the_desk(self, office: Office) -> None:
        await office.bring_in(WAITING)
        made = await office.propose("停电冰箱里的菜坏了怎么办")

        report = await office.bring_in(WAITING)

        assert (report.withdrawn, report.kept) == ((), (made,))
        assert (await office.stored())[made].state is EntryState.DRAFT

    async def test_does_not_withdraw_what_was_changed_in_the_desk(self, office: Office) -> None:
        await office.bring_in(WAITING, PAYING)
        await office.edit(WAITING.entry_id, FASTER)

        report = await office.bring_in(PAYING)

        assert (report.withdrawn, report.kept) == ((), (WAITING.entry_id,))
        assert WAITING.entry_id in {entry.entry_id for entry in await office.approved()}

    async def test_does_not_bring_back_what_was_withdrawn_in_the_desk(self, office: Office) -> None:
        await office.bring_in(WAITING, PAYING)
        await office.withdraw(WAITING.entry_id)

        report = await office.bring_in(WAITING, PAYING)

        assert report.kept == (WAITING.entry_id,)
        assert (await office.stored())[WAITING.entry_id].state is EntryState.WITHDRAWN

    async def test_says_no_more_of_what_is_gone_from_both(self, office: Office) -> None:
        await office.bring_in(WAITING, PAYING)
        await office.withdraw(WAITING.entry_id)

        report = await office.bring_in(PAYING)

        assert (report.kept, report.withdrawn) == ((), ())

    async def test_takes_an_entry_out_when_the_files_make_it_a_draft(self, office: Office) -> None:
        await office.bring_in(WAITING, PAYING)

        await office.bring_in(replace(WAITING, version=2, state=EntryState.DRAFT), PAYING)

        assert [entry.entry_id for entry in await office.approved()] == [PAYING.entry_id]

    async def test_goes_on_saying_an_entry_whose_next_version_the_files_hold_as_a_draft(
        self, office: Office
    ) -> None:
        draft = replace(WAITING, version=2, answer=FASTER, state=EntryState.DRAFT)

        added = await office.bring_in(WAITING, draft, PAYING)
        again = await office.bring_in(draft, WAITING, PAYING)

        assert (set(added.added), added.changed) == ({WAITING.entry_id, PAYING.entry_id}, ())
        assert (again.is_empty, again.unchanged) == (True, 2)
        assert (await office.stored())[WAITING.entry_id] == draft
        assert WAITING in await office.approved()

    async def test_takes_a_draft_that_comes_beside_what_is_said(self, office: Office) -> None:
        draft = replace(WAITING, version=2, answer=FASTER, state=EntryState.DRAFT)
        await office.bring_in(WAITING)

        report = await office.bring_in(WAITING, draft)

        assert report.changed == (WAITING.entry_id,)
        assert (await office.stored())[WAITING.entry_id] == draft
        assert await office.approved() == [WAITING]

    async def test_writes_down_that_it_was_the_files(self, office: Office) -> None:
        await office.bring_in(WAITING, PAYING)
        await office.bring_in(PAYING)

        assert await office.moves_of(WAITING.entry_id) == [
            (Move.IMPORT, FILES),
            (Move.IMPORT, FILES),
        ]
