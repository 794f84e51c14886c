"""Conversations and lines put straight into the database, for tests of what is kept there."""

from datetime import UTC, datetime, timedelta

from conversations.message import Conversation, Incoming, Message, Mode, Reply
from conversations.store import ConversationStore
from conversations.turn_store import TurnStore
from desk.database import Database

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
        return await TurnStore(connection).add_incoming(
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
        return await TurnStore(connection).add_answers(
            conversation_id, together, replies, at=NOW + timedelta(seconds=1)
        )
