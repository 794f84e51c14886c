"""Suggested wordings over HTTP: who may ask, what comes back, what becomes of it."""

import httpx
import pytest
from sqlalchemy import func, select

import connectors.suggestions_api
from connectors.api import Centres
from conversations.handover import Reason, Summary
from conversations.handover_store import HandoverStore
from conversations.masking import make_mask
from conversations.people import Role
from conversations.suggesting import Suggesting
from desk.database import Database
from desk.routes import API
from desk.settings import ROOT
from knowledge.phrasing import load_phrases
from knowledge.pick_store import suggestion_outcomes
from tests.conftest import Clock
from tests.connectors.conftest import Colleague, Customer, Doors, Hiring, problem_of
from tests.knowledge.small_corpus import PAYING, SMALL_CORPUS, Library
from tests.tickets.timed import TERMS
from tickets.informants import load_seal
from tickets.owed import Owing
from tickets.profile import Profile
from tickets.service import TicketService

LINE = "怎么在手机上交电费"
CALLS = ["/suggestions", "/suggestions/outcome"]


@pytest.fixture
async def doors(doors: Doors, database: Database, clock: Clock, power: Profile) -> Doors:
    """The desk's doors with this one, and the small corpus published without an encoder."""
    read, write = database.read, database.write
    seal = load_seal(ROOT / "profiles" / "informants.yml", roles=list(Role))
    suggesting = Suggesting(
        knowledge=doors.knowledge,
        tickets=TicketService(write=write, read=read, clock=clock, terms=TERMS),
        owing=Owing(read=read, clock=clock, terms=TERMS),
        seal=seal,
        phrases=load_phrases(ROOT / "profiles" / "phrasing.yml"),
        heard={},
        mask=make_mask(),
        write=write,
        read=read,
        clock=clock,
    )
    router = connectors.suggestions_api.make_router(
        staff=doors.staff,
        suggesting=suggesting,
        centres=Centres({"power": power}, default="power"),
        talks=doors.talks,
    )
    doors.app.include_router(router, prefix=API)
    await Library(database, "nobody's", clock).publish(*SMALL_CORPUS)
    await doors.knowledge.refresh()
    return doors


class TestDoor:
    @pytest.mark.parametrize("path", CALLS)
    async def test_opens_to_nobody_without_a_token(
        self, http: httpx.AsyncClient, path: str
    ) -> None:
        refused = await http.post(path, json={"text": LINE})

        assert problem_of(refused)["type"] == "/problems/SignInFailed"

    async def test_opens_to_no_customer(self, customer: Customer) -> None:
        refused = await customer.http.post(
            "/suggestions", json={"text": LINE}, headers=customer.headers
        )

        assert problem_of(refused)["status"] == 401

    async def test_lets_a_trainer_try_a_line_and_read_no_conversation(
        self, hire: Hiring, customer: Customer
    ) -> None:
        trainer = await hire("小陈", Role.TRAINER)
        conversation = {"conversation_id": customer.conversation_id}

        tried = await trainer.post("/suggestions", {"text": LINE})
        refused = await trainer.post("/suggestions", conversation)

        assert tried.status_code == 200
        assert problem_of(refused)["type"] == "/problems/NotAllowed"

    async def test_keeps_agents_out_of_what_an_informant_says(
        self, agent: Colleague, supervisor: Colleague, customer: Customer
    ) -> None:
        await customer.say("我要举报有人偷电")
        report = {
            "request_key": "1",
            "kind": "report",
            "conversation_id": customer.conversation_id,
            "fields": {"words": "有人偷电"},
        }
        await supervisor.post("/tickets", report)
        conversation = {"conversation_id": customer.conversation_id}

        refused = await agent.post("/suggestions", conversation)
        allowed = await supervisor.post("/suggestions", conversation)

        assert problem_of(refused)["type"] == "/problems/InformantSealed"
        assert allowed.status_code == 200

    async def test_looks_at_a_line_of_an_informant_and_keeps_nothing(
        self,
        agent: Colleague,
        supervisor: Colleague,
        customer: Customer,
        database: Database,
        clock: Clock,
    ) -> None:
        report = {
            "request_key": "1",
            "kind": "report",
            "conversation_id": customer.conversation_id,
            "fields": {"words": "有人偷电"},
        }
        await supervisor.post("/tickets", report)
        async with database.write() as connection:
            store = HandoverStore(connection)
            sealed = Summary(matter="", is_sealed=True)
            asked = await store.add(
                customer.conversation_id, "power", Reason.ASKED, sealed, at=clock()
            )
            await store.claim(asked.handover_id, agent=agent.name, at=clock())
        about = {"conversation_id": customer.conversation_id}

        found = (await agent.post("/suggestions", {"text": LINE, **about})).json()
        first = found["suggestions"][0]
        by_id = {"suggestion_id": first["suggestion_id"], "outcome": "picked"}
        told = await agent.post("/suggestions/outcome", by_id)
        by_line = {"line": LINE, "entry_id": first["entry_id"], "outcome": "picked", **about}
        told_again = await agent.post("/suggestions/outcome", by_line)

        assert (told.status_code, told_again.status_code) == (200, 200)
        async with database.read() as connection:
            kept = await connection.scalar(select(func.count()).select_from(suggestion_outcomes))
        assert kept == 0


