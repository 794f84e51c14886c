"""Numbers over HTTP: who may see how much of what is behind them, and the workbook."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

import connectors.numbers_api
from connectors.api import Centres
from connectors.numbers_api import MOST_ENTRIES
from conversations.handover import MISSED
from conversations.masking import make_mask
from conversations.message import Reply
from conversations.numbering import Numbers
from conversations.people import Role
from desk.database import Database
from desk.routes import API
from desk.settings import ROOT
from knowledge.hit_store import Hit, HitStore
from tests.conftest import Clock
from tests.connectors.conftest import Colleague, Customer, Doors, Hiring, problem_of
from tickets.informants import load_seal
from tickets.profile import Profile

PHONE = "13800138000"
UNKNOWN = Reply(text="抱歉，这个我还不知道。", card={"type": MISSED})
RUNNABLE = Reply(text="好。", sources=({"entry_id": "solar", "title": "=1+1"},))


@pytest.fixture
async def doors(doors: Doors, database: Database, clock: Clock, power: Profile) -> Doors:
    """The desk's doors and these."""
    numbers = Numbers(
        seal=load_seal(ROOT / "profiles" / "informants.yml", roles=list(Role)),
        mask=make_mask(),
        read=database.read,
        clock=clock,
    )
    centres = Centres({"power": power}, default="power")
    router = connectors.numbers_api.make_router(staff=doors.staff, numbers=numbers, centres=centres)
    doors.app.include_router(router, prefix=API)
    return doors


async def turns_seen_by(member: Colleague) -> list[dict[str, Any]]:
    answer = await member.get("/numbers/turns", ended="none")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["turns"]
    return found


@pytest.fixture
async def missed(doors: Doors, customer: Customer, monkeypatch: pytest.MonkeyPatch) -> Customer:
    """小张 asked in vain and said a phone number."""

    async def unknowing(*_: object) -> list[Reply]:
        return [UNKNOWN]

    monkeypatch.setattr(doors.bot, "answer", unknowing)
    await customer.say(f"光伏并网找谁办，我电话{PHONE}")
    return customer


async def test_counts_a_turn_and_says_what_the_number_means(missed: Customer, hire: Hiring) -> None:
    trainer = await hire("小陈", Role.TRAINER)

    found = (await trainer.get("/numbers")).json()

    assert (found["total"]["turns"], found["total"]["none"]) == (1, 1)
    assert found["days"][-1]["none"] == 1
    assert found["words"]["none"]["meaning"]


async def test_a_trainer_sees_no_phone_and_not_whose_turn_it_is(
    missed: Customer, hire: Hiring
) -> None:
    (turn,) = await turns_seen_by(await hire("小陈", Role.TRAINER))

    assert PHONE not in turn["asked"]
    assert "光伏并网找谁办" in turn["asked"]
    assert turn["conversation_id"] is None


async def test_quality_sees_whose_turn_it_is_and_half_a_phone(
    missed: Customer, hire: Hiring
) -> None:
    (turn,) = await turns_seen_by(await hire("小钱", Role.QUALITY))

    assert turn["conversation_id"] == missed.conversation_id
    assert "138****8000" in turn["asked"]


async def test_a_lead_sees_all_of_it(missed: Customer, hire: Hiring) -> None:
    (turn,) = await turns_seen_by(await hire("老周", Role.LEAD))

    assert PHONE in turn["asked"]


@pytest.mark.parametrize("path", ["/numbers", "/numbers/turns", "/numbers/workbook"])
async def test_an_agent_sees_none(agent: Colleague, path: str) -> None:
    assert problem_of(await agent.get(path))["type"] == "/problems/NotAllowed"


async def test_a_wrong_period_is_told(hire: Hiring) -> None:
    lead = await hire("老周", Role.LEAD)

    answer = await lead.get("/numbers", first="2026-11-22", last="2026-11-21")

    assert "开始日期不能晚于结束日期" in problem_of(answer)["detail"]


async def test_the_workbook_holds_numbers_that_add_up_and_nothing_that_runs(
    doors: Doors, customer: Customer, hire: Hiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answering(*_: object) -> list[Reply]:
        return [RUNNABLE]

    monkeypatch.setattr(doors.bot, "answer", answering)
    await customer.say("光伏并网找谁办")
    lead = await hire("老周", Role.LEAD)

    answer = await lead.get("/numbers/workbook", first="2026-11-20", last="2026-11-21")

    days, entries, meanings = load_workbook(BytesIO(answer.content)).worksheets
    assert [row[0].value for row in days.iter_rows(min_row=2)] == [
        "2026-11-20",
        "2026-11-21",
        "合计",
    ]
    assert [row[1].value for row in days.iter_rows(min_row=2)] == [0, 1, 1]
    title = entries.cell(2, 2)
    assert (title.data_type, title.value.lstrip("'")) == ("s", "=1+1")
    assert meanings.max_row > 10


async def test_the_workbook_holds_every_entry_and_the_page_says_how_many_it_does_not_show(
    doors: Doors, database: Database, hire: Hiring
) -> None:
    async with database.write() as connection:
        for number in range(MOST_ENTRIES + 1):
            hit = Hit(entry_id=f"e{number:04}", answered=0, offered=1)
            await HitStore(connection).add("power", "2026-11-21", hit)
    lead = await hire("老周", Role.LEAD)

    shown = (await lead.get("/numbers", first="2026-11-20", last="2026-11-21")).json()
    saved = await lead.get("/numbers/workbook", first="2026-11-20", last="2026-11-21")

    assert (len(shown["entries"]), shown["entries_in_all"]) == (MOST_ENTRIES, MOST_ENTRIES + 1)
    _, entries, _ = load_workbook(BytesIO(saved.content)).worksheets
    assert entries.max_row == 1 + MOST_ENTRIES + 1
