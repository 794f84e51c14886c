"""Telling how a ticket is going, to the customer it belongs to and to nobody else."""

from datetime import timedelta
from typing import Any

import pytest

from actions.conversation import Centres
from actions.tickets import NoteDetails, TellProgress
from knowledge.service import Knowledge
from tests.actions.rasa_side import Line, run
from tests.knowledge.small_corpus import WAITING
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.ticket import Kind, State, Ticket, new_number, spoken_number

pytestmark = pytest.mark.needs_encoder

Domain = dict[str, Any]


async def file_for(
    tickets: TicketService, conversation_id: str, line: str = "line-1", **fields: str
) -> Ticket:
    return await tickets.register(
        NewTicket(
            request_key=f"{conversation_id}:{line}:fault",
            profile="power",
            kind=Kind.FAULT,
            conversation_id=conversation_id,
            fields=fields,
        ),
        actor="bot",
    )


def asks_for(no: str, **more: Any) -> Line:
    return Line(text=no, intent="query_progress", entities={"ticket_no": no}, **more)


@pytest.fixture
def tell(tickets: TicketService, knowledge: Knowledge, centres: Centres) -> TellProgress:
    return TellProgress(tickets=tickets, knowledge=knowledge, centres=centres)


@pytest.fixture
def note(tickets: TicketService, knowledge: Knowledge, centres: Centres) -> NoteDetails:
    return NoteDetails(tickets=tickets, knowledge=knowledge, centres=centres)


class TestTellProgress:
    async def test_tells_the_state_to_who_filed_it(
        self, tell: TellProgress, tickets: TicketService, domain: Domain
    ) -> None:
        ticket = await file_for(tickets, "lihua")
        await tickets.change(ticket.no, actor="张班长", state=State.DISPATCHED)

        outcome = await run(tell, asks_for(ticket.no), domain)

        assert outcome.text == (
            "工单 2026 1121 0001 2（故障报修）：已派工。\n登记时间：2026-11-21 09:30。"
        )

    async def test_takes_the_newest_when_no_number_is_given(
        self, tell: TellProgress, tickets: TicketService, domain: Domain, clock: Any
    ) -> None:
        await file_for(tickets, "lihua", "line-1")
        clock.move(timedelta(hours=1))
        newest = await file_for(tickets, "lihua", "line-9")
        await file_for(tickets, "wangwei")

        outcome = await run(tell, Line(text="到哪一步了", intent="query_progress"), domain)

        assert spoken_number(newest.no) in outcome.text

    async def test_tells_who_gives_the_phone_it_was_filed_with(
        self, tell: TellProgress, tickets: TicketService, domain: Domain
    ) -> None:
        ticket = await file_for(tickets, "lihua", phone="13800138000")
        another_day = asks_for(ticket.no, sender="another-day", slots={"phone": "13800138000"})

        outcome = await run(tell, another_day, domain)

        assert "已登记，等待派工" in outcome.text

    @pytest.mark.parametrize("phone", [None, "13911112222"])
    async def test_says_of_somebody_elses_ticket_what_it_says_of_none(
        self, tell: TellProgress, tickets: TicketService, domain: Domain, phone: str | None
    ) -> None:
        theirs = (await file_for(tickets, "lihua", phone="13800138000")).no
        nobodys = new_number("20261121", 999)
        stranger = {"sender": "wangwei", "slots": {"phone": phone}}

        foreign = await run(tell, asks_for(theirs, **stranger), domain)
        unknown = await run(tell, asks_for(nobodys, **stranger), domain)

        assert "没有查到属于您的这个工单" in foreign.text
        assert foreign.responses == unknown.responses
        assert foreign.buttons == unknown.buttons
        assert foreign.custom == unknown.custom
        assert foreign.text.replace(spoken_number(theirs), "") == unknown.text.replace(
            spoken_number(nobodys), ""
        )

    async def test_says_nothing_to_a_stranger_when_neither_gave_a_phone(
        self, tell: TellProgress, tickets: TicketService, domain: Domain
    ) -> None:
        ticket = await file_for(tickets, "lihua", phone="不清楚")
        stranger = asks_for(ticket.no, sender="wangwei", slots={"phone": "不清楚"})

        outcome = await run(tell, stranger, domain)

        assert "没有查到属于您的这个工单" in outcome.text

    async def test_asks_for_the_number_when_there_is_no_ticket(
        self, tell: TellProgress, tickets: TicketService, domain: Domain
    ) -> None:
        await file_for(tickets, "wangwei")

        outcome = await run(tell, Line(text="红烧肉做好没", intent="query_progress"), domain)

        assert outcome.responses == ["utter_ask_ticket_no"]
        assert "请把工单号发给我" in outcome.text

    async def test_answers_how_long_it_takes_to_who_has_no_ticket(
        self, tell: TellProgress, domain: Domain
    ) -> None:
        line = Line(text="报修了多久能来人", intent="query_progress")

        outcome = await run(tell, line, domain)

        assert outcome.texts[0] == WAITING.answer
        assert "请把工单号发给我" in outcome.texts[1]
        assert outcome.custom["sources"][0]["entry_id"] == WAITING.entry_id


class TestNoteDetails:
    async def test_tells_the_progress_of_a_number_sent_alone(
        self, note: NoteDetails, tickets: TicketService, domain: Domain
    ) -> None:
        ticket = await file_for(tickets, "lihua")
        line = Line(text=ticket.no, intent="inform", entities={"ticket_no": ticket.no})

        outcome = await run(note, line, domain)

        assert "已登记，等待派工" in outcome.text

    async def test_keeps_a_strangers_number_to_itself(
        self, note: NoteDetails, tickets: TicketService, domain: Domain
    ) -> None:
        ticket = await file_for(tickets, "lihua")
        line = Line(intent="inform", entities={"ticket_no": ticket.no}, sender="wangwei")

        outcome = await run(note, line, domain)

        assert "没有查到属于您的这个工单" in outcome.text

    async def test_asks_what_any_other_detail_is_for(
        self, note: NoteDetails, domain: Domain
    ) -> None:
        line = Line(text="13800138000", intent="inform", entities={"phone": "13800138000"})

        outcome = await run(note, line, domain)

        assert "请问您要办理什么" in outcome.text
        assert [button["title"] for button in outcome.buttons] == [
            "停电报修",
            "查工单进度",
            "转人工",
        ]
