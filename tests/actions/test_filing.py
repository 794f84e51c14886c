"""Filing what is complete: a new ticket, or something done to one that is there; each once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from actions.filing import Filing
from actions.form import FileRequest, Requests
from conversations.request import Request, Talk
from desk.database import Database
from tests.actions.rasa_side import Line, run
from tests.conftest import Clock
from tickets.event_service import Events
from tickets.follow_up import FollowUp
from tickets.profile import Profile
from tickets.service import URGED, TicketService
from tickets.store import NewTicket
from tickets.ticket import Kind, State, Ticket, spoken_number

Domain = dict[str, Any]

TOLD = {
    "fault_kind": "停电",
    "address": "幸福里6栋301",
    "scope": "整栋楼或单元",
    "since": "昨晚八点",
    "phone": "13800138000",
}
WAYS: dict[State, tuple[State, ...]] = {
    State.REGISTERED: (),
    State.DISPATCHED: (State.DISPATCHED,),
    State.IN_PROGRESS: (State.IN_PROGRESS,),
    State.ANSWERED: (State.IN_PROGRESS, State.ANSWERED),
    State.FILED: (State.IN_PROGRESS, State.ANSWERED, State.FILED),
    State.WITHDRAWN: (State.WITHDRAWN,),
}


def complete(kind: str, words: str = "", *, message_id: str = "line-7", **fields: str) -> Line:
    """The line that completes a request."""
    request = Request(kind=kind, words=words, fields={**fields, "confirm": "affirm"})
    talk = Talk(requests=(request,))
    return Line(text="对", intent="affirm", talk=talk, filed=True, message_id=message_id)


async def ticket_in(tickets: TicketService, state: State) -> Ticket:
    """Li Hua's ticket, on its way."""
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
    for step in WAYS[state]:
        ticket = await tickets.change(ticket.no, actor="张班长", state=step, note="客户说的")
    return ticket


@pytest.fixture
def file(requests: Requests, filing: Filing) -> FileRequest:
    return FileRequest(requests, filing)


class TestANewTicket:
    async def test_holds_what_was_told(
        self, file: FileRequest, tickets: TicketService, domain: Domain
    ) -> None:
        outcome = await run(file, complete("fault", "没电了快来", **TOLD), domain)

        (ticket,) = await tickets.list_tickets(conversation_id="lihua")
        assert (ticket.kind, ticket.state, ticket.profile) == (
            Kind.FAULT,
            State.REGISTERED,
            "power",
        )
        assert ticket.fields == {**TOLD, "words": "没电了快来"}
        assert "工单号 2026 1121 0001 2" in outcome.text
        assert "城区 45 分钟" in outcome.text

    async def test_is_shown_as_a_card_that_says_the_same(
        self, file: FileRequest, domain: Domain
    ) -> None:
        outcome = await run(file, complete("fault", **TOLD), domain)

        card = outcome.custom["card"]
        assert (card["type"], card["no"], card["kind"]) == ("ticket", "2026112100012", "故障报修")
        for words in (card["spoken"], card["next"], card["by"]):
            assert words in outcome.text

    @pytest.mark.parametrize(
        ("kind", "told"),
        [
            ("complaint", {"matter": "师傅态度差", "wish": "派人核实"}),
            ("report", {"matter": "楼下饭店绕表", "address": "文三路9号"}),
            ("suggestion", {"advice": "缴费页面字太小"}),
            ("praise", {"praised": "昨晚来的两位师傅"}),
            ("application", {"application_kind": "增容", "phone": "13800138000"}),
            ("callback", {"phone": "13800138000"}),
        ],
    )
    async def test_is_of_the_kind_that_was_asked_for(
        self,
        file: FileRequest,
        tickets: TicketService,
        domain: Domain,
        power: Profile,
        kind: str,
        told: dict[str, str],
    ) -> None:
        outcome = await run(file, complete(kind, **told), domain)

        (ticket,) = await tickets.list_tickets()
        assert ticket.kind == Kind(kind)
        assert ticket.fields == told
        assert spoken_number(ticket.no) in outcome.text
        assert power.promises[kind].by in outcome.text
        assert "{" not in outcome.text

    async def test_is_one_when_the_same_line_comes_twice(
        self, file: FileRequest, tickets: TicketService, domain: Domain
    ) -> None:
        first = await run(file, complete("fault", **TOLD), domain)
        second = await run(file, complete("fault", **TOLD), domain)

        assert (second.text, second.custom) == (first.text, first.custom)
        assert len(await tickets.list_tickets()) == 1

    async def test_is_another_for_another_line(
        self, file: FileRequest, tickets: TicketService, domain: Domain
    ) -> None:
        await run(file, complete("fault", message_id="line-7", **TOLD), domain)
        await run(file, complete("fault", message_id="line-19", **TOLD), domain)
        await run(file, complete("complaint", message_id="line-7", matter="没人来"), domain)

        assert len(await tickets.list_tickets()) == 3

    async def test_keeps_braces_in_what_was_said(
        self, file: FileRequest, tickets: TicketService, domain: Domain
    ) -> None:
        await run(file, complete("complaint", "{no}", matter="{by}没人管{}"), domain)

        (ticket,) = await tickets.list_tickets()
        assert ticket.fields == {"matter": "{by}没人管{}", "words": "{no}"}

    async def test_is_for_the_default_centre_when_none_is_named(
        self, file: FileRequest, tickets: TicketService, domain: Domain
    ) -> None:
        request = Request(kind="fault", fields=TOLD)
        line = Line(talk=Talk(requests=(request,)), filed=True, profile=None)

        await run(file, line, domain)

        (ticket,) = await tickets.list_tickets()
        assert ticket.profile == "power"


