"""How customers' turns ended, read from the transcript of a centre."""

from datetime import UTC, date, datetime, timedelta

import pytest

from conversations.handover import EMERGENCY, HAND_OVER, MISSED
from conversations.masking import make_mask
from conversations.message import Conversation, Incoming, Mode, Reply, Sender
from conversations.numbering import Numbers
from conversations.numbers import MOST_DAYS, Counted, Ended, Figures, Period, PeriodUnfit, by_day
from conversations.numbers_store import Sought
from conversations.people import Role
from conversations.store import ConversationStore
from conversations.thumb_store import ThumbStore
from conversations.turn_store import TurnStore
from desk.database import Database
from desk.settings import ROOT
from knowledge.hit_store import Hit, HitStore
from tests.conftest import Clock
from tests.knowledge.small_corpus import PAYING, Library
from tests.tickets.timed import TERMS
from tickets.informants import load_seal
from tickets.profile import Profile
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.ticket import Kind

pytestmark = pytest.mark.each_database

TODAY = date(2026, 11, 21)
ZONE = "Asia/Shanghai"
ANSWER = Reply(text="请到营业厅办理。", sources=({"entry_id": "solar", "title": "光伏并网"},))
CHOICES = Reply(
    text="您问的是哪一个？",
    buttons=({"title": "电费", "payload": '/consult{"entry_id": "fee"}'},),
)
UNKNOWN = Reply(text="抱歉，这个我还不知道。", card={"type": MISSED})
QUEUED = Reply(text="正在为您转人工。", card={"type": HAND_OVER, "ahead": 0})
FILED = Reply(text="已登记。", card={"type": "ticket", "no": "2026112100001"})
DANGER = Reply(text="请先离开。", card={"type": EMERGENCY})
SMALL_TALK = Reply(text="您好。")


class Centre:
    """Customers of 95598 talk; somebody counts."""

    def __init__(self, database: Database, clock: Clock, power: Profile) -> None:
        self.database, self.clock, self.power = database, clock, power
        write, read = database.write, database.read
        self.numbers = Numbers(
            seal=load_seal(ROOT / "profiles" / "informants.yml", roles=list(Role)),
            mask=make_mask(),
            read=read,
            clock=clock,
        )
        self.tickets = TicketService(write=write, read=read, clock=clock, terms=TERMS)

    async def open(self, who: str, profile: str = "power") -> None:
        conversation = Conversation(
            conversation_id=who,
            profile=profile,
            channel="web",
            mode=Mode.BOT,
            opened_at=self.clock(),
        )
        async with self.database.write() as connection:
            await ConversationStore(connection).add(conversation, token_hash="x")

    async def turn(self, who: str, name: str, *replies: Reply, text: str = "光伏找谁办") -> int:
        """A customer's line and what the bot said to it; the last answer's number."""
        async with self.database.write() as connection:
            store = TurnStore(connection)
            incoming = Incoming(message_id=name, text=text)
            await store.add_incoming(who, incoming, at=self.clock())
            stored = await store.add_answers(who, [name], list(replies), at=self.clock())
        return stored[-1].seq

    async def file(self, who: str, kind: Kind) -> None:
        new = NewTicket(
            request_key=f"{who}:{kind}",
            profile="power",
            kind=kind,
            conversation_id=who,
            fields={"words": "没电了"},
            urgent=False,
        )
        await self.tickets.register(new, actor="bot", timezone=ZONE)

    async def count(self, first: date = TODAY, last: date = TODAY) -> Figures:
        return await self.numbers.count("power", self.numbers.period(self.power, first, last))

    def sought(self, **more: object) -> Sought:
        period = self.numbers.period(self.power, TODAY, TODAY)
        return Sought(profile="power", period=period, **more)  # type: ignore[arg-type]


@pytest.fixture
async def centre(database: Database, clock: Clock, power: Profile) -> Centre:
    made = Centre(database, clock, power)
    await made.open("lihua")
    return made


