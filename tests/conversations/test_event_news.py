"""What becomes of an event: everybody who reported it hears it once, also after a kill."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from conversations.door import Chat
from conversations.door_store import DoorStore
from conversations.event_news import EventNews
from conversations.hub import Hub
from conversations.message import Message
from desk.database import Database
from tests.conftest import Clock
from tests.conversations.scripted import HOW_TO_MUTE, Centre, Customer, EchoBot
from tests.tickets.timed import Centre as Tickets
from tests.tickets.timed import centre_with_events
from tickets.event_service import EventSheet, Known
from tickets.profile import Profile
from tickets.ticket import State

pytestmark = pytest.mark.each_database

OpenCentre = Callable[..., Centre]


@pytest.fixture
def tickets(database: Database, clock: Clock, power: Profile) -> Tickets:
    return centre_with_events(database, clock, power)


@pytest.fixture
def centre(open_centre: OpenCentre) -> Centre:
    return open_centre(EchoBot())


async def neighbours(centre: Centre, tickets: Tickets, count: int = 3) -> list[Customer]:
    """Customers of one building who report that they have no electricity."""
    customers = [await centre.opens() for _ in range(count)]
    for home, customer in enumerate(customers, start=1):
        fields = {"fault_kind": "停电", "address": f"幸福里6栋{home}01"}
        conversation_id = customer.conversation.conversation_id
        await tickets.register(f"call-{home}", conversation_id=conversation_id, fields=fields)
    return customers


async def end(tickets: Tickets) -> str:
    """An agent ends the event; returns what its reporters are to be told."""
    ((event, _),) = await tickets.events.list_events("power")
    return (await tickets.events.end(event.no, actor="小李")).closing


async def sheet(tickets: Tickets) -> EventSheet:
    ((event, _),) = await tickets.events.list_events("power")
    return await tickets.events.get_sheet(event.no)


class DyingHub(Hub):
    """A hub whose process is killed right after it stored its second notice."""

    said = 0

    async def notify(self, *args: object, **more: object) -> Message:
        message = await super().notify(*args, **more)  # type: ignore[arg-type]
        self.said += 1
        if self.said == 2:
            raise asyncio.CancelledError
        return message


def dying(centre: Centre) -> DyingHub:
    return DyingHub(
        write=centre.database.write,
        read=centre.database.read,
        live=centre.live,
        turns=centre.turns,
        clock=centre.clock,
    )


def news_of(centre: Centre, tickets: Tickets, *, hub: Hub | None = None) -> EventNews:
    return EventNews(duties=tickets.duties, hub=hub or centre.hub, chats=centre.chats)


class TestTell:
    async def test_tells_everybody_once_and_answers_their_tickets(
        self, centre: Centre, tickets: Tickets
    ) -> None:
        customers = await neighbours(centre, tickets)
        closing = await end(tickets)
        news = news_of(centre, tickets)

        assert await news.tell() == 3
        assert await news.tell() == 0

        for customer in customers:
            assert await customer.sees() == [closing]
        settled = (await sheet(tickets)).members
        assert [ticket.state for _, ticket in settled] == [State.ANSWERED] * 3

    async def test_says_nothing_while_it_runs(self, centre: Centre, tickets: Tickets) -> None:
        (first, *_) = await neighbours(centre, tickets)

        assert await news_of(centre, tickets).tell() == 0
        assert await first.sees() == []

    async def test_tells_nothing_to_who_wants_no_news_and_answers_their_ticket(
        self, centre: Centre, tickets: Tickets, database: Database
    ) -> None:
        first, second, _ = await neighbours(centre, tickets)
        conversation_id = first.conversation.conversation_id
        async with database.write() as connection:
            store = DoorStore(connection)
            await store.add_chat(
                Chat(channel="telegram", address="7001", conversation_id=conversation_id)
            )
            await store.set_muted(conversation_id, is_muted=True)
        closing = await end(tickets)

        assert await news_of(centre, tickets).tell() == 3

        assert await first.sees() == []
        assert await second.sees() == [closing]

    async def test_tells_who_gets_it_on_their_phone_how_to_stop_it(
        self, centre: Centre, tickets: Tickets, database: Database
    ) -> None:
        first, second, _ = await neighbours(centre, tickets)
        chat = Chat(
            channel="telegram", address="7001", conversation_id=first.conversation.conversation_id
        )
        async with database.write() as connection:
            await DoorStore(connection).add_chat(chat)
        closing = await end(tickets)

        await news_of(centre, tickets).tell()

        assert await first.sees() == [f"{closing}\n{HOW_TO_MUTE}"]
        # a page is not written to
        assert await second.sees() == [closing]

    async def test_tells_a_customer_with_two_tickets_once(
        self, centre: Centre, tickets: Tickets
    ) -> None:
        (first, *_) = await neighbours(centre, tickets)
        fields = {"fault_kind": "停电", "address": "幸福里6栋102"}
        conversation_id = first.conversation.conversation_id
        await tickets.register("again", conversation_id=conversation_id, fields=fields)
        closing = await end(tickets)

        assert await news_of(centre, tickets).tell() == 4
        assert await first.sees() == [closing]

    async def test_tells_nothing_to_who_took_the_ticket_back(
        self, centre: Centre, tickets: Tickets
    ) -> None:
        first, second, _ = await neighbours(centre, tickets)
        (_, ticket), *_ = (await sheet(tickets)).members
        await tickets.apply(ticket.no, state=State.WITHDRAWN, note="有电了")
        closing = await end(tickets)

        await news_of(centre, tickets).tell()

        assert await first.sees() == []
        assert await second.sees() == [closing]

    async def test_passes_over_a_ticket_that_came_by_no_conversation_of_ours(
        self, centre: Centre, tickets: Tickets
    ) -> None:
        (first, *_) = await neighbours(centre, tickets)
        for each, conversation_id in enumerate((None, "nobody")):
            fields = {"fault_kind": "停电", "address": "幸福里6栋801"}
            await tickets.register(
                f"by phone {each}", conversation_id=conversation_id, fields=fields
            )
        closing = await end(tickets)

        assert await news_of(centre, tickets).tell() == 5
        assert await first.sees() == [closing]

    async def test_tells_the_rest_after_a_kill_and_nobody_twice(
        self, centre: Centre, tickets: Tickets
    ) -> None:
        customers = await neighbours(centre, tickets, count=4)
        closing = await end(tickets)
        with pytest.raises(asyncio.CancelledError):
            await news_of(centre, tickets, hub=dying(centre)).tell()
        assert [await each.sees() for each in customers] == [[closing], [closing], [], []]

        assert await news_of(centre, tickets).tell() == 3

        assert [await each.sees() for each in customers] == [[closing]] * 4

    async def test_tells_nobody_twice_when_two_desks_tell(
        self, centre: Centre, tickets: Tickets
    ) -> None:
        customers = await neighbours(centre, tickets, count=5)
        closing = await end(tickets)
        news = news_of(centre, tickets)

        await asyncio.gather(news.tell(), news.tell())

        assert [await each.sees() for each in customers] == [[closing]] * 5
        for _, ticket in (await sheet(tickets)).members:
            states = [line.state for line in (await tickets.check(ticket.no)).history]
            assert states.count(State.ANSWERED) == 1


CABLE = "您反映的停电（幸福里6栋）有新的消息。原因：电缆故障。恢复后会在这里告诉您。"


async def write_down(tickets: Tickets, **known: str | datetime) -> None:
    ((event, _),) = await tickets.events.list_events("power")
    await tickets.events.tell(event.no, Known(**known), actor="小李")  # type: ignore[arg-type]


class TestTellNews:
    async def test_tells_those_who_had_reported_it_why_and_until_when(
        self, centre: Centre, tickets: Tickets, clock: Clock
    ) -> None:
        customers = await neighbours(centre, tickets)
        await write_down(tickets, cause="电缆故障")
        news = news_of(centre, tickets)

        assert await news.tell_news() == 3
        assert await news.tell_news() == 0
        assert [await each.sees() for each in customers] == [[CABLE]] * 3

        # 09:30 on that Saturday in the centre
        clock.move(timedelta(minutes=1))
        await write_down(tickets, restore_at=datetime(2026, 11, 21, 10, tzinfo=UTC))
        await news.tell_news()
        (_, later) = await customers[0].sees()
        assert later == CABLE.replace("恢复后", "预计今天 18:00 恢复。恢复后")

    async def test_says_only_the_last_of_what_changed_in_between(
        self, centre: Centre, tickets: Tickets
    ) -> None:
        (first, *_) = await neighbours(centre, tickets)
        await write_down(tickets, cause="电揽故障")
        await write_down(tickets, cause="电缆故障")

        await news_of(centre, tickets).tell_news()

        assert await first.sees() == [CABLE]

    async def test_leaves_out_who_heard_it_on_reporting_or_has_an_answer(
        self, centre: Centre, tickets: Tickets, clock: Clock
    ) -> None:
        first, second, _ = await neighbours(centre, tickets)
        (_, ticket), *_ = (await sheet(tickets)).members
        await tickets.apply(ticket.no, state=State.WITHDRAWN, note="有电了")
        await write_down(tickets, cause="电缆故障")
        clock.move(timedelta(seconds=1))
        later = await centre.opens()
        await tickets.register(
            "later",
            conversation_id=later.conversation.conversation_id,
            fields={"fault_kind": "停电", "address": "幸福里6栋901"},
        )

        assert await news_of(centre, tickets).tell_news() == 2

        assert [await each.sees() for each in (first, second, later)] == [[], [CABLE], []]

    async def test_says_nothing_when_nothing_that_can_be_said_has_changed(
        self, centre: Centre, tickets: Tickets, clock: Clock
    ) -> None:
        await neighbours(centre, tickets)
        await write_down(tickets, area="幸福里6号楼")
        await write_down(tickets, restore_at=clock() - timedelta(minutes=1))

        assert await news_of(centre, tickets).tell_news() == 0

    async def test_tells_the_rest_after_a_kill_and_nobody_twice(
        self, centre: Centre, tickets: Tickets
    ) -> None:
        customers = await neighbours(centre, tickets, count=4)
        await write_down(tickets, cause="电缆故障")
        with pytest.raises(asyncio.CancelledError):
            await news_of(centre, tickets, hub=dying(centre)).tell_news()
        assert [await each.sees() for each in customers] == [[CABLE], [CABLE], [], []]

        await news_of(centre, tickets).tell_news()

        assert [await each.sees() for each in customers] == [[CABLE]] * 4
