"""What coordinators do with the library in chat: decisions, citations, gaps, notes, open dialogues

Revision: 0004
After: 0003
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("editions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("decided_by", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("decided_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("reader", sa.String(length=32), nullable=True))
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=16), nullable=False, server_default=sa.text("'upload'"))
        )

    op.create_table(
        "dialogues",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "chat_id", name=op.f("pk_dialogues")),
    )

    op.create_table(
        "citations",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("passage_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_citations_question_id_questions")
        ),
        sa.PrimaryKeyConstraint("question_id", "position", name=op.f("pk_citations")),
    )
    with op.batch_alter_table("citations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_citations_edition_id"), ["edition_id"], unique=False)
    _cite_what_was_cited()

    op.create_table(
        "gaps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("asked_first", sa.DateTime(), nullable=False),
        sa.Column("asked_last", sa.DateTime(), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=True),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("tried_generation", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gaps")),
    )
    with op.batch_alter_table("gaps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gaps_status"), ["status"], unique=False)
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("gap_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_questions_gap_id"), ["gap_id"], unique=False)

    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notes_status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_notes_telegram_id"), ["telegram_id"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_notes_kind_question_id_edition_id"), ["kind", "question_id", "edition_id"]
        )


def downgrade() -> None:
    op.drop_table("notes")
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_questions_gap_id"))
        batch_op.drop_column("gap_id")
    op.drop_table("gaps")
    op.drop_table("citations")
    op.drop_table("dialogues")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_column("kind")
    with op.batch_alter_table("editions", schema=None) as batch_op:
        batch_op.drop_column("reader")
        batch_op.drop_column("decided_at")
        batch_op.drop_column("decided_by")


def _cite_what_was_cited() -> None:
    """Fills the new table from what each answer kept of its citations."""
    connection = op.get_bind()
    questions = sa.table("questions", sa.column("id"), sa.column("cited"))
    citations = sa.table(
        "citations",
        sa.column("question_id"),
        sa.column("position"),
        sa.column("edition_id"),
        sa.column("passage_id"),
    )
    kept = connection.execute(
        sa.select(questions.c.id, questions.c.cited).where(questions.c.cited.is_not(None))
    )
    rows = [
        {
            "question_id": question_id,
            "position": position,
            "edition_id": each["edition"],
            "passage_id": each["passage"],
        }
        for question_id, cited in kept.all()
        for position, each in enumerate(json.loads(cited))
    ]
    if rows:
        connection.execute(citations.insert(), rows)
