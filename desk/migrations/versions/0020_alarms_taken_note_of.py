"""Who took note of an alarm, and when; an index of those that nobody has."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

IS_NEW = sa.text("noted_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("ticket_alarms") as table:
        table.add_column(sa.Column("noted_by", sa.String(length=80)))
        table.add_column(sa.Column("noted_at", sa.BigInteger()))
    op.create_index(
        "ix_ticket_alarms_new",
        "ticket_alarms",
        ["role", "id"],
        sqlite_where=IS_NEW,
        postgresql_where=IS_NEW,
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_alarms_new", table_name="ticket_alarms")
    with op.batch_alter_table("ticket_alarms") as table:
        table.drop_column("noted_at")
        table.drop_column("noted_by")
