"""Cases and practice over HTTP: who may, in which state, two at once, and what informants said."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from connectors.api import LAST_SEQ, Centres
from conversations.drafts import Drafts
from conversations.handover import HowEnded, Reason, Summary
from conversations.handover_store import HandoverStore
from conversations.masking import make_mask
from conversations.message import MAX_TEXT, Reply, Sender
from conversations.people import Role
from conversations.store import ConversationStore
from desk.database import Database
from desk.reviewing import Reviewing
from desk.routes import API
from desk.settings import ROOT
from tests.centres import read_checks
from tests.conftest import Clock
from tests.connectors.conftest import Colleague, Customer, Doors, Hiring, Opening, problem_of
from tickets.informants import load_seal
from tickets.profile import Profile

PHONE = "13800138000"
ASKED = f"停电了多久来修，我电话{PHONE}"
WORDING = "您好，抢修人员会在45分钟内到达现场，请您保持电话畅通。"
# what the customer and the agent say in turn; the talk is given back unless it goes on
Talking = Callable[..., Awaitable[None]]
Informing = Callable[[Customer], Awaitable[None]]


@pytest.fixture
async def doors(doors: Doors, database: Database, clock: Clock, power: Profile) -> Doors:
    """The desk's doors and these."""
    seal = load_seal(ROOT / "profiles" / "informants.yml", roles=list(Role))
    drafts = Drafts(
        checks=read_checks("power"),
        transcript=doors.transcript,
        tickets=doors.tickets,
        seal=seal,
        knowledge=doors.knowledge,
        clock=clock,
    )
    reviewing = Reviewing(
        database=database,
        knowledge=doors.knowledge,
        drafts=drafts,
        seal=seal,
        mask=make_mask(),
        clock=clock,
    )
    for router in reviewing.routers(doors.staff, Centres({"power": power}, default="power")):
        doors.app.include_router(router, prefix=API)
    return doors


@pytest.fixture
async def trainer(hire: Hiring) -> Colleague:
    """小陈 makes cases."""
    return await hire("小陈", Role.TRAINER)


@pytest.fixture
def talk(database: Database, clock: Clock) -> Talking:
    async def talking(customer: Customer, *said: str, ends: bool = True, rating: str = "") -> None:
        where = customer.conversation_id
        async with database.write() as connection:
            store, handovers = ConversationStore(connection), HandoverStore(connection)
            handover = await handovers.add(
                where, "power", Reason.ASKED, Summary(matter=""), at=clock()
            )
            await handovers.claim(handover.handover_id, agent="小李", at=clock())
        for asked, answered in zip(said[::2], said[1::2], strict=True):
            await customer.say(asked)
            async with database.write() as connection:
                store = ConversationStore(connection)
                await store.add_said(
                    where, Sender.AGENT, Reply(text=answered), key=None, at=clock()
                )
        async with database.write() as connection:
            handovers = HandoverStore(connection)
            if ends:
                await handovers.end(handover.handover_id, HowEnded.GIVEN_BACK, at=clock())
            if rating:
                await handovers.rate(handover.handover_id, where, rating)
        clock.move(timedelta(minutes=1))

    return talking


@pytest.fixture
def inform(supervisor: Colleague) -> Informing:
    async def informing(customer: Customer) -> None:
        body = {
            "request_key": "举报",
            "kind": "report",
            "conversation_id": customer.conversation_id,
            "fields": {"words": "有人偷电"},
        }
        assert (await supervisor.post("/tickets", body)).status_code == 201

    return informing


async def made_of(customer: Customer, trainer: Colleague) -> dict[str, Any]:
    """The case of a talk, which nobody may practise yet."""
    answer = await trainer.post("/cases", {"conversation_id": customer.conversation_id})
    assert answer.status_code == 201, answer.text
    case: dict[str, Any] = answer.json()
    return case


def as_ready(case: dict[str, Any], **other: Any) -> dict[str, Any]:
    """The body that lets a case out as it is."""
    return {
        "title": case["title"],
        "steps": case["steps"],
        "version": case["version"],
        "is_ready": True,
        **other,
    }


