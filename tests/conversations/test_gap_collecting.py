"""Walking through conversations for what nobody answered well."""

import asyncio
from datetime import timedelta

import pytest

from conversations.gap_collecting import Collecting
from conversations.handover import MISSED
from conversations.masking import make_mask
from conversations.message import Conversation, Incoming, Mode, Reply, Sender
from conversations.missed import REST
from conversations.people import Role
from conversations.store import ConversationStore
from conversations.thumbs import NoAnswer, Thumbs
from conversations.turn_store import TurnStore
from desk.database import Database
from desk.questions import QuestionFiles
from desk.settings import ROOT
from knowledge.gap_service import Gaps, Wanted
from knowledge.gap_store import GapStore
from knowledge.gaps import Fate, GapLine, NewLine, Why
from knowledge.pick_store import PickStore, Shown, Told
from knowledge.picks import Outcome
from knowledge.service import Knowledge
from knowledge.store import KnowledgeStore, LiveChange
from tests.conftest import Clock
from tests.conversations.scripted import somebody_informs
from tests.knowledge.small_corpus import SMALL_CORPUS, Library, make_entry
from tests.tickets.timed import TERMS
from tickets.informants import load_seal
from tickets.service import TicketService

pytestmark = pytest.mark.each_database

ASKED = "光伏并网要找谁办"
UNKNOWN = Reply(text="抱歉，这个我还不知道。", card={"type": MISSED})
ANSWER = Reply(text="请到营业厅办理。", sources=({"title": "光伏"},))


class Talks:
    """Customers of 95598 talk; what nobody answered well is collected."""

    def __init__(self, database: Database, clock: Clock, knowledge: Knowledge) -> None:
        self.database, self.clock = database, clock
        write, read = database.write, database.read
        self.collecting = Collecting(
            knowledge=knowledge,
            mask=make_mask(),
            seal=load_seal(ROOT / "profiles" / "informants.yml", roles=list(Role)),
            write=write,
            read=read,
            clock=clock,
        )
        self.gaps = Gaps(
            knowledge=knowledge,
            files=QuestionFiles(ROOT / "profiles"),
            write=write,
            read=read,
            clock=clock,
            intents=["report_fault"],
        )
        self.thumbs = Thumbs(write=write, read=read, clock=clock)
        self.tickets = TicketService(write=write, read=read, clock=clock, terms=TERMS)

    async def open(self, who: str) -> None:
        conversation = Conversation(
            conversation_id=who,
            profile="power",
            channel="web",
            mode=Mode.BOT,
            opened_at=self.clock(),
        )
        async with self.database.write() as connection:
            await ConversationStore(connection).add(conversation, token_hash="x")

    async def get(self, who: str) -> Conversation:
        async with self.database.read() as connection:
            found = await ConversationStore(connection).find(who)
        assert found is not None
        return found

    async def ask(self, who: str, text: str, reply: Reply, *, name: str = "1") -> int:
        """A line and what the bot said to it; the answer's number."""
        async with self.database.write() as connection:
            store = TurnStore(connection)
            incoming = Incoming(message_id=name, text=text)
            await store.add_incoming(who, incoming, at=self.clock())
            (answer,) = await store.add_answers(who, [name], [reply], at=self.clock())
        return answer.seq

    async def agent_says(self, who: str, text: str) -> None:
        async with self.database.write() as connection:
            await ConversationStore(connection).add_said(
                who, Sender.AGENT, Reply(text=text), key=None, at=self.clock()
            )

    async def tell(self, line: str, outcome: Outcome, *, who: str | None, name: str) -> None:
        shown = Shown(
            suggestion_id=name,
            profile="power",
            conversation_id=who,
            line=line,
            entry_id="solar",
            version=1,
        )
        async with self.database.write() as connection:
            await PickStore(connection).put(
                Told(shown=shown, outcome=outcome, actor="小李", at=self.clock())
            )

    async def collected(self) -> list[GapLine]:
        await self.collecting.run()
        async with self.database.read() as connection:
            return await GapStore(connection).list_open("power", limit=100)

    async def texts(self) -> list[str]:
        return [line.text for line in await self.collected()]

    async def inform(self, who: str) -> None:
        await somebody_informs(self.tickets, who)


@pytest.fixture
async def talks(database: Database, clock: Clock, nothing_published: Knowledge) -> Talks:
    made = Talks(database, clock, nothing_published)
    await made.open("lihua")
    return made


