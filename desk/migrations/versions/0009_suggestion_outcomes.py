"""What agents did with suggested wordings."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('suggestion_outcomes',
    sa.Column('suggestion_id', sa.String(length=40), nullable=False),
    sa.Column('profile', sa.String(length=40), nullable=False),
    sa.Column('conversation_id', sa.String(length=40), nullable=True),
    sa.Column('line', sa.Text(), nullable=False),
    sa.Column('entry_id', sa.String(length=80), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('at', sa.String(length=40), nullable=False),
    sa.PrimaryKeyConstraint('suggestion_id')
    )
    with op.batch_alter_table('suggestion_outcomes', schema=None) as batch_op:
        batch_op.create_index('ix_suggestion_outcomes_profile_at', ['profile', 'at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('suggestion_outcomes', schema=None) as batch_op:
        batch_op.drop_index('ix_suggestion_outcomes_profile_at')

    op.drop_table('suggestion_outcomes')