@pytest.fixture
async def case(customer: Customer, talk: Talking, trainer: Colleague) -> dict[str, Any]:
    """A case of one step, let out to be practised."""
    await talk(customer, ASKED, WORDING)
    made = await made_of(customer, trainer)
    answer = await trainer.put(f"/cases/{made['case_id']}", as_ready(made))
    assert answer.status_code == 200, answer.text
    ready: dict[str, Any] = answer.json()
    return ready


async def begun(person: Colleague, case: dict[str, Any]) -> dict[str, Any]:
    answer = await person.post("/practice", {"case_id": case["case_id"]})
    assert answer.status_code == 201, answer.text
    practice: dict[str, Any] = answer.json()
    return practice


def replies_to(practice: dict[str, Any]) -> str:
    return f"/practice/{practice['practice_id']}/replies"


class TestCandidates:
    async def test_are_closed_talks_as_they_would_become_cases(
        self, trainer: Colleague, customer: Customer, talk: Talking
    ) -> None:
        await talk(customer, ASKED, WORDING, rating="good")

        (found,) = (await trainer.get("/cases/candidates")).json()["candidates"]

        assert found["conversation_id"] == customer.conversation_id
        assert (found["agent"], found["rating"]) == ("小李", "good")
        assert [step["wording"] for step in found["steps"]] == [WORDING]
        assert PHONE not in str(found)

    async def test_are_none_of_a_talk_that_goes_on_and_none_of_a_case(
        self,
        trainer: Colleague,
        case: dict[str, Any],
        open_conversation: Opening,
        talk: Talking,
    ) -> None:
        await talk(await open_conversation(), ASKED, WORDING, ends=False)

        assert (await trainer.get("/cases/candidates")).json()["candidates"] == []

    async def test_are_none_of_an_informants_talk(
        self, trainer: Colleague, customer: Customer, talk: Talking, inform: Informing
    ) -> None:
        await talk(customer, ASKED, WORDING)

        await inform(customer)

        assert (await trainer.get("/cases/candidates")).json()["candidates"] == []


class TestMaking:
    async def test_puts_a_masked_case_that_is_not_let_out_into_the_library(
        self, trainer: Colleague, customer: Customer, talk: Talking
    ) -> None:
        await talk(customer, ASKED, WORDING)

        made = await made_of(customer, trainer)

        assert (made["is_ready"], made["version"], made["author"]) == (False, 1, "小陈")
        assert PHONE not in str(made)
        assert (await trainer.get("/cases")).json()["cases"] == [made]

    async def test_of_one_talk_by_two_at_once_makes_one_case(
        self, trainer: Colleague, hire: Hiring, customer: Customer, talk: Talking
    ) -> None:
        await talk(customer, ASKED, WORDING)
        other, body = (
            await hire("老赵", Role.TRAINER),
            {"conversation_id": customer.conversation_id},
        )

        both = await asyncio.gather(trainer.post("/cases", body), other.post("/cases", body))

        assert sorted(each.status_code for each in both) == [201, 409]
        assert len((await trainer.get("/cases")).json()["cases"]) == 1

    async def test_of_a_talk_that_goes_on_is_refused(
        self, trainer: Colleague, customer: Customer, talk: Talking
    ) -> None:
        await talk(customer, ASKED, WORDING, ends=False)

        refused = await trainer.post("/cases", {"conversation_id": customer.conversation_id})

        assert problem_of(refused)["type"] == "/problems/CaseNotClosed"

    async def test_of_a_talk_that_is_not_there_is_refused(self, trainer: Colleague) -> None:
        refused = await trainer.post("/cases", {"conversation_id": "nobody's"})

        assert problem_of(refused)["type"] == "/problems/CaseNotClosed"

    async def test_of_a_talk_in_which_nothing_can_be_learned_is_refused(
        self, trainer: Colleague, customer: Customer, talk: Talking
    ) -> None:
        await talk(customer, ASKED, "好的")

        refused = await trainer.post("/cases", {"conversation_id": customer.conversation_id})

        assert problem_of(refused)["type"] == "/problems/NothingSaid"

    async def test_of_an_informants_talk_is_refused(
        self, trainer: Colleague, customer: Customer, talk: Talking, inform: Informing
    ) -> None:
        await talk(customer, ASKED, WORDING)
        await inform(customer)

        refused = await trainer.post("/cases", {"conversation_id": customer.conversation_id})

        assert problem_of(refused)["type"] == "/problems/CaseSealed"

    async def test_for_a_centre_that_is_not_there_is_refused(
        self, trainer: Colleague, customer: Customer
    ) -> None:
        body = {"conversation_id": customer.conversation_id, "profile": "steam"}

        assert problem_of(await trainer.post("/cases", body))["type"] == "/problems/UnknownProfile"


