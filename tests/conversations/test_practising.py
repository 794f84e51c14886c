"""From a talk that went well to a case, and from a trainee's reply to a score with its reasons."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.case_store import Answered, Practice
from conversations.cases import (
    Case,
    CaseChanged,
    CaseNotClosed,
    CaseNotFound,
    CaseSealed,
    NothingSaid,
    PracticeNotFound,
    StepNotDue,
    judge,
    steps_of,
)
from conversations.drafts import Drafts, load_checks
from conversations.handover import HowEnded, Reason, Summary
from conversations.handover_store import HandoverStore
from conversations.masking import make_mask
from conversations.message import Conversation, Incoming, Mode, Reply, Sender
from conversations.people import Role
from conversations.practising import Change, Practising
from conversations.store import ConversationStore
from conversations.turn_store import TurnStore
from desk.database import Database
from desk.settings import ROOT
from knowledge.etiquette import Finding
from knowledge.etiquette_rules import Severity
from knowledge.service import Knowledge
from tests.conftest import Clock
from tests.conversations.conftest import OpenCentre
from tests.conversations.scripted import EchoBot, somebody_informs
from tests.tickets.timed import TERMS
from tickets.informants import load_seal
from tickets.profile import Profile
from tickets.service import TicketService

WORDING = "您好，抢修人员会在45分钟内到达现场，请您保持电话畅通。"
RUDE = Finding(
    rule="rude",
    severity=Severity.BREACH,
    span=(0, 1),
    message="不礼貌",
    rewrite="",
    document="003",
)


class School:
    """Agents talk, 小陈 makes cases, 小李 practises."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        knowledge: Knowledge,
        power: Profile,
        open_centre: OpenCentre,
    ) -> None:
        self.database, self.clock = database, clock
        write, read = database.write, database.read
        seal = load_seal(ROOT / "profiles" / "informants.yml", roles=list(Role))
        self.tickets = TicketService(write=write, read=read, clock=clock, terms=TERMS)
        drafts = Drafts(
            checks=load_checks(ROOT / "profiles", {"power": power}, TERMS),
            transcript=open_centre(EchoBot()).transcript,
            tickets=self.tickets,
            seal=seal,
            knowledge=knowledge,
            clock=clock,
        )
        self.practising = Practising(
            knowledge=knowledge,
            drafts=drafts,
            seal=seal,
            mask=make_mask(),
            write=write,
            read=read,
            clock=clock,
        )

    async def talk(self, who: str, *said: str, rating: str = "", ends: bool = True) -> None:
        """A talk with an agent: the customer's line, the agent's, and so on."""
        conversation = Conversation(
            conversation_id=who,
            profile="power",
            channel="web",
            mode=Mode.BOT,
            opened_at=self.clock(),
        )
        async with self.database.write() as connection:
            store, handovers = ConversationStore(connection), HandoverStore(connection)
            await store.add(conversation, token_hash="x")
            handover = await handovers.add(
                who, "power", Reason.ASKED, Summary(matter=""), at=self.clock()
            )
            await handovers.claim(handover.handover_id, agent="小周", at=self.clock())
            for place, text in enumerate(said):
                if place % 2 == 0:
                    incoming = Incoming(message_id=str(place), text=text)
                    await TurnStore(connection).add_incoming(who, incoming, at=self.clock())
                else:
                    await store.add_said(
                        who, Sender.AGENT, Reply(text=text), key=None, at=self.clock()
                    )
            if ends:
                await handovers.end(handover.handover_id, HowEnded.GIVEN_BACK, at=self.clock())
            if rating:
                await handovers.rate(handover.handover_id, who, rating)
        self.clock.move(timedelta(minutes=1))

    async def inform(self, who: str) -> None:
        await somebody_informs(self.tickets, who)

    async def case(self, *said: str) -> Case:
        """A case of such a talk that can be practised."""
        await self.talk("wang", *(said or ("停电了多久来修", WORDING)))
        made = await self.practising.make("power", "wang", author="小陈")
        return await self.practising.change("power", change_of(made), author="小陈")

    async def reply(
        self, practice: Practice, step: int, text: str
    ) -> tuple[Practice, list[Answered]]:
        return await self.practising.answer(practice.practice_id, step, text, person="小李")


