"""Indexes of what is open, and of clocks with something left to tell; news of events."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("state NOT IN ('filed', 'merged', 'withdrawn')")
HAS_NEXT = sa.text("alarm_at IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_tickets_review", table_name="tickets")
    op.create_index(
        "ix_tickets_open",
        "tickets",
        ["profile", "owner", "due_at", "kind", "no", "state"],
        sqlite_where=IS_OPEN,
        postgresql_where=IS_OPEN,
    )
    op.drop_index("ix_ticket_clocks_alarm_at", table_name="ticket_clocks")
    op.create_index(
        "ix_ticket_clocks_next",
        "ticket_clocks",
        ["alarm_at"],
        sqlite_where=HAS_NEXT,
        postgresql_where=HAS_NEXT,
    )
    with op.batch_alter_table("events") as table:
        table.add_column(sa.Column("news", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("news_at", sa.BigInteger()))


def downgrade() -> None:
    with op.batch_alter_table("events") as table:
        table.drop_column("news_at")
        table.drop_column("news")
    op.drop_index("ix_ticket_clocks_next", table_name="ticket_clocks")
    op.create_index("ix_ticket_clocks_alarm_at", "ticket_clocks", ["alarm_at"])
    op.drop_index("ix_tickets_open", table_name="tickets")
    op.create_index(
        "ix_tickets_review", "tickets", ["profile", "owner", "state", "kind", "due_at", "no"]
    )
