"""freezes

Revision ID: 20261128_freezes
Revises: 20261128_figures
Create Date: 2026-11-28 16:27:40.118204
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_freezes"
down_revision = "20261128_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_freeze",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("release", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("data_version", sa.Integer(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_data_freeze_by_id_person")),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_data_freeze_study_id_study"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_freeze")),
        sa.UniqueConstraint("public_id", name=op.f("uq_data_freeze_public_id")),
        sa.UniqueConstraint("study_id", "name", name=op.f("uq_data_freeze_study_id_name")),
    )
    with op.batch_alter_table("data_freeze", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_data_freeze_study_id"), ["study_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("data_freeze", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_data_freeze_study_id"))

    op.drop_table("data_freeze")
