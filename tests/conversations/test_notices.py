"""What the desk says by itself: stored before it is told, once for its key."""

import asyncio
from collections.abc import Callable

import pytest

from conversations.message import Conversation, Mode, PayloadNotIssued, Sender, UnknownConversation
from conversations.store import ConversationStore
from desk.database import Database
from tests.conftest import Clock
from tests.conversations.scripted import Centre, EchoBot

pytestmark = pytest.mark.each_database

OpenCentre = Callable[..., Centre]
OVER = "您反映的停电已经恢复。"
ASKED = ({"title": "满意", "payload": "/affirm"},)


class TestNotify:
    async def test_says_it_in_the_conversation(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()

        said = await lihua.hub.notify(lihua.conversation.conversation_id, key="over", text=OVER)

        assert said.sender is Sender.SYSTEM
        assert await lihua.sees() == [OVER]

    async def test_says_nothing_twice_for_one_key(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()
        conversation_id = lihua.conversation.conversation_id

        first = await lihua.hub.notify(conversation_id, key="over", text=OVER)
        second = await lihua.hub.notify(conversation_id, key="over", text="换个说法")

        assert second == first
        assert await lihua.sees() == [OVER]

    async def test_says_it_once_when_two_say_it_at_the_same_moment(
        self, open_centre: OpenCentre
    ) -> None:
        centre, other = open_centre(EchoBot()), open_centre(EchoBot())
        lihua = await centre.opens()
        conversation_id = lihua.conversation.conversation_id

        said = await asyncio.gather(
            *(hub.notify(conversation_id, key="over", text=OVER) for hub in (centre.hub, other.hub))
        )

        assert said[0] == said[1]
        assert await lihua.sees() == [OVER]

    async def test_says_different_things_and_the_same_to_others(
        self, open_centre: OpenCentre
    ) -> None:
        centre = open_centre(EchoBot())
        lihua, wangwei = await centre.opens(), await centre.opens()

        for key, text in (("over", OVER), ("asked", "您满意吗？")):
            await centre.hub.notify(lihua.conversation.conversation_id, key=key, text=text)
        await centre.hub.notify(wangwei.conversation.conversation_id, key="over", text=OVER)

        assert await lihua.sees() == [OVER, "您满意吗？"]
        assert await wangwei.sees() == [OVER]

    async def test_is_not_hindered_by_a_line_that_a_customer_named_alike(
        self, open_centre: OpenCentre
    ) -> None:
        lihua = await open_centre(EchoBot()).opens()
        await lihua.says("您好", message_id="over")

        await lihua.hub.notify(lihua.conversation.conversation_id, key="over", text=OVER)

        assert (await lihua.sees())[-1] == OVER

    async def test_tells_whoever_watches_once(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()
        conversation_id = lihua.conversation.conversation_id

        async with lihua.hub.watch(conversation_id) as events:
            for _ in range(2):
                await lihua.hub.notify(conversation_id, key="over", text=OVER)

            told = [events.get_nowait().data for _ in range(events.qsize())]
        assert [(each["sender"], each["text"]) for each in told] == [("system", OVER)]

    async def test_speaks_also_when_an_agent_has_taken_over(
        self, open_centre: OpenCentre, database: Database, clock: Clock
    ) -> None:
        centre = open_centre(EchoBot())
        taken = Conversation(
            conversation_id="lihua",
            profile="power",
            channel="web",
            mode=Mode.AGENT,
            opened_at=clock(),
        )
        async with database.write() as connection:
            await ConversationStore(connection).add(taken, token_hash="hash")

        await centre.hub.notify("lihua", key="over", text=OVER)

        lines = await centre.transcript.list_messages("lihua")
        assert [line.reply.text for line in lines] == [OVER]

    async def test_refuses_a_conversation_that_is_not_there(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())

        with pytest.raises(UnknownConversation):
            await centre.hub.notify("nobody", key="over", text=OVER)


class TestButtonsOfANotice:
    async def test_can_be_pressed(self, open_centre: OpenCentre) -> None:
        lihua = await open_centre(EchoBot()).opens()
        await lihua.hub.notify(
            lihua.conversation.conversation_id, key="asked", text="您满意吗？", buttons=ASKED
        )

        said = await lihua.says("满意", payload=ASKED[0]["payload"])

        assert said == ["第1句：/affirm"]
        assert "满意" in await lihua.sees()

    async def test_are_refused_where_they_were_not_offered(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())
        lihua, wangwei = await centre.opens(), await centre.opens()
        await centre.hub.notify(
            lihua.conversation.conversation_id, key="asked", text="您满意吗？", buttons=ASKED
        )

        with pytest.raises(PayloadNotIssued):
            await wangwei.says("满意", payload=ASKED[0]["payload"])
