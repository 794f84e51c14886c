"""Telling how a ticket is going, to the customer it belongs to and to nobody else."""

from datetime import timedelta
from typing import Any

import pytest

from actions.conversation import FORM, Centres
from actions.requests import Requests
from actions.tickets import NoteDetails, TellProgress
from conversations.request import Request, Talk
from desk.database import Database
from knowledge.service import Knowledge
from tests.actions.rasa_side import Line, run
from tests.knowledge.small_corpus import PAYING, WAITING
from tickets.profile import Profile
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.ticket import Kind, State, Ticket, new_number, spoken_number
from tickets.together import Matters

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
    return Line(text=no, intent="query_progress", details={"ticket_no": no}, **more)


@pytest.fixture
def tell(
    requests: Requests, tickets: TicketService, knowledge: Knowledge, centres: Centres
) -> TellProgress:
    return TellProgress(requests=requests, tickets=tickets, knowledge=knowledge, centres=centres)


@pytest.fixture
def note(
    requests: Requests, tickets: TicketService, knowledge: Knowledge, centres: Centres
) -> NoteDetails:
    return NoteDetails(requests=requests, tickets=tickets, knowledge=knowledge, centres=centres)


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

    async def test_tells_where_the_work_is_done_when_it_was_merged(
        self,
        tell: TellProgress,
        tickets: TicketService,
        domain: Domain,
        database: Database,
        clock: Any,
    ) -> None:
        first, own = await file_for(tickets, "wangwei"), await file_for(tickets, "lihua")
        matters = Matters(write=database.write, clock=clock, terms={})
        await matters.merge(own.no, first.no, actor="张班长")
        await tickets.change(first.no, actor="张班长", state=State.IN_PROGRESS)

        outcome = await run(tell, asks_for(own.no), domain)

        assert spoken_number(own.no) in outcome.text
        assert "正在处理" in outcome.text

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
        known = Talk(known={"phone": "13800138000"})
        said_before = asks_for(ticket.no, sender="another-day", talk=known)
        in_one_line = Line(
            text=f"{ticket.no}，电话13800138000",
            intent="query_progress",
            details={"ticket_no": ticket.no, "phone": "13800138000"},
            sender="yet-another-day",
        )

        for line in (said_before, in_one_line):
            outcome = await run(tell, line, domain)

            assert "已登记，等待派工" in outcome.text

    @pytest.mark.parametrize("known", [{}, {"phone": "13911112222"}])
    async def test_says_of_somebody_elses_ticket_what_it_says_of_none(
        self, tell: TellProgress, tickets: TicketService, domain: Domain, known: dict[str, str]
    ) -> None:
        theirs = (await file_for(tickets, "lihua", phone="13800138000")).no
        nobodys = new_number("20261121", 999)
        stranger: dict[str, Any] = {"sender": "wangwei", "talk": Talk(known=known)}

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
        ticket = await file_for(tickets, "lihua", phone="不留电话")
        nothing = Talk(known={"phone": "不留电话"})
        stranger = asks_for(ticket.no, sender="wangwei", talk=nothing)

        outcome = await run(tell, stranger, domain)

        assert "没有查到属于您的这个工单" in outcome.text

    async def test_says_when_a_digit_of_the_number_is_wrong(
        self, tell: TellProgress, tickets: TicketService, domain: Domain, power: Profile
    ) -> None:
        await file_for(tickets, "lihua")
        slip = {"wrong_ticket_no": "2026112100013"}
        line = Line(text="2026112100013到哪了", intent="query_progress", details=slip)

        outcome = await run(tell, line, domain)

        assert outcome.texts == [power.wordings.wrong_ticket_no]

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

        assert outcome.texts == [WAITING.answer]
        assert outcome.custom["sources"][0]["entry_id"] == WAITING.entry_id


class TestNoteDetails:
    async def test_tells_the_progress_of_a_number_sent_alone(
        self, note: NoteDetails, tickets: TicketService, domain: Domain
    ) -> None:
        ticket = await file_for(tickets, "lihua")
        line = Line(text=ticket.no, intent="inform", details={"ticket_no": ticket.no})

        outcome = await run(note, line, domain)

        assert "已登记，等待派工" in outcome.text

    async def test_keeps_a_strangers_number_to_itself(
        self, note: NoteDetails, tickets: TicketService, domain: Domain
    ) -> None:
        ticket = await file_for(tickets, "lihua")
        line = Line(intent="inform", details={"ticket_no": ticket.no}, sender="wangwei")

        outcome = await run(note, line, domain)

        assert "没有查到属于您的这个工单" in outcome.text

    async def test_says_when_a_digit_of_the_number_is_wrong(
        self, note: NoteDetails, domain: Domain, power: Profile
    ) -> None:
        line = Line(text="2026112100013", details={"wrong_ticket_no": "2026112100013"})

        outcome = await run(note, line, domain)

        assert outcome.texts == [power.wordings.wrong_ticket_no]

    async def test_asks_what_any_other_detail_is_for_and_keeps_it(
        self, note: NoteDetails, domain: Domain
    ) -> None:
        line = Line(text="我姓王，13800138000", details={"phone": "13800138000", "name": "王"})

        outcome = await run(note, line, domain)

        assert "请问您要办理什么" in outcome.text
        assert outcome.titles == ["故障报修", "查工单进度", "投诉", "转人工"]
        assert outcome.talk == Talk(known={"phone": "13800138000", "name": "王"})

    async def test_begins_a_report_where_a_fault_is_named(
        self, note: NoteDetails, domain: Domain
    ) -> None:
        line = Line(text="幸福里6栋301，没电", intent="inform", details={"address": "幸福里6栋301"})

        outcome = await run(note, line, domain)

        assert outcome.fields == {"fault_kind": "停电", "address": "幸福里6栋301"}
        assert outcome.next_action == FORM

    async def test_says_that_a_button_is_old(self, note: NoteDetails, domain: Domain) -> None:
        line = Line(
            text='/inform{"field": "scope", "value": "只有我家"}',
            confidence=1.0,
            entities={"field": "scope", "value": "只有我家"},
        )

        outcome = await run(note, line, domain)

        assert outcome.responses == ["utter_button_old"]
        assert outcome.events == []

    async def test_looks_for_an_answer_where_there_is_no_detail(
        self, note: NoteDetails, domain: Domain
    ) -> None:
        outcome = await run(note, Line(text="怎么在手机上交电费"), domain)

        assert outcome.text == PAYING.answer

    async def test_keeps_what_waits_in_the_talk(self, note: NoteDetails, domain: Domain) -> None:
        waiting = (Request(kind="fault", fields={"fault_kind": "停电"}),)
        line = Line(
            text="13800138000", details={"phone": "13800138000"}, talk=Talk(requests=waiting)
        )

        outcome = await run(note, line, domain)

        assert outcome.talk.requests == waiting