class TestTurns:
    @pytest.mark.parametrize(
        ("reply", "ended"),
        [
            (ANSWER, Ended.ANSWERED),
            (CHOICES, Ended.CLARIFIED),
            (UNKNOWN, Ended.NONE),
            (QUEUED, Ended.HANDED_OVER),
            (FILED, Ended.FILED),
            (DANGER, Ended.EMERGENCY),
            (SMALL_TALK, Ended.OTHER),
        ],
    )
    async def test_end_as_the_answer_says(self, centre: Centre, reply: Reply, ended: Ended) -> None:
        await centre.turn("lihua", "1", reply)

        (day,) = (await centre.count()).days

        assert {each: count for each, count in day.ended.items() if count} == {ended: 1}

    async def test_of_two_lines_the_graver_counts_and_the_turn_once(self, centre: Centre) -> None:
        await centre.turn("lihua", "1", DANGER, FILED)
        await centre.turn("lihua", "2", SMALL_TALK, ANSWER)

        total = (await centre.count()).total

        assert total.turns == 2
        assert (total.ended[Ended.EMERGENCY], total.ended[Ended.ANSWERED]) == (1, 1)

    async def test_add_up_to_all_turns(self, centre: Centre) -> None:
        for place, reply in enumerate((ANSWER, CHOICES, UNKNOWN, SMALL_TALK, ANSWER)):
            await centre.turn("lihua", str(place), reply)

        assert (await centre.count()).total.turns == 5

    async def test_of_another_centre_are_not_counted(self, centre: Centre) -> None:
        await centre.open("wang", profile="gas")
        await centre.turn("wang", "1", ANSWER)

        assert (await centre.count()).total.turns == 0

    async def test_what_an_agent_says_is_no_turn(self, centre: Centre) -> None:
        async with centre.database.write() as connection:
            await ConversationStore(connection).add_said(
                "lihua", Sender.AGENT, Reply(text="您好，我来办。"), key=None, at=centre.clock()
            )

        found = await centre.count()

        assert (found.total.turns, found.conversations) == (0, 0)

    async def test_belong_to_the_day_where_the_centre_is(self, centre: Centre) -> None:
        centre.clock.moment = datetime(2026, 11, 21, 15, 59, tzinfo=UTC)
        await centre.turn("lihua", "1", ANSWER)
        centre.clock.moment = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)  # midnight in Shanghai
        await centre.turn("lihua", "2", UNKNOWN)

        first, second = (await centre.count(TODAY, TODAY + timedelta(days=1))).days

        assert (first.ended[Ended.ANSWERED], first.ended[Ended.NONE]) == (1, 0)
        assert (second.ended[Ended.ANSWERED], second.ended[Ended.NONE]) == (0, 1)

    async def test_are_found_among_years_of_others(self, centre: Centre) -> None:
        wanted = centre.clock()
        for weeks in range(-40, 40):
            centre.clock.moment = wanted + timedelta(weeks=weeks)
            await centre.turn("lihua", str(weeks), ANSWER)

        assert (await centre.count()).total.turns == 1


class TestTickets:
    async def test_are_counted_without_reports(self, centre: Centre) -> None:
        for who, kind in (
            ("a", Kind.FAULT),
            ("b", Kind.EMERGENCY),
            ("c", Kind.REPORT),
        ):
            await centre.file(who, kind)

        total = (await centre.count()).total

        assert (total.tickets, total.emergencies) == (2, 1)


class TestEntries:
    async def test_tell_how_often_they_were_said_offered_and_called_a_help(
        self, centre: Centre
    ) -> None:
        first = await centre.turn("lihua", "1", ANSWER)
        second = await centre.turn("lihua", "2", ANSWER)
        async with centre.database.write() as connection:
            thumbs = ThumbStore(connection)
            await thumbs.put("lihua", first, helped=True, at=centre.clock())
            await thumbs.put("lihua", second, helped=False, at=centre.clock())
            hit = Hit(entry_id="solar", answered=2, offered=3)
            await HitStore(connection).add("power", TODAY.isoformat(), hit)

        (entry,) = (await centre.count()).entries

        assert (entry.entry_id, entry.title) == ("solar", "光伏并网")
        assert (entry.answered, entry.offered, entry.helped, entry.no_help) == (2, 3, 1, 1)

    async def test_that_were_only_offered_have_their_titles(self, centre: Centre) -> None:
        await Library(centre.database, "nobody's", centre.clock).publish(PAYING)
        async with centre.database.write() as connection:
            hit = Hit(entry_id=PAYING.entry_id, answered=0, offered=9)
            await HitStore(connection).add("power", TODAY.isoformat(), hit)

        (entry,) = (await centre.count()).entries

        assert (entry.title, entry.offered) == (PAYING.title, 9)

    async def test_that_were_only_offered_come_last(self, centre: Centre) -> None:
        await centre.turn("lihua", "1", ANSWER)
        async with centre.database.write() as connection:
            hit = Hit(entry_id="fee", answered=0, offered=9)
            await HitStore(connection).add("power", TODAY.isoformat(), hit)

        assert [each.entry_id for each in (await centre.count()).entries] == ["solar", "fee"]


