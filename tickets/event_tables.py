"""The tables of events: what is known of one, which tickets are in it, what was done to it."""

from sqlalchemy import JSON, Column, Index, Integer, MetaData, String, Table, Text

from tickets.moment_column import Moment

metadata = MetaData()

events = Table(
    "events",
    metadata,
    Column("no", String(20), primary_key=True),
    Column("profile", String(40), nullable=False),
    # as it stands in the tickets' field
    Column("matter", String(80), nullable=False),
    Column("area", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    # one event for a matter at a place while it runs; empty once it is over
    Column("running_key", String(400), unique=True),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    # what is known: why, and when it will be over
    Column("cause", Text, nullable=False, server_default=""),
    Column("restore_at", Moment),
    # what its reporters are told when it is over
    Column("closing", Text, nullable=False, server_default=""),
    # what those who had reported it by then are still to be told has changed
    Column("news", Text, nullable=False, server_default=""),
    Column("news_at", Moment),
    # when all of them had been told that it is over
    Column("settled_at", Moment),
    # the wider event that it went into
    Column("merged_into", String(20)),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_events_running", "profile", "state", "began_at"),
    Index("ix_events_unsettled", "state", "settled_at"),
)

# by its key a ticket is in one event and no more
event_members = Table(
    "event_members",
    metadata,
    Column("ticket_no", String(20), primary_key=True),
    Column("event_no", String(20), nullable=False, index=True),
    Column("conversation_id", String(40)),
    Column("added_at", Moment, nullable=False),
    Column("added_by", String(80), nullable=False),
    # taken out by a person: it is not put into any event again by itself
    Column("removed_at", Moment),
    # when it was answered and its customer told
    Column("settled_at", Moment),
)

event_history = Table(
    "event_history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("no", String(20), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("what", String(20), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    # by the name of what was changed: before and after
    Column("changes", JSON(none_as_null=True)),
)
