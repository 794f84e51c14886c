"""Customers' lines and their answers on each database."""

import pytest
from sqlalchemy.exc import IntegrityError

from conversations.message import Incoming, Mode, Received, Reply, Sender
from conversations.store import ConversationStore
from conversations.turn_store import TurnStore
from desk.database import Database
from tests.conversations.kept_lines import NOW, answer, ask, open_conversation

pytestmark = pytest.mark.each_database


async def became_of(database: Database, message_id: str) -> Received | None:
    async with database.read() as connection:
        return await TurnStore(connection).find_received("lihua", message_id)


async def waiting(database: Database, conversation_id: str = "lihua") -> list[Incoming]:
    async with database.read() as connection:
        waiting = await TurnStore(connection).list_waiting(conversation_id)
        return [each.incoming for each in waiting]


class TestAddIncoming:
    async def test_keeps_the_line_as_it_was_said(self, database: Database) -> None:
        await open_conversation(database)

        stored = await ask(database, "line-1", "<b>快来</b>")

        async with database.read() as connection:
            store = TurnStore(connection)
            assert await ConversationStore(connection).list_messages("lihua") == [stored]
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
            store = TurnStore(connection)
            assert await store.list_answers("lihua", "line-1") == stored
        assert [message.reply for message in stored] == [full, Reply(text="还有别的事吗")]

    async def test_keeps_an_answer_to_its_own_line(self, database: Database) -> None:
        await open_conversation(database)
        await ask(database, "line-1")
        await ask(database, "line-2")

        await answer(database, "line-2", Reply(text="答第二句"))

        async with database.read() as connection:
            store = TurnStore(connection)
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
                await TurnStore(connection).add_answers(
                    "lihua", ["line-1", "line-2"], [Reply(text="好的")], at=NOW
                )
                raise ConnectionError("the process was killed here")

        with pytest.raises(ConnectionError):
            await answer_and_die()

        assert [each.message_id for each in await waiting(database)] == ["line-1", "line-2"]
        async with database.read() as connection:
            assert await TurnStore(connection).list_answers("lihua", "line-2") == []


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
            await TurnStore(connection).add_incoming("lihua", button, at=NOW)
        await answer(database, "line-0", Reply(text="好的"))

        assert await waiting(database) == [Incoming(message_id="line-2", text="停电了"), button]


class TestListUnanswered:
    async def test_lists_the_oldest_first_with_what_was_pressed(self, database: Database) -> None:
        conversation = await open_conversation(database)
        button = Incoming(message_id="line-1", text="确认提交", payload="/affirm")
        async with database.write() as connection:
            await TurnStore(connection).add_incoming("lihua", button, at=NOW)
        await ask(database, "line-2", "还在吗")

        async with database.read() as connection:
            waiting = await TurnStore(connection).list_unanswered()

        assert waiting == [
            (conversation, button),
            (conversation, Incoming(message_id="line-2", text="还在吗")),
        ]

    async def test_lists_what_was_said_to_a_person_too(self, database: Database) -> None:
        conversation = await open_conversation(database, mode=Mode.AGENT)
        await ask(database, "line-1", "变压器着火了")

        async with database.read() as connection:
            waiting = await TurnStore(connection).list_unanswered()

        # it may tell of a danger
        assert waiting == [(conversation, Incoming(message_id="line-1", text="变压器着火了"))]
