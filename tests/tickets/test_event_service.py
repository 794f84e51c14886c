"""Events on a real database: reports find theirs, people open and end them, customers are told."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from desk.database import Database
from tests.conftest import Clock
from tests.tickets.timed import Centre, centre_with_events
from tickets.event import (
    Deed,
    Event,
    EventChanged,
    EventNotFound,
    EventNotSaid,
    EventOver,
    EventState,
    EventThere,
    MemberNotAllowed,
)
from tickets.event_service import Known, NewEvent
from tickets.profile import Profile
from tickets.ticket import Kind, State, Ticket, TicketNotFound

pytestmark = pytest.mark.each_database

BY_HAND = NewEvent(profile="power", matter="停电", area="幸福里6栋")


@pytest.fixture
def centre(database: Database, clock: Clock, power: Profile) -> Centre:
    return centre_with_events(database, clock, power)


async def report(centre: Centre, customer: int, address: str = "", **more: Any) -> Ticket:
    """A customer of building 6 reports an outage; `more` replaces any field of the ticket."""
    fields = {"fault_kind": "停电", "address": address or f"幸福里6栋{customer}01"}
    return await centre.register(
        f"call-{customer}",
        **{"conversation_id": f"customer-{customer}", "fields": fields, **more},
    )


async def three(centre: Centre) -> list[Ticket]:
    """Neighbours, the third of whom makes an event of their reports."""
    return [await report(centre, each) for each in (1, 2, 3)]


async def running(centre: Centre) -> list[Event]:
    return [
        event for event, _ in await centre.events.list_events("power", state=EventState.RUNNING)
    ]


async def the_event(centre: Centre) -> Event:
    (event,) = await running(centre)
    return event


async def members(centre: Centre, no: str) -> list[str]:
    return [ticket.no for _, ticket in (await centre.events.get_sheet(no)).members]


class TestReports:
    async def test_become_one_event_with_all_of_them_in_it(self, centre: Centre) -> None:
        tickets = await three(centre)

        event = await the_event(centre)
        assert (event.matter, event.area, event.version) == ("停电", "幸福里6栋", 1)
        assert event.began_at == tickets[0].registered_at
        assert await members(centre, event.no) == [each.no for each in tickets]
        for ticket in tickets:
            kept = await centre.check(ticket.no)
            assert (kept.history[-1].event, kept.history[-1].note) == ("in_event", event.no)
            assert (await centre.owing.get_sheet(ticket.no)).event == event.no

    async def test_are_none_while_they_are_two(self, centre: Centre) -> None:
        for each in (1, 2):
            await report(centre, each)

        assert await running(centre) == []

    async def test_that_come_later_join_it(self, centre: Centre, clock: Clock) -> None:
        await three(centre)
        clock.move(timedelta(hours=3))

        fourth = await report(centre, 4)

        event = await the_event(centre)
        assert (await members(centre, event.no))[-1] == fourth.no
        assert event.version == 1

    async def test_of_another_matter_or_place_do_not_join(self, centre: Centre) -> None:
        await three(centre)

        flicker = await report(
            centre, 4, fields={"fault_kind": "电压异常", "address": "幸福里6栋401"}
        )
        elsewhere = await report(centre, 5, "阳光花园6栋501")
        alone = await report(
            centre,
            6,
            fields={"fault_kind": "停电", "address": "幸福里6栋601", "scope": "只有我家"},
        )

        for ticket in (flicker, elsewhere, alone):
            assert await centre.events.find_of_ticket(ticket.no) is None

    async def test_of_a_danger_stay_by_themselves(self, centre: Centre) -> None:
        await three(centre)

        urgent = await report(centre, 4, kind=Kind.EMERGENCY, urgent=True)

        assert await centre.events.find_of_ticket(urgent.no) is None

    async def test_made_at_the_same_moment_make_one_event(self, centre: Centre) -> None:
        tickets = await asyncio.gather(*(report(centre, each) for each in range(1, 11)))

        event = await the_event(centre)
        assert set(await members(centre, event.no)) == {each.no for each in tickets}

    async def test_that_arrive_twice_are_in_it_once(self, centre: Centre) -> None:
        third = (await three(centre))[-1]

        again = await report(centre, 3)

        assert again == third
        assert len(await members(centre, (await the_event(centre)).no)) == 3

    async def test_from_all_over_the_estate_widen_it(self, centre: Centre) -> None:
        tickets = await three(centre)
        before = await the_event(centre)

        tickets += [await report(centre, each, f"幸福里{each}栋101") for each in (7, 8)]

        event = await the_event(centre)
        assert (event.no, event.area, event.version) == (before.no, "幸福里", 2)
        assert await members(centre, event.no) == [each.no for each in tickets]
        assert (await centre.events.get_sheet(event.no)).event.history[-1].what is Deed.WIDENED

    async def test_from_two_buildings_at_once_make_one_event_of_the_estate(
        self, centre: Centre
    ) -> None:
        for each, building in enumerate((6, 7, 6, 7, 6), start=1):
            await report(centre, each, f"幸福里{building}栋{each}01")

        event = await the_event(centre)
        assert event.area == "幸福里"
        assert len(await members(centre, event.no)) == 5

    async def test_of_an_event_that_a_person_opened_for_a_building_go_on_in_the_wider_one(
        self, centre: Centre
    ) -> None:
        six = await centre.events.open(BY_HAND, actor="小李")
        seven = await centre.events.open(
            NewEvent(profile="power", matter="停电", area="幸福里7栋"), actor="小李"
        )
        tickets = [
            await report(centre, each, f"幸福里{building}栋{each}01")
            for each, building in enumerate((6, 7, 6, 7, 8), start=1)
        ]

        event = await the_event(centre)
        assert (event.no, event.area) == (six.no, "幸福里")
        assert await members(centre, event.no) == [each.no for each in tickets]
        gone = (await centre.events.get_sheet(seven.no)).event
        assert (gone.state, gone.merged_into) == (EventState.MERGED, six.no)

    async def test_make_none_in_a_centre_that_watches_for_nothing(
        self, database: Database, clock: Clock, power: Profile
    ) -> None:
        centre = centre_with_events(database, clock, power, watches={})

        await three(centre)

        assert await running(centre) == []


class TestFindKnown:
    async def test_finds_it_by_what_a_customer_has_told_so_far(self, centre: Centre) -> None:
        await three(centre)

        found = await centre.events.find_known(
            "power", {"fault_kind": "停电", "address": "幸福里6号楼502"}
        )

        assert found == await the_event(centre)

    async def test_finds_nothing_in_another_centre_or_once_it_is_over(self, centre: Centre) -> None:
        await three(centre)
        fields = {"fault_kind": "停电", "address": "幸福里6栋502"}

        assert await centre.events.find_known("gas", fields) is None
        await centre.events.end((await the_event(centre)).no, actor="小李")
        assert await centre.events.find_known("power", fields) is None


class TestOpen:
    async def test_begins_one_with_the_tickets_named(self, centre: Centre) -> None:
        ticket = await report(centre, 1, "城北的一处")
        new = NewEvent(
            profile="power",
            matter="停电",
            area=" 城北一带 ",
            known=Known(cause="线路检修"),
            tickets=(ticket.no,),
        )

        event = await centre.events.open(new, actor="小李")

        assert (event.area, event.cause) == ("城北一带", "线路检修")
        assert await members(centre, event.no) == [ticket.no]
        assert (event.history[0].actor, event.history[0].what) == ("小李", Deed.OPENED)

    async def test_tells_reporters_of_a_matter_that_makes_no_event_by_itself(
        self, centre: Centre
    ) -> None:
        new = NewEvent(profile="power", matter="电表异常", area="幸福里6栋")

        event = await centre.events.open(new, actor="小李")
        ticket = await report(
            centre, 1, fields={"fault_kind": "电表异常", "address": "幸福里6栋101"}
        )

        assert await members(centre, event.no) == [ticket.no]

    async def test_refuses_a_second_one_at_the_same_place(self, centre: Centre) -> None:
        await centre.events.open(BY_HAND, actor="小李")

        with pytest.raises(EventThere):
            await centre.events.open(
                NewEvent(profile="power", matter="停电", area="幸福里小区六号楼"), actor="老王"
            )

    @pytest.mark.parametrize("new", [{"matter": "天黑"}, {"area": "  "}])
    async def test_refuses_what_says_nothing(self, centre: Centre, new: dict[str, str]) -> None:
        told = {"matter": "停电", "area": "幸福里6栋", **new}

        with pytest.raises(EventNotSaid):
            await centre.events.open(NewEvent(profile="power", **told), actor="小李")

    async def test_begins_nothing_when_a_ticket_does_not_fit(self, centre: Centre) -> None:
        complaint = await report(centre, 1, kind=Kind.COMPLAINT)
        new = NewEvent(profile="power", matter="停电", area="幸福里", tickets=(complaint.no,))

        with pytest.raises(MemberNotAllowed):
            await centre.events.open(new, actor="小李")

        assert await running(centre) == []


class TestAddAndRemove:
    async def test_puts_a_ticket_in_and_writes_who_did(self, centre: Centre) -> None:
        event = await centre.events.open(BY_HAND, actor="小李")
        ticket = await report(centre, 1, "对面那家")

        after = await centre.events.add(event.no, ticket.no, actor="老王", version=1)

        assert await members(centre, event.no) == [ticket.no]
        assert (after.version, after.history[-1].actor) == (2, "老王")
        assert (after.history[-1].what, after.history[-1].note) == (Deed.ADDED, ticket.no)
        await centre.check(ticket.no)

    async def test_changes_nothing_when_it_is_in_already(self, centre: Centre) -> None:
        event = await centre.events.open(BY_HAND, actor="小李")
        ticket = await report(centre, 1)

        again = await centre.events.add(event.no, ticket.no, actor="老王")

        assert again.version == 1

    @pytest.mark.parametrize("other", [{"kind": Kind.REPORT}, {"urgent": True}, {"profile": "gas"}])
    async def test_refuses_a_ticket_that_does_not_fit(
        self, centre: Centre, other: dict[str, Any]
    ) -> None:
        event = await centre.events.open(BY_HAND, actor="小李")
        ticket = await report(centre, 1, **other)

        with pytest.raises(MemberNotAllowed):
            await centre.events.add(event.no, ticket.no, actor="老王")

    async def test_refuses_a_ticket_that_is_done_with_or_not_there(self, centre: Centre) -> None:
        event = await centre.events.open(BY_HAND, actor="小李")
        ticket = await report(centre, 1, "对面那家")
        await centre.apply(ticket.no, state=State.WITHDRAWN, note="好了")

        with pytest.raises(MemberNotAllowed):
            await centre.events.add(event.no, ticket.no, actor="老王")
        with pytest.raises(TicketNotFound):
            await centre.events.add(event.no, "2026112100099", actor="老王")

    async def test_leaves_a_ticket_that_was_taken_out_alone(self, centre: Centre) -> None:
        tickets = await three(centre)
        event = await the_event(centre)

        after = await centre.events.remove(event.no, tickets[0].no, actor="小李")
        await report(centre, 4)

        assert after.version == 2
        assert tickets[0].no not in await members(centre, event.no)
        assert (await centre.check(tickets[0].no)).history[-1].event == "out_of_event"
        assert await centre.events.find_of_ticket(tickets[0].no) is None

    async def test_refuses_to_take_out_what_is_not_in(self, centre: Centre) -> None:
        event = await centre.events.open(BY_HAND, actor="小李")
        ticket = await report(centre, 1, "阳光花园1栋")

        with pytest.raises(MemberNotAllowed):
            await centre.events.remove(event.no, ticket.no, actor="小李")


class TestTell:
    async def test_keeps_what_is_not_said_and_writes_what_was_changed(
        self, centre: Centre, clock: Clock
    ) -> None:
        event = await centre.events.open(BY_HAND, actor="小李")
        until = clock() + timedelta(hours=2)

        await centre.events.tell(event.no, Known(restore_at=until), actor="小李")
        after = await centre.events.tell(event.no, Known(cause=" 电缆故障 "), actor="老王")

        assert (after.cause, after.restore_at, after.version) == ("电缆故障", until, 3)
        assert after.history[-1].changes == {"cause": ("", "电缆故障")}

    async def test_refuses_a_change_of_what_somebody_else_changed(self, centre: Centre) -> None:
        event = await centre.events.open(BY_HAND, actor="小李")
        await centre.events.tell(event.no, Known(cause="检修"), actor="老王", version=1)

        with pytest.raises(EventChanged) as refused:
            await centre.events.tell(event.no, Known(cause="故障"), actor="小李", version=1)

        assert refused.value.told["changed_by"] == "老王"

    async def test_is_not_hindered_by_reports_that_come_meanwhile(self, centre: Centre) -> None:
        await three(centre)
        seen = await the_event(centre)
        await report(centre, 4)

        after = await centre.events.tell(
            seen.no, Known(cause="检修"), actor="小李", version=seen.version
        )

        assert after.cause == "检修"

    async def test_moves_it_to_another_area_but_not_onto_another_event(
        self, centre: Centre
    ) -> None:
        event = await centre.events.open(BY_HAND, actor="小李")
        await centre.events.open(
            NewEvent(profile="power", matter="停电", area="幸福里7栋"), actor="小李"
        )

        moved = await centre.events.tell(event.no, Known(area="幸福里8栋"), actor="小李")
        with pytest.raises(EventThere):
            await centre.events.tell(event.no, Known(area="幸福里7栋"), actor="小李")

        assert moved.area == "幸福里8栋"

    async def test_refuses_an_event_that_is_not_there(self, centre: Centre) -> None:
        with pytest.raises(EventNotFound):
            await centre.events.tell("E2026112100012", Known(cause="检修"), actor="小李")


class TestEnd:
    async def test_leaves_its_tickets_to_be_answered(self, centre: Centre) -> None:
        tickets = await three(centre)
        event = await the_event(centre)

        ended = await centre.events.end(event.no, actor="小李", note="已送电")

        assert ended.state is EventState.ENDED
        assert "幸福里6栋" in ended.closing
        assert "停电" in ended.closing
        assert "11月21日 09:30" in ended.closing
        left = await centre.duties.list_unsettled()
        assert [each.member.ticket_no for each in left] == [each.no for each in tickets]
        assert {each.closing for each in left} == {ended.closing}

    async def test_does_nothing_more_to_it(self, centre: Centre) -> None:
        event = await centre.events.open(BY_HAND, actor="小李")
        await centre.events.end(event.no, actor="小李")

        with pytest.raises(EventOver):
            await centre.events.end(event.no, actor="老王")

    async def test_lets_the_next_outage_be_an_event_of_its_own(self, centre: Centre) -> None:
        await three(centre)
        first = await the_event(centre)
        await centre.events.end(first.no, actor="小李")

        for each in (4, 5):
            await report(centre, each)
        assert await running(centre) == []
        await report(centre, 6)

        second = await the_event(centre)
        assert second.no != first.no
        assert len(await members(centre, second.no)) == 3


class TestSettle:
    async def test_answers_each_ticket_once(self, centre: Centre) -> None:
        tickets = await three(centre)
        await centre.apply(tickets[1].no, state=State.IN_PROGRESS)
        event = await the_event(centre)
        ended = await centre.events.end(event.no, actor="小李")

        for each in await centre.duties.list_unsettled():
            for _ in range(2):
                await centre.duties.settle(each.member)

        assert await centre.duties.list_unsettled() == []
        for ticket in tickets:
            kept = await centre.check(ticket.no)
            assert kept.state is State.ANSWERED
            # it is the answer on paper too, where an event's number says nothing
            assert (kept.history[-1].actor, kept.history[-1].note) == ("desk", ended.closing)

    async def test_leaves_alone_what_was_answered_or_taken_back(self, centre: Centre) -> None:
        tickets = await three(centre)
        await centre.apply(tickets[0].no, state=State.WITHDRAWN, note="好了")
        await centre.apply(tickets[1].no, state=State.IN_PROGRESS)
        await centre.apply(tickets[1].no, state=State.ANSWERED)
        await centre.events.end((await the_event(centre)).no, actor="小李")

        left = await centre.duties.list_unsettled()
        for each in left:
            await centre.duties.settle(each.member)

        assert [each.is_wanted for each in left] == [False, True, True]
        states = [(await centre.check(ticket.no)).state for ticket in tickets]
        assert states == [State.WITHDRAWN, State.ANSWERED, State.ANSWERED]


class TestRemind:
    async def test_asks_the_shift_lead_once_whether_it_is_over(self, centre: Centre) -> None:
        first, *_ = await three(centre)
        centre.clock.move(timedelta(hours=3, minutes=59))
        assert await centre.duties.remind() == 0

        centre.clock.move(timedelta(minutes=1))
        assert [await centre.duties.remind() for _ in range(3)] == [1, 0, 0]

        told = await centre.owing.list_told("power", access_role="lead")
        asked = [(alarm.no, alarm.alarm.role) for alarm, _ in told if alarm.alarm.kind == "event"]
        assert asked == [(first.no, "shift_lead")]

    async def test_asks_when_it_should_be_over_and_again_when_that_was_put_off(
        self, centre: Centre
    ) -> None:
        await three(centre)
        event = await the_event(centre)
        asked = []
        for _ in range(2):
            known = Known(restore_at=centre.clock() + timedelta(hours=6))
            await centre.events.tell(event.no, known, actor="小李")
            for hours in (5, 1):
                centre.clock.move(timedelta(hours=hours))
                asked.append(await centre.duties.remind())

        assert asked == [0, 1, 0, 1]

    async def test_asks_nothing_of_what_is_over_or_holds_no_ticket(self, centre: Centre) -> None:
        await three(centre)
        await centre.events.end((await the_event(centre)).no, actor="小李")
        await centre.events.open(BY_HAND, actor="小李")

        centre.clock.move(timedelta(days=1))

        assert await centre.duties.remind() == 0

    async def test_asks_once_when_two_desks_ask_at_once(self, centre: Centre) -> None:
        await three(centre)
        centre.clock.move(timedelta(days=1))

        asked = await asyncio.gather(*(centre.duties.remind() for _ in range(3)))

        assert sorted(asked) == [0, 0, 1]

    async def test_leaves_the_late_list_to_the_limits(self, centre: Centre) -> None:
        await three(centre)
        await centre.after(days=1)
        before = [each.told for each in await centre.owing.list_late("power")]

        await centre.duties.remind()

        assert [each.told for each in await centre.owing.list_late("power")] == before


class TestDissolve:
    async def test_lets_its_tickets_go_on_one_by_one(self, centre: Centre) -> None:
        tickets = await three(centre)
        event = await the_event(centre)

        gone = await centre.events.dissolve(event.no, actor="小李", reason="各家原因不同")

        assert (gone.state, gone.history[-1].note) == (EventState.DISSOLVED, "各家原因不同")
        assert await centre.duties.list_unsettled() == []
        assert (await centre.check(tickets[0].no)).state is State.REGISTERED
        await report(centre, 4)
        assert await running(centre) == []

    async def test_wants_a_reason(self, centre: Centre) -> None:
        event = await centre.events.open(BY_HAND, actor="小李")

        with pytest.raises(EventNotSaid):
            await centre.events.dissolve(event.no, actor="小李", reason=" ")
