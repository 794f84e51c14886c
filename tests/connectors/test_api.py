"""What a customer's page asks of the desk, and what it is told when it asks wrongly."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import uvicorn

from connectors.api import _stream
from conversations.message import MAX_TEXT
from desk.routes import API
from tests.conftest import Clock
from tests.connectors.conftest import (
    HOUSEHOLD,
    Colleague,
    Customer,
    Doors,
    Opening,
    problem_of,
)
from tickets.profile import Profile

INVISIBLE = "\u200b\u200d\ufeff\u0000\u0007"


class TestProfile:
    async def test_tells_the_page_what_the_centre_says_of_itself(
        self, http: httpx.AsyncClient, power: Profile
    ) -> None:
        told = (await http.get("/profile")).json()

        assert (told["name"], told["title"], told["hotline"]) == ("power", power.title, "95598")
        assert told["greeting"] == power.greeting.strip()
        assert [starter["title"] for starter in told["starters"]] == [
            starter.title for starter in power.starters
        ]
        assert told["max_text"] == MAX_TEXT

    async def test_keeps_what_is_not_for_customers_to_itself(self, http: httpx.AsyncClient) -> None:
        told = (await http.get("/profile")).json()

        assert set(told) == {
            *("name", "title", "hotline", "hours", "greeting", "starters", "max_file_mb"),
            "max_text",
        }

    async def test_knows_no_other_centre(self, http: httpx.AsyncClient) -> None:
        problem = problem_of(await http.get("/profile", params={"name": "steam"}))

        assert problem["type"] == "/problems/UnknownProfile"


class TestOpen:
    async def test_gives_each_customer_a_conversation_and_a_token(
        self, http: httpx.AsyncClient
    ) -> None:
        first, second = [await http.post("/conversations", json={}) for _ in range(2)]

        assert (first.status_code, set(first.json())) == (201, {"conversation_id", "token"})
        assert first.json()["conversation_id"] != second.json()["conversation_id"]
        assert first.json()["token"] != second.json()["token"]

    async def test_knows_no_other_centre(self, http: httpx.AsyncClient) -> None:
        problem = problem_of(await http.post("/conversations", json={"profile": "steam"}))

        assert (problem["status"], problem["type"]) == (404, "/problems/UnknownProfile")

    @pytest.mark.parametrize("body", ["{", "[]", "null", '{"profile": 7}', '{"centre": "power"}'])
    async def test_refuses_a_wrong_body(self, http: httpx.AsyncClient, body: str) -> None:
        refused = await http.post(
            "/conversations", content=body, headers={"Content-Type": "application/json"}
        )

        assert problem_of(refused)["type"] == "/problems/invalid_request"


class TestSay:
    async def test_waits_for_the_answer(self, customer: Customer) -> None:
        answered = await customer.say("我家停电了")

        (reply,) = answered.json()["replies"]
        assert (answered.status_code, answered.json()["mode"]) == (200, "bot")
        assert reply["text"] == "第1次回答：我家停电了"
        assert reply["buttons"] == [{"title": "只有我家", "payload": HOUSEHOLD}]

    async def test_keeps_markup_as_the_text_it_is(self, customer: Customer) -> None:
        await customer.say("<b>停电</b> & <script>alert(1)</script>")

        shown, _ = await customer.lines()
        assert shown["text"] == "<b>停电</b> & <script>alert(1)</script>"

    async def test_hears_words_beside_emoji(self, customer: Customer) -> None:
        answered = await customer.say("停电了😡😡")

        assert answered.json()["replies"][0]["text"] == "第1次回答：停电了😡😡"

    @pytest.mark.parametrize("text", ["😡😡", "👍🏽", "？？？", "……", "👨‍👩‍👧"])
    async def test_asks_for_words_when_only_signs_were_sent(
        self, customer: Customer, power: Profile, text: str
    ) -> None:
        answered = await customer.say(text)

        assert answered.json()["replies"][0]["text"] == power.wordings.no_words

    async def test_takes_a_text_as_long_as_allowed(self, customer: Customer) -> None:
        answered = await customer.say("电" * MAX_TEXT)

        assert answered.status_code == 200

    @pytest.mark.parametrize("length", [MAX_TEXT + 1, 10_000])
    async def test_says_how_much_too_long_a_text_is(self, customer: Customer, length: int) -> None:
        problem = problem_of(await customer.say("电" * length))

        assert (problem["status"], problem["type"]) == (422, "/problems/MessageTooLong")
        assert (problem["length"], problem["limit"]) == (length, MAX_TEXT)
        assert await customer.lines() == []

    async def test_refuses_a_book(self, customer: Customer) -> None:
        problem = problem_of(await customer.say("电" * 100_000))

        assert (problem["status"], problem["type"]) == (422, "/problems/invalid_request")

    @pytest.mark.parametrize("text", ["", "   ", "\n\n\t", INVISIBLE])
    async def test_asks_for_text_when_nothing_can_be_read(
        self, customer: Customer, text: str
    ) -> None:
        problem = problem_of(await customer.say(text))

        assert (problem["status"], problem["type"]) == (422, "/problems/EmptyMessage")
        assert await customer.lines() == []

    async def test_takes_invisible_characters_out(self, customer: Customer) -> None:
        await customer.say(f"停{INVISIBLE}电了")

        assert (await customer.lines())[0]["text"] == "停电了"

    @pytest.mark.parametrize(
        "body",
        [
            "{",
            "",
            "停电了",
            "[]",
            "null",
            "7",
            "{}",
            '{"text": "停电了"}',
            '{"message_id": "", "text": "停电了"}',
            '{"message_id": 7, "text": "停电了"}',
            '{"message_id": "1", "text": 7}',
            '{"message_id": "1", "text": ["停电了"]}',
            '{"message_id": "1", "txet": "停电了"}',
            '{"message_id": "1", "text": "\\ud83d"}',
            '{"message_id": "\\ud83d", "text": "停电了"}',
            '{"message_id": "1", "text": "停电了", "\\ud83d": "1"}',
            '{"message_id": "1", "text": "停电了"} and more',
            f'{{"message_id": "{"1" * 121}", "text": "停电了"}}',
        ],
    )
    async def test_refuses_a_wrong_body(self, customer: Customer, body: str) -> None:
        refused = await customer.http.post(
            f"{customer.path}/messages",
            content=body.encode(),
            headers={**customer.headers, "Content-Type": "application/json"},
        )

        problem = problem_of(refused)
        assert (problem["status"], problem["type"]) == (422, "/problems/invalid_request")
        assert problem["errors"]
        assert await customer.lines() == []

    async def test_refuses_a_body_that_is_no_text_at_all(self, customer: Customer) -> None:
        refused = await customer.http.post(
            f"{customer.path}/messages",
            content='{"message_id": "1", "text": "停电了"}'.encode("gbk"),
            headers={**customer.headers, "Content-Type": "application/json"},
        )

        assert 400 <= problem_of(refused)["status"] < 500

    async def test_speaks_without_the_bot_while_it_is_away(
        self, customer: Customer, doors: Doors, power: Profile
    ) -> None:
        doors.bot.is_away = True

        answered = await customer.say("我家停电了")

        assert answered.json()["replies"][0]["text"] == power.wordings.bot_away

    async def test_warns_of_danger_at_once_while_the_bot_is_away(
        self, customer: Customer, doors: Doors
    ) -> None:
        doors.bot.is_away = True

        answered = await customer.say("我爸触电了")

        warning, filed = answered.json()["replies"]
        assert warning["card"]["call"] == "120"
        assert "不要直接用手拉触电的人" in warning["text"]
        assert "2026 1121 0001" in filed["text"]


class TestSayTwice:
    async def test_gives_the_same_answer_and_does_nothing_twice(self, customer: Customer) -> None:
        first = await customer.say("我家停电了", message_id="小张-1")
        again = await customer.say("我家停电了", message_id="小张-1")

        assert again.json() == first.json()
        assert len(await customer.lines()) == 2

    async def test_answers_once_when_both_arrive_at_the_same_moment(
        self, customer: Customer
    ) -> None:
        answers = await asyncio.gather(
            *(customer.say("我家停电了", message_id="小张-1") for _ in range(5))
        )

        assert [answer.json() for answer in answers] == [answers[0].json()] * 5
        assert len(await customer.lines()) == 2

    async def test_registers_one_ticket_for_one_danger(
        self, customer: Customer, supervisor: Colleague
    ) -> None:
        for _ in range(2):
            await customer.say("电线掉在地上了", message_id="小张-1")

        (ticket,) = (await supervisor.get("/tickets")).json()["tickets"]
        assert (ticket["kind"], ticket["urgent"]) == ("emergency", True)

    async def test_answers_the_same_words_again_when_they_are_said_again(
        self, customer: Customer
    ) -> None:
        await customer.say("我家停电了", message_id="小张-1")

        again = await customer.say("我家停电了", message_id="小张-2")

        assert again.json()["replies"][0]["text"] == "第2次回答：我家停电了"

    async def test_tells_two_customers_with_the_same_message_id_apart(
        self, open_conversation: Opening
    ) -> None:
        zhang, wang = await open_conversation(), await open_conversation()

        await zhang.say("我家停电了", message_id="1")
        answered = await wang.say("电费在哪里交", message_id="1")

        assert answered.json()["replies"][0]["text"] == "第2次回答：电费在哪里交"


class TestPressAButton:
    async def test_says_what_the_button_showed(self, customer: Customer) -> None:
        await customer.say("我家停电了")

        pressed = await customer.say("", payload=HOUSEHOLD, title="只有我家")

        assert pressed.json()["replies"][0]["text"] == f"第2次回答：{HOUSEHOLD}"
        assert [line["text"] for line in await customer.lines()][2] == "只有我家"

    async def test_refuses_a_button_that_was_never_offered(self, customer: Customer) -> None:
        await customer.say("电费在哪里交")

        problem = problem_of(await customer.say("", payload="/restart", title="只有我家"))

        assert (problem["status"], problem["type"]) == (422, "/problems/PayloadNotIssued")
        assert len(await customer.lines()) == 2

    async def test_refuses_a_button_that_was_offered_to_somebody_else(
        self, customer: Customer, open_conversation: Opening
    ) -> None:
        await customer.say("我家停电了")
        wang = await open_conversation()

        problem = problem_of(await wang.say("", payload=HOUSEHOLD, title="只有我家"))

        assert problem["type"] == "/problems/PayloadNotIssued"


PLACE = {"latitude": 31.230416, "longitude": 121.473701, "address": "人民广场1号"}


class TestSendAPlace:
    async def test_is_read_as_an_address_and_shown_as_a_line(
        self, customer: Customer, doors: Doors
    ) -> None:
        answered = await customer.send({"message_id": "1", "location": PLACE})

        assert answered.status_code == 200
        (turn,) = doors.bot.turns
        assert turn.details["address"] == "人民广场1号（31.23042，121.47370）"
        shown = (await customer.lines())[0]["text"]
        assert shown == "【位置】人民广场1号（31.23042，121.47370）"

    async def test_keeps_the_words_beside_it(self, customer: Customer, doors: Doors) -> None:
        await customer.send({"message_id": "1", "location": PLACE, "text": "就这里停电了"})

        (turn,) = doors.bot.turns
        assert "就这里停电了" in turn.text
        assert turn.details["address"].startswith("人民广场1号")

    async def test_needs_no_name(self, customer: Customer, doors: Doors) -> None:
        nameless = {"latitude": -31.2, "longitude": -121.5}

        await customer.send({"message_id": "1", "location": nameless})

        (turn,) = doors.bot.turns
        assert turn.details["address"] == "（-31.20000，-121.50000）"

    async def test_after_a_danger_lands_on_the_urgent_ticket(
        self, customer: Customer, supervisor: Colleague
    ) -> None:
        await customer.say("电线掉在地上了")

        await customer.send({"message_id": "2", "location": PLACE})

        (ticket,) = (await supervisor.get("/tickets")).json()["tickets"]
        assert ticket["fields"]["address"].startswith("人民广场1号")

    @pytest.mark.parametrize(
        "place",
        [
            {},
            {"latitude": 31.2},
            {"latitude": 91, "longitude": 0},
            {"latitude": 0, "longitude": -181},
            {"latitude": "north", "longitude": 0},
            {"latitude": 0, "longitude": 0, "address": "路" * 201},
            {"latitude": 0, "longitude": 0, "street": "人民路"},
            "人民广场",
            [31.2, 121.5],
        ],
        ids=str,
    )
    async def test_is_refused_where_there_is_no_such_place(
        self, customer: Customer, place: Any
    ) -> None:
        refused = await customer.send({"message_id": "1", "location": place})

        assert problem_of(refused)["type"] == "/problems/invalid_request"
        assert await customer.lines() == []

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
    async def test_is_refused_where_a_number_is_none(self, customer: Customer, number: str) -> None:
        body = f'{{"message_id": "1", "location": {{"latitude": {number}, "longitude": 0}}}}'

        refused = await customer.http.post(
            f"{customer.path}/messages",
            content=body,
            headers={**customer.headers, "Content-Type": "application/json"},
        )

        assert problem_of(refused)["status"] == 422
        assert await customer.lines() == []


class TestSendAPicture:
    async def test_alone_is_told_to_the_bot_as_one(self, customer: Customer, doors: Doors) -> None:
        answered = await customer.send({"message_id": "1", "attachments": [{"kind": "photo"}]})

        assert answered.status_code == 200
        (turn,) = doors.bot.turns
        assert (turn.text, turn.payload) == ("", "/attach")
        assert (await customer.lines())[0]["text"] == "【图片】"

    async def test_with_words_is_read_for_its_words(self, customer: Customer, doors: Doors) -> None:
        picture = {"kind": "photo", "name": "IMG_2048.jpg"}

        await customer.send({"message_id": "1", "attachments": [picture], "text": "电表黑屏了"})

        (turn,) = doors.bot.turns
        assert "电表黑屏了" in turn.text
        assert turn.payload is None

    async def test_with_words_of_danger_warns_at_once(self, customer: Customer) -> None:
        picture = {"message_id": "1", "attachments": [{}], "text": "电线断了掉在路上"}

        answered = await customer.send(picture)

        assert answered.json()["replies"][0]["card"]["title"] == "电线断落"

    async def test_of_any_kind_may_come_ten_at_once(self, customer: Customer) -> None:
        files = [{"kind": "file", "name": f"{number}.pdf"} for number in range(10)]

        answered = await customer.send({"message_id": "1", "attachments": files})

        assert answered.status_code == 200
        assert len(await customer.lines()) == 2

    @pytest.mark.parametrize(
        "attachments",
        [
            [{}] * 11,
            {"kind": "photo"},
            ["photo"],
            [{"kind": "x" * 41}],
            [{"name": "x" * 201}],
            [{"kind": "photo", "data": "aGVsbG8="}],
        ],
        ids=lambda attachments: str(attachments)[:40],
    )
    async def test_is_refused_in_another_shape(self, customer: Customer, attachments: Any) -> None:
        refused = await customer.send({"message_id": "1", "attachments": attachments})

        assert problem_of(refused)["type"] == "/problems/invalid_request"
        assert await customer.lines() == []

    async def test_without_anything_is_an_empty_line(self, customer: Customer) -> None:
        refused = await customer.send({"message_id": "1", "attachments": []})

        assert problem_of(refused)["type"] == "/problems/EmptyMessage"


class TestSayInPieces:
    @pytest.fixture
    def burst_window_s(self) -> float:
        # lines said within it are one burst, on a busy machine too
        return 1.0

    async def say_in_pieces(self, customer: Customer, *pieces: str) -> list[dict[str, Any]]:
        """Lines that follow each other as fast as somebody types them."""

        async def say(place: int, text: str) -> dict[str, Any]:
            await asyncio.sleep(place * 0.2)
            line = {"message_id": f"line {place}", "text": text}
            answered: dict[str, Any] = (await customer.send(line)).json()
            return answered

        return list(await asyncio.gather(*(say(*each) for each in enumerate(pieces))))

    async def test_is_read_together_and_answered_on_the_last_line(
        self, customer: Customer, doors: Doors
    ) -> None:
        first, second, last = await self.say_in_pieces(customer, "我家", "停电了", "在幸福里6栋")

        assert [first, second] == [{"mode": "bot", "replies": [], "merged_into": "line 2"}] * 2
        assert "merged_into" not in last
        (turn,) = doors.bot.turns
        assert (turn.message_id, turn.text) == ("line 2", "我家\n停电了\n在幸福里6栋")
        assert last["replies"][0]["text"].startswith("第1次回答")

    async def test_is_kept_line_by_line(self, customer: Customer) -> None:
        await self.say_in_pieces(customer, "我家", "停电了")

        told = [(line["sender"], line["text"]) for line in await customer.lines()]
        assert told[:2] == [("customer", "我家"), ("customer", "停电了")]
        assert [sender for sender, _ in told] == ["customer", "customer", "bot"]

    async def test_says_the_same_of_a_line_that_arrives_again(self, customer: Customer) -> None:
        first, last = await self.say_in_pieces(customer, "我家", "停电了")

        again = [
            (await customer.send({"message_id": f"line {place}", "text": text})).json()
            for place, text in enumerate(["我家", "停电了"])
        ]

        assert again == [first, last]

    async def test_does_not_make_a_button_wait(
        self, customer: Customer, doors: Doors, burst_window_s: float
    ) -> None:
        await customer.say("我家停电了")
        begun = asyncio.get_running_loop().time()

        await customer.say("", payload=HOUSEHOLD, title="只有我家")

        assert asyncio.get_running_loop().time() - begun < burst_window_s
        assert [turn.payload for turn in doors.bot.turns] == [None, HOUSEHOLD]

    async def test_does_not_make_a_danger_wait(
        self, customer: Customer, burst_window_s: float
    ) -> None:
        begun = asyncio.get_running_loop().time()

        answered = await customer.say("电线掉在地上了")

        assert asyncio.get_running_loop().time() - begun < burst_window_s
        assert answered.json()["replies"][0]["card"]["type"] == "emergency"

    async def test_is_answered_apart_when_there_was_a_pause(
        self, customer: Customer, doors: Doors
    ) -> None:
        await customer.say("我家停电了")
        await customer.say("在幸福里6栋")

        assert [turn.text for turn in doors.bot.turns] == ["我家停电了", "在幸福里6栋"]


class TestOwn:
    @pytest.mark.parametrize(
        "authorization",
        ["", "Bearer", "Bearer ", "Bearer guessed", "Basic {token}", "{token}"],
    )
    async def test_opens_to_nobody_without_its_token(
        self, customer: Customer, authorization: str
    ) -> None:
        headers = {"Authorization": authorization.format(token=customer.token)}

        refused = await customer.http.get(f"{customer.path}/messages", headers=headers)

        assert problem_of(refused)["status"] == 404

    async def test_opens_to_nobody_with_another_customers_token(
        self, customer: Customer, open_conversation: Opening
    ) -> None:
        await customer.say("我住幸福路5号")
        stranger = replace(await open_conversation(), conversation_id=customer.conversation_id)

        refused = await stranger.say("这是谁家？")

        assert problem_of(refused)["type"] == "/problems/UnknownConversation"
        assert len(await customer.lines()) == 2

    async def test_tells_nothing_about_whether_a_conversation_exists(
        self, customer: Customer
    ) -> None:
        no_such = replace(customer, conversation_id="0" * 24)
        not_theirs = replace(customer, token="guessed")

        refused = [problem_of(await each.say("喂")) for each in (no_such, not_theirs)]

        assert refused[0] == refused[1]

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    async def test_opens_whatever_the_case_of_the_scheme(
        self, customer: Customer, scheme: str
    ) -> None:
        shown = await customer.http.get(
            f"{customer.path}/messages", headers={"Authorization": f"{scheme} {customer.token}"}
        )

        assert shown.status_code == 200


class TestHistory:
    async def test_shows_the_lines_so_far_oldest_first(self, customer: Customer) -> None:
        await customer.say("我家停电了")
        await customer.say("师傅什么时候到")

        lines = await customer.lines()

        assert [(line["sender"], line["text"]) for line in lines] == [
            ("customer", "我家停电了"),
            ("bot", "第1次回答：我家停电了"),
            ("customer", "师傅什么时候到"),
            ("bot", "第2次回答：师傅什么时候到"),
        ]

    async def test_shows_only_what_came_after_a_line(self, customer: Customer) -> None:
        await customer.say("我家停电了")
        seen = (await customer.lines())[0]["seq"]

        lines = await customer.lines(after=seen)

        assert [line["sender"] for line in lines] == ["bot"]

    async def test_shows_no_other_conversation(
        self, customer: Customer, open_conversation: Opening
    ) -> None:
        await (await open_conversation()).say("我住幸福路5号")

        assert await customer.lines() == []

    @pytest.mark.parametrize("after", ["-1", "soon", "1.5", "9" * 30])
    async def test_refuses_a_number_that_no_line_can_have(
        self, customer: Customer, after: str
    ) -> None:
        refused = await customer.http.get(
            f"{customer.path}/messages", params={"after": after}, headers=customer.headers
        )

        assert problem_of(refused)["type"] == "/problems/invalid_request"


Heard = tuple[str, dict[str, Any]]


class Ear:
    """A page that listens to the events of its conversation."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def hear(self, count: int) -> list[Heard]:
        """The next events: name, and data with the event's id."""
        heard: list[Heard] = []
        event: dict[str, str] = {}
        while len(heard) < count:
            line = await anext(self._lines)
            name, _, value = line.partition(": ")
            if line:
                event[name] = value
            elif "event" in event:
                heard.append((event["event"], {**json.loads(event["data"]), "id": event.get("id")}))
                event = {}
        return heard


