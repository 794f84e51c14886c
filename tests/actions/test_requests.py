"""Filling in a request: what begins it, what a line does to it, what is asked, how it ends."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from actions.conversation import FILED, FORM, TALK
from actions.filing import Filing
from actions.form import AskNext, Begin, Cancel, FileRequest, StartAgain, TakeLine
from actions.requests import Requests
from conversations.asking import inform
from conversations.live import Live
from conversations.request import BUSINESSES, CONFIRM, Request, Talk
from desk.database import Database
from tests.actions.rasa_side import Line, Outcome, run
from tests.conversations.persons import Persons, persons_of
from tickets.profile import Profile
from tickets.sent_file_service import SentFiles
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.ticket import Kind, State, Ticket, new_number, spoken_number

Domain = dict[str, Any]

TOLD = {
    "fault_kind": "停电",
    "address": "幸福里6栋301",
    "scope": "整栋楼或单元",
    "since": "昨晚八点",
    "phone": "13800138000",
}
NEED_A_TICKET = {"urge", "rate"}
NOBODYS = new_number("20261121", 999)


def talk(kind: str = "fault", *, known: dict[str, str] | None = None, **fields: str) -> Talk:
    """One request with these fields filled."""
    return Talk(requests=(Request(kind=kind, words="我要登记", fields=fields),), known=known or {})


def answering(now: Talk, text: str, intent: str = "inform", **more: Any) -> Line:
    """A line while the form is open."""
    return Line(text=text, intent=intent, talk=now, is_filling_in=True, **more)


def pressing(now: Talk, payload: str) -> Line:
    """A button pressed while the form is open: Rasa takes its payload apart."""
    intent, brace, entities = payload.removeprefix("/").partition("{")
    held = json.loads(brace + entities) if brace else {}
    return answering(now, payload, intent, confidence=1.0, entities=held)


async def file_for(
    tickets: TicketService, sender: str, key: str, kind: Kind = Kind.FAULT, **fields: str
) -> Ticket:
    return await tickets.register(
        NewTicket(
            request_key=f"{sender}:{key}",
            profile="power",
            kind=kind,
            conversation_id=sender,
            fields=fields,
        ),
        actor="bot",
    )


@pytest.fixture
def persons(
    database: Database, tickets: TicketService, power: Profile, clock: Callable[[], datetime]
) -> Persons:
    return persons_of(database, Live(), tickets, {"power": power}, clock)


@pytest.fixture
def begin(requests: Requests, persons: Persons) -> Begin:
    return Begin(requests, handovers=persons.handovers, duty=persons.duty)


@pytest.fixture
def take(requests: Requests) -> TakeLine:
    return TakeLine(requests)


@pytest.fixture
def ask(requests: Requests, files: SentFiles) -> AskNext:
    return AskNext(requests, files)


@pytest.fixture
def file(requests: Requests, filing: Filing) -> FileRequest:
    return FileRequest(requests, filing)


@pytest.fixture
def cancel(requests: Requests) -> Cancel:
    return Cancel(requests)


@pytest.fixture
def again(requests: Requests) -> StartAgain:
    return StartAgain(requests)


class TestNames:
    def test_are_those_of_the_domain(
        self,
        domain: Domain,
        begin: Begin,
        take: TakeLine,
        ask: AskNext,
        file: FileRequest,
        cancel: Cancel,
        again: StartAgain,
    ) -> None:
        for action in (begin, take, ask, file, cancel, again):
            assert action.name() in domain["actions"]
        assert domain["forms"] == {FORM: {"required_slots": [FILED]}}
        assert {TALK, FILED} <= set(domain["slots"])

    def test_every_intent_that_begins_something_is_known(self, domain: Domain) -> None:
        assert set(BUSINESSES) <= set(domain["intents"])


class TestBegin:
    @pytest.mark.parametrize(
        ("intent", "kind"), [each for each in BUSINESSES.items() if each[0] not in NEED_A_TICKET]
    )
    async def test_begins_the_business_that_is_asked_for(
        self, begin: Begin, domain: Domain, intent: str, kind: str
    ) -> None:
        outcome = await run(begin, Line(text="麻烦办一下", intent=intent), domain)

        assert outcome.talk.current is not None
        assert outcome.talk.current.kind == kind
        assert (outcome.talk.current.words, outcome.talk.current.begun_by) == (
            "麻烦办一下",
            "line-1",
        )

    async def test_takes_what_the_desk_read_in_the_line(self, begin: Begin, domain: Domain) -> None:
        line = Line(
            text="幸福里6栋301停电了，打13800138000",
            intent="report_fault",
            details={"address": "幸福里6栋301", "phone": "13800138000"},
        )

        outcome = await run(begin, line, domain)

        assert outcome.fields == {
            "fault_kind": "停电",
            "address": "幸福里6栋301",
            "phone": "13800138000",
        }

    async def test_says_first_what_belongs_first(
        self, begin: Begin, domain: Domain, power: Profile
    ) -> None:
        outcome = await run(begin, Line(text="我要投诉", intent="complain"), domain)

        assert outcome.texts == [power.businesses["complaint"].lead]

    async def test_goes_on_top_of_what_is_being_filled_in(
        self, begin: Begin, domain: Domain
    ) -> None:
        line = answering(talk(fault_kind="停电"), "我还要投诉你们的人", "complain")

        outcome = await run(begin, line, domain)

        assert [each.kind for each in outcome.talk.requests] == ["fault", "complaint"]


class TestBeginWithATicket:
    async def test_takes_the_only_one_there_is(
        self, begin: Begin, tickets: TicketService, domain: Domain
    ) -> None:
        ticket = await file_for(tickets, "lihua", "1")
        await file_for(tickets, "wangwei", "1")

        outcome = await run(begin, Line(text="咋还不来", intent="urge"), domain)

        assert outcome.fields == {"ticket_no": ticket.no}

    async def test_offers_the_newest_three_where_there_are_more(
        self, begin: Begin, ask: AskNext, tickets: TicketService, domain: Domain
    ) -> None:
        kinds = (Kind.FAULT, Kind.FAULT, Kind.COMPLAINT, Kind.PRAISE)
        filed = [await file_for(tickets, "lihua", str(n), kind) for n, kind in enumerate(kinds)]

        begun = await run(begin, Line(text="催一下", intent="urge"), domain)
        asked = await run(ask, answering(begun.talk, "催一下", "urge"), domain)

        assert begun.fields == {}
        offered = [
            f"{label} {spoken_number(ticket.no)}"
            for label, ticket in zip(("表扬", "投诉", "故障报修"), filed[:0:-1], strict=True)
        ]
        assert asked.titles == [*offered, "转人工"]

    async def test_takes_the_one_that_is_pressed(
        self, begin: Begin, ask: AskNext, take: TakeLine, tickets: TicketService, domain: Domain
    ) -> None:
        older = await file_for(tickets, "lihua", "1")
        await file_for(tickets, "lihua", "2")
        begun = await run(begin, Line(text="催一下", intent="urge"), domain)
        asked = await run(ask, answering(begun.talk, "催一下", "urge"), domain)

        outcome = await run(take, pressing(begun.talk, asked.buttons[1]["payload"]), domain)

        assert outcome.fields == {"ticket_no": older.no}
        assert outcome.slots[FILED] is True

    async def test_offers_none_that_is_done_with(
        self, begin: Begin, tickets: TicketService, domain: Domain
    ) -> None:
        done = await file_for(tickets, "lihua", "1")
        await tickets.change(done.no, actor="张班长", state=State.WITHDRAWN, note="客户说的")
        still_open = await file_for(tickets, "lihua", "2")

        outcome = await run(begin, Line(text="催一下", intent="urge"), domain)

        assert outcome.fields == {"ticket_no": still_open.no}

    @pytest.mark.parametrize("known", [{}, {"phone": "13911112222"}])
    async def test_does_not_tell_somebody_elses_from_nobodys(
        self,
        begin: Begin,
        take: TakeLine,
        tickets: TicketService,
        domain: Domain,
        known: dict[str, str],
    ) -> None:
        theirs = await file_for(tickets, "wangwei", "1", phone="13800138000")

        async def seen(no: str) -> list[Outcome]:
            line = Line(text=no, intent="urge", details={"ticket_no": no}, talk=Talk(known=known))
            asked = talk("urge", known=known)
            again = answering(asked, no, details={"ticket_no": no})
            return [await run(begin, line, domain), await run(take, again, domain)]

        foreign, unknown = await seen(theirs.no), await seen(NOBODYS)

        assert foreign[1].fields == {}
        assert foreign[1].text.startswith("没有查到属于您的这个工单")
        for one, other in zip(foreign, unknown, strict=True):
            assert (one.texts, one.buttons, one.custom) == (
                other.texts,
                other.buttons,
                other.custom,
            )
            assert len(one.events) == len(other.events)

    async def test_says_so_when_there_is_nothing_to_urge(
        self, begin: Begin, domain: Domain, power: Profile
    ) -> None:
        outcome = await run(begin, Line(text="咋还不来", intent="urge"), domain)

        assert outcome.texts == [power.wordings.nothing_to_urge]
        assert outcome.titles == ["转人工"]
        assert outcome.events == []

    async def test_takes_a_fault_for_a_report_where_there_is_nothing_to_urge(
        self, begin: Begin, domain: Domain
    ) -> None:
        outcome = await run(begin, Line(text="停电了咋还没人来", intent="urge"), domain)

        assert outcome.talk.current is not None
        assert outcome.talk.current.kind == "fault"

    async def test_takes_one_of_another_day_with_its_phone(
        self, begin: Begin, tickets: TicketService, domain: Domain
    ) -> None:
        ticket = await file_for(tickets, "another day", "1", phone="13800138000")
        line = Line(
            text=f"{ticket.no}，电话13800138000，催一下",
            intent="urge",
            details={"ticket_no": ticket.no, "phone": "13800138000"},
        )

        outcome = await run(begin, line, domain)

        assert outcome.fields == {"ticket_no": ticket.no}


class TestBeginARating:
    async def test_is_for_the_newest_ticket(
        self, begin: Begin, tickets: TicketService, domain: Domain
    ) -> None:
        await file_for(tickets, "lihua", "1")
        newest = await file_for(tickets, "lihua", "2")

        outcome = await run(begin, Line(text="师傅挺好，五星", intent="rate"), domain)

        assert outcome.fields == {"ticket_no": newest.no, "satisfaction": "满意"}

    @pytest.mark.parametrize(
        ("said", "is_good"), [("挺好的，五星", True), ("凑合吧", True), ("不满意，白跑一趟", False)]
    )
    async def test_is_thanked_for_where_there_is_no_ticket(
        self, begin: Begin, domain: Domain, power: Profile, said: str, is_good: bool
    ) -> None:
        outcome = await run(begin, Line(text=said, intent="rate"), domain)

        words = power.wordings
        assert outcome.texts == [words.rated_good if is_good else words.rated_bad]
        assert outcome.events == []

    async def test_leaves_what_is_being_filled_in(self, begin: Begin, domain: Domain) -> None:
        line = answering(talk(fault_kind="停电"), "服务挺好", "rate")

        outcome = await run(begin, line, domain)

        assert outcome.events == []


class TestTakeLine:
    async def test_keeps_what_the_line_gives_and_asks_on(
        self, take: TakeLine, domain: Domain
    ) -> None:
        line = answering(
            talk(fault_kind="停电"), "幸福里6栋301", details={"address": "幸福里6栋301"}
        )

        outcome = await run(take, line, domain)

        assert outcome.fields == {"fault_kind": "停电", "address": "幸福里6栋301"}
        assert outcome.slots[FILED] is None
        assert outcome.texts == []

    async def test_is_done_when_the_read_back_is_confirmed(
        self, take: TakeLine, domain: Domain
    ) -> None:
        outcome = await run(take, answering(talk(**TOLD), "对的", "affirm"), domain)

        assert outcome.slots[FILED] is True
        assert not outcome.closes_form

    async def test_says_what_would_help(
        self, take: TakeLine, domain: Domain, power: Profile
    ) -> None:
        outcome = await run(take, answering(talk(fault_kind="停电"), "那边"), domain)

        assert outcome.texts == [power.fields["address"].hint]
        assert outcome.slots[FILED] is None

    @pytest.mark.parametrize(
        ("said", "intent"),
        [("停电有赔偿吗", "consult"), ("我要投诉你们", "complain"), ("算了不报了", "cancel")],
    )
    async def test_leaves_what_is_about_something_else_to_its_rule(
        self, take: TakeLine, domain: Domain, said: str, intent: str
    ) -> None:
        outcome = await run(take, answering(talk(fault_kind="停电"), said, intent), domain)

        assert outcome.is_rejected
        assert outcome.slots == {}
        assert outcome.texts == []

    async def test_takes_the_line_that_began_it_only_once(
        self, take: TakeLine, domain: Domain
    ) -> None:
        # the form is not open yet, or was left for this very line
        begun = talk(fault_kind="停电")
        opening = Line(text="啊", talk=begun, done_before=("action_begin",))
        returning = answering(begun, "停电有赔偿吗", "consult", done_before=("action_answer",))

        for line in (opening, returning):
            outcome = await run(take, line, domain)

            assert outcome.talk == begun
            assert outcome.texts == []
            assert not outcome.is_rejected

    async def test_takes_the_line_when_only_the_form_itself_has_run(
        self, take: TakeLine, domain: Domain
    ) -> None:
        line = answering(
            talk(fault_kind="停电"),
            "幸福里6栋301",
            details={"address": "幸福里6栋301"},
            done_before=(FORM,),
        )

        outcome = await run(take, line, domain)

        assert outcome.fields["address"] == "幸福里6栋301"

    async def test_needs_no_question_when_all_is_known_at_the_start(
        self, take: TakeLine, domain: Domain
    ) -> None:
        line = Line(
            text="转人工",
            intent="request_person",
            talk=talk("callback", phone="13800138000"),
            done_before=("action_begin",),
        )

        outcome = await run(take, line, domain)

        assert outcome.slots[FILED] is True

    async def test_drops_what_cannot_go_on(
        self, take: TakeLine, domain: Domain, power: Profile
    ) -> None:
        waiting = talk(fault_kind="停电").requests
        now = Talk(requests=(*waiting, *talk("application", application_kind="销户").requests))

        outcome = await run(take, answering(now, "还没结清", "deny"), domain)

        assert outcome.closes_form
        assert outcome.slots["requested_slot"] is None
        assert outcome.slots[FILED] is None
        assert [each.kind for each in outcome.talk.requests] == ["fault"]
        closing = next(
            each for each in power.fields["application_kind"].choices if each.title == "销户"
        )
        assert outcome.texts == [closing.ready[0].stop]
        assert outcome.titles == ["转人工"]

    async def test_closes_a_form_without_a_request(self, take: TakeLine, domain: Domain) -> None:
        outcome = await run(take, answering(Talk(), "五星好评", "rate"), domain)

        assert outcome.closes_form
        assert outcome.texts == []


class TestAPress:
    async def test_is_read_on_the_desks_clock(self, take: TakeLine, domain: Domain) -> None:
        known = {name: TOLD[name] for name in ("fault_kind", "address", "scope")}

        outcome = await run(take, pressing(talk(**known), inform("since", "刚刚")), domain)

        assert outcome.fields["since"] == "刚刚"
        assert outcome.fields["since_interval"].endswith("2026-11-21T09:30+08:00")

    async def test_of_change_asks_for_that_field_again(
        self, take: TakeLine, ask: AskNext, domain: Domain, power: Profile
    ) -> None:
        read_back = await run(ask, answering(talk(**TOLD), ""), domain)
        payload = next(
            field["payload"]
            for field in read_back.custom["card"]["fields"]
            if field["slot"] == "phone"
        )

        outcome = await run(take, pressing(talk(**TOLD), payload), domain)

        assert "phone" not in outcome.fields
        asked = await run(ask, answering(outcome.talk, ""), domain)
        assert asked.text == power.fields["phone"].ask

    @pytest.mark.parametrize(
        ("kind", "slot", "known"),
        [
            ("fault", "fault_kind", ()),
            ("fault", "scope", ("fault_kind", "address")),
            ("fault", "since", ("fault_kind", "address", "scope")),
            ("fault", "phone", ("fault_kind", "address", "scope", "since")),
            ("application", "application_kind", ()),
        ],
    )
    async def test_is_taken_whatever_is_offered(
        self, take: TakeLine, ask: AskNext, domain: Domain, kind: str, slot: str, known: Any
    ) -> None:
        now = talk(kind, **{name: TOLD[name] for name in known})
        asked = await run(ask, answering(now, ""), domain)
        assert asked.buttons

        for button in asked.buttons:
            outcome = await run(take, pressing(now, button["payload"]), domain)

            assert outcome.fields[slot] == button["title"]


class TestAskNext:
    async def test_asks_for_what_is_missing(
        self, ask: AskNext, domain: Domain, power: Profile
    ) -> None:
        outcome = await run(ask, answering(talk(fault_kind="停电"), "停电了"), domain)

        assert outcome.text == power.fields["address"].ask

    async def test_shows_everything_that_will_be_filed(self, ask: AskNext, domain: Domain) -> None:
        outcome = await run(ask, answering(talk(**TOLD), ""), domain)

        assert outcome.text == (
            "请您核对报修信息：\n"
            "故障类别：停电\n"
            "地址：幸福里6栋301\n"
            "影响范围：整栋楼或单元\n"
            "开始时间：昨晚八点\n"
            "联系电话：13800138000\n"
            "没有问题请确认提交。"
        )
        assert outcome.titles == ["确认提交", "取消登记"]
        fields = outcome.custom["card"]["fields"]
        assert {field["slot"]: field["value"] for field in fields} == TOLD

    async def test_shows_braces_in_an_address_as_they_are(
        self, ask: AskNext, domain: Domain
    ) -> None:
        odd = talk(**{**TOLD, "address": "{phone}路1号"})

        outcome = await run(ask, answering(odd, ""), domain)

        assert "地址：{phone}路1号" in outcome.text

    async def test_is_silent_when_nothing_is_asked_for(self, ask: AskNext, domain: Domain) -> None:
        outcome = await run(ask, Line(), domain)

        assert outcome.texts == []


class TestFileRequest:
    async def test_closes_what_was_filed_and_keeps_what_is_known(
        self, file: FileRequest, tickets: TicketService, domain: Domain
    ) -> None:
        now = talk(**TOLD, confirm="affirm", known={"phone": "13800138000"})

        outcome = await run(file, Line(text="对", intent="affirm", talk=now, filed=True), domain)

        assert len(await tickets.list_tickets()) == 1
        assert outcome.talk == Talk(known={"phone": "13800138000"})
        assert outcome.slots[FILED] is None
        assert outcome.next_action is None

    async def test_goes_on_with_what_waited(
        self, file: FileRequest, tickets: TicketService, domain: Domain
    ) -> None:
        waiting = talk("complaint", matter="师傅没来").requests
        done = talk(**TOLD, confirm="affirm").requests
        line = Line(intent="affirm", talk=Talk(requests=(*waiting, *done)), filed=True)

        outcome = await run(file, line, domain)

        (ticket,) = await tickets.list_tickets()
        assert ticket.kind is Kind.FAULT
        assert outcome.talk == Talk(requests=waiting)
        assert outcome.texts[-1] == "刚才的投诉还没有登记完，我们接着来。"
        assert outcome.next_action == FORM

    async def test_files_nothing_that_is_not_complete(
        self, file: FileRequest, tickets: TicketService, domain: Domain
    ) -> None:
        # the one on top was stopped: what waits below it is not complete
        now = talk(fault_kind="停电")

        outcome = await run(file, Line(intent="deny", talk=now, filed=None), domain)

        assert await tickets.list_tickets() == []
        assert outcome.talk == now
        assert outcome.next_action == FORM


class TestCancel:
    async def test_leaves_what_is_being_filled_in_and_says_so(
        self, cancel: Cancel, tickets: TicketService, domain: Domain
    ) -> None:
        now = talk(fault_kind="停电", known={"phone": "13800138000"})

        outcome = await run(cancel, answering(now, "不报了", "cancel"), domain)

        assert outcome.texts == ["好的，已取消，没有登记。需要时随时告诉我。"]
        assert outcome.closes_form
        assert outcome.slots["requested_slot"] is None
        assert outcome.talk == Talk(known={"phone": "13800138000"})
        assert await tickets.list_tickets() == []

    async def test_keeps_the_ticket_when_a_withdrawal_is_left(
        self, cancel: Cancel, domain: Domain, power: Profile
    ) -> None:
        outcome = await run(cancel, answering(talk("withdrawal"), "算了", "cancel"), domain)

        assert outcome.texts == [power.wordings.not_withdrawn]
        assert outcome.closes_form

    async def test_goes_on_with_what_waited(self, cancel: Cancel, domain: Domain) -> None:
        waiting = talk(fault_kind="停电").requests
        now = Talk(requests=(*waiting, *talk("complaint").requests))

        outcome = await run(cancel, answering(now, "不投诉了", "cancel"), domain)

        assert outcome.texts[-1] == "刚才的报修还没有登记完，我们接着来。"
        assert outcome.talk == Talk(requests=waiting)
        assert outcome.next_action == FORM

    async def test_says_so_when_there_is_nothing_to_cancel(
        self, cancel: Cancel, tickets: TicketService, domain: Domain
    ) -> None:
        await file_for(tickets, "lihua", "1", Kind.EMERGENCY)
        await file_for(tickets, "wangwei", "1")

        outcome = await run(cancel, Line(text="取消", intent="cancel"), domain)

        assert "没有正在登记的内容" in outcome.text
        assert outcome.events == []

    async def test_takes_back_a_ticket_when_nothing_is_open(
        self, cancel: Cancel, ask: AskNext, tickets: TicketService, domain: Domain
    ) -> None:
        await file_for(tickets, "lihua", "1", Kind.EMERGENCY)
        ticket = await file_for(tickets, "lihua", "2")

        outcome = await run(cancel, Line(text="来电了，不用来了", intent="cancel"), domain)

        assert outcome.talk.current is not None
        assert outcome.talk.current.kind == "withdrawal"
        assert outcome.fields["ticket_no"] == ticket.no
        assert outcome.next_action == FORM
        asked = await run(ask, answering(outcome.talk, ""), domain)
        assert "撤销原因：来电了，不用来了" in asked.text
        assert (await tickets.get(ticket.no)).state is State.REGISTERED

    async def test_asks_why_where_it_was_not_said(
        self, cancel: Cancel, ask: AskNext, tickets: TicketService, domain: Domain, power: Profile
    ) -> None:
        await file_for(tickets, "lihua", "1")

        outcome = await run(cancel, Line(text="撤单", intent="cancel"), domain)

        asked = await run(ask, answering(outcome.talk, ""), domain)
        assert asked.text == power.fields["reason"].ask
        assert asked.titles[-1] == power.fields["reason"].skip

    async def test_takes_back_the_ticket_that_is_named(
        self, cancel: Cancel, tickets: TicketService, domain: Domain
    ) -> None:
        ticket = await file_for(tickets, "another day", "1", phone="13800138000")
        line = Line(
            text=f"撤单{ticket.no}，13800138000",
            intent="cancel",
            details={"ticket_no": ticket.no, "phone": "13800138000"},
        )

        outcome = await run(cancel, line, domain)

        assert outcome.fields["ticket_no"] == ticket.no


class TestStartAgain:
    async def test_forgets_what_was_said_for_the_request(
        self, again: StartAgain, domain: Domain
    ) -> None:
        now = talk(**TOLD, known={"phone": "13800138000"})

        outcome = await run(again, answering(now, "重新填", "start_again"), domain)

        assert outcome.texts == ["好的，我们从头再来。"]
        assert outcome.fields == {}
        assert outcome.talk.known == {}
        assert not outcome.closes_form

    async def test_asks_what_is_wanted_when_nothing_is_open(
        self, again: StartAgain, domain: Domain
    ) -> None:
        outcome = await run(again, Line(text="重新来", intent="start_again"), domain)

        assert outcome.responses == ["utter_ask_more"]
        assert outcome.events == []

    async def test_urges_the_ticket_when_they_must_come_again(
        self, again: StartAgain, tickets: TicketService, domain: Domain
    ) -> None:
        said = Line(text="叫他们重新弄", intent="start_again")
        ticket = await file_for(tickets, said.sender, "fault")

        outcome = await run(again, said, domain)

        assert outcome.talk.current is not None
        assert outcome.talk.current.kind == "urge"
        assert outcome.fields["ticket_no"] == ticket.no


class TestAWholeRequest:
    async def test_is_filled_in_confirmed_and_filed(
        self,
        begin: Begin,
        take: TakeLine,
        file: FileRequest,
        tickets: TicketService,
        domain: Domain,
    ) -> None:
        outcome = await run(begin, Line(text="没电了", intent="report_fault"), domain)
        for text, intent, details in (
            ("幸福里6栋301", "inform", {"address": "幸福里6栋301"}),
            ("就我家", "inform", {}),
            ("不记得了", "unsure", {}),
            ("不留电话", "deny", {}),
            ("没错", "affirm", {}),
        ):
            assert outcome.slots.get(FILED) is None
            line = answering(outcome.talk, text, intent, details=details)
            outcome = await run(take, line, domain)
        done = Line(text="没错", talk=outcome.talk, filed=outcome.slots[FILED], message_id="line-6")

        await run(file, done, domain)

        (ticket,) = await tickets.list_tickets(conversation_id="lihua")
        assert ticket.fields == {
            "fault_kind": "停电",
            "address": "幸福里6栋301",
            "scope": "只有我家",
            "since": "不清楚",
            "phone": "不留电话",
            "words": "没电了",
        }
        assert CONFIRM not in ticket.fields
