"""A customer who reports what others reported before is told at once what is known."""

from typing import Any

import pytest

from actions.filing import Filing
from actions.form import AskNext, FileRequest
from actions.requests import Requests
from actions.tickets import TellProgress
from conversations.request import Request, Talk
from tests.actions.rasa_side import Line, run
from tests.conftest import Clock
from tickets.event import Event
from tickets.event_service import Events, Known, NewEvent
from tickets.profile import Profile
from tickets.sent_file_service import SentFiles
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.ticket import Kind

pytestmark = pytest.mark.needs_encoder

Domain = dict[str, Any]
TOLD = {"fault_kind": "停电", "address": "幸福里6栋301"}
REST = {"scope": "整栋楼或单元", "since": "刚刚", "phone": "13800138000"}


@pytest.fixture
async def event(events: Events) -> Event:
    """An agent has opened one, and knows why."""
    new = NewEvent(profile="power", matter="停电", area="幸福里6栋", known=Known(cause="电缆故障"))
    return await events.open(new, actor="小李")


def asked(**fields: str) -> Line:
    """The form asks for what is missing beside these."""
    talk = Talk(requests=(Request(kind="fault", fields=fields),))
    return Line(text="好的", talk=talk, is_filling_in=True)


def complete(*, told: tuple[str, ...] = (), **fields: str) -> Line:
    request = Request(kind="fault", fields={**fields, "confirm": "affirm"}, told=told)
    return Line(text="对", intent="affirm", talk=Talk(requests=(request,)), filed=True)


class TestAskNext:
    @pytest.fixture
    def ask(self, requests: Requests, files: SentFiles) -> AskNext:
        return AskNext(requests, files)

    async def test_tells_what_is_known_before_the_next_question(
        self, ask: AskNext, event: Event, domain: Domain, power: Profile
    ) -> None:
        outcome = await run(ask, asked(**TOLD), domain)

        known, question = outcome.texts
        assert known == "您所在的幸福里6栋已接到多户报修（停电），正在处理。原因：电缆故障。"
        assert question == power.fields["scope"].ask

    async def test_tells_it_once(self, ask: AskNext, event: Event, domain: Domain) -> None:
        first = await run(ask, asked(**TOLD), domain)

        second = await run(ask, Line(text="好的", talk=first.talk, is_filling_in=True), domain)

        assert len(second.texts) == 1
        assert second.events == []

    async def test_tells_when_it_is_expected_to_work_again(
        self, ask: AskNext, events: Events, event: Event, domain: Domain, clock: Clock
    ) -> None:
        later = clock().replace(hour=10, minute=30)
        await events.tell(event.no, Known(restore_at=later), actor="小李")

        outcome = await run(ask, asked(**TOLD), domain)

        assert "预计今天 18:30 恢复" in outcome.texts[0]

    async def test_does_not_say_a_time_that_has_gone_by(
        self, ask: AskNext, events: Events, event: Event, domain: Domain, clock: Clock
    ) -> None:
        await events.tell(event.no, Known(restore_at=clock()), actor="小李")

        outcome = await run(ask, asked(**TOLD), domain)

        assert "预计" not in outcome.texts[0]

    @pytest.mark.parametrize(
        "fields",
        [
            {"fault_kind": "停电"},
            {**TOLD, "address": "阳光花园6栋301"},
            {**TOLD, "fault_kind": "电压异常"},
            {**TOLD, "scope": "只有我家"},
        ],
        ids=str,
    )
    async def test_tells_nothing_of_what_does_not_concern_them(
        self, ask: AskNext, event: Event, domain: Domain, fields: dict[str, str]
    ) -> None:
        outcome = await run(ask, asked(**fields), domain)

        assert len(outcome.texts) == 1

    async def test_shows_braces_of_an_agent_as_they_are(
        self, ask: AskNext, events: Events, event: Event, domain: Domain
    ) -> None:
        await events.tell(event.no, Known(cause="{no} <b>检修</b>"), actor="小李")

        outcome = await run(ask, asked(**TOLD), domain)

        assert "{no} <b>检修</b>" in outcome.texts[0]


class TestFileRequest:
    @pytest.fixture
    def file(self, requests: Requests, filing: Filing) -> FileRequest:
        return FileRequest(requests, filing)

    async def test_says_that_it_is_worked_on_with_the_others(
        self,
        file: FileRequest,
        tickets: TicketService,
        events: Events,
        event: Event,
        domain: Domain,
    ) -> None:
        outcome = await run(file, complete(told=(event.no,), **TOLD, **REST), domain)

        (ticket,) = await tickets.list_tickets()
        assert await events.find_of_ticket(ticket.no) == event
        assert "和幸福里6栋的其他报修一起处理" in outcome.text
        assert "和幸福里6栋的其他报修一起处理" in outcome.custom["card"]["lead"]
        assert "电缆故障" not in outcome.text

    async def test_tells_what_is_known_where_it_was_not_told_before(
        self, file: FileRequest, event: Event, domain: Domain
    ) -> None:
        outcome = await run(file, complete(**TOLD, **REST), domain)

        assert "已接到多户报修（停电）" in outcome.text
        assert "电缆故障" in outcome.custom["card"]["lead"]


class TestTellProgress:
    async def test_tells_what_is_known_of_the_event(
        self,
        requests: Requests,
        tickets: TicketService,
        knowledge: Any,
        centres: Any,
        event: Event,
        domain: Domain,
    ) -> None:
        ticket = await tickets.register(
            NewTicket(
                request_key="lihua:line-1:fault",
                profile="power",
                kind=Kind.FAULT,
                conversation_id="lihua",
                fields=TOLD,
            ),
            actor="bot",
        )
        tell = TellProgress(
            requests=requests, tickets=tickets, knowledge=knowledge, centres=centres
        )
        line = Line(text=ticket.no, intent="query_progress", details={"ticket_no": ticket.no})

        outcome = await run(tell, line, domain)

        assert "原因：电缆故障" in outcome.texts[-1]