class TestEvents:
    @pytest.fixture
    async def server(self, doors: Doors) -> AsyncIterator[str]:
        """A real server: only there does an answer that never ends begin to arrive."""
        config = uvicorn.Config(doors.app, port=0, log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110  (uvicorn tells in no other way)
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}{API}"
        server.should_exit = True
        await serving

    @pytest.fixture
    async def outside(self, server: str) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(base_url=server, trust_env=False) as client:
            yield client

    @asynccontextmanager
    async def listening(
        self, outside: httpx.AsyncClient, customer: Customer, **headers: str
    ) -> AsyncIterator[Ear]:
        async with (
            asyncio.timeout(30),
            outside.stream(
                "GET", f"{customer.path}/events", headers={**customer.headers, **headers}
            ) as response,
        ):
            yield Ear(response)

    async def test_begin_with_who_answers_and_what_was_missed(
        self, outside: httpx.AsyncClient, customer: Customer
    ) -> None:
        await customer.say("我家停电了")

        async with self.listening(outside, customer) as ear:
            mode, line, reply = await ear.hear(3)

        assert mode == ("mode", {"mode": "bot", "id": None})
        assert [line[1]["text"], reply[1]["text"]] == ["我家停电了", "第1次回答：我家停电了"]
        assert line[1]["id"] == str(line[1]["seq"])

    async def test_go_on_with_what_happens(
        self, outside: httpx.AsyncClient, customer: Customer
    ) -> None:
        async with self.listening(outside, customer) as ear:
            await ear.hear(1)
            await customer.say("我家停电了")
            heard = await ear.hear(4)

        told = [(name, data.get("text", data.get("on"))) for name, data in heard]
        assert told == [
            ("message", "我家停电了"),
            ("typing", True),
            ("message", "第1次回答：我家停电了"),
            ("typing", False),
        ]

    async def test_begin_after_the_last_event_a_page_has_seen(
        self, outside: httpx.AsyncClient, customer: Customer
    ) -> None:
        await customer.say("我家停电了")
        seen = (await customer.lines())[0]["seq"]

        async with self.listening(outside, customer, **{"Last-Event-ID": str(seen)}) as ear:
            _, (_, missed) = await ear.hear(2)

        assert missed["text"] == "第1次回答：我家停电了"

    async def test_reach_every_page_of_the_conversation_and_no_other(
        self, outside: httpx.AsyncClient, customer: Customer, open_conversation: Opening
    ) -> None:
        stranger = await open_conversation()

        async with (
            self.listening(outside, customer) as phone,
            self.listening(outside, customer) as laptop,
            self.listening(outside, stranger) as other,
        ):
            for ear in (phone, laptop, other):
                await ear.hear(1)
            await customer.say("我家停电了")
            await stranger.say("电费在哪里交")
            first = [(await ear.hear(1))[0][1]["text"] for ear in (phone, laptop, other)]

        assert first == ["我家停电了", "我家停电了", "电费在哪里交"]

    async def test_tell_a_line_once_that_comes_while_the_missed_ones_are_read(
        self, doors: Doors, customer: Customer
    ) -> None:
        conversation = await doors.transcript.get(customer.conversation_id, token=customer.token)
        stream = _stream(doors.hub, doors.transcript, conversation, 0)
        # from its first event on it watches; what it missed is read after that
        await anext(stream)
        await customer.say("我家停电了")

        told = [await anext(stream) for _ in range(4)]

        assert [(event.event, event.id) for event in told] == [
            ("message", "1"),
            ("message", "2"),
            ("typing", None),
            ("typing", None),
        ]

    async def test_are_for_nobody_without_the_token(
        self, outside: httpx.AsyncClient, customer: Customer
    ) -> None:
        refused = await outside.get(f"{customer.path}/events")

        assert problem_of(refused)["status"] == 404

    @pytest.mark.parametrize("nonsense", ["soon", "-1", "", "²"])
    async def test_begin_at_the_beginning_after_an_event_that_never_was(
        self, outside: httpx.AsyncClient, customer: Customer, nonsense: str
    ) -> None:
        await customer.say("我家停电了")
        headers = {**customer.headers, "Last-Event-ID": nonsense.encode("latin-1")}

        async with (
            asyncio.timeout(30),
            outside.stream("GET", f"{customer.path}/events", headers=headers) as response,
        ):
            assert response.status_code == 200
            heard = await Ear(response).hear(2)

        assert heard[1][1]["text"] == "我家停电了"