class TestMending:
    async def test_lets_a_case_out_and_counts_the_version(
        self, trainer: Colleague, case: dict[str, Any]
    ) -> None:
        assert (case["is_ready"], case["version"]) == (True, 2)
        assert (await trainer.get("/cases")).json()["cases"] == [case]

    async def test_by_two_at_once_keeps_the_first_and_tells_the_second(
        self, trainer: Colleague, hire: Hiring, case: dict[str, Any]
    ) -> None:
        other, path = await hire("老赵", Role.TRAINER), f"/cases/{case['case_id']}"

        both = await asyncio.gather(
            trainer.put(path, as_ready(case, title="停电多久来修")),
            other.put(path, as_ready(case, title="问抢修时间")),
        )

        assert sorted(each.status_code for each in both) == [200, 409]
        (kept,) = (each.json() for each in both if each.status_code == 200)
        (late,) = (each for each in both if each.status_code == 409)
        assert problem_of(late)["type"] == "/problems/CaseChanged"
        assert (await trainer.get("/cases")).json()["cases"] == [kept]

    async def test_hides_what_personal_data_is_typed(
        self, trainer: Colleague, case: dict[str, Any]
    ) -> None:
        steps = [{"asked": f"打我{PHONE}", "wording": WORDING}]

        told = await trainer.put(f"/cases/{case['case_id']}", as_ready(case, steps=steps))

        assert PHONE not in told.text

    @pytest.mark.parametrize(
        "wrong",
        [
            {"title": " "},
            {"steps": []},
            {"steps": [{"asked": "停电了", "wording": " "}]},
            {"steps": [{"asked": "停电了", "wording": WORDING}] * 31},
            {"version": 10**20},
        ],
        ids=["no title", "no step", "no wording", "too many steps", "no such version"],
    )
    async def test_into_what_no_case_is_is_refused(
        self, trainer: Colleague, case: dict[str, Any], wrong: dict[str, Any]
    ) -> None:
        refused = await trainer.put(f"/cases/{case['case_id']}", as_ready(case, **wrong))

        assert problem_of(refused)["type"] == "/problems/invalid_request"
        assert (await trainer.get("/cases")).json()["cases"] == [case]

    @pytest.mark.parametrize("case_id", [7, LAST_SEQ])
    async def test_a_case_that_is_not_there_is_told(
        self, trainer: Colleague, case_id: int, case: dict[str, Any]
    ) -> None:
        changed = await trainer.put(f"/cases/{case_id}", as_ready(case))
        removed = await trainer.delete(f"/cases/{case_id}")

        for refused in (changed, removed):
            assert problem_of(refused)["type"] == "/problems/CaseNotFound"

    async def test_an_informants_case_finds_none(
        self,
        trainer: Colleague,
        customer: Customer,
        case: dict[str, Any],
        inform: Informing,
    ) -> None:
        await inform(customer)

        assert (await trainer.get("/cases")).json()["cases"] == []
        changed = await trainer.put(f"/cases/{case['case_id']}", as_ready(case))
        removed = await trainer.delete(f"/cases/{case['case_id']}")
        for refused in (changed, removed):
            assert problem_of(refused)["type"] == "/problems/CaseNotFound"


