"""A month's complaints in one table, on the centre's own calendar."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from desk.database import Database
from desk.settings import ROOT
from tests.conftest import Clock
from tests.tickets.test_service import outage
from tickets.form_service import FormService, NoSuchMonth
from tickets.forms import load_forms
from tickets.informants import load_seal
from tickets.limits_file import load_limits
from tickets.profile import Profile
from tickets.service import TicketService
from tickets.ticket import Kind, State

pytestmark = pytest.mark.each_database

ROLES = ("supervisor", "admin")


@pytest.fixture
def forms(database: Database, clock: Clock, power: Profile) -> FormService:
    profiles: Mapping[str, Profile] = {"power": power}
    return FormService(
        forms=load_forms(ROOT / "profiles" / "forms.yml"),
        profiles=profiles,
        limits={"power": load_limits(ROOT / "profiles" / "power")},
        seal=load_seal(ROOT / "profiles" / "informants.yml", roles=ROLES),
        read=database.read,
        clock=clock,
    )


@pytest.fixture
def tickets(database: Database, clock: Clock) -> TicketService:
    return TicketService(write=database.write, read=database.read, clock=clock)


class TestFillSummary:
    async def test_holds_the_complaints_of_the_month_in_shanghai(
        self, forms: FormService, tickets: TicketService, clock: Clock
    ) -> None:
        moments = {
            "十月最后一分钟": datetime(2026, 10, 31, 15, 59, 59, 999_999, UTC),
            "十一月第一刻": datetime(2026, 10, 31, 16, 0, 0, 0, UTC),
            "第一刻之后": datetime(2026, 10, 31, 16, 0, 0, 1, UTC),
            "十一月最后一刻": datetime(2026, 11, 30, 15, 59, 59, 999_999, UTC),
            "十二月": datetime(2026, 11, 30, 16, 0, 0, 0, UTC),
        }
        for matter, moment in moments.items():
            clock.moment = moment
            fields = {"matter": matter}
            await tickets.register(outage(matter, kind=Kind.COMPLAINT, fields=fields), actor="小李")

        table = await forms.fill_summary("power", "2026-11")

        labels = [label for label, _ in table.columns]
        assert [row[labels.index("投诉内容")] for row in table.rows] == [
            "十一月第一刻",
            "第一刻之后",
            "十一月最后一刻",
        ]
        assert [row[0] for row in table.rows] == ["1", "2", "3"]

    async def test_leaves_out_other_kinds_and_other_centres(
        self, forms: FormService, tickets: TicketService
    ) -> None:
        await tickets.register(outage("a", kind=Kind.FAULT), actor="小李")
        await tickets.register(outage("b", kind=Kind.COMPLAINT, profile="property"), actor="小李")

        assert (await forms.fill_summary("power", "2026-11")).rows == ()

    async def test_tells_of_each_complaint_what_was_answered(
        self, forms: FormService, tickets: TicketService
    ) -> None:
        for matter in ("多收了费", "态度不好"):
            asked = outage(matter, kind=Kind.COMPLAINT, fields={"matter": matter})
            no = (await tickets.register(asked, actor="小李")).no
            await tickets.change(no, actor="小李", state=State.IN_PROGRESS, note="已联系")
            await tickets.change(no, actor="小李", state=State.ANSWERED, note=f"{matter}已答复")

        table = await forms.fill_summary("power", "2026-11")

        result = [label for label, _ in table.columns].index("处理结果")
        assert [row[result] for row in table.rows] == ["多收了费已答复", "态度不好已答复"]

    async def test_asks_the_database_no_more_often_for_many_than_for_one(
        self, forms: FormService, tickets: TicketService, database: Database
    ) -> None:
        asked = []
        event.listen(
            database._engine.sync_engine, "before_cursor_execute", lambda *a: asked.append(a)
        )

        counts = []
        for key in range(12):
            complaint = outage(str(key), kind=Kind.COMPLAINT, fields={"matter": "多收了费"})
            await tickets.register(complaint, actor="小李")
            asked.clear()
            assert len((await forms.fill_summary("power", "2026-11")).rows) == key + 1
            counts.append(len(asked))

        assert counts[0] == counts[-1] > 0

    @pytest.mark.parametrize("month", ["2026-13", "2026", "11月", "", "0001-01", "9999-12"])
    async def test_refuses_what_is_no_month(self, forms: FormService, month: str) -> None:
        with pytest.raises(NoSuchMonth):
            await forms.fill_summary("power", month)
