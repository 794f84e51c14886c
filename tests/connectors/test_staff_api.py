"""What staff ask of the desk, each role as far as it may."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from conversations.people import Role
from desk.database import Database
from knowledge.encoder import OnnxEncoder
from knowledge.indexes.cache import IndexCache
from tests.conftest import Clock
from tests.connectors.conftest import Colleague, Customer, Doors, Hiring, problem_of
from tests.knowledge.small_corpus import CALMING, PAYING, SMALL_CORPUS, WAITING, Library
from tickets.store import NewTicket
from tickets.ticket import Kind

FAULT = {"request_key": "来电-1", "kind": "fault", "fields": {"address": "幸福路5号"}}
REPORT = {"request_key": "来电-2", "kind": "report", "fields": {"words": "有人偷电"}}

CALLS = [
    ("GET", "/knowledge/search?q=停电"),
    ("GET", "/staff/conversations/abc/messages"),
    ("GET", "/tickets"),
    ("POST", "/tickets"),
    ("GET", "/tickets/2026112100012"),
    ("PATCH", "/tickets/2026112100012"),
    ("GET", "/tickets/late"),
    ("GET", "/tickets/review"),
    ("GET", "/tickets/open"),
    ("GET", "/tickets/alarms"),
    ("POST", "/tickets/2026112100012/urge"),
    ("POST", "/tickets/2026112100012/postpone"),
    ("POST", "/tickets/2026112100012/link"),
    ("POST", "/tickets/2026112100012/merge"),
    ("POST", "/tickets/2026112100012/follow-up"),
]


async def registered(colleague: Colleague, body: dict[str, Any]) -> dict[str, Any]:
    answer = await colleague.post("/tickets", body)
    assert answer.status_code == 201, answer.text
    ticket: dict[str, Any] = answer.json()
    return ticket


class TestDoor:
    @pytest.mark.parametrize(("method", "path"), CALLS)
    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer guessed"}], ids=repr)
    async def test_opens_to_nobody_without_a_token(
        self, http: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
    ) -> None:
        refused = await http.request(method, path, headers=headers)

        assert problem_of(refused)["type"] == "/problems/SignInFailed"
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"

    async def test_opens_to_no_customer(self, customer: Customer) -> None:
        refused = await customer.http.get("/tickets", headers=customer.headers)

        assert problem_of(refused)["status"] == 401

    @pytest.mark.parametrize(("method", "path"), CALLS[1:])
    async def test_keeps_trainers_out_of_customers_affairs(
        self, hire: Hiring, method: str, path: str
    ) -> None:
        trainer = await hire("小陈", Role.TRAINER)

        refused = await trainer.http.request(
            method, path, json=FAULT, headers={"Authorization": f"Bearer {trainer.token}"}
        )

        assert (problem_of(refused)["type"], refused.status_code) == ("/problems/NotAllowed", 403)

    @pytest.mark.parametrize("role", sorted(set(Role) - {Role.TRAINER}))
    async def test_lets_everybody_else_see_tickets(self, hire: Hiring, role: Role) -> None:
        colleague = await hire("小李", role)

        assert (await colleague.get("/tickets")).json() == {"tickets": []}


class TestRegister:
    async def test_gives_a_number_and_a_history(self, agent: Colleague, clock: Clock) -> None:
        ticket = await registered(agent, FAULT)

        assert ticket["no"].startswith("202611210001")
        assert (ticket["kind"], ticket["state"], ticket["urgent"]) == ("fault", "registered", False)
        assert (ticket["profile"], ticket["fields"]) == ("power", {"address": "幸福路5号"})
        (line,) = ticket["history"]
        assert (line["at"], line["actor"]) == (clock().isoformat(), "小李")
        assert (line["state"], line["note"]) == ("registered", "")
        assert (ticket["owner"], ticket["version"]) == ("小李", 1)

    async def test_numbers_the_day_on_the_centres_clock(
        self, agent: Colleague, clock: Clock
    ) -> None:
        # 18:00 in London is the next day in Shanghai
        clock.move(timedelta(hours=16, minutes=30))

        ticket = await registered(agent, FAULT)

        assert ticket["no"].startswith("20261122")

    async def test_makes_one_ticket_of_one_request_sent_twice(self, agent: Colleague) -> None:
        first = await registered(agent, FAULT)
        again = await registered(agent, FAULT)

        assert again == first
        assert len((await agent.get("/tickets")).json()["tickets"]) == 1

    async def test_makes_one_ticket_of_one_request_sent_at_the_same_moment(
        self, agent: Colleague
    ) -> None:
        tickets = await asyncio.gather(*(registered(agent, FAULT) for _ in range(5)))

        assert {ticket["no"] for ticket in tickets} == {tickets[0]["no"]}

    async def test_never_gives_a_number_twice(self, agent: Colleague) -> None:
        tickets = await asyncio.gather(
            *(registered(agent, {**FAULT, "request_key": f"来电-{n}"}) for n in range(10))
        )

        assert len({ticket["no"] for ticket in tickets}) == 10

    async def test_knows_no_other_centre(self, agent: Colleague) -> None:
        problem = problem_of(await agent.post("/tickets", {**FAULT, "profile": "steam"}))

        assert (problem["status"], problem["type"]) == (404, "/problems/UnknownProfile")

    @pytest.mark.parametrize(
        "body",
        [
            {},
            [],
            None,
            {"kind": "fault"},
            {**FAULT, "kind": "poem"},
            {**FAULT, "request_key": ""},
            {**FAULT, "request_key": "1" * 161},
            {**FAULT, "fields": ["幸福路5号"]},
            {**FAULT, "fields": {"address": 5}},
            {**FAULT, "fields": {"address": "远" * 2001}},
            {**FAULT, "fields": {"远" * 41: "幸福路5号"}},
            {**FAULT, "fields": {f"field {n}": "" for n in range(61)}},
            {**FAULT, "urgent": "very"},
            {**FAULT, "colour": "红"},
        ],
        ids=lambda body: repr(body)[:60],
    )
    async def test_refuses_a_wrong_body(self, agent: Colleague, body: Any) -> None:
        problem = problem_of(await agent.post("/tickets", body))

        assert (problem["status"], problem["type"]) == (422, "/problems/invalid_request")
        assert problem["errors"]
        assert (await agent.get("/tickets")).json() == {"tickets": []}

    async def test_refuses_what_was_read_with_its_numbers_hidden(self, agent: Colleague) -> None:
        hidden = {"phone": "138****8000", "address": "幸福里**栋**单元**"}

        problem = problem_of(await agent.post("/tickets", {**FAULT, "fields": hidden}))

        assert problem["type"] == "/problems/HiddenValue"
        assert (await agent.get("/tickets")).json() == {"tickets": []}

    async def test_takes_none_but_the_centres_choices(self, agent: Colleague) -> None:
        made_up = {**FAULT, "fields": {"fault_kind": "天黑"}}

        problem = problem_of(await agent.post("/tickets", made_up))
        chosen = await registered(agent, {**FAULT, "fields": {"fault_kind": "停电"}})
        changed = problem_of(
            await agent.patch(
                f"/tickets/{chosen['no']}", {"version": 1, "fields": made_up["fields"]}
            )
        )

        assert (problem["status"], problem["type"]) == (422, "/problems/NotInProfile")
        assert changed["type"] == "/problems/NotInProfile"

    async def test_takes_what_stands_there_already(self, agent: Colleague, doors: Doors) -> None:
        # the centre has renamed its choices since
        old = NewTicket(
            request_key="old",
            profile="power",
            kind=Kind.FAULT,
            conversation_id=None,
            fields={"fault_kind": "没电"},
        )
        no = (await doors.tickets.register(old, actor="小李")).no
        body = {"version": 1, "fields": {"fault_kind": "没电", "phone": "139"}}

        changed = await agent.amend(f"/tickets/{no}", body)

        assert changed.json()["fields"] == {"fault_kind": "没电", "phone": "139"}


class TestList:
    @pytest.fixture
    async def three(self, agent: Colleague, clock: Clock) -> list[str]:
        """Numbers of a fault, a complaint under way and a fault of one conversation, in order."""
        bodies = (
            FAULT,
            {**FAULT, "request_key": "来电-2", "kind": "complaint"},
            {**FAULT, "request_key": "来电-3", "conversation_id": "abc"},
        )
        numbers = []
        for body in bodies:
            numbers.append((await registered(agent, body))["no"])
            clock.move(timedelta(minutes=1))
        await agent.amend(f"/tickets/{numbers[1]}", {"state": "in_progress"})
        return numbers

    @pytest.mark.parametrize(
        ("query", "places"),
        [
            ({}, [2, 1, 0]),
            ({"kind": "fault"}, [2, 0]),
            ({"state": "in_progress"}, [1]),
            ({"conversation_id": "abc"}, [2]),
            ({"kind": "complaint", "state": "registered"}, []),
            ({"state": "registered"}, [0, 2]),
            ({"profile": "power", "department": "service"}, [1]),
            ({"limit": "2"}, [2, 1]),
        ],
        ids=[
            *("all, newest first", "by kind", "by state", "by conversation", "by both"),
            *("new ones, oldest first", "by centre and department", "so many"),
        ],
    )
    async def test_shows_what_was_asked_for(
        self, agent: Colleague, three: list[str], query: dict[str, str], places: list[int]
    ) -> None:
        shown = (await agent.get("/tickets", **query)).json()["tickets"]

        assert [ticket["no"] for ticket in shown] == [three[place] for place in places]

    async def test_goes_on_page_by_page(self, agent: Colleague, three: list[str]) -> None:
        first, second, third = three

        before = await agent.get("/tickets", before=third, limit=1)
        after = await agent.get("/tickets", state="registered", after=first, limit=1)
        nothing = await agent.get("/tickets", before="2026112199990")

        assert [each["no"] for each in before.json()["tickets"]] == [second]
        assert [each["no"] for each in after.json()["tickets"]] == [third]
        assert nothing.json() == {"tickets": []}

    async def test_knows_no_other_centre(self, agent: Colleague) -> None:
        problem = problem_of(await agent.get("/tickets", profile="steam"))

        assert (problem["status"], problem["type"]) == (404, "/problems/UnknownProfile")

    @pytest.mark.parametrize(
        "query", [{"kind": "poem"}, {"state": "lost"}, {"limit": 0}, {"limit": 501}], ids=repr
    )
    async def test_refuses_a_filter_that_makes_no_sense(
        self, agent: Colleague, query: dict[str, Any]
    ) -> None:
        problem = problem_of(await agent.get("/tickets", **query))

        assert problem["type"] == "/problems/invalid_request"


class TestGet:
    @pytest.mark.parametrize("no", ["2026112100012", "abc", "0", "' OR 1=1 --"])
    async def test_knows_no_ticket_that_was_never_made(self, agent: Colleague, no: str) -> None:
        problem = problem_of(await agent.get(f"/tickets/{no}"))

        assert (problem["status"], problem["type"]) == (404, "/problems/TicketNotFound")


class TestChange:
    @pytest.fixture
    async def path(self, agent: Colleague) -> str:
        """A fault that has just been registered."""
        return f"/tickets/{(await registered(agent, FAULT))['no']}"

    async def test_moves_a_ticket_on_and_writes_down_who_did_it(
        self, agent: Colleague, supervisor: Colleague, path: str
    ) -> None:
        await agent.amend(path, {"state": "dispatched"})

        moved = (await supervisor.amend(path, {"state": "in_progress", "note": "已到现场"})).json()

        assert moved["state"] == "in_progress"
        assert [(line["actor"], line["state"], line["note"]) for line in moved["history"]] == [
            ("小李", "registered", ""),
            ("小李", "dispatched", ""),
            ("老王", "in_progress", "已到现场"),
        ]

    async def test_adds_to_the_fields_and_keeps_the_others(
        self, agent: Colleague, path: str
    ) -> None:
        changed = (await agent.amend(path, {"fields": {"phone": "13800138000"}})).json()

        assert changed["fields"] == {"address": "幸福路5号", "phone": "13800138000"}
        assert changed["state"] == "registered"

    async def test_keeps_a_note_by_itself(self, agent: Colleague, path: str) -> None:
        noted = await agent.amend(path, {"note": "客户来电催办"})

        assert noted.status_code == 200
        assert noted.json()["history"][-1]["note"] == "客户来电催办"

    async def test_asks_why_a_ticket_is_withdrawn(self, agent: Colleague, path: str) -> None:
        problem = problem_of(await agent.amend(path, {"state": "withdrawn"}))

        assert (problem["status"], problem["type"]) == (422, "/problems/ReasonMissing")

    @pytest.mark.parametrize("state", ["answered", "filed", "registered"])
    async def test_refuses_a_move_that_skips_the_work(
        self, agent: Colleague, path: str, state: str
    ) -> None:
        problem = problem_of(await agent.amend(path, {"state": state}))

        assert (problem["status"], problem["type"]) == (409, "/problems/MoveNotAllowed")
        assert problem["allowed"] == [
            *("dispatched", "in_progress", "merged", "on_hold", "waiting", "withdrawn")
        ]
        assert (await agent.get(path)).json()["state"] == "registered"

    async def test_changes_nothing_when_the_move_is_refused(
        self, agent: Colleague, path: str
    ) -> None:
        await agent.amend(path, {"state": "filed", "fields": {"phone": "1"}, "note": "结了"})

        ticket = (await agent.get(path)).json()
        assert ticket["fields"] == {"address": "幸福路5号"}
        assert len(ticket["history"]) == 1

    async def test_lets_one_of_two_win_who_move_it_at_the_same_moment(
        self, agent: Colleague, path: str
    ) -> None:
        moves = await asyncio.gather(
            *(
                agent.patch(path, {"version": 1, "state": "withdrawn", "note": "客户说的"})
                for _ in range(2)
            )
        )

        assert sorted(move.status_code for move in moves) == [200, 409]

    async def test_wants_to_know_what_was_seen(self, agent: Colleague, path: str) -> None:
        problem = problem_of(await agent.patch(path, {"note": "客户来电"}))

        assert (problem["status"], problem["type"]) == (422, "/problems/invalid_request")
        assert [each["place"] for each in problem["errors"]] == ["body.version"]
        assert len((await agent.get(path)).json()["history"]) == 1

    async def test_knows_no_ticket_that_was_never_made(self, agent: Colleague) -> None:
        problem = problem_of(await agent.amend("/tickets/2026112100012", {"state": "dispatched"}))

        assert problem["type"] == "/problems/TicketNotFound"

    @pytest.mark.parametrize(
        "body",
        [
            [],
            {"state": "lost"},
            {"state": 7},
            {"fields": {"phone": 13800138000}},
            {"note": "长" * 2001},
            {"kind": "praise"},
        ],
        ids=lambda body: repr(body)[:30],
    )
    async def test_refuses_a_wrong_body(self, agent: Colleague, path: str, body: Any) -> None:
        whole = {"version": 1, **body} if isinstance(body, dict) else body

        problem = problem_of(await agent.patch(path, whole))

        assert (problem["status"], problem["type"]) == (422, "/problems/invalid_request")


class TestReports:
    """举报: whoever informs on wrongdoing stays between them and the supervisors."""

    @pytest.fixture
    async def path(self, supervisor: Colleague) -> str:
        return f"/tickets/{(await registered(supervisor, REPORT))['no']}"

    @pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMIN])
    async def test_are_seen_by_those_who_deal_with_them(
        self, hire: Hiring, path: str, role: Role
    ) -> None:
        colleague = await hire("老赵", role)

        assert (await colleague.get(path)).json()["fields"] == {"words": "有人偷电"}
        assert len((await colleague.get("/tickets")).json()["tickets"]) == 1

    @pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD])
    async def test_are_not_there_for_anybody_else(
        self, hire: Hiring, path: str, role: Role
    ) -> None:
        colleague = await hire("小李", role)

        unknown = problem_of(await colleague.get("/tickets/2026112199990"))
        hidden = [
            problem_of(await colleague.get(path)),
            problem_of(await colleague.amend(path, {"note": "看看"})),
        ]

        assert hidden == [unknown, unknown]
        assert (await colleague.get("/tickets")).json() == {"tickets": []}
        assert (await colleague.get("/tickets", kind="report")).json() == {"tickets": []}

    @pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD])
    async def test_are_taken_down_by_whoever_answers_the_phone(
        self, hire: Hiring, supervisor: Colleague, role: Role
    ) -> None:
        colleague = await hire("小李", role)

        taken = await colleague.post("/tickets", REPORT)

        assert taken.status_code == 201
        assert (await supervisor.get(f"/tickets/{taken.json()['no']}")).json()["kind"] == "report"

    async def test_are_not_given_away_by_sending_their_request_again(
        self, agent: Colleague, path: str
    ) -> None:
        answer = await agent.post("/tickets", {**FAULT, "request_key": REPORT["request_key"]})

        assert "有人偷电" not in answer.text

    async def test_do_not_push_an_agents_own_tickets_out_of_the_list(
        self, agent: Colleague, supervisor: Colleague, clock: Clock
    ) -> None:
        own = await registered(agent, FAULT)
        clock.move(timedelta(minutes=1))
        for number in range(100):
            await registered(supervisor, {**REPORT, "request_key": f"匿名-{number}"})

        shown = (await agent.get("/tickets")).json()["tickets"]

        assert [ticket["no"] for ticket in shown] == [own["no"]]


class TestReadConversation:
    async def test_shows_an_agent_what_was_said(self, agent: Colleague, customer: Customer) -> None:
        await customer.say("我家停电了")

        shown = (
            await agent.get(f"/staff/conversations/{customer.conversation_id}/messages")
        ).json()

        assert shown["mode"] == "bot"
        assert [line["text"] for line in shown["messages"]] == [
            "我家停电了",
            "第1次回答：我家停电了",
        ]

    async def test_knows_no_conversation_that_never_was(self, agent: Colleague) -> None:
        problem = problem_of(await agent.get("/staff/conversations/abc/messages"))

        assert problem["type"] == "/problems/UnknownConversation"


class TestSearch:
    async def test_says_so_when_nothing_is_published(self, agent: Colleague) -> None:
        problem = problem_of(await agent.get("/knowledge/search", q="停电"))

        assert (problem["status"], problem["type"]) == (503, "/problems/NothingPublished")

    @pytest.mark.parametrize(
        "query",
        [{}, {"q": ""}, {"q": "电" * 501}, {"q": "电", "k": 0}, {"q": "电", "k": 6}],
        ids=["no question", "an empty one", "a book", "k=0", "k=6"],
    )
    async def test_refuses_a_wrong_question(self, agent: Colleague, query: dict[str, Any]) -> None:
        problem = problem_of(await agent.get("/knowledge/search", **query))

        assert problem["type"] == "/problems/invalid_request"

    async def test_knows_no_other_centre(self, agent: Colleague) -> None:
        problem = problem_of(await agent.get("/knowledge/search", q="停电", profile="steam"))

        assert problem["type"] == "/problems/UnknownProfile"


@pytest.mark.needs_encoder
class TestSearchWhatIsPublished:
    @pytest.fixture(autouse=True)
    async def _published(
        self,
        doors: Doors,
        database: Database,
        indexes: IndexCache,
        encoder: OnnxEncoder,
        clock: Clock,
    ) -> None:
        """The small corpus is live; the desk itself goes by words, as without its encoder."""
        await Library(database, encoder.fingerprint, clock).publish(*SMALL_CORPUS)
        texts = [
            text for entry in SMALL_CORPUS for text in (entry.title, *entry.questions, entry.answer)
        ]
        indexes.get(texts, encoder=encoder.fingerprint, encode=encoder.encode_texts)
        await doors.knowledge.refresh()

    async def test_shows_trainers_and_agents_where_an_answer_is_from(self, hire: Hiring) -> None:
        trainer = await hire("小陈", Role.TRAINER)

        found = (await trainer.get("/knowledge/search", q=WAITING.title)).json()

        assert found["decision"] == "answer"
        first = found["entries"][0]
        assert 0.9 <= first.pop("probability") <= 1.0
        assert first == {
            "entry_id": WAITING.entry_id,
            "kind": "policy",
            "title": WAITING.title,
            "answer": WAITING.answer,
            "source": WAITING.source,
            "region": "",
            "version": 1,
            "valid_from": WAITING.valid_from.isoformat(),
            "valid_to": None,
        }

    async def test_shows_scripts_to_staff(self, agent: Colleague) -> None:
        found = (await agent.get("/knowledge/search", q=CALMING.title)).json()

        assert (found["entries"][0]["entry_id"], found["entries"][0]["kind"]) == (
            CALMING.entry_id,
            "script",
        )

    @pytest.mark.parametrize("count", [1, 2])
    async def test_shows_as_many_as_asked_for(self, agent: Colleague, count: int) -> None:
        found = (await agent.get("/knowledge/search", q="电费在哪里交，电表过户", k=count)).json()

        assert len(found["entries"]) == count

    async def test_shows_the_most_probable_first(self, agent: Colleague) -> None:
        found = (await agent.get("/knowledge/search", q=PAYING.title)).json()

        chances = [entry["probability"] for entry in found["entries"]]
        assert chances == sorted(chances, reverse=True)
