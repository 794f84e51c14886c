"""Trainers decide about gaps: each decision is whole, credited, and can be taken back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desk.database import Database
from knowledge.editing import Editor, Ref
from knowledge.entry import (
    Entry,
    EntryChanged,
    EntryKind,
    EntryNotFound,
    EntryState,
    EntryThere,
)
from knowledge.exam_questions import WordingTested
from knowledge.gap_service import Gaps, Wanted
from knowledge.gap_store import GapStore, NewDecision
from knowledge.gaps import (
    Fate,
    GapDecided,
    GapNotFound,
    NewLine,
    NotAnIntent,
    NothingToLearn,
    Why,
)
from knowledge.importing.proposal import Proposal
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import IndexCache
from knowledge.service import Knowledge
from knowledge.store import KnowledgeStore
from tests.conftest import Clock
from tests.knowledge.small_corpus import PAYING, SMALL_CORPUS, Library

pytestmark = pytest.mark.each_database

SOLAR = ("光伏并网要找谁办", "光伏并网去哪里办理", "想办光伏并网")
DRAFT = Proposal(
    title="光伏并网怎么办理",
    questions=SOLAR,
    answer="请在网上国网提交申请。",
    kind=EntryKind.FAQ,
    topic="",
    source="光伏并网服务指南",
    origin="",
)


TESTED = "光伏并网去哪儿办呀"


class TestsAlone:
    """A centre whose file asks one question."""

    __test__ = False

    def tests(self, profile: str) -> list[LabelledQuestion]:
        return [LabelledQuestion(text=TESTED, relevant=frozenset())]

    def lessons(self, profile: str) -> list[LabelledQuestion]:
        return []


class Console:
    """小陈 and 老王 look at the gaps; every decision takes a minute."""

    def __init__(self, database: Database, clock: Clock, knowledge: Knowledge) -> None:
        self._database, self._clock = database, clock
        self.gaps = Gaps(
            knowledge=knowledge,
            files=TestsAlone(),
            write=database.write,
            read=database.read,
            clock=clock,
            intents=["report_fault"],
        )
        self.editor = Editor(write=database.write, read=database.read)

    async def ask(self, *texts: str, answer: str = "") -> None:
        async with self._database.write() as connection:
            for place, text in enumerate(texts):
                line = NewLine(
                    profile="power",
                    asked_in=f"c{place}",
                    text=text,
                    why=Why.NOT_KNOWN,
                    answer=answer,
                    at=self._clock(),
                )
                await GapStore(connection).add(line)

    async def wanted(self, fate: Fate, **more: object) -> Wanted:
        (gap,) = await self.gaps.list_gaps("power")
        return Wanted(profile="power", line_ids=gap.line_ids, fate=fate, **more)  # type: ignore[arg-type]

    async def entry(self, entry_id: str) -> Entry:
        async with self._database.read() as connection:
            entry = await KnowledgeStore(connection).find_latest("power", entry_id)
        assert entry is not None
        return entry

    async def is_empty(self) -> bool:
        return await self.gaps.list_gaps("power") == []


@pytest.fixture
async def console(database: Database, clock: Clock, tmp_path: Path) -> AsyncIterator[Console]:
    await Library(database, "nobody's", clock).publish(*SMALL_CORPUS)
    knowledge = Knowledge(
        read=database.read, indexes=IndexCache(tmp_path), encoder=None, clock=clock
    )
    await knowledge.refresh()
    made = Console(database, clock, knowledge)
    await made.ask(*SOLAR, answer="请在网上国网提交申请。")
    yield made
    knowledge.close()


class TestListing:
    async def test_shows_lines_of_one_meaning_as_one_gap(self, console: Console) -> None:
        (gap,) = await console.gaps.list_gaps("power")

        assert len(gap.lines) == 3
        assert gap.answer == "请在网上国网提交申请。"
        assert await console.gaps.get_gap("power", gap.gap_id) == gap

    async def test_shows_the_nearest_entries_beside_it(self, console: Console) -> None:
        (gap,) = await console.gaps.list_gaps("power")

        nearest = await console.gaps.nearest("power", gap)

        assert len(nearest) <= 3
        assert {each.entry.entry_id for each in nearest} <= {e.entry_id for e in SMALL_CORPUS}

    async def test_shows_nothing_of_another_centre(self, console: Console) -> None:
        assert await console.gaps.list_gaps("gas") == []

    async def test_knows_no_gap_that_is_not_there(self, console: Console) -> None:
        with pytest.raises(GapNotFound):
            await console.gaps.get_gap("power", 9999)


class TestSimilar:
    async def test_makes_a_draft_of_the_entry_with_the_questions(self, console: Console) -> None:
        wanted = await console.wanted(Fate.SIMILAR, entry_id=PAYING.entry_id, wordings=SOLAR[:1])

        decision = await console.gaps.decide(wanted, author="小陈")

        entry = await console.entry(PAYING.entry_id)
        assert entry.questions == (*PAYING.questions, SOLAR[0])
        assert (entry.state, entry.version) == (EntryState.DRAFT, PAYING.version + 1)
        assert (decision.decided.author, decision.count) == ("小陈", 3)
        assert await console.is_empty()

    async def test_leaves_the_entry_alone_that_has_the_question(self, console: Console) -> None:
        wanted = await console.wanted(
            Fate.SIMILAR, entry_id=PAYING.entry_id, wordings=(f"{PAYING.questions[0]}？",)
        )

        decision = await console.gaps.decide(wanted, author="小陈")

        assert (await console.entry(PAYING.entry_id)).version == PAYING.version
        assert decision.decided.wordings == ()

    async def test_tells_that_the_entry_was_changed_and_keeps_the_gap(
        self, console: Console, clock: Clock
    ) -> None:
        wanted = await console.wanted(
            Fate.SIMILAR, entry_id=PAYING.entry_id, version=PAYING.version
        )
        await console.editor.edit(
            "power", replace(PAYING, answer="新答复"), author="老王", reason="改", now=clock()
        )

        with pytest.raises(EntryChanged):
            await console.gaps.decide(wanted, author="小陈")
        assert not await console.is_empty()

    async def test_refuses_an_entry_that_is_not_there_and_keeps_the_gap(
        self, console: Console
    ) -> None:
        with pytest.raises(EntryNotFound):
            await console.gaps.decide(
                await console.wanted(Fate.SIMILAR, entry_id="nothing"), author="小陈"
            )
        assert not await console.is_empty()

    async def test_refuses_a_test_question_and_keeps_the_gap(self, console: Console) -> None:
        wanted = await console.wanted(
            Fate.SIMILAR, entry_id=PAYING.entry_id, wordings=(SOLAR[0], f"{TESTED}？")
        )

        with pytest.raises(WordingTested) as refused:
            await console.gaps.decide(wanted, author="小陈")

        assert refused.value.told == {"question": f"{TESTED}？"}
        assert not await console.is_empty()

    async def test_teaches_nothing_of_what_was_masked(self, console: Console) -> None:
        wanted = await console.wanted(
            Fate.SIMILAR,
            entry_id=PAYING.entry_id,
            wordings=("138****8000这个号码能改绑吗", "我户号〔户号〕怎么过户", "〔地址〕"),
        )

        decision = await console.gaps.decide(wanted, author="小陈")

        assert decision.decided.wordings == ("这个号码能改绑吗", "我户号怎么过户")

    async def test_refuses_lines_of_nothing_but_what_was_masked(self, console: Console) -> None:
        wanted = await console.wanted(
            Fate.SIMILAR, entry_id=PAYING.entry_id, wordings=("138****8000", "〔地址〕")
        )

        with pytest.raises(NothingToLearn):
            await console.gaps.decide(wanted, author="小陈")
        assert not await console.is_empty()


class TestOutOfScope:
    async def test_learns_no_test_question(self, console: Console) -> None:
        wanted = await console.wanted(Fate.OUT_OF_SCOPE, wordings=(SOLAR[0], TESTED))

        decision = await console.gaps.decide(wanted, author="小陈")

        assert decision.decided.wordings == SOLAR[:1]
        assert await console.is_empty()


class TestEntry:
    async def test_of_a_test_question_is_refused(self, console: Console) -> None:
        wanted = await console.wanted(Fate.ENTRY, draft=replace(DRAFT, title=TESTED))

        with pytest.raises(WordingTested):
            await console.gaps.decide(wanted, author="小陈")

    async def test_makes_a_draft(self, console: Console) -> None:
        decision = await console.gaps.decide(
            await console.wanted(Fate.ENTRY, draft=DRAFT), author="小陈"
        )

        entry = await console.entry(decision.decided.entry_id)
        assert (entry.title, entry.questions, entry.state) == (
            DRAFT.title,
            SOLAR,
            EntryState.DRAFT,
        )
        assert entry.origin.startswith("gap ")
        assert await console.is_empty()

    async def test_of_the_words_of_an_old_one_is_refused_with_its_id_and_the_gap_stays(
        self, console: Console, clock: Clock
    ) -> None:
        (old,) = await console.editor.propose(
            "power", [replace(DRAFT, questions=("光伏",))], author="老王", now=clock()
        )

        with pytest.raises(EntryThere) as refused:
            await console.gaps.decide(await console.wanted(Fate.ENTRY, draft=DRAFT), author="小陈")

        assert refused.value.told == {"entry_id": old, "named": DRAFT.title}
        assert not await console.is_empty()
        assert (await console.entry(old)).questions == ("光伏",)


class TestBusiness:
    async def test_becomes_examples_of_the_intent(self, console: Console) -> None:
        decision = await console.gaps.decide(
            await console.wanted(Fate.BUSINESS, intent="report_fault"), author="小陈"
        )

        assert decision.decided.intent == "report_fault"
        assert set(decision.decided.wordings) == set(SOLAR)

    async def test_refuses_an_intent_the_bot_does_not_know(self, console: Console) -> None:
        with pytest.raises(NotAnIntent):
            await console.gaps.decide(
                await console.wanted(Fate.BUSINESS, intent="dance"), author="小陈"
            )


class TestTwoTrainers:
    async def test_the_second_is_told_who_was_first(self, console: Console) -> None:
        wanted = await console.wanted(Fate.OUT_OF_SCOPE)
        await console.gaps.decide(wanted, author="小陈")

        with pytest.raises(GapDecided) as refused:
            await console.gaps.decide(wanted, author="老王")
        assert refused.value.told == {"by": "小陈"}

    async def test_one_of_two_at_once_wins_and_one_entry_is_made(self, console: Console) -> None:
        wanted = await console.wanted(Fate.ENTRY, draft=DRAFT)

        results = await asyncio.gather(
            console.gaps.decide(wanted, author="小陈"),
            console.gaps.decide(wanted, author="老王"),
            return_exceptions=True,
        )

        assert sorted(type(each).__name__ for each in results) == ["Decision", "GapDecided"]
        assert len(await console.gaps.list_decisions("power")) == 1


class TestUndo:
    async def test_puts_the_lines_on_the_list_again(self, console: Console) -> None:
        decision = await console.gaps.decide(await console.wanted(Fate.OUT_OF_SCOPE), author="小陈")

        undone = await console.gaps.undo("power", decision.decision_id, by="老王")

        assert not await console.is_empty()
        assert undone.decision.undone_by == "老王"
        assert undone.decision.decided.author == "小陈"

    async def test_is_done_once(self, console: Console) -> None:
        decision = await console.gaps.decide(await console.wanted(Fate.OUT_OF_SCOPE), author="小陈")
        await console.gaps.undo("power", decision.decision_id, by="老王")

        with pytest.raises(GapDecided):
            await console.gaps.undo("power", decision.decision_id, by="小陈")

    async def test_takes_the_questions_out_of_the_entry_again(self, console: Console) -> None:
        wanted = await console.wanted(Fate.SIMILAR, entry_id=PAYING.entry_id, wordings=SOLAR[:1])
        decision = await console.gaps.decide(wanted, author="小陈")

        undone = await console.gaps.undo("power", decision.decision_id, by="小陈")

        assert not undone.entry_kept
        assert (await console.entry(PAYING.entry_id)).questions == PAYING.questions

    async def test_withdraws_a_draft_nobody_has_touched(self, console: Console) -> None:
        decision = await console.gaps.decide(
            await console.wanted(Fate.ENTRY, draft=DRAFT), author="小陈"
        )

        undone = await console.gaps.undo("power", decision.decision_id, by="小陈")

        assert not undone.entry_kept
        entry = await console.entry(decision.decided.entry_id)
        assert entry.state is EntryState.WITHDRAWN

    async def test_of_an_entry_can_be_decided_the_same_way_once_more(
        self, console: Console
    ) -> None:
        first = await console.gaps.decide(
            await console.wanted(Fate.ENTRY, draft=DRAFT), author="小陈"
        )
        await console.gaps.undo("power", first.decision_id, by="小陈")

        again = await console.gaps.decide(
            await console.wanted(Fate.ENTRY, draft=DRAFT), author="小陈"
        )

        entry = await console.entry(first.decided.entry_id)
        assert again.decided.entry_id == entry.entry_id
        assert (entry.state, entry.questions) == (EntryState.DRAFT, SOLAR)

    async def test_leaves_a_colleagues_draft_that_an_earlier_decision_named(
        self, console: Console, clock: Clock, database: Database
    ) -> None:
        (old,) = await console.editor.propose("power", [DRAFT], author="老王", now=clock())
        clock.move(timedelta(minutes=1))
        (gap,) = await console.gaps.list_gaps("power")
        decided = NewDecision(
            profile="power",
            fate=Fate.ENTRY,
            text=SOLAR[0],
            wordings=SOLAR,
            author="小陈",
            at=clock(),
            entry_id=old,
            version=1,
        )
        async with database.write() as connection:
            decision = await GapStore(connection).decide(decided, gap.line_ids)

        undone = await console.gaps.undo("power", decision.decision_id, by="小陈")

        assert undone.entry_kept
        assert (await console.entry(old)).state is EntryState.DRAFT

    async def test_leaves_an_entry_others_have_worked_on(
        self, console: Console, clock: Clock
    ) -> None:
        decision = await console.gaps.decide(
            await console.wanted(Fate.ENTRY, draft=DRAFT), author="小陈"
        )
        clock.move(timedelta(minutes=1))
        entry_id = decision.decided.entry_id
        ref = Ref(profile="power", entry_id=entry_id, version=decision.decided.version)
        await console.editor.submit(ref, author="小陈", now=clock())

        undone = await console.gaps.undo("power", decision.decision_id, by="小陈")

        assert undone.entry_kept
        assert (await console.entry(entry_id)).state is EntryState.REVIEW