class TestCollecting:
    async def test_finds_a_question_the_bot_did_not_know(self, talks: Talks) -> None:
        await talks.ask("lihua", ASKED, UNKNOWN)

        (line,) = await talks.collected()

        assert (line.text, line.why, line.asked_in) == (ASKED, Why.NOT_KNOWN, "lihua")

    async def test_finds_it_once_however_often_it_runs(self, talks: Talks) -> None:
        await talks.ask("lihua", ASKED, UNKNOWN)

        assert await talks.collecting.run() == 1
        assert await talks.collecting.run() == 0
        assert await talks.texts() == [ASKED]

    async def test_keeps_one_line_when_two_desks_collect_at_once(self, talks: Talks) -> None:
        await talks.ask("lihua", ASKED, UNKNOWN)

        await asyncio.gather(talks.collecting.run(), talks.collecting.run())

        assert await talks.texts() == [ASKED]

    async def test_loses_nothing_when_it_is_broken_off_before_it_writes(
        self, talks: Talks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await talks.ask("lihua", ASKED, UNKNOWN)

        async def killed(*_: object) -> None:
            raise asyncio.CancelledError

        with monkeypatch.context() as patched:
            patched.setattr(GapStore, "write_marks", killed)
            with pytest.raises(asyncio.CancelledError):
                await talks.collecting.run()

        assert await talks.texts() == [ASKED]

    async def test_takes_personal_data_out_of_question_and_answer(self, talks: Talks) -> None:
        await talks.ask("lihua", "我叫李华，电话13800138000，幸福里6栋301光伏并网找谁", UNKNOWN)
        await talks.agent_says("lihua", "稍后用13800138000给您回电，说明并网手续。")

        (line,) = await talks.collected()

        assert "13800138000" not in line.text + line.answer
        assert "幸福里6栋301" not in line.text
        assert "李华" not in line.text
        assert "光伏并网" in line.text

    async def test_adds_what_an_agent_says_later(self, talks: Talks) -> None:
        await talks.ask("lihua", ASKED, UNKNOWN)
        assert (await talks.collected())[0].answer == ""

        await talks.agent_says("lihua", "光伏并网请在网上国网提交申请。")

        assert (await talks.collected())[0].answer == "光伏并网请在网上国网提交申请。"

    async def test_takes_up_choices_left_when_the_customer_has_gone(
        self, talks: Talks, clock: Clock
    ) -> None:
        choices = Reply(
            text="您想问哪一个？",
            buttons=({"title": "光伏申请", "payload": '/consult{"entry_id": "solar"}'},),
        )
        await talks.ask("lihua", ASKED, choices)
        assert await talks.collected() == []

        clock.move(REST)

        assert [line.why for line in await talks.collected()] == [Why.NOT_PICKED]

    async def test_hears_of_a_thumb_down_that_comes_later(self, talks: Talks) -> None:
        seq = await talks.ask("lihua", ASKED, ANSWER)
        assert await talks.collected() == []

        await talks.thumbs.give(await talks.get("lihua"), seq, helped=False)

        assert [line.why for line in await talks.collected()] == [Why.THUMB_DOWN]

    async def test_hears_of_own_words_in_a_call(self, talks: Talks) -> None:
        await talks.tell(ASKED, Outcome.WRONG, who=None, name="a")
        await talks.tell(ASKED, Outcome.IGNORED, who=None, name="b")

        (line,) = await talks.collected()

        assert (line.text, line.why, line.asked_in) == (ASKED, Why.OWN_WORDS, "")

    async def test_leaves_out_what_was_asked_very_long_ago(
        self, talks: Talks, clock: Clock
    ) -> None:
        await talks.ask("lihua", ASKED, UNKNOWN)
        clock.move(timedelta(days=100))

        assert await talks.collected() == []


class TestInformants:
    async def test_are_never_collected_from(self, talks: Talks) -> None:
        await talks.inform("lihua")
        await talks.ask("lihua", ASKED, UNKNOWN)

        assert await talks.collected() == []

    async def test_are_forgotten_when_they_inform_later(self, talks: Talks) -> None:
        await talks.ask("lihua", ASKED, UNKNOWN)
        assert await talks.texts() == [ASKED]

        await talks.inform("lihua")

        assert await talks.collected() == []


class TestAskedAgain:
    async def decide(self, talks: Talks, fate: Fate) -> None:
        (line,) = await talks.collected()
        wanted = Wanted(
            profile="power", line_ids=(line.line_id,), fate=fate, entry_id="bill-how-to-pay"
        )
        await talks.gaps.decide(wanted, author="小陈")

    async def asked_by_another(self, talks: Talks) -> list[str]:
        await talks.open("wang")
        await talks.ask("wang", f"{ASKED}？", UNKNOWN)
        return await talks.texts()

    async def test_what_is_out_of_scope_stays_off_the_list(self, talks: Talks) -> None:
        await talks.ask("lihua", ASKED, UNKNOWN)
        await self.decide(talks, Fate.OUT_OF_SCOPE)

        assert await self.asked_by_another(talks) == []
        (decision,) = await talks.gaps.list_decisions("power")
        assert decision.count == 2

    async def test_what_got_an_entry_comes_back_when_the_publication_did_not_help(
        self, talks: Talks, clock: Clock
    ) -> None:
        library = Library(talks.database, "nobody's", clock)
        await library.publish(*SMALL_CORPUS)
        clock.move(timedelta(hours=1))
        await talks.ask("lihua", ASKED, UNKNOWN)
        await self.decide(talks, Fate.SIMILAR)
        clock.move(timedelta(hours=1))
        await talks.open("zhao")
        await talks.ask("zhao", ASKED, UNKNOWN)
        assert await talks.texts() == []

        await library.publish(make_entry("solar", "装太阳能板", "屋顶发电"))
        live = LiveChange(publication_no=2, author="小陈", reason="", at=clock())
        async with talks.database.write() as connection:
            await KnowledgeStore(connection).note_live("power", live)
        clock.move(timedelta(hours=1))

        assert await self.asked_by_another(talks) == [f"{ASKED}？"]


class TestThumbs:
    async def test_are_given_to_answers_alone(self, talks: Talks) -> None:
        seq = await talks.ask("lihua", ASKED, UNKNOWN)
        conversation = await talks.get("lihua")

        with pytest.raises(NoAnswer):
            await talks.thumbs.give(conversation, seq, helped=False)

    async def test_can_be_turned_round(self, talks: Talks) -> None:
        seq = await talks.ask("lihua", ASKED, ANSWER)
        conversation = await talks.get("lihua")

        await talks.thumbs.give(conversation, seq, helped=False)
        await talks.thumbs.give(conversation, seq, helped=True)

        assert await talks.thumbs.list_of(conversation) == {seq: True}


@pytest.mark.needs_encoder
class TestByMeaning:
    async def test_lines_are_encoded_and_joined_though_they_share_few_characters(
        self, database: Database, clock: Clock, published: Knowledge
    ) -> None:
        talks = Talks(database, clock, published)
        said = ("手机号换了收不到短信", "换号码以后没有通知了", "屋顶装太阳能发的电卖给你们")
        for who, text in enumerate(said):
            await talks.open(f"c{who}")
            await talks.ask(f"c{who}", text, UNKNOWN)

        lines = await talks.collected()
        gaps = await talks.gaps.list_gaps("power")

        assert {line.encoder for line in lines} == {published.encoder_fingerprint}
        assert [len(gap.lines) for gap in gaps] == [2, 1]
        assert gaps[1].examples == (said[2],)

    async def test_a_line_is_not_shown_before_it_is_encoded(
        self, database: Database, clock: Clock, published: Knowledge
    ) -> None:
        talks = Talks(database, clock, published)
        line = NewLine(
            profile="power",
            asked_in="",
            text=ASKED,
            why=Why.NOT_KNOWN,
            answer="",
            at=clock(),
        )
        async with database.write() as connection:
            await GapStore(connection).add(line)
        assert await talks.gaps.list_gaps("power") == []

        await talks.collecting.run()

        assert len(await talks.gaps.list_gaps("power")) == 1

    async def test_a_group_that_is_decided_settles_what_says_the_same_in_other_words(
        self, database: Database, clock: Clock, published: Knowledge
    ) -> None:
        talks = Talks(database, clock, published)
        for who, text in enumerate(("屋顶光伏卖电找谁签合同", "家里装了光伏，卖电找谁签合同")):
            await talks.open(f"c{who}")
            await talks.ask(f"c{who}", text, UNKNOWN)
        lines = await talks.collected()
        clock.move(timedelta(minutes=1))
        wanted = Wanted(
            profile="power",
            line_ids=tuple(line.line_id for line in lines),
            fate=Fate.OUT_OF_SCOPE,
        )
        decision = await talks.gaps.decide(wanted, author="小陈")
        clock.move(timedelta(minutes=1))

        for who, text in (("wang", "装了光伏卖电，合同找谁签"), ("zhao", "换手机号码去哪登记")):
            await talks.open(who)
            await talks.ask(who, text, UNKNOWN)

        assert await talks.texts() == ["换手机号码去哪登记"]
        (now_decided,) = await talks.gaps.list_decisions("power")
        assert (decision.count, now_decided.count) == (2, 3)

    async def test_a_line_left_out_of_a_decision_stays_on_the_list(
        self, database: Database, clock: Clock, published: Knowledge
    ) -> None:
        talks = Talks(database, clock, published)
        for who, text in enumerate(("屋顶光伏卖电找谁签合同", "家里装了光伏，卖电找谁签合同")):
            await talks.open(f"c{who}")
            await talks.ask(f"c{who}", text, UNKNOWN)
        first, second = await talks.collected()
        clock.move(timedelta(minutes=1))
        wanted = Wanted(profile="power", line_ids=(first.line_id,), fate=Fate.OUT_OF_SCOPE)
        await talks.gaps.decide(wanted, author="小陈")

        assert await talks.texts() == [second.text]