class TestSuggestions:
    async def test_tell_all_that_an_agent_must_know_of_a_wording(self, agent: Colleague) -> None:
        answer = await agent.post(
            "/suggestions", {"text": LINE, "surname": "王", "honorific": "女士"}
        )

        first = answer.json()["suggestions"][0]
        assert first["text"].startswith("王女士，您问的是")
        assert PAYING.answer in first["text"]
        assert first["short"] == PAYING.answer
        assert {
            name: first[name] for name in ("entry_id", "version", "kind", "phase", "title")
        } == {
            "entry_id": PAYING.entry_id,
            "version": 1,
            "kind": "faq",
            "phase": "解答",
            "title": PAYING.title,
        }
        assert first["source"] == PAYING.source
        assert (first["valid_from"], first["valid_to"]) == ("2023-12-08T00:00:00+00:00", None)
        assert 0 < first["probability"] <= 1

    async def test_are_none_with_a_reason_when_nothing_fits(self, agent: Colleague) -> None:
        answer = (await agent.post("/suggestions", {"text": "xyz"})).json()

        assert answer["suggestions"] == []
        assert "没有合适的话术" in answer["reason"]

    async def test_follow_the_conversation(self, agent: Colleague, customer: Customer) -> None:
        await customer.say(LINE)

        answer = await agent.post("/suggestions", {"conversation_id": customer.conversation_id})

        assert answer.json()["line"] == LINE
        assert answer.json()["suggestions"][0]["text"].startswith("您好，")

    async def test_need_a_line_or_a_conversation(self, agent: Colleague) -> None:
        refused = await agent.post("/suggestions", {"text": "  "})

        assert problem_of(refused)["type"] == "/problems/invalid_request"

    async def test_know_no_conversation_that_is_not_there(self, agent: Colleague) -> None:
        refused = await agent.post("/suggestions", {"conversation_id": "gone"})

        assert problem_of(refused)["type"] == "/problems/UnknownConversation"

    async def test_know_no_centre_that_is_not_there(self, agent: Colleague) -> None:
        refused = await agent.post("/suggestions", {"text": LINE, "profile": "zoo"})

        assert problem_of(refused)["type"] == "/problems/UnknownProfile"

    async def test_send_nothing_to_the_customer(self, agent: Colleague, customer: Customer) -> None:
        await customer.say(LINE)
        before = await customer.lines()

        await agent.post("/suggestions", {"conversation_id": customer.conversation_id})

        assert await customer.lines() == before


class TestOutcome:
    async def test_is_taken_by_the_suggestions_id(self, agent: Colleague) -> None:
        shown = (await agent.post("/suggestions", {"text": LINE})).json()["suggestions"][0]

        told = await agent.post(
            "/suggestions/outcome", {"suggestion_id": shown["suggestion_id"], "outcome": "picked"}
        )

        assert told.json() == {"suggestion_id": shown["suggestion_id"], "outcome": "picked"}

    async def test_is_taken_by_line_and_entry(self, agent: Colleague) -> None:
        shown = (await agent.post("/suggestions", {"text": LINE})).json()["suggestions"][0]
        named = {"line": LINE, "entry_id": PAYING.entry_id, "outcome": "wrong"}

        told = await agent.post("/suggestions/outcome", named)

        assert told.json()["suggestion_id"] == shown["suggestion_id"]

    async def test_is_refused_with_what_to_do_when_the_suggestion_is_forgotten(
        self, agent: Colleague
    ) -> None:
        refused = await agent.post(
            "/suggestions/outcome", {"suggestion_id": "gone", "outcome": "picked"}
        )

        assert problem_of(refused)["type"] == "/problems/UnknownSuggestion"
        assert "重新取一次推荐" in problem_of(refused)["detail"]

    @pytest.mark.parametrize(
        "body",
        [{"outcome": "picked"}, {"outcome": "loved", "suggestion_id": "a"}, {"line": LINE}],
        ids=repr,
    )
    async def test_is_refused_when_it_does_not_say_what_of_what(
        self, agent: Colleague, body: dict[str, str]
    ) -> None:
        refused = await agent.post("/suggestions/outcome", body)

        assert problem_of(refused)["type"] == "/problems/invalid_request"

    async def test_is_taken_for_no_conversation_that_is_not_there(self, agent: Colleague) -> None:
        named = {"line": LINE, "entry_id": PAYING.entry_id, "outcome": "wrong"}

        refused = await agent.post("/suggestions/outcome", {**named, "conversation_id": "gone"})

        assert problem_of(refused)["type"] == "/problems/UnknownConversation"
