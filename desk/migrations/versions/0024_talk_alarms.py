"""What those who lead are told of talks, kept until somebody takes note of it."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

IS_NEW = sa.text("noted_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "talk_alarms",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("noted_by", sa.String(length=80)),
        sa.Column("noted_at", sa.String(length=40)),
    )
    op.create_index("ix_talk_alarms_handover", "talk_alarms", ["handover_id"])
    op.create_index(
        "ix_talk_alarms_new",
        "talk_alarms",
        ["role", "id"],
        sqlite_where=IS_NEW,
        postgresql_where=IS_NEW,
    )


def downgrade() -> None:
    op.drop_table("talk_alarms")
