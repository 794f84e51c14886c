"""Two trainers and their entries: drafts, reviews, withdrawals, and who did what."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from desk.database import Database
from knowledge.editing import DESK, Editor, Ref
from knowledge.entry import (
    Entry,
    EntryChanged,
    EntryMoveNotAllowed,
    EntryNotFound,
    EntryState,
    Move,
    NotApprovable,
)
from knowledge.store import KnowledgeStore
from tests.conftest import Clock
from tests.knowledge.proposals import FRIDGE, Flagged, Found
from tests.knowledge.small_corpus import WAITING

pytestmark = pytest.mark.each_database


class Desk:
    """小陈 writes, 老王 reviews; every step takes a minute."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self.editor = Editor(write=database.write, read=database.read)

    async def propose(self, *found: Found, author: str = "小陈") -> list[str]:
        return await self.editor.propose("power", found, author=author, now=self._tick())

    async def latest(self, entry_id: str) -> Entry:
        async with self._database.read() as connection:
            entry = await KnowledgeStore(connection).find_latest("power", entry_id)
        assert entry is not None
        return entry

    async def approved(self) -> list[Entry]:
        async with self._database.read() as connection:
            return await KnowledgeStore(connection).list_approved("power", now=self._clock())

    async def edit(self, wanted: Entry, *, author: str = "小陈") -> Entry:
        return await self.editor.edit(
            "power", wanted, author=author, reason="改错字", now=self._tick()
        )

    async def submit(self, entry: Entry) -> Entry:
        return await self.editor.submit(ref(entry), author="小陈", now=self._tick())

    async def approve(self, entry: Entry, *, reviewer: str = "老王") -> Entry:
        return await self.editor.approve(ref(entry), reviewer=reviewer, now=self._tick())

    async def reject(self, entry: Entry, *, reason: str = "没有出处") -> Entry:
        return await self.editor.reject(
            ref(entry), reviewer="老王", reason=reason, now=self._tick()
        )

    async def withdraw(self, entry: Entry, *, reason: str = "过时") -> Entry:
        return await self.editor.withdraw(
            ref(entry), author="小陈", reason=reason, now=self._tick()
        )

    async def restore(self, entry: Entry) -> Entry:
        return await self.editor.restore(
            ref(entry), author="小陈", reason="又有了", now=self._tick()
        )

    async def approved_entry(self, found: Found | None = None) -> Entry:
        """An entry that has passed its review."""
        (entry_id,) = await self.propose(found or Found())
        return await self.approve(await self.submit(await self.latest(entry_id)))

    def _tick(self) -> datetime:
        self._clock.move(timedelta(minutes=1))
        return self._clock()


def ref(entry: Entry) -> Ref:
    return Ref(profile="power", entry_id=entry.entry_id, version=entry.version)


@pytest.fixture
def desk(database: Database, clock: Clock) -> Desk:
    return Desk(database, clock)


