"""Locked accounts, idle sessions, sign-ins in vain, and who did what."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("locked_at", sa.String(length=40)))
    op.add_column("staff_tokens", sa.Column("seen_at", sa.String(length=40)))
    op.create_table(
        "sign_in_tries",
        sa.Column("whose", sa.String(length=120), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("pauses", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.String(length=40), nullable=False),
        sa.Column("until", sa.String(length=40)),
        sa.PrimaryKeyConstraint("whose"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_audit_actor", "audit", ["actor", "at"])
    op.create_index("ix_audit_subject", "audit", ["subject", "at"])
    op.create_index("ix_audit_at", "audit", ["at"])


def downgrade() -> None:
    op.drop_table("audit")
    op.drop_table("sign_in_tries")
    with op.batch_alter_table("staff_tokens") as batch:
        batch.drop_column("seen_at")
    with op.batch_alter_table("staff") as batch:
        batch.drop_column("locked_at")
