"""Announcements in two languages, to an audience, at a time

Revision: 0006
After: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("announcements", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=16), nullable=False, server_default=sa.text("'notice'"))
        )
        batch_op.add_column(sa.Column("course_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("text_zh", sa.Text(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("text_en", sa.Text(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("picture", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("audience", sa.Text(), nullable=False, server_default=sa.text("'{}'")))
        batch_op.add_column(sa.Column("send_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("zone", sa.String(length=64), nullable=True))
        batch_op.add_column(
            sa.Column("at_least_once", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("correcting", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("followed_up_at", sa.DateTime(), nullable=True))
    # It was one text for everybody, and whoever reads the other language gets it for want of another.
    op.execute("UPDATE announcements SET text_zh = text, followed_up_at = done_at")
    with op.batch_alter_table("announcements", schema=None) as batch_op:
        batch_op.drop_column("text")

    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("sent_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("mend_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("opened_at", sa.DateTime(), nullable=True))
        batch_op.create_index("ix_deliveries_announcement_id_due_at", ["announcement_id", "due_at"])
    op.execute("UPDATE deliveries SET due_at = changed_at WHERE status = 'queued'")
    op.execute("UPDATE deliveries SET sent_at = changed_at WHERE status = 'sent'")


def downgrade() -> None:
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_deliveries_announcement_id_due_at")
        for name in ("opened_at", "mend_reason", "revision", "sent_at", "due_at"):
            batch_op.drop_column(name)
    with op.batch_alter_table("announcements", schema=None) as batch_op:
        batch_op.add_column(sa.Column("text", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.execute("UPDATE announcements SET text = CASE WHEN text_zh = '' THEN text_en ELSE text_zh END")
    with op.batch_alter_table("announcements", schema=None) as batch_op:
        for name in (
            "followed_up_at",
            "correcting",
            "revision",
            "at_least_once",
            "zone",
            "send_at",
            "audience",
            "picture",
            "text_en",
            "text_zh",
            "course_id",
            "kind",
        ):
            batch_op.drop_column(name)
