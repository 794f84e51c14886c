"""What the tuner is told of what people said, from the decisions and outcomes in the database."""

from datetime import datetime

import pytest

from desk.database import Database
from desk.said import said_of
from knowledge.gap_store import GapStore, NewDecision
from knowledge.gaps import Fate
from knowledge.pick_store import PickStore, Shown, Told
from knowledge.picks import Outcome
from knowledge.tuning_said import Said
from tests.conftest import SATURDAY_MORNING, Clock
from tests.conversations.scripted import somebody_informs
from tests.knowledge.small_corpus import PAYING
from tests.tickets.timed import TERMS
from tickets.service import TicketService
from tickets.ticket import Kind

pytestmark = pytest.mark.each_database

PAY = PAYING.entry_id


async def decide(database: Database, *wordings: str, fate: Fate = Fate.SIMILAR) -> int:
    new = NewDecision(
        profile="power",
        fate=fate,
        text=wordings[0],
        wordings=wordings,
        author="小陈",
        at=SATURDAY_MORNING,
        entry_id=PAY,
        version=2,
    )
    async with database.write() as connection:
        return (await GapStore(connection).decide(new, [])).decision_id


async def tell(database: Database, line: str, outcome: Outcome, *, talk: str | None = None) -> None:
    shown = Shown(
        suggestion_id=f"{line}/{talk}",
        profile="power",
        conversation_id=talk,
        line=line,
        entry_id=PAY,
        version=1,
    )
    moment: datetime = SATURDAY_MORNING
    async with database.write() as connection:
        told = Told(shown=shown, outcome=outcome, actor="小李", at=moment)
        await PickStore(connection).put(told)


async def told(database: Database) -> list[Said]:
    async with database.read() as connection:
        return await said_of(connection, "power", sealed={Kind.REPORT})


async def test_holds_what_trainers_put_to_an_entry(database: Database) -> None:
    await decide(database, "钱往哪儿交呢", "在哪儿充钱")
    await decide(database, "怎么用支付宝交", fate=Fate.ENTRY)

    assert await told(database) == [
        Said("钱往哪儿交呢", PAY),
        Said("在哪儿充钱", PAY),
        Said("怎么用支付宝交", PAY),
    ]


async def test_holds_nothing_that_was_decided_otherwise_or_taken_back(database: Database) -> None:
    await decide(database, "附近哪家馆子好吃", fate=Fate.OUT_OF_SCOPE)
    undone = await decide(database, "钱往哪儿交呢")
    async with database.write() as connection:
        await GapStore(connection).undo(undone, by="老王", at=SATURDAY_MORNING)

    assert await told(database) == []


async def test_holds_the_lines_for_which_agents_sent_a_wording(database: Database) -> None:
    await tell(database, "上哪儿交电费", Outcome.PICKED)
    await tell(database, "电费咋付好", Outcome.EDITED)
    await tell(database, "家里跳闸了", Outcome.WRONG)
    await tell(database, "你们几点下班", Outcome.IGNORED)

    assert set(await told(database)) == {Said("上哪儿交电费", PAY), Said("电费咋付好", PAY)}


async def test_holds_nothing_of_a_talk_in_which_somebody_informed_later(
    database: Database, clock: Clock
) -> None:
    await tell(database, "隔壁偷电怎么举报", Outcome.PICKED, talk="wang")
    await tell(database, "上哪儿交电费", Outcome.PICKED, talk="lihua")

    tickets = TicketService(write=database.write, read=database.read, clock=clock, terms=TERMS)
    await somebody_informs(tickets, "wang")

    assert await told(database) == [Said("上哪儿交电费", PAY)]
