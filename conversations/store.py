"""All SQL about conversations and what was said in them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, RowMapping, and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.message import Conversation, Message, Mode, Reply, Sender
from conversations.tables import conversations, messages

# lines that are read together
LINES_AT_ONCE = 500
# buttons further back than this many lines of the desk are old and no longer obeyed
OFFERS_REMEMBERED = 100


class ConversationStore:
    """Conversations and their lines, inside the caller's transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, conversation: Conversation, *, token_hash: str) -> None:
        """Open a conversation."""
        await self._connection.execute(
            insert(conversations).values(
                conversation_id=conversation.conversation_id,
                profile=conversation.profile,
                channel=conversation.channel,
                token_hash=token_hash,
                mode=conversation.mode,
                opened_at=conversation.opened_at.isoformat(),
            )
        )

    async def find(self, conversation_id: str) -> Conversation | None:
        """The conversation of this id, if any."""
        return await self._one(conversations.c.conversation_id == conversation_id)

    async def find_by_token(self, conversation_id: str, token_hash: str) -> Conversation | None:
        """The conversation of this id if the token is its own."""
        return await self._one(
            and_(
                conversations.c.conversation_id == conversation_id,
                conversations.c.token_hash == token_hash,
            )
        )

    async def set_mode(self, conversation_id: str, mode: Mode) -> None:
        """Who answers from now on."""
        await self._connection.execute(
            update(conversations)
            .where(conversations.c.conversation_id == conversation_id)
            .values(mode=mode)
        )

    async def lock_mode(self, conversation_id: str) -> Mode:
        """Who answers, until this transaction ends."""
        query = select(conversations.c.mode).where(
            conversations.c.conversation_id == conversation_id
        )
        found = await self._connection.execute(query.with_for_update())
        return Mode(found.scalar_one())

    async def find_line(self, conversation_id: str, seq: int) -> Message | None:
        """The line of this number, if it is one of the conversation."""
        found = await self._list(
            and_(messages.c.conversation_id == conversation_id, messages.c.seq == seq)
        )
        return found[0] if found else None

    async def find_next_to_send(self, conversation_id: str, *, after: int) -> Message | None:
        """The first line of the desk after a number, if there is one."""
        query = (
            select(messages)
            .where(
                messages.c.conversation_id == conversation_id,
                messages.c.seq > after,
                messages.c.sender != Sender.CUSTOMER,
            )
            .order_by(messages.c.seq)
            .limit(1)
        )
        row = (await self._connection.execute(query)).mappings().first()
        return message_of(row) if row else None

    async def add_said(
        self,
        conversation_id: str,
        sender: Sender,
        reply: Reply,
        *,
        key: str | None,
        at: datetime,
    ) -> tuple[Message, bool]:
        """Store a line that answers none of the customer's, and whether it is new.

        One with a key is stored once.
        """
        known = await self.find_notice(conversation_id, key) if key is not None else None
        if known is not None:
            return known, False
        reason = {} if key is None else {"notice_key": key}
        return await self.add_line(conversation_id, sender, reply, reason, at=at), True

    async def find_notice(self, conversation_id: str, key: str) -> Message | None:
        """What the desk said by itself under this key, if it did."""
        found = await self._list(
            and_(messages.c.conversation_id == conversation_id, messages.c.notice_key == key)
        )
        return found[0] if found else None

    async def add_line(
        self,
        conversation_id: str,
        sender: Sender,
        reply: Reply,
        reason: Mapping[str, str],
        *,
        at: datetime,
    ) -> Message:
        """Store a line of the desk; `reason` names the line it answers, or the key it is said by.

        In it are columns of the table, `answers` or `notice_key`.
        """
        added = await self._connection.execute(
            insert(messages).values(
                conversation_id=conversation_id,
                sender=sender,
                **reason,
                is_answered=True,
                text=reply.text,
                buttons=list(reply.buttons),
                sources=list(reply.sources),
                card=reply.card,
                at=at.isoformat(),
            )
        )
        return Message(
            seq=new_key(added),
            conversation_id=conversation_id,
            sender=sender,
            message_id=None,
            reply=reply,
            at=at,
            key=reason.get("notice_key"),
        )

    async def list_messages(
        self,
        conversation_id: str,
        *,
        after: int = 0,
        before: int | None = None,
        limit: int = LINES_AT_ONCE,
    ) -> list[Message]:
        """The last `limit` lines between two sequence numbers, oldest first."""
        condition = and_(messages.c.conversation_id == conversation_id, messages.c.seq > after)
        if before is not None:
            condition = and_(condition, messages.c.seq < before)
        query = select(messages).where(condition).order_by(messages.c.seq.desc()).limit(limit)
        rows = (await self._connection.execute(query)).mappings().all()
        return [message_of(row) for row in reversed(rows)]

    async def find_last(self, conversation_id: str, senders: Sequence[Sender]) -> Message | None:
        """The newest line that one of these said, if any."""
        query = (
            select(messages)
            .where(messages.c.conversation_id == conversation_id, messages.c.sender.in_(senders))
            .order_by(messages.c.seq.desc())
            .limit(1)
        )
        row = (await self._connection.execute(query)).mappings().first()
        return message_of(row) if row else None

    async def find_offer(self, conversation_id: str, payload: str) -> str | None:
        """The title under which this payload was offered to this conversation, if it was."""
        query = select(messages).where(
            messages.c.conversation_id == conversation_id,
            messages.c.sender.in_([Sender.BOT, Sender.SYSTEM]),
        )
        newest = query.order_by(messages.c.seq.desc()).limit(OFFERS_REMEMBERED)
        rows = await self._connection.execute(newest)
        offers = (message_of(row).reply.offers() for row in rows.mappings())
        return next((titles[payload] for titles in offers if payload in titles), None)

    async def _one(self, condition: object) -> Conversation | None:
        query = select(conversations).where(condition)  # type: ignore[arg-type]
        row = (await self._connection.execute(query)).mappings().first()
        return conversation_of(row) if row else None

    async def _list(self, condition: object) -> list[Message]:
        query = select(messages).where(condition).order_by(messages.c.seq)  # type: ignore[arg-type]
        rows = await self._connection.execute(query)
        return [message_of(row) for row in rows.mappings()]


def new_key(added: CursorResult[Any]) -> int:
    """The number that the database gave a new line."""
    assert added.inserted_primary_key is not None
    return int(added.inserted_primary_key[0])


def conversation_of(row: RowMapping) -> Conversation:
    """The conversation in a row."""
    return Conversation(
        conversation_id=row["conversation_id"],
        profile=row["profile"],
        channel=row["channel"],
        mode=Mode(row["mode"]),
        opened_at=datetime.fromisoformat(row["opened_at"]),
    )


def message_of(row: RowMapping) -> Message:
    """The line in a row."""
    return Message(
        seq=row["seq"],
        conversation_id=row["conversation_id"],
        sender=Sender(row["sender"]),
        message_id=row["message_id"],
        reply=Reply(
            text=row["text"],
            buttons=tuple(row["buttons"]),
            sources=tuple(row["sources"]),
            card=row["card"],
        ),
        at=datetime.fromisoformat(row["at"]),
        key=row["notice_key"],
        first_text=row["first_text"],
        corrected_at=_moment(row["corrected_at"]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