class TestRemoving:
    async def test_takes_a_case_out_and_leaves_the_results(
        self, trainer: Colleague, agent: Colleague, case: dict[str, Any]
    ) -> None:
        practice = await begun(agent, case)
        await agent.post(replies_to(practice), {"step": 0, "text": WORDING})

        removed = await trainer.delete(f"/cases/{case['case_id']}")

        assert removed.status_code == 204
        assert (await trainer.get("/cases")).json()["cases"] == []
        assert (await agent.get("/practice")).json()["cases"] == []
        (result,) = (await trainer.get("/practice/results")).json()["results"]
        assert result["person"] == "小李"

    async def test_twice_is_told(self, trainer: Colleague, case: dict[str, Any]) -> None:
        await trainer.delete(f"/cases/{case['case_id']}")

        again = await trainer.delete(f"/cases/{case['case_id']}")

        assert problem_of(again)["type"] == "/problems/CaseNotFound"

    async def test_lets_who_practises_it_finish(
        self, trainer: Colleague, agent: Colleague, case: dict[str, Any]
    ) -> None:
        practice = await begun(agent, case)
        await trainer.delete(f"/cases/{case['case_id']}")

        answered = await agent.post(replies_to(practice), {"step": 0, "text": WORDING})

        assert answered.json()["score"] is not None


class TestPractice:
    async def test_lists_what_is_let_out_without_its_wordings(
        self,
        trainer: Colleague,
        agent: Colleague,
        case: dict[str, Any],
        open_conversation: Opening,
        talk: Talking,
    ) -> None:
        still_read = await open_conversation()
        await talk(still_read, "怎么交电费", "您可以在网上国网交电费。")
        await made_of(still_read, trainer)

        told = await agent.get("/practice")

        assert [each["case_id"] for each in told.json()["cases"]] == [case["case_id"]]
        assert WORDING not in told.text

    async def test_tells_a_wording_only_beside_the_reply(
        self, agent: Colleague, case: dict[str, Any]
    ) -> None:
        practice = await begun(agent, case)
        assert WORDING not in str(practice)
        assert practice["next"] == case["steps"][0]["asked"]

        told = (
            await agent.post(
                replies_to(practice), {"step": 0, "text": "师傅90分钟内到，请您稍等。"}
            )
        ).json()

        (reply,) = told["replies"]
        assert reply["wording"] == WORDING
        assert reply["judged"]["wrong"] == [["45分钟", "90分钟"]]
        assert (told["next"], told["score"]) == (None, reply["judged"]["score"])

    async def test_is_there_again_for_who_comes_back(
        self, agent: Colleague, case: dict[str, Any]
    ) -> None:
        practice = await begun(agent, case)

        found = (await agent.get(f"/practice/{practice['practice_id']}")).json()

        assert found == practice
        (own,) = (await agent.get("/practice")).json()["results"]
        assert (own["practice_id"], own["score"]) == (practice["practice_id"], None)

    async def test_keeps_one_reply_of_two_sent_at_once(
        self, agent: Colleague, case: dict[str, Any]
    ) -> None:
        practice = await begun(agent, case)

        both = await asyncio.gather(
            *(
                agent.post(replies_to(practice), {"step": 0, "text": text})
                for text in (WORDING, "我们尽快来修，请您稍等。")
            )
        )

        assert [each.status_code for each in both] == [200, 200]
        first, second = (each.json() for each in both)
        assert first == second
        assert len(first["replies"]) == 1

    async def test_goes_on_with_the_case_as_it_was_begun(
        self, trainer: Colleague, agent: Colleague, case: dict[str, Any]
    ) -> None:
        practice = await begun(agent, case)
        steps = [{"asked": "怎么交电费", "wording": "您可以在网上国网交电费。"}]
        await trainer.put(f"/cases/{case['case_id']}", as_ready(case, steps=steps))

        told = (await agent.post(replies_to(practice), {"step": 0, "text": WORDING})).json()

        assert told["replies"][0]["wording"] == WORDING

    async def test_of_a_step_that_is_not_due_is_refused(
        self, agent: Colleague, case: dict[str, Any]
    ) -> None:
        practice = await begun(agent, case)

        refused = await agent.post(replies_to(practice), {"step": 1, "text": WORDING})

        assert problem_of(refused)["type"] == "/problems/StepNotDue"

    @pytest.mark.parametrize(
        ("text", "name"), [(" ", "EmptyMessage"), ("长" * (MAX_TEXT + 1), "MessageTooLong")]
    )
    async def test_takes_no_reply_that_a_customer_could_not_be_sent(
        self, agent: Colleague, case: dict[str, Any], text: str, name: str
    ) -> None:
        practice = await begun(agent, case)

        refused = await agent.post(replies_to(practice), {"step": 0, "text": text})

        assert problem_of(refused)["type"] == f"/problems/{name}"

    async def test_of_a_case_that_is_not_let_out_is_not_begun(
        self, trainer: Colleague, agent: Colleague, customer: Customer, talk: Talking
    ) -> None:
        await talk(customer, ASKED, WORDING)
        made = await made_of(customer, trainer)

        refused = await agent.post("/practice", {"case_id": made["case_id"]})

        assert problem_of(refused)["type"] == "/problems/CaseNotFound"

    async def test_of_another_is_neither_read_nor_answered(
        self, agent: Colleague, hire: Hiring, case: dict[str, Any]
    ) -> None:
        practice, other = await begun(agent, case), await hire("小王", Role.AGENT)

        read = await other.get(f"/practice/{practice['practice_id']}")
        answered = await other.post(replies_to(practice), {"step": 0, "text": WORDING})

        for refused in (read, answered):
            assert problem_of(refused)["type"] == "/problems/PracticeNotFound"
        assert (await other.get("/practice")).json()["results"] == []

    async def test_that_is_not_there_is_told(self, agent: Colleague) -> None:
        read = await agent.get("/practice/7")
        answered = await agent.post("/practice/7/replies", {"step": 0, "text": WORDING})

        for refused in (read, answered):
            assert problem_of(refused)["type"] == "/problems/PracticeNotFound"

    async def test_is_gone_when_the_customer_informs_meanwhile(
        self,
        trainer: Colleague,
        agent: Colleague,
        customer: Customer,
        case: dict[str, Any],
        inform: Informing,
    ) -> None:
        practice = await begun(agent, case)

        await inform(customer)

        read = await agent.get(f"/practice/{practice['practice_id']}")
        answered = await agent.post(replies_to(practice), {"step": 0, "text": WORDING})
        for refused in (read, answered):
            assert problem_of(refused)["type"] == "/problems/PracticeNotFound"
        assert (await agent.get("/practice")).json() == {"cases": [], "results": []}
        assert (await trainer.get("/practice/results")).json()["results"] == []


