"""The life and the clocks of tickets, who was told of them, what belongs together."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# what happened before is told by the states; who answered had also resolved, for all we know
BACKFILL = (
    """
    UPDATE ticket_history SET marks = CASE state
        WHEN 'answered' THEN 'answered resolved' WHEN 'in_progress' THEN 'reopened' ELSE state END
    WHERE id IN (
        SELECT id FROM (
            SELECT id, state, LAG(state) OVER (PARTITION BY no ORDER BY id) AS was
            FROM ticket_history
        ) AS steps
        WHERE (was <> state AND state IN ('dispatched', 'answered', 'filed', 'withdrawn'))
            OR (was = 'answered' AND state = 'in_progress')
    )
    """,
    """
    UPDATE ticket_history SET marks = 'registered'
    WHERE id IN (SELECT min(id) FROM ticket_history GROUP BY no)
    """,
    """
    UPDATE tickets SET
        urges = (SELECT count(*) FROM ticket_history AS line
            WHERE line.no = tickets.no AND line.event = 'urged'),
        version = (SELECT count(*) FROM ticket_history AS line WHERE line.no = tickets.no),
        owner = COALESCE((SELECT line.actor FROM ticket_history AS line
            WHERE line.no = tickets.no AND line.actor NOT IN ('bot', 'customer')
            ORDER BY line.id LIMIT 1), ''),
        phone = CASE WHEN kind <> 'report' THEN substr(fields ->> 'phone', 1, 40) END
    """,
    """
    UPDATE tickets SET priority = CASE
        WHEN urgent THEN 3 WHEN urges > 1 THEN 2 ELSE urges END
    """,
)


def upgrade() -> None:
    op.create_table('ticket_alarms',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('no', sa.String(length=20), nullable=False),
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=40), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('raised_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('no', 'what', 'due_at', 'kind', 'level', name='uq_ticket_alarms_once')
    )
    op.create_table('ticket_clocks',
    sa.Column('no', sa.String(length=20), nullable=False),
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('profile', sa.String(length=40), nullable=False),
    sa.Column('started_at', sa.BigInteger(), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=True),
    sa.Column('warn_at', sa.BigInteger(), nullable=True),
    sa.Column('closed_at', sa.BigInteger(), nullable=True),
    sa.Column('is_met', sa.Boolean(), nullable=False),
    sa.Column('is_unset', sa.Boolean(), nullable=False),
    sa.Column('doubts', sa.String(length=40), server_default='', nullable=False),
    sa.Column('alarm_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('no', 'what')
    )
    with op.batch_alter_table('ticket_clocks', schema=None) as batch_op:
        batch_op.create_index(('ix_ticket_clocks_alarm_at'), ['alarm_at'], unique=False)

    op.create_table('ticket_links',
    sa.Column('no', sa.String(length=20), nullable=False),
    sa.Column('other', sa.String(length=20), nullable=False),
    sa.Column('relation', sa.String(length=20), nullable=False),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('no', 'other')
    )
    with op.batch_alter_table('ticket_links', schema=None) as batch_op:
        batch_op.create_index(('ix_ticket_links_other'), ['other'], unique=False)

    op.create_table('ticket_postponements',
    sa.Column('no', sa.String(length=20), nullable=False),
    sa.Column('what', sa.String(length=20), nullable=False),
    sa.Column('was_due_at', sa.BigInteger(), nullable=False),
    sa.Column('until', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('consent', sa.Text(), nullable=False),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('no')
    )
    with op.batch_alter_table('ticket_history', schema=None) as batch_op:
        batch_op.add_column(sa.Column('marks', sa.String(length=80), server_default='', nullable=False))
        batch_op.add_column(sa.Column('changes', sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table('tickets', schema=None) as batch_op:
        batch_op.add_column(sa.Column('version', sa.Integer(), server_default='1', nullable=False))
        batch_op.add_column(sa.Column('owner', sa.String(length=80), server_default='', nullable=False))
        batch_op.add_column(sa.Column('department', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('handler', sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column('class_id', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('area', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('priority', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('urges', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('merged_into', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('outcome', sa.String(length=20), server_default='', nullable=False))
        batch_op.add_column(sa.Column('phone', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('due_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('reckoned_by', sa.String(length=16), server_default='', nullable=False))
        batch_op.create_index('ix_tickets_late', ['profile', 'due_at', 'department', 'owner', 'kind'], unique=False)
        batch_op.create_index(('ix_tickets_merged_into'), ['merged_into'], unique=False)
        batch_op.create_index(('ix_tickets_phone'), ['phone'], unique=False)
        batch_op.create_index('ix_tickets_review', ['profile', 'owner', 'state', 'kind', 'due_at', 'no'], unique=False)

    for statement in BACKFILL:
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table('tickets', schema=None) as batch_op:
        batch_op.drop_index('ix_tickets_review')
        batch_op.drop_index(('ix_tickets_phone'))
        batch_op.drop_index(('ix_tickets_merged_into'))
        batch_op.drop_index('ix_tickets_late')
        batch_op.drop_column('reckoned_by')
        batch_op.drop_column('due_at')
        batch_op.drop_column('phone')
        batch_op.drop_column('outcome')
        batch_op.drop_column('merged_into')
        batch_op.drop_column('urges')
        batch_op.drop_column('priority')
        batch_op.drop_column('area')
        batch_op.drop_column('class_id')
        batch_op.drop_column('handler')
        batch_op.drop_column('department')
        batch_op.drop_column('owner')
        batch_op.drop_column('version')

    with op.batch_alter_table('ticket_history', schema=None) as batch_op:
        batch_op.drop_column('changes')
        batch_op.drop_column('marks')

    op.drop_table('ticket_postponements')
    with op.batch_alter_table('ticket_links', schema=None) as batch_op:
        batch_op.drop_index(('ix_ticket_links_other'))

    op.drop_table('ticket_links')
    with op.batch_alter_table('ticket_clocks', schema=None) as batch_op:
        batch_op.drop_index(('ix_ticket_clocks_alarm_at'))

    op.drop_table('ticket_clocks')
    op.drop_table('ticket_alarms')