def change_of(case: Case) -> Change:
    """The case as it is, let out to be practised."""
    return Change(
        case_id=case.case_id,
        title=case.title,
        steps=case.steps,
        is_ready=True,
        version=case.version,
    )


@pytest.fixture
def school(
    database: Database,
    clock: Clock,
    nothing_published: Knowledge,
    power: Profile,
    open_centre: OpenCentre,
) -> School:
    return School(database, clock, nothing_published, power, open_centre)


class TestMaking:
    async def test_a_closed_talk_becomes_steps_without_personal_data(self, school: School) -> None:
        await school.talk("wang", "我电话13800138000，停电了", WORDING, "谢谢", "不客气，再见。")

        case = await school.practising.make("power", "wang", author="小陈")

        (step,) = case.steps
        assert "13800138000" not in step.asked
        assert "停电了" in step.asked
        assert step.wording == WORDING
        assert not case.is_ready

    async def test_talks_that_went_well_are_offered_newest_first(self, school: School) -> None:
        await school.talk("bad", "停电了", WORDING, rating="bad")
        await school.talk("wang", "停电了", WORDING)
        await school.talk("liu", "没电了", WORDING, rating="good")
        await school.talk("going", "还没电", WORDING, ends=False)

        found = await school.practising.list_candidates("power")

        assert [each.closed.conversation_id for each in found] == ["liu", "wang"]

    async def test_none_is_made_of_an_informants_talk(self, school: School) -> None:
        await school.talk("wang", "隔壁偷电", WORDING)
        await school.inform("wang")

        assert await school.practising.list_candidates("power") == []
        with pytest.raises(CaseSealed):
            await school.practising.make("power", "wang", author="小陈")

    async def test_a_case_is_gone_when_its_customer_informs_later(self, school: School) -> None:
        case = await school.case()
        await school.inform("wang")

        assert await school.practising.list_cases("power") == []
        with pytest.raises(CaseNotFound):
            await school.practising.begin("power", case.case_id, person="小李")

    async def test_none_is_made_of_a_talk_that_goes_on_or_twice(self, school: School) -> None:
        await school.talk("going", "还没电", WORDING, ends=False)
        await school.case()

        for who in ("going", "wang"):
            with pytest.raises(CaseNotClosed):
                await school.practising.make("power", who, author="小陈")

    async def test_none_is_made_where_the_agent_said_nothing(self, school: School) -> None:
        await school.talk("wang", "停电了", "好的")

        with pytest.raises(NothingSaid):
            await school.practising.make("power", "wang", author="小陈")

    async def test_who_changes_an_older_version_is_told(self, school: School) -> None:
        await school.talk("wang", "停电了", WORDING)
        case = await school.practising.make("power", "wang", author="小陈")
        await school.practising.change("power", change_of(case), author="小陈")

        with pytest.raises(CaseChanged):
            await school.practising.change("power", change_of(case), author="老赵")

    async def test_what_is_typed_into_a_case_is_masked_too(self, school: School) -> None:
        case = await school.case()
        step = replace(case.steps[0], asked="打我13900139000")

        changed = await school.practising.change(
            "power", replace(change_of(case), steps=(step,)), author="小陈"
        )

        assert "13900139000" not in changed.steps[0].asked


