"""How lines whose reading is doubtful lie in the database."""

from sqlalchemy import Column, Float, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

bot_utterances = Table(
    "bot_utterances",
    metadata,
    Column("utterance_id", Integer, primary_key=True),
    Column("profile", String(40), nullable=False),
    Column("conversation_id", String(40), nullable=False),
    # of the bot's turn: a line of two subjects is two turns
    Column("message_id", String(140), nullable=False),
    # without personal data
    Column("text", Text, nullable=False),
    Column("words", String(64), nullable=False),
    Column("intent", String(80), nullable=False),
    Column("first", String(80), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("model", String(80), nullable=False),
    Column("at", String(40), nullable=False),
    # empty while nothing has shown that the reading is doubtful; such a line is soon forgotten
    Column("doubt", String(20), nullable=False),
    # null while nobody has decided
    Column("verdict", String(20)),
    Column("taught", String(80), nullable=False, server_default=""),
    Column("decided_by", String(80), nullable=False, server_default=""),
    Column("decided_at", String(40)),
    Index("ux_bot_utterances_turn", "conversation_id", "message_id", unique=True),
    Index("ix_bot_utterances_open", "profile", "verdict", "doubt"),
    Index("ix_bot_utterances_words", "profile", "words"),
)