class TestAnUrge:
    async def test_is_counted_and_told(
        self, file: FileRequest, tickets: TicketService, domain: Domain
    ) -> None:
        ticket = await ticket_in(tickets, State.DISPATCHED)

        first = await run(
            file, complete("urge", "咋还不来", message_id="a", ticket_no=ticket.no), domain
        )
        second = await run(
            file, complete("urge", "快点", message_id="b", ticket_no=ticket.no), domain
        )

        assert "第 1 次" in first.text
        assert "第 2 次" in second.text
        assert "目前进度：已派工。" in second.text
        pushed = [line for line in (await tickets.get(ticket.no)).history if line.event == URGED]
        assert [(line.actor, line.note) for line in pushed] == [
            ("customer", "咋还不来"),
            ("customer", "快点"),
        ]

    async def test_counts_once_when_the_same_line_comes_twice(
        self, file: FileRequest, tickets: TicketService, domain: Domain
    ) -> None:
        ticket = await ticket_in(tickets, State.REGISTERED)

        first = await run(file, complete("urge", ticket_no=ticket.no), domain)
        second = await run(file, complete("urge", ticket_no=ticket.no), domain)

        assert second.text == first.text
        assert "第 1 次" in first.text

    @pytest.mark.parametrize("state", [State.WITHDRAWN, State.FILED])
    async def test_promises_nothing_for_a_ticket_that_is_done_with(
        self, file: FileRequest, tickets: TicketService, domain: Domain, state: State
    ) -> None:
        ticket = await ticket_in(tickets, state)

        outcome = await run(file, complete("urge", ticket_no=ticket.no), domain)

        assert "不用再催了" in outcome.text
        assert outcome.titles == ["重新登记", "转人工"]

    async def test_that_finds_it_filed_at_that_moment_offers_what_else_there_is(
        self,
        requests: Requests,
        tickets: TicketService,
        events: Events,
        follow_up: FollowUp,
        database: Database,
        clock: Clock,
        domain: Domain,
    ) -> None:
        no = (await ticket_in(tickets, State.ANSWERED)).no

        @asynccontextmanager
        async def after_it_was_filed() -> AsyncIterator[AsyncConnection]:
            if (await tickets.get(no)).state is State.ANSWERED:
                await tickets.change(no, actor="张班长", state=State.FILED, note="结了")
            async with database.write() as connection:
                yield connection

        late = TicketService(write=after_it_was_filed, read=database.read, clock=clock)
        file = FileRequest(requests, Filing(late, events, follow_up, clock=clock))

        outcome = await run(file, complete("urge", ticket_no=no), domain)

        assert outcome.texts == [
            f"工单 {spoken_number(no)} 现在的状态是“已归档”，不用再催了。"
            "问题还在的话可以重新登记，或者转人工。"
        ]
        assert outcome.titles == ["重新登记", "转人工"]


