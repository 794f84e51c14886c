"""Whether a postponement holds for every limit that was due by then, or for one alone."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("ticket_postponements") as table:
        # what was put off before was one limit
        table.add_column(
            sa.Column("with_others", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    with op.batch_alter_table("ticket_postponements") as table:
        table.drop_column("with_others")