class TestPropose:
    async def test_records_drafts_with_where_they_came_from(self, desk: Desk) -> None:
        flags = (Flagged("looks_expired", "2022 年"), Flagged("too_short"))
        (entry_id,) = await desk.propose(Found(flags=flags))

        draft = await desk.latest(entry_id)
        assert (draft.state, draft.version, draft.title) == (EntryState.DRAFT, 1, FRIDGE)
        assert draft.origin == "手册.docx 第12段"
        (line,) = await desk.editor.history("power", entry_id)
        assert (line.move, line.author) == (Move.PROPOSE, "小陈")
        assert line.reason == "looks_expired: 2022 年; too_short"

    async def test_makes_an_id_people_can_say(self, desk: Desk) -> None:
        assert await desk.propose(Found()) == ["ting-dian-bing-xiang-li-de-cai-huai-le-zen-me"]

    async def test_numbers_ids_that_sound_the_same(self, desk: Desk) -> None:
        ids = await desk.propose(Found(title="交费"), Found(title="缴费"))

        assert ids == ["jiao-fei", "jiao-fei-2"]

    async def test_finds_what_was_proposed_before(self, desk: Desk) -> None:
        first = await desk.propose(Found())

        again = await desk.propose(Found())

        assert again == first
        assert len(await desk.editor.history("power", first[0])) == 1

    async def test_takes_one_with_the_id_of_an_entry_as_a_new_draft_of_it(self, desk: Desk) -> None:
        entry = await desk.approved_entry()

        (entry_id,) = await desk.propose(Found(entry_id=entry.entry_id, answer="直接打 95598。"))

        draft = await desk.latest(entry_id)
        assert (entry_id, draft.version, draft.state) == (entry.entry_id, 2, EntryState.DRAFT)
        assert (draft.answer, draft.valid_from) == ("直接打 95598。", entry.valid_from)
        assert (await desk.editor.history("power", entry_id))[-1].move is Move.EDIT

    async def test_records_nothing_where_an_exported_entry_comes_back_unchanged(
        self, desk: Desk
    ) -> None:
        entry = await desk.approved_entry()

        await desk.propose(Found(entry_id=entry.entry_id))

        assert await desk.latest(entry.entry_id) == entry

    async def test_takes_another_day_of_review_as_a_new_draft(self, desk: Desk) -> None:
        entry = await desk.approved_entry()
        day = date(2027, 12, 1)

        await desk.propose(Found(entry_id=entry.entry_id, review_by=day))

        draft = await desk.latest(entry.entry_id)
        assert (draft.version, draft.review_by) == (entry.version + 1, day)

    async def test_refuses_an_end_before_the_beginning(self, desk: Desk, clock: Clock) -> None:
        backwards = Found(valid_from=clock(), valid_until=clock() - timedelta(days=1))

        with pytest.raises(NotApprovable, match="ends before it begins"):
            await desk.propose(backwards)

    async def test_records_what_is_over_already_beside_the_rest(
        self, desk: Desk, clock: Clock
    ) -> None:
        ended = clock() - timedelta(days=30)

        ids = await desk.propose(Found(), Found(title="旧规定", valid_until=ended))

        old = await desk.latest(ids[1])
        assert (old.valid_from, old.valid_until) == (ended - timedelta(days=1), ended)
        assert (await desk.latest(ids[0])).valid_until is None

    async def test_takes_an_entry_of_before_that_is_over_by_now(self, desk: Desk) -> None:
        entry = await desk.approved_entry()
        ended = entry.valid_from - timedelta(days=1)

        await desk.propose(Found(entry_id=entry.entry_id, valid_until=ended))

        draft = await desk.latest(entry.entry_id)
        assert (draft.version, draft.valid_until) == (2, ended)

    async def test_says_nothing_of_drafts_to_customers(self, desk: Desk) -> None:
        await desk.propose(Found())

        assert await desk.approved() == []


