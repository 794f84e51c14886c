"""An agent's page sends each draft to be checked: what comes back, and to whom."""

from typing import Any

import httpx
import pytest

from conversations.message import Incoming
from conversations.people import Role
from tests.connectors.conftest import Colleague, Customer, Doors, Hiring, problem_of

COMPLAINT = "我姓王，抄表员上门态度恶劣，我要投诉，电话13912345678"


async def findings(colleague: Colleague, **body: Any) -> list[dict[str, Any]]:
    answer = await colleague.post("/etiquette", body)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["findings"]
    return found


async def rules(colleague: Colleague, **body: Any) -> set[str]:
    return {each["rule"] for each in await findings(colleague, **body)}


class TestEtiquette:
    async def test_says_what_to_mend_and_where_it_is_written(self, agent: Colleague) -> None:
        (found,) = await findings(agent, text="您好，这个不归我管。")

        assert found["message"]
        assert found["rewrite"]
        assert (found["rule"], found["severity"], found["span"]) == ("shirking", "breach", [3, 9])
        assert found["document"].startswith("网店客服管理制度（001）")

    async def test_finds_nothing_in_a_clean_or_empty_draft(self, agent: Colleague) -> None:
        for text in ("您好，请问有什么可以帮您？", "", "……", "🙂"):
            assert await findings(agent, text=text) == []

    async def test_reads_the_conversation(self, agent: Colleague, customer: Customer) -> None:
        await customer.say(COMPLAINT)
        about = {"conversation_id": customer.conversation_id}

        assert await rules(agent, text="您好，投诉已收到，请等候。", **about) == {
            "restate",
            "surname",
        }
        kind = "王先生，抄表员态度恶劣的事我记下了，电话13912345678。"
        assert await rules(agent, text=kind, **about) == set()
        assert await rules(agent, text=kind.replace("139", "138"), **about) == {"private"}

    async def test_knows_what_is_on_the_ticket(self, agent: Colleague, customer: Customer) -> None:
        body = {
            "request_key": "来电-1",
            "kind": "fault",
            "conversation_id": customer.conversation_id,
            "fields": {"name": "李女士", "phone": "13700001234"},
        }
        assert (await agent.post("/tickets", body)).status_code == 201
        about = {"conversation_id": customer.conversation_id}

        assert await rules(agent, text="李女士，电话是13700001234，对吗？", **about) == set()
        (found,) = await findings(agent, text="您好，请稍等。", **about)
        assert found["rewrite"] == "李女士，"

    async def test_takes_the_kind_and_the_name_that_are_given(self, agent: Colleague) -> None:
        told = {"kind": "report", "surname": "赵", "honorific": "女士"}

        found = await findings(agent, text="您好，3个工作日内答复您。", **told)

        assert [each["rule"] for each in found] == ["surname", "promise"]
        assert found[0]["rewrite"] == "赵女士，"
        assert "9 个工作日" in found[1]["message"]

    async def test_tells_nobody_what_an_informant_said(
        self, agent: Colleague, doors: Doors, customer: Customer
    ) -> None:
        conversation = await doors.transcript.get(customer.conversation_id, token=customer.token)
        await doors.hub.receive(conversation, Incoming(message_id="1", text=COMPLAINT))
        body = {
            "request_key": "来电-2",
            "kind": "report",
            "conversation_id": customer.conversation_id,
            "fields": {"words": "有人偷电", "phone": "13912345678"},
        }
        assert (await agent.post("/tickets", body)).status_code == 201
        about = {"conversation_id": customer.conversation_id}

        said = await findings(agent, text="您好，电话13912345678。", **about)
        not_said = await findings(agent, text="您好，电话13812345678。", **about)

        assert [each["rule"] for each in said] == ["private"]
        assert said == not_said


class TestDoor:
    async def test_opens_to_nobody_without_a_token(self, http: httpx.AsyncClient) -> None:
        refused = await http.post("/etiquette", json={"text": "您好"})

        assert problem_of(refused)["type"] == "/problems/SignInFailed"

    async def test_lets_a_trainer_check_a_text_but_read_no_conversation(
        self, hire: Hiring, customer: Customer
    ) -> None:
        trainer = await hire("小陈", Role.TRAINER)
        body = {"text": "你好", "conversation_id": customer.conversation_id}

        assert await rules(trainer, text="你好") == {"informal"}
        assert problem_of(await trainer.post("/etiquette", body))["type"] == "/problems/NotAllowed"

    async def test_a_conversation_that_is_not_there_is_a_problem(self, agent: Colleague) -> None:
        body = {"text": "您好", "conversation_id": "none"}

        assert problem_of(await agent.post("/etiquette", body))["status"] == 404

    async def test_a_draft_too_long_to_send_is_a_problem_that_says_so(
        self, agent: Colleague
    ) -> None:
        problem = problem_of(await agent.post("/etiquette", {"text": "您" * 10_000}))

        assert problem["type"] == "/problems/MessageTooLong"
        assert "10000" in problem["detail"]

    @pytest.mark.parametrize("body", [{}, {"text": None}, {"text": "您好", "kind": "party"}])
    async def test_a_body_that_is_none_is_a_problem(
        self, agent: Colleague, body: dict[str, Any]
    ) -> None:
        assert (
            problem_of(await agent.post("/etiquette", body))["type"] == "/problems/invalid_request"
        )
