"""Lines the desk says by itself, once each; events that many tickets are about."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("notice_key", sa.String(length=120), nullable=True))
        batch_op.create_unique_constraint(
            "uq_messages_notice", ["conversation_id", "notice_key"]
        )

    op.create_table(
        "events",
        sa.Column("no", sa.String(length=20), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("matter", sa.String(length=80), nullable=False),
        sa.Column("area", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("running_key", sa.String(length=400), nullable=True),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.Column("restore_at", sa.BigInteger(), nullable=True),
        sa.Column("closing", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("merged_into", sa.String(length=20), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("running_key"),
    )
    op.create_index("ix_events_running", "events", ["profile", "state", "began_at"])
    op.create_index("ix_events_unsettled", "events", ["state", "settled_at"])

    op.create_table(
        "event_members",
        sa.Column("ticket_no", sa.String(length=20), nullable=False),
        sa.Column("event_no", sa.String(length=20), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=True),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("ticket_no"),
    )
    op.create_index("ix_event_members_event_no", "event_members", ["event_no"])

    op.create_table(
        "event_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("no", sa.String(length=20), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("changes", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_event_history_no", "event_history", ["no"])


def downgrade() -> None:
    op.drop_table("event_history")
    op.drop_table("event_members")
    op.drop_table("events")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_constraint("uq_messages_notice", type_="unique")
        batch_op.drop_column("notice_key")
