"""Hand-overs to agents, and which agents are at their desks."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.String(length=40), nullable=False),
        sa.Column("wait", sa.Integer(), nullable=False),
        sa.Column("agent", sa.String(length=80)),
        sa.Column("claimed_at", sa.String(length=40)),
        sa.Column("ended_at", sa.String(length=40)),
        sa.Column("how_ended", sa.String(length=20)),
        sa.Column("seen_seq", sa.Integer(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("rating", sa.String(length=20)),
        sa.PrimaryKeyConstraint("handover_id"),
    )
    op.create_index(
        "ix_handovers_conversation", "handovers", ["conversation_id", "handover_id"]
    )
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "ux_handovers_open",
        "handovers",
        ["conversation_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "duty",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("seen_at", sa.String(length=40), nullable=False),
        sa.Column("is_taking", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    op.drop_table("duty")
    op.drop_index("ux_handovers_open", table_name="handovers")
    op.drop_index("ix_handovers_conversation", table_name="handovers")
    op.drop_table("handovers")
