"""Vectors of a passage's windows

Revision: 0003
After: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("vectors", sa.Column("windows", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("vectors", "windows")