class TestRoles:
    @pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.QUALITY, Role.CLERK])
    async def test_who_does_not_teach_has_no_library(
        self, hire: Hiring, case: dict[str, Any], role: Role
    ) -> None:
        member, path = await hire("小王", role), f"/cases/{case['case_id']}"

        for refused in (
            await member.get("/cases"),
            await member.get("/cases/candidates"),
            await member.post("/cases", {"conversation_id": "wang"}),
            await member.put(path, as_ready(case)),
            await member.delete(path),
            await member.get("/practice/results"),
        ):
            assert problem_of(refused)["type"] == "/problems/NotAllowed"

    async def test_a_clerk_does_not_practise(self, hire: Hiring, case: dict[str, Any]) -> None:
        clerk = await hire("小钱", Role.CLERK)

        for refused in (
            await clerk.get("/practice"),
            await clerk.post("/practice", {"case_id": case["case_id"]}),
            await clerk.get("/practice/1"),
            await clerk.post("/practice/1/replies", {"step": 0, "text": WORDING}),
        ):
            assert problem_of(refused)["type"] == "/problems/NotAllowed"

    @pytest.mark.parametrize("role", [Role.LEAD, Role.QUALITY, Role.TRAINER, Role.SUPERVISOR])
    async def test_others_practise_as_agents_do(
        self, hire: Hiring, case: dict[str, Any], role: Role
    ) -> None:
        assert (await begun(await hire("小王", role), case))["person"] == "小王"