class TestFlood:
    """Who sends more lines from one page than anybody types."""

    @pytest.fixture
    def lines_a_minute(self) -> int:
        return 3

    async def test_is_told_when_to_go_on_and_what_came_too_fast_is_not_kept(
        self, customer: Customer, clock: Clock
    ) -> None:
        for number in range(3):
            assert (await customer.say(f"在吗{number}")).status_code == 200
            clock.move(timedelta(seconds=1))

        refused = await customer.say("还在吗")

        assert (refused.status_code, refused.headers["retry-after"]) == (429, "57")
        assert "请等 57 秒再发" in problem_of(refused)["detail"]
        assert "还在吗" not in [line["text"] for line in await customer.lines()]
        clock.move(timedelta(seconds=57))
        assert (await customer.say("还在吗")).status_code == 200

    async def test_is_heard_when_it_tells_of_a_danger(
        self, customer: Customer, power: Profile
    ) -> None:
        for number in range(3):
            await customer.say(f"在吗{number}")

        answer = await customer.say("变压器着火了")

        assert answer.json()["replies"][0]["text"].startswith(power.dangers["fire"].call)

    async def test_of_one_line_that_comes_again_gets_its_answer_again(
        self, customer: Customer
    ) -> None:
        answers = [await customer.say("在吗", message_id="same") for _ in range(5)]

        assert {answer.status_code for answer in answers} == {200}

    async def test_of_one_customer_keeps_no_other_from_writing(
        self, customer: Customer, open_conversation: Opening
    ) -> None:
        for number in range(4):
            await customer.say(f"在吗{number}")

        assert (await (await open_conversation()).say("您好")).status_code == 200
