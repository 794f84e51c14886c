"""Lines that are read together; what happens to a ticket besides its state."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into", sa.String(length=120), nullable=True))

    with op.batch_alter_table("ticket_history", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("event", sa.String(length=20), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("request_key", sa.String(length=200), nullable=True))
        batch_op.create_index("ix_ticket_history_request_key", ["request_key"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("ticket_history", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_history_request_key")
        batch_op.drop_column("request_key")
        batch_op.drop_column("event")

    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_column("merged_into")
