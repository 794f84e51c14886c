"""All SQL about what customers said: which lines are answered, by what, and which still wait."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.message import (
    Conversation,
    Incoming,
    Message,
    Received,
    Reply,
    Sender,
    Waiting,
)
from conversations.store import ConversationStore, conversation_of, message_of, new_key
from conversations.tables import conversations, messages


class TurnStore:
    """Customers' lines and their answers, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_incoming(
        self, conversation_id: str, incoming: Incoming, *, at: datetime
    ) -> Message:
        """Store a customer's line, not yet answered."""
        added = await self._connection.execute(
            insert(messages).values(
                conversation_id=conversation_id,
                sender=Sender.CUSTOMER,
                message_id=incoming.message_id,
                is_answered=False,
                text=incoming.text,
                payload=incoming.payload,
                buttons=[],
                sources=[],
                at=at.isoformat(),
            )
        )
        return Message(
            seq=new_key(added),
            conversation_id=conversation_id,
            sender=Sender.CUSTOMER,
            message_id=incoming.message_id,
            reply=Reply(text=incoming.text),
            at=at,
        )

    async def has_incoming(self, conversation_id: str, message_id: str) -> bool:
        """Whether a customer's line is stored."""
        query = select(messages.c.seq).where(
            messages.c.conversation_id == conversation_id, messages.c.message_id == message_id
        )
        return (await self._connection.scalar(query)) is not None

    async def find_moment_back(self, conversation_id: str, count: int) -> datetime | None:
        """When the customer said the line so many lines ago; None when there are not so many."""
        query = (
            select(messages.c.at)
            .where(
                messages.c.conversation_id == conversation_id,
                messages.c.sender == Sender.CUSTOMER,
            )
            .order_by(messages.c.seq.desc())
            .offset(count - 1)
            .limit(1)
        )
        found = await self._connection.scalar(query)
        return None if found is None else datetime.fromisoformat(found)

    async def find_incoming(self, conversation_id: str, message_id: str) -> Message | None:
        """A customer's line by the door's id, if it was heard."""
        found = await self._list(
            and_(messages.c.conversation_id == conversation_id, messages.c.message_id == message_id)
        )
        return found[0] if found else None

    async def correct(
        self, conversation_id: str, message_id: str, text: str, *, at: datetime
    ) -> Message | None:
        """Put another text in place of a customer's line; None when it is the same already.

        What was written first is kept beside it. A correction made before the last one, that comes
        late, changes nothing.
        """
        # moments are kept as text of one zone, so that they can be compared as text
        made_at = at.astimezone(UTC).isoformat()
        is_newest = or_(messages.c.corrected_at.is_(None), messages.c.corrected_at <= made_at)
        is_it = and_(
            messages.c.conversation_id == conversation_id, messages.c.message_id == message_id
        )
        changed = await self._connection.execute(
            update(messages)
            .where(is_it, messages.c.text != text, is_newest)
            .values(
                first_text=func.coalesce(messages.c.first_text, messages.c.text),
                text=text,
                corrected_at=made_at,
            )
        )
        return (await self._list(is_it))[0] if changed.rowcount else None

    async def put_together(self, conversation_id: str, message_ids: Sequence[str]) -> None:
        """Note that lines are read together, before anybody hears of them."""
        await self._connection.execute(
            update(messages)
            .where(
                messages.c.conversation_id == conversation_id,
                messages.c.message_id.in_(message_ids),
            )
            .values(merged_into=message_ids[-1])
        )

    async def add_answers(
        self,
        conversation_id: str,
        message_ids: Sequence[str],
        replies: Sequence[Reply],
        *,
        at: datetime,
    ) -> list[Message]:
        """Store the answers to lines read together and mark them answered, all or nothing.

        The answers belong to the last of the lines.
        """
        *earlier, last = message_ids
        said = ConversationStore(self._connection)
        stored = [
            await said.add_line(conversation_id, Sender.BOT, reply, {"answers": last}, at=at)
            for reply in replies
        ]
        of_conversation = messages.c.conversation_id == conversation_id
        await self._connection.execute(
            update(messages)
            .where(of_conversation, messages.c.message_id == last)
            .values(is_answered=True)
        )
        if earlier:
            await self._connection.execute(
                update(messages)
                .where(of_conversation, messages.c.message_id.in_(earlier))
                .values(is_answered=True, merged_into=last)
            )
        return stored

    async def put_aside(self, conversation_id: str) -> None:
        """Whatever the customer said by now needs no answer of the bot's: a person has read it."""
        await self._connection.execute(
            update(messages)
            .where(messages.c.conversation_id == conversation_id, messages.c.is_answered.is_(False))
            .values(is_answered=True)
        )

    async def find_received(self, conversation_id: str, message_id: str) -> Received | None:
        """What became of a customer's line, by the door's id; None while it waits."""
        query = select(messages.c.is_answered, messages.c.merged_into).where(
            messages.c.conversation_id == conversation_id, messages.c.message_id == message_id
        )
        row = (await self._connection.execute(query)).mappings().first()
        if row is None or not row["is_answered"]:
            return None
        if row["merged_into"] not in {None, message_id}:
            return Received(answers=[], merged_into=row["merged_into"])
        return Received(answers=await self.list_answers(conversation_id, message_id))

    async def list_answers(self, conversation_id: str, message_id: str) -> list[Message]:
        """The answers to a customer's line, in order."""
        return await self._list(
            and_(messages.c.conversation_id == conversation_id, messages.c.answers == message_id)
        )

    async def list_waiting(self, conversation_id: str) -> list[Waiting]:
        """The customer's lines of one conversation that are not answered yet, oldest first."""
        columns = messages.c
        query = (
            select(columns.message_id, columns.text, columns.payload, columns.merged_into)
            .where(messages.c.conversation_id == conversation_id, messages.c.is_answered.is_(False))
            .order_by(messages.c.seq)
        )
        rows = await self._connection.execute(query)
        return [
            Waiting(
                incoming=Incoming(
                    message_id=row["message_id"], text=row["text"], payload=row["payload"]
                ),
                merged_into=row["merged_into"],
            )
            for row in rows.mappings()
        ]

    async def list_unanswered(self) -> list[tuple[Conversation, Incoming]]:
        """Customers' lines that were stored and never answered, oldest first.

        Those said to an agent too: one that tells of a danger is answered all the same.
        """
        query = (
            select(messages, conversations)
            .join(conversations, conversations.c.conversation_id == messages.c.conversation_id)
            .where(messages.c.is_answered.is_(False))
            .order_by(messages.c.seq)
        )
        rows = await self._connection.execute(query)
        return [
            (
                conversation_of(row),
                Incoming(message_id=row["message_id"], text=row["text"], payload=row["payload"]),
            )
            for row in rows.mappings()
        ]

    async def _list(self, condition: ColumnElement[bool]) -> list[Message]:
        query = select(messages).where(condition).order_by(messages.c.seq)
        rows = await self._connection.execute(query)
        return [message_of(row) for row in rows.mappings()]
