"""Conversations and their lines in a real SQLite file."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from conversations.message import (
    Conversation,
    Incoming,
    Message,
    Mode,
    Received,
    Reply,
    Sender,
)
from conversations.store import OFFERS_REMEMBERED, ConversationStore
from desk.database import Database

pytestmark = pytest.mark.each_database

NOW = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
CONFIRM = Reply(text="请核对", buttons=({"title": "确认提交", "payload": "/affirm"},))


async def open_conversation(
    database: Database, conversation_id: str = "lihua", *, mode: Mode = Mode.BOT
) -> Conversation:
    conversation = Conversation(
        conversation_id=conversation_id,
        profile="power",
        channel="web",
        mode=mode,
        opened_at=NOW,
    )
    async with database.write() as connection:
        await ConversationStore(connection).add(
            conversation, token_hash=f"hash of {conversation_id}"
        )
    return conversation


async def ask(
    database: Database, message_id: str, text: str = "我家停电了", *, conversation_id: str = "lihua"
) -> Message:
    async with database.write() as connection:
        return await ConversationStore(connection).add_incoming(
            conversation_id, Incoming(message_id=message_id, text=text), at=NOW
        )


async def answer(
    database: Database,
    message_ids: str | list[str],
    *replies: Reply,
    conversation_id: str = "lihua",
) -> list[Message]:
    together = [message_ids] if isinstance(message_ids, str) else message_ids
    async with database.write() as connection:
        return await ConversationStore(connection).add_answers(
            conversation_id, together, replies, at=NOW + timedelta(seconds=1)
        )


async def became_of(database: Database, message_id: str) -> Received | None:
    async with database.read() as connection:
        return await ConversationStore(connection).find_received("lihua", message_id)


async def waiting(database: Database, conversation_id: str = "lihua") -> list[Incoming]:
    async with database.read() as connection:
        waiting = await ConversationStore(connection).list_waiting(conversation_id)
        return [each.incoming for each in waiting]


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


class TestAddIncoming:
    async def test_keeps_the_line_as_it_was_said(self, database: Database) -> None:
        await open_conversation(database)

        stored = await ask(database, "line-1", "<b>快来</b>")

        async with database.read() as connection:
            store = ConversationStore(connection)
            assert await store.list_messages("lihua") == [stored]
            assert await store.has_incoming("lihua", "line-1")
            assert not await store.has_incoming("lihua", "line-2")
            assert not await store.has_incoming("wangwei", "line-1")
        assert (stored.sender, stored.reply.text) == (Sender.CUSTOMER, "<b>快来</b>")

    async def test_stores_the_same_line_once(self, database: Database) -> None:
        await open_conversation(database)
        await ask(database, "line-1")

        with pytest.raises(IntegrityError):
            await ask(database, "line-1")

    async def test_lets_two_customers_use_the_same_id(self, database: Database) -> None:
        await open_conversation(database, "lihua")
        await open_conversation(database, "wangwei")

        first = await ask(database, "line-1", conversation_id="lihua")
        second = await ask(database, "line-1", conversation_id="wangwei")

        assert first.seq < second.seq


class TestAddAnswers:
    async def test_keeps_everything_an_answer_carries(self, database: Database) -> None:
        await open_conversation(database)
        await ask(database, "line-1")
        full = Reply(
            text="报修已登记",
            buttons=({"title": "查进度", "payload": "/query_progress"},),
            sources=({"entry_id": "outage-arrival", "version": 1},),
            card={"type": "ticket", "no": "2026112100012"},
        )

        stored = await answer(database, "line-1", full, Reply(text="还有别的事吗"))

        async with database.read() as connection:
            store = ConversationStore(connection)
            assert await store.list_answers("lihua", "line-1") == stored
        assert [message.reply for message in stored] == [full, Reply(text="还有别的事吗")]

    async def test_keeps_an_answer_to_its_own_line(self, database: Database) -> None:
        await open_conversation(database)
        await ask(database, "line-1")
        await ask(database, "line-2")

        await answer(database, "line-2", Reply(text="答第二句"))

        async with database.read() as connection:
            store = ConversationStore(connection)
            assert await store.list_answers("lihua", "line-1") == []
            waiting = [incoming.message_id for _, incoming in await store.list_unanswered()]
        assert waiting == ["line-1"]

    async def test_answers_lines_read_together_in_the_last(self, database: Database) -> None:
        await open_conversation(database)
        for number in range(1, 5):
            await ask(database, f"line-{number}")

        stored = await answer(database, ["line-1", "line-2", "line-3"], Reply(text="答三句"))

        assert await became_of(database, "line-1") == Received(answers=[], merged_into="line-3")
        assert await became_of(database, "line-2") == Received(answers=[], merged_into="line-3")
        assert await became_of(database, "line-3") == Received(answers=stored)
        assert await became_of(database, "line-4") is None

    async def test_touches_no_line_of_another_customer(self, database: Database) -> None:
        await open_conversation(database, "lihua")
        await open_conversation(database, "wangwei")
        for conversation_id in ("lihua", "wangwei"):
            for number in (1, 2):
                await ask(database, f"line-{number}", conversation_id=conversation_id)

        await answer(database, ["line-1", "line-2"], Reply(text="好的"))

        assert await waiting(database, "lihua") == []
        assert [each.message_id for each in await waiting(database, "wangwei")] == [
            "line-1",
            "line-2",
        ]

    async def test_marks_none_of_them_when_it_dies_in_between(self, database: Database) -> None:
        await open_conversation(database)
        await ask(database, "line-1")
        await ask(database, "line-2")

        async def answer_and_die() -> None:
            async with database.write() as connection:
                await ConversationStore(connection).add_answers(
                    "lihua", ["line-1", "line-2"], [Reply(text="好的")], at=NOW
                )
                raise ConnectionError("the process was killed here")

        with pytest.raises(ConnectionError):
            await answer_and_die()

        assert [each.message_id for each in await waiting(database)] == ["line-1", "line-2"]
        async with database.read() as connection:
            assert await ConversationStore(connection).list_answers("lihua", "line-2") == []


class TestFindReceived:
    async def test_knows_nothing_of_a_line_that_waits(self, database: Database) -> None:
        await open_conversation(database)
        await ask(database, "line-1")

        assert await became_of(database, "line-1") is None
        assert await became_of(database, "line-2") is None

    async def test_knows_a_line_that_a_person_will_answer(self, database: Database) -> None:
        await open_conversation(database, mode=Mode.AGENT)
        await ask(database, "line-1")

        await answer(database, "line-1")

        assert await became_of(database, "line-1") == Received(answers=[])


class TestListWaiting:
    async def test_lists_the_oldest_first_with_what_was_pressed(self, database: Database) -> None:
        await open_conversation(database)
        await ask(database, "line-0")
        await ask(database, "line-2", "停电了")
        button = Incoming(message_id="line-1", text="确认提交", payload="/affirm")
        async with database.write() as connection:
            await ConversationStore(connection).add_incoming("lihua", button, at=NOW)
        await answer(database, "line-0", Reply(text="好的"))

        assert await waiting(database) == [Incoming(message_id="line-2", text="停电了"), button]


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


class TestListUnanswered:
    async def test_lists_the_oldest_first_with_what_was_pressed(self, database: Database) -> None:
        conversation = await open_conversation(database)
        button = Incoming(message_id="line-1", text="确认提交", payload="/affirm")
        async with database.write() as connection:
            await ConversationStore(connection).add_incoming("lihua", button, at=NOW)
        await ask(database, "line-2", "还在吗")

        async with database.read() as connection:
            waiting = await ConversationStore(connection).list_unanswered()

        assert waiting == [
            (conversation, button),
            (conversation, Incoming(message_id="line-2", text="还在吗")),
        ]

    async def test_leaves_a_conversation_with_a_person_alone(self, database: Database) -> None:
        await open_conversation(database, mode=Mode.AGENT)
        await ask(database, "line-1")

        async with database.read() as connection:
            assert await ConversationStore(connection).list_unanswered() == []


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
