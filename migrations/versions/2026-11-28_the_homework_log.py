"""the homework log

Revision ID: 20261128_log
Revises: 20261123_2
Create Date: 2026-11-28 07:15:00
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_log"
down_revision = "20261123_2"
branch_labels = None
depends_on = None

KNOWN_FROM_TASKS = """
INSERT INTO homework_entry (session_id, status, version, entered_at)
SELECT task.assigned_session_id, 'assigned', 1, study.created_at
FROM homework_task AS task JOIN study ON study.id = task.study_id
GROUP BY task.assigned_session_id, study.created_at
"""


def upgrade() -> None:
    op.create_table(
        "homework_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_homework_entry_by_id_person")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["therapy_session.id"], name=op.f("fk_homework_entry_session_id_therapy_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_homework_entry")),
        sa.UniqueConstraint("session_id", name=op.f("uq_homework_entry_session_id")),
    )
    op.create_table(
        "homework_author",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_homework_author_person_id_person")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["therapy_session.id"], name=op.f("fk_homework_author_session_id_therapy_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_homework_author")),
        sa.UniqueConstraint("session_id", "person_id", name=op.f("uq_homework_author_session_id_person_id")),
    )
    with op.batch_alter_table("homework_author", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_homework_author_person_id"), ["person_id"], unique=False)

    op.create_table(
        "log_type",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("list", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("label_en", sa.String(length=120), nullable=False),
        sa.Column("label_de", sa.String(length=120), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_log_type_study_id_study"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_type")),
        sa.UniqueConstraint("study_id", "list", "code", name=op.f("uq_log_type_study_id_list_code")),
    )
    with op.batch_alter_table("log_type", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_type_study_id"), ["study_id"], unique=False)

    op.add_column("homework_task", sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
    op.execute(KNOWN_FROM_TASKS)


def downgrade() -> None:
    with op.batch_alter_table("homework_task", schema=None) as batch_op:
        batch_op.drop_column("place")

    with op.batch_alter_table("log_type", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_log_type_study_id"))

    op.drop_table("log_type")
    with op.batch_alter_table("homework_author", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_homework_author_person_id"))

    op.drop_table("homework_author")
    op.drop_table("homework_entry")
