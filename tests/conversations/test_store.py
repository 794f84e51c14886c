"""Conversations and what was said in them, on each database."""

import pytest

from conversations.message import Mode, Reply
from conversations.store import OFFERS_REMEMBERED, ConversationStore
from desk.database import Database
from tests.conversations.kept_lines import CONFIRM, answer, ask, open_conversation

pytestmark = pytest.mark.each_database


class TestFind:
    async def test_finds_a_conversation_by_its_id(self, database: Database) -> None:
        conversation = await open_conversation(database, mode=Mode.AGENT)

        async with database.read() as connection:
            assert await ConversationStore(connection).find("lihua") == conversation
            assert await ConversationStore(connection).find("wangwei") is None

    async def test_opens_only_with_its_own_token(self, database: Database) -> None:
        mine = await open_conversation(database, "lihua")
        await open_conversation(database, "wangwei")

        async with database.read() as connection:
            store = ConversationStore(connection)
            assert await store.find_by_token("lihua", "hash of lihua") == mine
            assert await store.find_by_token("lihua", "hash of wangwei") is None
            assert await store.find_by_token("wangwei", "hash of lihua") is None


class TestListMessages:
    async def test_lists_the_lines_in_the_order_they_were_said(self, database: Database) -> None:
        await open_conversation(database)
        for number in range(1, 4):
            await ask(database, f"line-{number}", f"问{number}")
            await answer(database, f"line-{number}", Reply(text=f"答{number}"))

        async with database.read() as connection:
            lines = await ConversationStore(connection).list_messages("lihua")

        texts = [line.reply.text for line in lines]
        assert texts == ["问1", "答1", "问2", "答2", "问3", "答3"]

    async def test_lists_what_came_after_a_line(self, database: Database) -> None:
        await open_conversation(database)
        first = await ask(database, "line-1", "问1")
        await ask(database, "line-2", "问2")

        async with database.read() as connection:
            lines = await ConversationStore(connection).list_messages("lihua", after=first.seq)

        assert [line.reply.text for line in lines] == ["问2"]

    async def test_lists_the_newest_when_there_are_too_many(self, database: Database) -> None:
        await open_conversation(database)
        for number in range(6):
            await ask(database, f"line-{number}", f"问{number}")

        async with database.read() as connection:
            lines = await ConversationStore(connection).list_messages("lihua", limit=2)

        assert [line.reply.text for line in lines] == ["问4", "问5"]

    async def test_lists_nothing_of_another_conversation(self, database: Database) -> None:
        await open_conversation(database, "lihua")
        await open_conversation(database, "wangwei")
        await ask(database, "line-1", conversation_id="wangwei")

        async with database.read() as connection:
            assert await ConversationStore(connection).list_messages("lihua") == []


class TestFindOffer:
    async def test_knows_what_was_offered_here(self, database: Database) -> None:
        await open_conversation(database, "lihua")
        await open_conversation(database, "wangwei")
        await ask(database, "line-1")
        await answer(database, "line-1", CONFIRM)

        async with database.read() as connection:
            store = ConversationStore(connection)
            assert await store.find_offer("lihua", "/affirm") == "确认提交"
            assert await store.find_offer("lihua", "/deny") is None
            assert await store.find_offer("wangwei", "/affirm") is None

    async def test_offers_nothing_that_the_customer_typed(self, database: Database) -> None:
        await open_conversation(database)
        await ask(database, "line-1", "/affirm")

        async with database.read() as connection:
            assert await ConversationStore(connection).find_offer("lihua", "/affirm") is None

    @pytest.mark.parametrize(
        ("lines_since", "is_obeyed"),
        [(1, True), (OFFERS_REMEMBERED - 1, True), (OFFERS_REMEMBERED, False)],
    )
    async def test_forgets_a_button_far_back(
        self, database: Database, lines_since: int, is_obeyed: bool
    ) -> None:
        await open_conversation(database)
        await ask(database, "line-1")
        await answer(database, "line-1", CONFIRM)
        await answer(database, "line-1", *[Reply(text="还有吗")] * lines_since)

        async with database.read() as connection:
            store = ConversationStore(connection)
            assert (await store.find_offer("lihua", "/affirm") is not None) is is_obeyed
