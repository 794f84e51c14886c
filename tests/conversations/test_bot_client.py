"""One turn over HTTP, against a real server that answers as Rasa might on a good or a bad day."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from conversations.bot_client import BotGone, BotUnavailable, RasaClient, Turn, join_parts
from conversations.message import Reply
from conversations.utterance import Read
from tests.conversations.scripted_server import TOKEN, Answer, Script, serve

OUTAGE = Turn(
    conversation_id="lihua",
    message_id="line-1",
    profile="power",
    text="我家停电了",
    details={"fault_kind": "停电"},
)
# longer than any test may take; the one test that needs less says so
PATIENT_S = 60.0


@asynccontextmanager
async def client_of(
    *urls: str, token: str = TOKEN, timeout_s: float = PATIENT_S
) -> AsyncIterator[RasaClient]:
    client = RasaClient(urls, token=token, timeout_s=timeout_s)
    try:
        yield client
    finally:
        await client.close()


async def answer_of(script: Script, turn: Turn = OUTAGE) -> list[Reply]:
    with serve(script) as url:
        async with client_of(url) as client:
            return await client.answer(turn)


class TestRead:
    async def test_is_told_with_the_turn_it_is_of(self) -> None:
        read = {"intent": "nlu_fallback", "first": "apply", "confidence": 0.25}
        answer = Answer({"messages": [{"text": "请再说一遍"}], "model": "m-7", "read": read})

        assert await heard_of(answer) == [
            (OUTAGE, Read(intent="nlu_fallback", first="apply", confidence=0.25, model="m-7"))
        ]

    @pytest.mark.parametrize("read", [None, {}, "apply", {"intent": "apply"}, [1]])
    async def test_of_a_wrong_shape_costs_no_answer(self, read: object) -> None:
        assert await heard_of(Answer({"messages": [{"text": "好的"}], "read": read})) == []


async def heard_of(answer: Answer) -> list[tuple[Turn, Read]]:
    """What a listener is told when the bot answers so."""
    heard: list[tuple[Turn, Read]] = []
    with serve(Script(lambda _: answer)) as url:
        client = RasaClient(
            [url],
            token=TOKEN,
            timeout_s=PATIENT_S,
            on_read=lambda turn, read: heard.append((turn, read)),
        )
        try:
            assert await client.answer(OUTAGE)
        finally:
            await client.close()
    return heard


class TestAnswer:
    async def test_gives_the_replies_in_order(self) -> None:
        parts = [
            {"recipient_id": "lihua", "text": "请告诉我故障地址。"},
            {
                "recipient_id": "lihua",
                "text": "或者选一项：",
                "buttons": [{"title": "不清楚", "payload": "/unsure"}],
            },
        ]

        replies = await answer_of(Script(lambda _: Answer({"messages": parts, "model": "m"})))

        assert replies == [
            Reply(text="请告诉我故障地址。"),
            Reply(text="或者选一项：", buttons=({"title": "不清楚", "payload": "/unsure"},)),
        ]

    async def test_tells_the_bot_all_it_needs(self) -> None:
        def repeat(body: dict[str, Any]) -> Answer:
            return Answer({"messages": [{"text": "听到了", "custom": {"card": body}}]})

        (reply,) = await answer_of(Script(repeat), replace(OUTAGE, again=True, fresh=True))

        assert reply.card == {
            "sender": "lihua",
            "text": "我家停电了",
            "payload": None,
            "again": True,
            "fresh": True,
            "metadata": {
                "message_id": "line-1",
                "profile": "power",
                "details": {"fault_kind": "停电"},
                "intent": None,
            },
        }

    async def test_tells_the_bot_which_button_was_pressed(self) -> None:
        def repeat(body: dict[str, Any]) -> Answer:
            return Answer({"messages": [{"text": body["payload"]}]})

        turn = replace(OUTAGE, text="确认提交", payload="/affirm")

        assert await answer_of(Script(repeat), turn) == [Reply(text="/affirm")]

    async def test_is_turned_away_without_the_right_token(self) -> None:
        with serve(Script(lambda _: Answer({"messages": [{"text": "好的"}]}))) as url:
            async with client_of(url, token="guessed") as client:
                with pytest.raises(BotUnavailable, match="401"):
                    await client.answer(OUTAGE)

    @pytest.mark.parametrize("status", [400, 404, 500, 502, 503, 504])
    async def test_says_so_when_the_bot_failed(self, status: int) -> None:
        script = Script(lambda _: Answer({"messages": [{"text": "不该听见"}]}, status))

        with pytest.raises(BotUnavailable, match=str(status)):
            await answer_of(script)

    @pytest.mark.parametrize(
        "body",
        [
            b"<html><body>Bad Gateway</body></html>",
            b"",
            b'{"messages": [{"text": "half',
            b"\xff\xfe\x00",
            {"error": "ActionExecutionRejection"},
            [],
            "fine",
            {"messages": None},
            {"messages": ["您好"]},
            {"messages": [{"text": 5}]},
            {"messages": [{"text": "请选", "buttons": [{"title": "好"}]}]},
        ],
        ids=[
            "a page of HTML",
            "nothing at all",
            "half of it",
            "not text",
            "no messages",
            "a list",
            "a string",
            "null",
            "words for parts",
            "a number for text",
            "a button without payload",
        ],
    )
    async def test_says_so_when_the_answer_is_garbage(self, body: Any) -> None:
        with pytest.raises(BotUnavailable):
            await answer_of(Script(lambda _: Answer(body)))

    @pytest.mark.parametrize(
        "parts",
        [[], [{}], [{"text": ""}], [{"text": None}], [{"recipient_id": "lihua"}]],
        ids=["none", "an empty part", "an empty text", "no text", "nothing but the recipient"],
    )
    async def test_takes_an_empty_answer_for_a_failure(self, parts: list[Any]) -> None:
        with pytest.raises(BotUnavailable, match="answered nothing"):
            await answer_of(Script(lambda _: Answer({"messages": parts})))

    async def test_takes_blanks_for_an_empty_answer(self) -> None:
        with pytest.raises(BotUnavailable, match="answered nothing"):
            await answer_of(Script(lambda _: Answer({"messages": [{"text": " \n"}]})))

    async def test_says_that_it_may_have_heard_when_the_line_is_cut(self) -> None:
        with pytest.raises(BotGone) as gone:
            await answer_of(Script(lambda _: None))

        assert gone.value.may_have_heard

    async def test_says_that_nobody_heard_when_nobody_listens(self) -> None:
        with serve(Script(lambda _: None)) as url:
            pass

        async with client_of(url) as client:
            with pytest.raises(BotGone) as gone:
                await client.answer(OUTAGE)

        assert not gone.value.may_have_heard

    async def test_does_not_wait_for_ever(self) -> None:
        is_over = threading.Event()

        def never(_: dict[str, Any]) -> None:
            is_over.wait(PATIENT_S)

        with serve(Script(never)) as url:
            async with client_of(url, timeout_s=0.2) as client, asyncio.timeout(PATIENT_S / 4):
                with pytest.raises(BotUnavailable, match="Timeout"):
                    await client.answer(OUTAGE)
            is_over.set()

    async def test_answers_again_after_a_bad_turn(self) -> None:
        answers = iter([Answer({}, 500), Answer({"messages": [{"text": "好的"}]})])

        with serve(Script(lambda _: next(answers))) as url:
            async with client_of(url) as client:
                with pytest.raises(BotUnavailable):
                    await client.answer(OUTAGE)

                assert await client.answer(OUTAGE) == [Reply(text="好的")]


class TestSeveralBots:
    async def test_keep_each_conversation_and_share_the_work(self) -> None:
        def named(name: str) -> Script:
            return Script(lambda _: Answer({"messages": [{"text": name}]}))

        customers = [replace(OUTAGE, conversation_id=f"customer-{each}") for each in range(30)]
        with serve(named("甲")) as first, serve(named("乙")) as second:
            async with client_of(first, second) as client:
                once = [(await client.answer(each))[0].text for each in customers]
                twice = [(await client.answer(each))[0].text for each in customers]

        assert once == twice
        assert set(once) == {"甲", "乙"}


class TestIsReady:
    @pytest.mark.parametrize(
        ("health", "is_ready"),
        [
            (Answer({"ready": True, "model": "m"}), True),
            (Answer({"ready": False}), False),
            (Answer({}), False),
            (Answer({"ready": True}, 503), False),
            (Answer(b"<html>"), False),
            (Answer([]), False),
        ],
        ids=["model loaded", "no model yet", "not told", "unavailable", "a page", "a list"],
    )
    async def test_is_what_the_bot_says(self, health: Answer, is_ready: bool) -> None:
        with serve(Script(lambda _: None, health)) as url:
            async with client_of(url) as client:
                assert await client.is_ready() is is_ready

    async def test_needs_every_bot(self) -> None:
        up, down = Answer({"ready": True}), Answer({"ready": False})

        with serve(Script(lambda _: None, up)) as one, serve(Script(lambda _: None, down)) as other:
            async with client_of(one, other) as client:
                assert not await client.is_ready()

    async def test_is_no_when_nobody_listens(self) -> None:
        with serve(Script(lambda _: None)) as url:
            pass

        async with client_of(url) as client:
            assert not await client.is_ready()


class TestJoinParts:
    def test_puts_a_custom_part_to_the_text_before_it(self) -> None:
        source = {"entry_id": "bill-how-to-pay", "version": 1}

        replies = join_parts(
            [
                {"text": "网上国网 App 可以交。"},
                {"custom": {"sources": [source]}},
                {"text": "还有别的事吗？"},
            ]
        )

        assert replies == [
            Reply(text="网上国网 App 可以交。", sources=(source,)),
            Reply(text="还有别的事吗？"),
        ]

    def test_merges_two_custom_parts(self) -> None:
        card, source = {"type": "ticket", "no": "2026112100012"}, {"entry_id": "a"}

        replies = join_parts(
            [
                {"text": "报修已登记。"},
                {"custom": {"card": card}},
                {"custom": {"sources": [source]}},
            ]
        )

        assert replies == [Reply(text="报修已登记。", card=card, sources=(source,))]

    def test_keeps_the_buttons_of_a_text_that_gets_a_card(self) -> None:
        (reply,) = join_parts(
            [
                {"text": "请核对", "buttons": [{"title": "确认提交", "payload": "/affirm"}]},
                {"custom": {"card": {"type": "read_back"}}},
            ]
        )

        assert reply.offers() == {"/affirm": "确认提交"}
        assert reply.card == {"type": "read_back"}

    def test_takes_text_and_custom_in_one_part(self) -> None:
        replies = join_parts([{"text": "好的", "custom": {"card": {"type": "ticket"}}}])

        assert replies == [Reply(text="好的", card={"type": "ticket"})]

    def test_leaves_out_what_nobody_can_read(self) -> None:
        parts = [{"custom": {"card": {"type": "ticket"}}}, {"image": "x.png"}, {"text": "您好"}]

        assert join_parts(parts) == [Reply(text="您好")]

    def test_trims_the_text(self) -> None:
        assert join_parts([{"text": "您好\n"}]) == [Reply(text="您好")]
