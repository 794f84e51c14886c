"""How cases and their practising lie in the database."""

from sqlalchemy import JSON, Boolean, Column, Integer, MetaData, String, Table, Text

metadata = MetaData()

cases = Table(
    "cases",
    metadata,
    Column("case_id", Integer, primary_key=True),
    Column("profile", String(40), nullable=False, index=True),
    Column("title", Text, nullable=False),
    # [{asked, wording}], without personal data
    Column("steps", JSON, nullable=False),
    Column("is_ready", Boolean, nullable=False),
    # taken out of the library; what was practised of it stays
    Column("is_retired", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    # from which it was made: where somebody informs later, the case is shown no more
    Column("conversation_id", String(40), nullable=False, unique=True),
    Column("author", String(80), nullable=False),
    Column("at", String(40), nullable=False),
)

practices = Table(
    "practices",
    metadata,
    Column("practice_id", Integer, primary_key=True),
    Column("case_id", Integer, nullable=False),
    Column("profile", String(40), nullable=False),
    Column("person", String(80), nullable=False, index=True),
    # the case as it was when it was begun: later changes do not change what is asked
    Column("title", Text, nullable=False),
    Column("steps", JSON, nullable=False),
    Column("begun_at", String(40), nullable=False),
    Column("ended_at", String(40)),
    # the mean of its replies, once all are there
    Column("score", Integer),
)

practice_replies = Table(
    "practice_replies",
    metadata,
    Column("practice_id", Integer, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("judged", JSON, nullable=False),
    Column("at", String(40), nullable=False),
)
