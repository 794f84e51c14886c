"""All SQL about conversations and their messages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    CursorResult,
    Index,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.message import (
    Conversation,
    Incoming,
    Message,
    Mode,
    Received,
    Reply,
    Sender,
    Waiting,
)

metadata = MetaData()

# buttons further back than this many lines of the desk are old and no longer obeyed
OFFERS_REMEMBERED = 100

conversations = Table(
    "conversations",
    metadata,
    Column("conversation_id", String(40), primary_key=True),
    Column("profile", String(40), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("token_hash", String(64), nullable=False),
    Column("mode", String(20), nullable=False),
    Column("opened_at", String(40), nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("conversation_id", String(40), nullable=False),
    Column("sender", String(20), nullable=False),
    # the door's own id of a customer's line: the same line arriving twice is stored once
    Column("message_id", String(120)),
    # the customer's line this one answers
    Column("answers", String(120)),
    Column("is_answered", Boolean, nullable=False, default=True),
    # the later line of a burst that is answered for this one too
    Column("merged_into", String(120)),
    Column("text", Text, nullable=False),
    Column("payload", Text),
    Column("buttons", JSON, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("card", JSON),
    # what the desk says by itself: the same thing is said once to a conversation
    Column("notice_key", String(120)),
    Column("at", String(40), nullable=False),
    # what a customer wrote first, when they corrected it afterwards, and when they last did
    Column("first_text", Text),
    Column("corrected_at", String(40)),
    UniqueConstraint("conversation_id", "message_id"),
    UniqueConstraint("conversation_id", "notice_key", name="uq_messages_notice"),
    Index("ix_messages_conversation_seq", "conversation_id", "seq"),
    Index("ix_messages_unanswered", "is_answered", "seq"),
)


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

    async def _one(self, condition: object) -> Conversation | None:
        query = select(conversations).where(condition)  # type: ignore[arg-type]
        row = (await self._connection.execute(query)).mappings().first()
        return _conversation(row) if row else None

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

    async def has_incoming(self, conversation_id: str, message_id: str) -> bool:
        """Whether a customer's line is stored."""
        query = select(messages.c.seq).where(
            messages.c.conversation_id == conversation_id, messages.c.message_id == message_id
        )
        return (await self._connection.scalar(query)) is not None

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

    async def correct(
        self, conversation_id: str, message_id: str, text: str, *, at: datetime
    ) -> Message | None:
        """Put another text in place of a customer's line; None when it is the same already.

        What was written first is kept beside it.
        """
        is_it = and_(
            messages.c.conversation_id == conversation_id, messages.c.message_id == message_id
        )
        changed = await self._connection.execute(
            update(messages)
            .where(is_it, messages.c.text != text)
            .values(
                first_text=func.coalesce(messages.c.first_text, messages.c.text),
                text=text,
                corrected_at=at.isoformat(),
            )
        )
        return (await self._list(is_it))[0] if changed.rowcount else None

    async def find_incoming(self, conversation_id: str, message_id: str) -> Message | None:
        """A customer's line by the door's id, if it was heard."""
        found = await self._list(
            and_(messages.c.conversation_id == conversation_id, messages.c.message_id == message_id)
        )
        return found[0] if found else None

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
        return _message(row) if row else None

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
            seq=_new_key(added),
            conversation_id=conversation_id,
            sender=Sender.CUSTOMER,
            message_id=incoming.message_id,
            reply=Reply(text=incoming.text),
            at=at,
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
        stored = [
            await self._add_line(conversation_id, Sender.BOT, reply, {"answers": last}, at=at)
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
        return await self._add_line(conversation_id, sender, reply, reason, at=at), True

    async def set_mode(self, conversation_id: str, mode: Mode) -> None:
        """Who answers from now on."""
        await self._connection.execute(
            update(conversations)
            .where(conversations.c.conversation_id == conversation_id)
            .values(mode=mode)
        )

    async def put_aside(self, conversation_id: str) -> None:
        """Whatever the customer said by now needs no answer of the bot's: a person has read it."""
        await self._connection.execute(
            update(messages)
            .where(messages.c.conversation_id == conversation_id, messages.c.is_answered.is_(False))
            .values(is_answered=True)
        )

    async def lock_mode(self, conversation_id: str) -> Mode:
        """Who answers, until this transaction ends."""
        query = select(conversations.c.mode).where(
            conversations.c.conversation_id == conversation_id
        )
        found = await self._connection.execute(query.with_for_update())
        return Mode(found.scalar_one())

    async def find_notice(self, conversation_id: str, key: str) -> Message | None:
        """What the desk said by itself under this key, if it did."""
        found = await self._list(
            and_(messages.c.conversation_id == conversation_id, messages.c.notice_key == key)
        )
        return found[0] if found else None

    async def _add_line(
        self,
        conversation_id: str,
        sender: Sender,
        reply: Reply,
        reason: Mapping[str, str],
        *,
        at: datetime,
    ) -> Message:
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
            seq=_new_key(added),
            conversation_id=conversation_id,
            sender=sender,
            message_id=None,
            reply=reply,
            at=at,
            key=reason.get("notice_key"),
        )

    async def list_answers(self, conversation_id: str, message_id: str) -> list[Message]:
        """The answers to a customer's line, in order."""
        return await self._list(
            and_(messages.c.conversation_id == conversation_id, messages.c.answers == message_id)
        )

    async def list_messages(
        self, conversation_id: str, *, after: int = 0, limit: int = 500
    ) -> list[Message]:
        """The last `limit` lines after a sequence number, oldest first."""
        condition = and_(messages.c.conversation_id == conversation_id, messages.c.seq > after)
        query = select(messages).where(condition).order_by(messages.c.seq.desc()).limit(limit)
        rows = (await self._connection.execute(query)).mappings().all()
        return [_message(row) for row in reversed(rows)]

    async def find_last(self, conversation_id: str, senders: Sequence[Sender]) -> Message | None:
        """The newest line that one of these said, if any."""
        query = (
            select(messages)
            .where(messages.c.conversation_id == conversation_id, messages.c.sender.in_(senders))
            .order_by(messages.c.seq.desc())
            .limit(1)
        )
        row = (await self._connection.execute(query)).mappings().first()
        return _message(row) if row else None

    async def list_unanswered(self) -> list[tuple[Conversation, Incoming]]:
        """Customers' lines that were stored and never answered, oldest first."""
        query = (
            select(messages, conversations)
            .join(conversations, conversations.c.conversation_id == messages.c.conversation_id)
            .where(messages.c.is_answered.is_(False), conversations.c.mode == Mode.BOT)
            .order_by(messages.c.seq)
        )
        rows = await self._connection.execute(query)
        return [
            (
                _conversation(row),
                Incoming(message_id=row["message_id"], text=row["text"], payload=row["payload"]),
            )
            for row in rows.mappings()
        ]

    async def find_offer(self, conversation_id: str, payload: str) -> str | None:
        """The title under which this payload was offered to this conversation, if it was."""
        query = select(messages).where(
            messages.c.conversation_id == conversation_id,
            messages.c.sender.in_([Sender.BOT, Sender.SYSTEM]),
        )
        newest = query.order_by(messages.c.seq.desc()).limit(OFFERS_REMEMBERED)
        rows = await self._connection.execute(newest)
        offers = (_message(row).reply.offers() for row in rows.mappings())
        return next((titles[payload] for titles in offers if payload in titles), None)

    async def _list(self, condition: object) -> list[Message]:
        query = select(messages).where(condition).order_by(messages.c.seq)  # type: ignore[arg-type]
        rows = await self._connection.execute(query)
        return [_message(row) for row in rows.mappings()]


def _new_key(added: CursorResult[Any]) -> int:
    assert added.inserted_primary_key is not None
    return int(added.inserted_primary_key[0])


def _conversation(row: RowMapping) -> Conversation:
    return Conversation(
        conversation_id=row["conversation_id"],
        profile=row["profile"],
        channel=row["channel"],
        mode=Mode(row["mode"]),
        opened_at=datetime.fromisoformat(row["opened_at"]),
    )


def _message(row: RowMapping) -> Message:
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
