"""Conversations are opened, found by their token and read."""

from collections.abc import Callable

import pytest

from conversations.message import Mode, UnknownConversation
from tests.conversations.scripted import Centre, EchoBot

pytestmark = pytest.mark.each_database

OpenCentre = Callable[..., Centre]


class TestOpen:
    async def test_gives_a_token_that_opens_this_conversation(
        self, open_centre: OpenCentre
    ) -> None:
        transcript = open_centre(EchoBot()).transcript

        conversation, token = await transcript.open(profile="power", channel="web")

        assert await transcript.get(conversation.conversation_id, token=token) == conversation
        assert conversation.mode is Mode.BOT

    async def test_refuses_the_token_of_another_conversation(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())
        lihua, wangwei = await centre.opens(), await centre.opens()

        with pytest.raises(UnknownConversation):
            await centre.transcript.get(lihua.conversation.conversation_id, token=wangwei.token)

    async def test_looks_the_same_when_there_is_no_such_conversation(
        self, open_centre: OpenCentre
    ) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()
        conversation_id = lihua.conversation.conversation_id

        with pytest.raises(UnknownConversation) as not_yours:
            await centre.transcript.get(conversation_id, token="guessed")
        with pytest.raises(UnknownConversation) as not_there:
            await centre.transcript.get("0123456789abcdef01234567", token=lihua.token)

        said = str(not_there.value).replace("0123456789abcdef01234567", conversation_id)
        assert str(not_yours.value) == said

    async def test_shows_staff_any_conversation(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()

        found = await centre.transcript.get_for_staff(lihua.conversation.conversation_id)

        assert found == lihua.conversation
        with pytest.raises(UnknownConversation):
            await centre.transcript.get_for_staff("nobody")


class TestListMessages:
    async def test_lists_the_lines_after_one(self, open_centre: OpenCentre) -> None:
        centre = open_centre(EchoBot())
        lihua = await centre.opens()
        (first,) = await lihua.sends("一")
        await lihua.says("二")

        later = await centre.transcript.list_messages(
            lihua.conversation.conversation_id, after=first.seq
        )

        assert [message.reply.text for message in later] == ["二", "第2句：二"]
