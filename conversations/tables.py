"""How conversations and their lines lie in the database."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

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