class TestTurnsBehindANumber:
    async def test_are_listed_newest_first_with_what_was_asked_and_answered(
        self, centre: Centre
    ) -> None:
        await centre.turn("lihua", "1", ANSWER, text="光伏找谁办")
        centre.clock.move(timedelta(minutes=1))
        await centre.turn("lihua", "2", ANSWER, text="去哪里办光伏")

        total, turns = await centre.numbers.list_turns(centre.sought(ended=Ended.ANSWERED))

        assert total == 2
        assert [turn.asked for turn in turns] == ["去哪里办光伏", "光伏找谁办"]
        assert turns[0].answered == ANSWER.text

    async def test_lines_read_together_are_one_turn(self, centre: Centre) -> None:
        async with centre.database.write() as connection:
            store = TurnStore(connection)
            for name, text in (("1", "您好"), ("2", "光伏找谁办")):
                incoming = Incoming(message_id=name, text=text)
                await store.add_incoming("lihua", incoming, at=centre.clock())
            await store.put_together("lihua", ["1", "2"])
            await store.add_answers("lihua", ["1", "2"], [ANSWER], at=centre.clock())

        _, (turn,) = await centre.numbers.list_turns(centre.sought())

        assert turn.asked == "您好\n光伏找谁办"

    async def test_can_be_those_of_one_entry(self, centre: Centre) -> None:
        await centre.turn("lihua", "1", ANSWER)
        await centre.turn("lihua", "2", UNKNOWN)

        total, (turn,) = await centre.numbers.list_turns(centre.sought(entry_id="solar"))

        assert (total, turn.entry_id) == (1, "solar")

    async def test_hold_no_phone_and_no_address(self, centre: Centre) -> None:
        await centre.turn("lihua", "1", UNKNOWN, text="我在人民路12号，电话13800138000")

        _, (turn,) = await centre.numbers.list_turns(centre.sought())

        assert "13800138000" not in turn.asked
        assert "12号" not in turn.asked

    async def test_of_an_informant_are_shown_to_nobody(self, centre: Centre) -> None:
        await centre.turn("lihua", "1", UNKNOWN, text="隔壁偷电")
        await centre.file("lihua", Kind.REPORT)

        assert await centre.numbers.list_turns(centre.sought(), shown=str) == (0, [])


class TestPeriod:
    def test_is_the_last_two_weeks_without_a_wish(self, clock: Clock) -> None:
        period = Period.of(None, None, zone=ZONE, now=clock())

        assert (len(period.days), period.last) == (14, TODAY)

    @pytest.mark.parametrize(
        "first",
        [TODAY + timedelta(days=1), TODAY - timedelta(days=MOST_DAYS), date.min],
    )
    def test_ends_after_it_begins_and_is_no_longer_than_can_be_shown(
        self, clock: Clock, first: date
    ) -> None:
        with pytest.raises(PeriodUnfit):
            Period.of(first, TODAY, zone=ZONE, now=clock())

    def test_tells_of_days_without_anything_too(self) -> None:
        period = Period(first=TODAY, last=TODAY + timedelta(days=2), zone=ZONE)
        noon = datetime(2026, 11, 22, 4, tzinfo=UTC)

        days = by_day(
            period, [Counted(name="answered", at=noon, count=4)], [], emergency=Kind.EMERGENCY
        )

        assert [day.turns for day in days] == [0, 4, 0]
