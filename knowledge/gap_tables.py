"""How gaps lie in the database: lines, decisions, and how far the collecting has come."""

from sqlalchemy import JSON, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

gap_lines = Table(
    "gap_lines",
    metadata,
    Column("line_id", Integer, primary_key=True),
    # one line is collected once, however often a run is broken off and begun again
    Column("key", String(64), nullable=False, unique=True),
    Column("profile", String(40), nullable=False),
    Column("asked_in", String(40), nullable=False, index=True),
    # without personal data, like the answer
    Column("text", Text, nullable=False),
    Column("words", String(64), nullable=False),
    Column("why", String(20), nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", String(40), nullable=False),
    # float32, by the encoder of this fingerprint
    Column("vector", LargeBinary),
    Column("encoder", String(80), nullable=False, server_default=""),
    # null while nobody has decided
    Column("decision_id", Integer),
    Index("ix_gap_lines_profile_decision", "profile", "decision_id"),
    Index("ix_gap_lines_words", "profile", "words"),
)

gap_decisions = Table(
    "gap_decisions",
    metadata,
    Column("decision_id", Integer, primary_key=True),
    Column("profile", String(40), nullable=False, index=True),
    Column("fate", String(20), nullable=False),
    # the most typical line, by which people know it again
    Column("text", Text, nullable=False),
    # what was made of it: questions of an entry, questions out of scope, or examples of an intent
    Column("wordings", JSON, nullable=False),
    Column("entry_id", String(80), nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("intent", String(80), nullable=False, server_default=""),
    Column("author", String(80), nullable=False),
    Column("at", String(40), nullable=False),
    Column("undone_by", String(80)),
    Column("undone_at", String(40)),
)

# how far the collecting has come, by what it walks along
gap_marks = Table(
    "gap_marks",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("value", String(40), nullable=False),
)