class TestPractising:
    async def test_goes_line_by_line_to_a_score(self, school: School) -> None:
        case = await school.case("停电了", WORDING, "要等多久", "最长45分钟，请您稍等。")
        practice = await school.practising.begin("power", case.case_id, person="小李")

        going, first = await school.reply(practice, 0, WORDING)
        done, replies = await school.reply(practice, 1, "不知道，您自己看着办。")

        assert (going.score, len(first)) == (None, 1)
        assert first[0].judged["score"] > replies[1].judged["score"]
        assert done.score == round(sum(each.judged["score"] for each in replies) / 2)

    async def test_the_same_step_twice_counts_once(self, school: School) -> None:
        practice = await school.practising.begin(
            "power", (await school.case()).case_id, person="小李"
        )

        await school.reply(practice, 0, WORDING)
        _, replies = await school.reply(practice, 0, "换一句")

        assert [each.text for each in replies] == [WORDING]

    async def test_no_step_is_skipped(self, school: School) -> None:
        practice = await school.practising.begin(
            "power", (await school.case()).case_id, person="小李"
        )

        with pytest.raises(StepNotDue):
            await school.reply(practice, 1, WORDING)

    async def test_a_case_that_is_not_let_out_is_not_begun(self, school: School) -> None:
        await school.talk("wang", "停电了", WORDING)
        case = await school.practising.make("power", "wang", author="小陈")

        with pytest.raises(CaseNotFound):
            await school.practising.begin("power", case.case_id, person="小李")

    async def test_nobody_answers_in_the_place_of_another(self, school: School) -> None:
        practice = await school.practising.begin(
            "power", (await school.case()).case_id, person="小李"
        )

        with pytest.raises(PracticeNotFound):
            await school.practising.answer(practice.practice_id, 0, WORDING, person="小王")

    async def test_results_are_kept_per_person(self, school: School) -> None:
        case = await school.case()
        for person in ("小李", "小王"):
            await school.practising.begin("power", case.case_id, person=person)

        own = await school.practising.list_results("power", person="小李")

        assert [each.person for each in own] == ["小李"]
        assert len(await school.practising.list_results("power")) == 2

    async def test_rude_words_are_told_and_cost_points(self, school: School) -> None:
        practice = await school.practising.begin(
            "power", (await school.case()).case_id, person="小李"
        )

        _, (reply,) = await school.reply(practice, 0, "你烦不烦，45分钟内到。")

        assert reply.judged["findings"]
        assert reply.judged["manner"] < 1


class TestJudging:
    def test_the_wording_itself_is_worth_all(self) -> None:
        assert judge(WORDING, WORDING, nearness=1.0, usual=0.6, findings=[]).score == 100

    def test_a_reply_no_nearer_than_other_answers_has_no_meaning(self) -> None:
        judged = judge("请带身份证。", WORDING, nearness=0.5, usual=0.6, findings=[])

        assert (judged.meaning, judged.figures) == (0.0, 0.0)
        assert judged.missing == ("45分钟",)

    def test_a_quantity_may_be_written_otherwise(self) -> None:
        judged = judge("三刻钟内到", WORDING, nearness=0.9, usual=0.6, findings=[])

        assert judged.figures == 1.0

    def test_another_quantity_is_told_beside_the_right_one(self) -> None:
        judged = judge("90分钟内到达", WORDING, nearness=0.9, usual=0.6, findings=[])

        assert judged.wrong == (("45分钟", "90分钟"),)

    def test_no_where_the_wording_says_yes_has_no_meaning(self) -> None:
        judged = judge("不可以网上办。", "可以网上办。", nearness=0.95, usual=0.6, findings=[])

        assert judged.meaning == 0.0
        assert judged.opposite is not None

    def test_a_breach_costs_half_of_the_manner(self) -> None:
        good = judge(WORDING, WORDING, nearness=1.0, usual=0.6, findings=[])
        rude = judge(WORDING, WORDING, nearness=1.0, usual=0.6, findings=[RUDE])

        assert good.manner - rude.manner == 0.5


def test_a_talk_without_an_agent_has_no_steps() -> None:
    assert steps_of([]) == []


@pytest.mark.needs_encoder
async def test_good_words_of_ones_own_are_worth_more_than_a_polite_answer_to_something_else(
    database: Database,
    clock: Clock,
    published: Knowledge,
    power: Profile,
    open_informed_centre: OpenCentre,
) -> None:
    school = School(database, clock, published, power, open_informed_centre)
    case = await school.case("过户要带什么", "过户需要带双方身份证和房产证到营业厅办理。")
    scores = []
    for text in (
        "请您和原户主带上身份证、房产证，到营业厅就能办过户。",
        "请您先关闭总阀，打开窗户通风。",
    ):
        practice = await school.practising.begin("power", case.case_id, person="小李")
        done, _ = await school.reply(practice, 0, text)
        assert done.score is not None
        scores.append(done.score)

    assert scores[0] >= scores[1] + 30