class TestReview:
    async def test_lets_the_next_publication_take_what_another_person_approved(
        self, desk: Desk
    ) -> None:
        entry = await desk.approved_entry()

        assert await desk.approved() == [entry]

    async def test_never_lets_the_author_approve(self, desk: Desk) -> None:
        (entry_id,) = await desk.propose(Found())
        waiting = await desk.submit(await desk.latest(entry_id))

        with pytest.raises(EntryMoveNotAllowed, match="小陈 wrote on version 1"):
            await desk.approve(waiting, reviewer="小陈")

        assert (await desk.latest(entry_id)).state is EntryState.REVIEW

    async def test_never_lets_the_first_author_approve_what_a_colleague_added_a_line_to(
        self, desk: Desk
    ) -> None:
        (entry_id,) = await desk.propose(Found())
        edited = await desk.edit(await desk.latest(entry_id), author="小李")
        waiting = await desk.submit(edited)

        for writer in ("小陈", "小李"):
            with pytest.raises(EntryMoveNotAllowed, match="wrote on version 2"):
                await desk.approve(waiting, reviewer=writer)

        assert (await desk.approve(waiting)).state is EntryState.APPROVED

    async def test_lets_the_author_of_what_was_approved_before_approve_the_next_version(
        self, desk: Desk
    ) -> None:
        entry = await desk.approved_entry()
        edited = await desk.edit(replace(entry, answer="直接打 95598。"), author="小李")

        approved = await desk.approve(await desk.submit(edited), reviewer="小陈")

        assert approved.answer == "直接打 95598。"

    async def test_sends_a_draft_back_with_the_reason(self, desk: Desk) -> None:
        (entry_id,) = await desk.propose(Found())
        waiting = await desk.submit(await desk.latest(entry_id))

        await desk.reject(waiting, reason="数字不对")

        assert (await desk.latest(entry_id)).state is EntryState.DRAFT
        line = (await desk.editor.history("power", entry_id))[-1]
        assert (line.author, line.reviewer, line.reason) == ("小陈", "老王", "数字不对")

    @pytest.mark.parametrize(
        ("found", "why"),
        [
            (Found(answer="请打13800138000找小王。"), "phone number: 13800138000"),
            (Found(answer="联系电话 138****8000。"), r"phone number: 138\*\*\*\*8000"),
            (Found(source="王师傅 13800138000"), "phone number: 13800138000"),
            (Found(region="城东，问13800138000"), "phone number: 13800138000"),
            (Found(questions=("13800138000能改绑吗",)), "phone number: 13800138000"),
            (Found(questions=("138****8000能改绑吗",)), r"somebody's data: 138\*\*\*\*8000"),
            (Found(answer="您的户号是〔户号〕。"), "somebody's data: 〔户号〕"),
            (Found(source=" "), "names no source"),
            (Found(questions=()), "no question"),
            (Found(answer=" "), "no answer"),
        ],
        ids=[
            "a private phone",
            "a masked phone",
            "a phone in the source",
            "a phone in the region",
            "a phone in a question",
            "a masked phone in a question",
            "what is left of an account in the answer",
            "no source",
            "no question",
            "no answer",
        ],
    )
    async def test_refuses_what_may_not_be_said_and_names_it(
        self, desk: Desk, found: Found, why: str
    ) -> None:
        (entry_id,) = await desk.propose(found)
        waiting = await desk.submit(await desk.latest(entry_id))

        with pytest.raises(NotApprovable, match=f"{entry_id} cannot be approved: .*{why}"):
            await desk.approve(waiting)

    async def test_lets_a_hotline_pass(self, desk: Desk) -> None:
        entry = await desk.approved_entry(Found(answer="请拨打 95598 或 400-800-8888。"))

        assert entry.state is EntryState.APPROVED

    async def test_lets_the_number_of_a_document_pass(self, desk: Desk) -> None:
        entry = await desk.approved_entry(Found(answer="按国能发监管规〔2024〕87 号办理。"))

        assert entry.state is EntryState.APPROVED


