"""When a ticket has waited or been on hold for too long; open tickets by who handles them."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("state NOT IN ('filed', 'merged', 'withdrawn')")


def upgrade() -> None:
    with op.batch_alter_table("tickets") as table:
        # open tickets are reckoned anew at the start, which fills it
        table.add_column(sa.Column("parked_until", sa.BigInteger()))
        table.create_index("ix_tickets_parked_until", ["parked_until"])
    op.create_index(
        "ix_tickets_handled",
        "tickets",
        ["handler", "profile"],
        sqlite_where=IS_OPEN,
        postgresql_where=IS_OPEN,
    )


def downgrade() -> None:
    op.drop_index("ix_tickets_handled", table_name="tickets")
    with op.batch_alter_table("tickets") as table:
        table.drop_index("ix_tickets_parked_until")
        table.drop_column("parked_until")
