"""What a question was understood as, and which question it leaned on

Revision: 0002
After: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("said_in", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("context_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("understood", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("instead_of", sa.Integer(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_questions_instead_of"), ["instead_of"])


def downgrade() -> None:
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_questions_instead_of"), type_="unique")
        batch_op.drop_column("instead_of")
        batch_op.drop_column("understood")
        batch_op.drop_column("context_id")
        batch_op.drop_column("said_in")
