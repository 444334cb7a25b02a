"""imports in the browser

Revision ID: 20261128_imports
Revises: 20261128_log
Create Date: 2026-11-28 07:05:00
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_imports"
down_revision = "20261128_log"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "session_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("folder", sa.String(length=32), nullable=False),
        sa.Column("list_name", sa.String(length=255), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_session_import_by_id_person")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_session_import_job_id_job")),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_session_import_study_id_study"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_import")),
        sa.UniqueConstraint("public_id", name=op.f("uq_session_import_public_id")),
    )
    with op.batch_alter_table("session_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_import_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_import_study_id"), ["study_id"], unique=False)

    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=1024), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("edges", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.String(length=32), nullable=False),
        sa.Column("complete_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("found", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["session_import.id"],
            name=op.f("fk_upload_import_id_session_import"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("import_id", "path", name=op.f("uq_upload_import_id_path")),
        sa.UniqueConstraint("public_id", name=op.f("uq_upload_public_id")),
    )


def downgrade() -> None:
    op.drop_table("upload")
    with op.batch_alter_table("session_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_import_study_id"))
        batch_op.drop_index(batch_op.f("ix_session_import_by_id"))

    op.drop_table("session_import")
    op.execute("DELETE FROM job WHERE kind IN ('import', 'import_check')")
