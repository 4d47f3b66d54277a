"""What it takes to look for an announcement's message whose reply was lost, and its language

Revision: 0007
After: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_IS_CHECKING = sa.text("status = 'checking'")


def upgrade() -> None:
    # Not in a batch, which would make the largest table of all anew; what is in doubt already stays so.
    op.add_column("deliveries", sa.Column("seen_before", sa.BigInteger(), nullable=True))
    op.add_column("deliveries", sa.Column("seen_after", sa.BigInteger(), nullable=True))
    op.add_column("deliveries", sa.Column("language", sa.String(length=2), nullable=True))
    op.create_index(
        "ix_deliveries_checking",
        "deliveries",
        ["due_at"],
        unique=False,
        sqlite_where=_IS_CHECKING,
        postgresql_where=_IS_CHECKING,
    )


def downgrade() -> None:
    op.execute("UPDATE deliveries SET status = 'in_doubt', due_at = NULL WHERE status = 'checking'")
    op.drop_index("ix_deliveries_checking", table_name="deliveries")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_column("language")
        batch_op.drop_column("seen_after")
        batch_op.drop_column("seen_before")
