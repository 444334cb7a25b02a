"""masked spans

Revision ID: 20261128_mask
Revises: 20261128_imports
Create Date: 2026-11-28 07:10:00
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_mask"
down_revision = "20261128_imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "masked_span",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("stop_s", sa.Float(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.id"],
            name=op.f("fk_masked_span_recording_id_recording"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["removed_by_id"], ["person.id"], name=op.f("fk_masked_span_removed_by_id_person")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_masked_span_set_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_masked_span")),
        sa.UniqueConstraint("public_id", name=op.f("uq_masked_span_public_id")),
    )
    with op.batch_alter_table("masked_span", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_masked_span_recording_id"), ["recording_id"], unique=False)
    op.create_table(
        "silenced_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("audio_name", sa.String(length=64), nullable=False),
        sa.Column("peaks_name", sa.String(length=64), nullable=False),
        sa.Column("mime", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.id"],
            name=op.f("fk_silenced_version_recording_id_recording"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silenced_version")),
        sa.UniqueConstraint("recording_id", "key", name=op.f("uq_silenced_version_recording_id_key")),
    )


def downgrade() -> None:
    op.drop_table("silenced_version")
    with op.batch_alter_table("masked_span", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_masked_span_recording_id"))
    op.drop_table("masked_span")