class TestEdit:
    async def test_goes_back_to_draft_while_the_approved_words_stay_in_service(
        self, desk: Desk
    ) -> None:
        entry = await desk.approved_entry()

        draft = await desk.edit(replace(entry, answer="直接打 95598。"))

        assert (draft.version, draft.state) == (2, EntryState.DRAFT)
        assert await desk.approved() == [entry]

    async def test_replaces_them_once_it_is_approved(self, desk: Desk) -> None:
        entry = await desk.approved_entry()
        draft = await desk.edit(replace(entry, answer="直接打 95598。"))

        await desk.approve(await desk.submit(draft))

        assert [each.answer for each in await desk.approved()] == ["直接打 95598。"]

    async def test_does_not_overwrite_what_another_wrote_meanwhile(self, desk: Desk) -> None:
        seen = await desk.approved_entry()
        await desk.edit(replace(seen, answer="小李的话。"), author="小李")

        with pytest.raises(EntryChanged, match="version 2 by now, by 小李; you saw version 1"):
            await desk.edit(replace(seen, answer="小陈的话。"), author="小陈")

        assert (await desk.latest(seen.entry_id)).answer == "小李的话。"

    async def test_lets_one_of_two_through_who_write_at_once(self, desk: Desk) -> None:
        seen = await desk.approved_entry()

        outcomes = await asyncio.gather(
            desk.edit(replace(seen, answer="小李的话。"), author="小李"),
            desk.edit(replace(seen, answer="小陈的话。"), author="小陈"),
            return_exceptions=True,
        )

        refused = [each for each in outcomes if isinstance(each, EntryChanged)]
        assert len(refused) == 1
        assert (await desk.latest(seen.entry_id)).version == 2

    async def test_refuses_an_end_before_the_beginning(self, desk: Desk) -> None:
        entry = await desk.approved_entry()
        backwards = replace(entry, valid_until=entry.valid_from)

        with pytest.raises(NotApprovable, match=f"{entry.entry_id} ends before it begins"):
            await desk.edit(backwards)

    async def test_says_that_a_text_without_a_file_is_the_desks(
        self, desk: Desk, database: Database, clock: Clock
    ) -> None:
        async with database.write() as connection:
            await KnowledgeStore(connection).add_version("power", WAITING, at=clock())

        draft = await desk.edit(WAITING)

        assert draft.origin == DESK

    async def test_knows_no_entry_that_was_never_made(self, desk: Desk) -> None:
        with pytest.raises(EntryNotFound, match="there is no entry outage-arrival in power"):
            await desk.edit(WAITING)


class TestWithdraw:
    async def test_takes_an_entry_out_of_the_next_publication(self, desk: Desk) -> None:
        entry = await desk.approved_entry()

        withdrawn = await desk.withdraw(entry)

        assert withdrawn.state is EntryState.WITHDRAWN
        assert await desk.approved() == []

    async def test_takes_the_approved_words_out_with_the_draft_over_them(self, desk: Desk) -> None:
        entry = await desk.approved_entry()
        draft = await desk.edit(replace(entry, answer="草稿。"))

        await desk.withdraw(draft)

        assert await desk.approved() == []

    async def test_needs_a_reason(self, desk: Desk) -> None:
        entry = await desk.approved_entry()

        with pytest.raises(EntryMoveNotAllowed, match="withdraw needs a reason"):
            await desk.withdraw(entry, reason=" ")

    async def test_can_be_undone_by_a_new_review(self, desk: Desk) -> None:
        withdrawn = await desk.withdraw(await desk.approved_entry())

        draft = await desk.restore(withdrawn)
        before_the_review = await desk.approved()
        entry = await desk.approve(await desk.submit(draft))

        assert (draft.state, draft.version, before_the_review) == (EntryState.DRAFT, 2, [])
        assert await desk.approved() == [entry]


class TestHistory:
    async def test_tells_all_that_was_done_by_whom_and_why(self, desk: Desk) -> None:
        entry = await desk.approved_entry()
        await desk.withdraw(await desk.edit(replace(entry, answer="草稿。"), author="小李"))

        life = await desk.editor.history("power", entry.entry_id)

        assert [(line.version, line.move, line.author, line.reviewer) for line in life] == [
            (1, Move.PROPOSE, "小陈", ""),
            (1, Move.SUBMIT, "小陈", ""),
            (1, Move.APPROVE, "小陈", "老王"),
            (2, Move.EDIT, "小李", ""),
            (2, Move.WITHDRAW, "小陈", ""),
        ]
        assert [line.state for line in life] == [
            EntryState.DRAFT,
            EntryState.REVIEW,
            EntryState.APPROVED,
            EntryState.DRAFT,
            EntryState.WITHDRAWN,
        ]
        assert sorted(line.at for line in life) == [line.at for line in life]
        assert life[-1].reason == "过时"

    async def test_keeps_a_nameless_hand_away(self, desk: Desk) -> None:
        with pytest.raises(EntryMoveNotAllowed, match="must give a name"):
            await desk.propose(Found(), author=" ")