class TestAWithdrawal:
    @pytest.mark.parametrize("state", [State.REGISTERED, State.DISPATCHED, State.IN_PROGRESS])
    async def test_takes_the_ticket_back_with_its_reason(
        self, file: FileRequest, tickets: TicketService, domain: Domain, state: State
    ) -> None:
        ticket = await ticket_in(tickets, state)

        outcome = await run(
            file, complete("withdrawal", ticket_no=ticket.no, reason="已经恢复"), domain
        )

        withdrawn = await tickets.get(ticket.no)
        assert withdrawn.state is State.WITHDRAWN
        assert (withdrawn.history[-1].actor, withdrawn.history[-1].note) == ("customer", "已经恢复")
        assert f"工单 {spoken_number(ticket.no)} 已撤销" in outcome.text

    async def test_is_done_once_when_the_same_line_comes_twice(
        self, file: FileRequest, tickets: TicketService, domain: Domain
    ) -> None:
        ticket = await ticket_in(tickets, State.REGISTERED)

        first = await run(file, complete("withdrawal", ticket_no=ticket.no), domain)
        once = await tickets.get(ticket.no)
        second = await run(file, complete("withdrawal", ticket_no=ticket.no), domain)

        assert second.text == first.text
        assert await tickets.get(ticket.no) == once

    @pytest.mark.parametrize(
        ("state", "label"), [(State.ANSWERED, "已答复"), (State.FILED, "已归档")]
    )
    async def test_comes_too_late_for_one_that_is_answered(
        self, file: FileRequest, tickets: TicketService, domain: Domain, state: State, label: str
    ) -> None:
        ticket = await ticket_in(tickets, state)

        outcome = await run(file, complete("withdrawal", ticket_no=ticket.no), domain)

        assert f"“{label}”，不能再撤销" in outcome.text
        assert outcome.titles == ["转人工"]
        assert await tickets.get(ticket.no) == ticket


class TestARating:
    @pytest.mark.parametrize(("given", "filed_as"), [("满意", "satisfied"), ("一般", "fair")])
    async def test_is_written_on_the_ticket(
        self, file: FileRequest, tickets: TicketService, domain: Domain, given: str, filed_as: str
    ) -> None:
        ticket = await ticket_in(tickets, State.ANSWERED)
        line = complete("rating", "师傅挺好", ticket_no=ticket.no, satisfaction=given)

        outcome = await run(file, line, domain)

        rated = await tickets.get(ticket.no)
        assert rated.fields == {**TOLD, "satisfaction": given}
        assert (rated.state, rated.outcome) == (State.FILED, filed_as)
        assert (rated.history[-1].actor, rated.history[-1].note) == ("customer", "师傅挺好")
        assert outcome.text.startswith("谢谢您的评价")

    @pytest.mark.parametrize("given", ["没有解决", "不满意"])
    async def test_sends_an_answered_ticket_back(
        self,
        file: FileRequest,
        tickets: TicketService,
        domain: Domain,
        power: Profile,
        given: str,
    ) -> None:
        ticket = await ticket_in(tickets, State.ANSWERED)

        outcome = await run(
            file, complete("rating", ticket_no=ticket.no, satisfaction=given), domain
        )

        assert (await tickets.get(ticket.no)).state is State.REOPENED
        assert outcome.texts == [power.wordings.reopened]

    @pytest.mark.parametrize("state", [State.REGISTERED, State.IN_PROGRESS, State.FILED])
    async def test_moves_no_ticket_that_was_not_just_answered(
        self,
        file: FileRequest,
        tickets: TicketService,
        domain: Domain,
        power: Profile,
        state: State,
    ) -> None:
        ticket = await ticket_in(tickets, state)

        outcome = await run(
            file, complete("rating", ticket_no=ticket.no, satisfaction="不满意"), domain
        )

        rated = await tickets.get(ticket.no)
        assert (rated.state, rated.fields["satisfaction"]) == (state, "不满意")
        assert outcome.texts == [power.wordings.rated_bad]

    @pytest.mark.parametrize("given", ["满意", "没有解决"])
    async def test_counts_once_when_the_same_line_comes_twice(
        self, file: FileRequest, tickets: TicketService, domain: Domain, given: str
    ) -> None:
        ticket = await ticket_in(tickets, State.ANSWERED)
        line = complete("rating", ticket_no=ticket.no, satisfaction=given)

        first = await run(file, line, domain)
        once = await tickets.get(ticket.no)
        second = await run(file, line, domain)

        assert second.text == first.text
        assert await tickets.get(ticket.no) == once
