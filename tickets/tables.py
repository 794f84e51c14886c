"""The tables of tickets: what they are, what happened to them, what is owed and who was told."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from tickets.moment_column import Moment
from tickets.ticket import ENDED

metadata = MetaData()

# written out, for only then does a database see that an index of what is open will do
IS_OPEN = text("state NOT IN ({})".format(", ".join(f"'{state}'" for state in sorted(ENDED))))
_HAS_NEXT = text("alarm_at IS NOT NULL")
_IS_NEW = text("noted_at IS NULL")

tickets = Table(
    "tickets",
    metadata,
    Column("no", String(20), primary_key=True),
    # who asked for it: the same request arriving twice must find the first ticket
    Column("request_key", String(200), nullable=False, unique=True),
    Column("profile", String(40), nullable=False),
    Column("kind", String(20), nullable=False, index=True),
    Column("state", String(20), nullable=False, index=True),
    Column("urgent", Boolean, nullable=False, default=False),
    Column("conversation_id", String(40), index=True),
    Column("fields", JSON, nullable=False),
    Column("registered_at", String(40), nullable=False, index=True),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("owner", String(80), nullable=False, server_default=""),
    Column("department", String(40)),
    Column("handler", String(80)),
    Column("class_id", String(40)),
    Column("area", String(40)),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("urges", Integer, nullable=False, server_default="0"),
    Column("merged_into", String(20), index=True),
    Column("outcome", String(20), nullable=False, server_default=""),
    # a copy of the field, to find what else a customer has asked for
    Column("phone", String(40), index=True),
    # of its clocks: when the first open one is over, and under which terms they were worked out
    Column("due_at", Moment),
    Column("reckoned_by", String(16), nullable=False, server_default=""),
    # when the desk itself has to follow it up next; none: there is nothing to do, or for a person
    Column("follow_up_at", Moment, index=True),
    # when it has waited or been on hold for too long; none: it does neither, or that was told
    Column("parked_until", Moment, index=True),
    # what the late list and its filters look at, without reading a ticket
    Index("ix_tickets_late", "profile", "due_at", "department", "owner", "kind"),
    # what somebody works on that another owns
    Index(
        "ix_tickets_handled",
        *("handler", "profile"),
        sqlite_where=IS_OPEN,
        postgresql_where=IS_OPEN,
    ),
    # what the daily review counts, without reading a ticket; SQLite looks at the state once more
    Index(
        "ix_tickets_open",
        *("profile", "owner", "due_at", "kind", "no", "state"),
        sqlite_where=IS_OPEN,
        postgresql_where=IS_OPEN,
    ),
)

ticket_history = Table(
    "ticket_history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("no", String(20), nullable=False, index=True),
    Column("at", String(40), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("state", String(20), nullable=False),
    Column("note", Text, nullable=False, default=""),
    # what happened besides a change of state
    Column("event", String(20), nullable=False, server_default=""),
    # what it means to the clocks, in order, with spaces between
    Column("marks", String(80), nullable=False, server_default=""),
    # by the name of what was changed: before and after
    Column("changes", JSON(none_as_null=True)),
    # the request behind it: the same one arriving twice is written down once
    Column("request_key", String(200), index=True, unique=True),
)

ticket_days = Table(
    "ticket_days",
    metadata,
    Column("day", String(8), primary_key=True),
    Column("last", Integer, nullable=False),
)

# one row for each thing owed that has started; worked out anew whenever the ticket changes
ticket_clocks = Table(
    "ticket_clocks",
    metadata,
    Column("no", String(20), nullable=False),
    Column("what", String(20), nullable=False),
    Column("profile", String(40), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("warn_at", Moment),
    Column("closed_at", Moment),
    Column("is_met", Boolean, nullable=False),
    Column("is_unset", Boolean, nullable=False),
    Column("doubts", String(40), nullable=False, server_default=""),
    # when the next of its alarms is to be raised, if any is left
    Column("alarm_at", Moment),
    PrimaryKeyConstraint("no", "what"),
    # what is told for good is not looked for any more, and costs nothing when it changes
    Index(
        "ix_ticket_clocks_next",
        "alarm_at",
        sqlite_where=_HAS_NEXT,
        postgresql_where=_HAS_NEXT,
    ),
)

ticket_alarms = Table(
    "ticket_alarms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("no", String(20), nullable=False),
    Column("what", String(20), nullable=False),
    # the due time it speaks of: a limit that was moved is warned of again
    Column("due_at", Moment, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("level", Integer, nullable=False),
    Column("role", String(40), nullable=False),
    Column("at", Moment, nullable=False),
    Column("raised_at", Moment, nullable=False),
    # who of those it was told to has taken note of it; with a moment alone: the ticket was over
    Column("noted_by", String(80)),
    Column("noted_at", Moment),
    # what is shown to a role until somebody takes note of it
    Index(
        "ix_ticket_alarms_new",
        *("role", "id"),
        sqlite_where=_IS_NEW,
        postgresql_where=_IS_NEW,
    ),
    # raised once, however often the work runs, and also when it runs twice at once
    UniqueConstraint("no", "what", "due_at", "kind", "level", name="uq_ticket_alarms_once"),
)

ticket_links = Table(
    "ticket_links",
    metadata,
    # the later of the two, and the earlier
    Column("no", String(20), nullable=False),
    Column("other", String(20), nullable=False, index=True),
    Column("relation", String(20), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("no", "other"),
)

# by its key a ticket is postponed once and no more
ticket_postponements = Table(
    "ticket_postponements",
    metadata,
    Column("no", String(20), primary_key=True),
    Column("what", String(20), nullable=False),
    Column("was_due_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("consent", Text, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    # every limit that ran then and was due by `until`, not this one alone
    Column("with_others", Boolean, nullable=False, server_default=false()),
)
