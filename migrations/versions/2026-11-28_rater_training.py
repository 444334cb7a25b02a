"""rater training

Revision ID: 20261128_training
Revises: 20261128_freezes
Create Date: 2026-11-28 23:52:25.970410
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_training"
down_revision = "20261128_freezes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "anchor_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("scale_version_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("point", sa.Double(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=32), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_anchor_proposal_answered_by_id_person")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_anchor_proposal_by_id_person")),
        sa.ForeignKeyConstraint(
            ["scale_version_id"], ["scale_version.id"], name=op.f("fk_anchor_proposal_scale_version_id_scale_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchor_proposal")),
        sa.UniqueConstraint("public_id", name=op.f("uq_anchor_proposal_public_id")),
    )
    with op.batch_alter_table("anchor_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_anchor_proposal_scale_version_id"), ["scale_version_id"], unique=False)

    op.create_table(
        "certification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=True),
        sa.Column("ground", sa.String(length=32), nullable=False),
        sa.Column("certified", sa.Boolean(), nullable=False),
        sa.Column("recertify_on", sa.Date(), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_certification_by_id_person")),
        sa.ForeignKeyConstraint(["rater_id"], ["rater.id"], name=op.f("fk_certification_rater_id_rater")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_certification_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification")),
    )
    with op.batch_alter_table("certification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certification_rater_id"), ["rater_id"], unique=False)

    op.create_table(
        "changelog_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scale_version_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_changelog_reading_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["scale_version_id"], ["scale_version.id"], name=op.f("fk_changelog_reading_scale_version_id_scale_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changelog_reading")),
        sa.UniqueConstraint(
            "scale_version_id", "person_id", name=op.f("uq_changelog_reading_scale_version_id_person_id")
        ),
    )
    op.create_table(
        "drift_alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=True),
        sa.Column("score", sa.String(length=64), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("shift", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_drift_alert_answered_by_id_person")),
        sa.ForeignKeyConstraint(["rater_id"], ["rater.id"], name=op.f("fk_drift_alert_rater_id_rater")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_drift_alert_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift_alert")),
        sa.UniqueConstraint("public_id", name=op.f("uq_drift_alert_public_id")),
        sa.UniqueConstraint(
            "wave_id", "rater_id", "score", "week", name=op.f("uq_drift_alert_wave_id_rater_id_score_week")
        ),
    )
    with op.batch_alter_table("drift_alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drift_alert_rater_id"), ["rater_id"], unique=False)

    op.create_table(
        "consensus_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("missing_code", sa.String(length=64), nullable=True),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_consensus_point_by_id_person")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["therapy_session.id"], name=op.f("fk_consensus_point_session_id_therapy_session")
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_consensus_point_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consensus_point")),
        sa.UniqueConstraint("wave_id", "session_id", "item", name=op.f("uq_consensus_point_wave_id_session_id_item")),
    )
    with op.batch_alter_table("consensus_point", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consensus_point_session_id"), ["session_id"], unique=False)

    op.create_table(
        "criterion_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("missing_code", sa.String(length=64), nullable=True),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_criterion_point_by_id_person")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["therapy_session.id"], name=op.f("fk_criterion_point_session_id_therapy_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion_point")),
        sa.UniqueConstraint("session_id", "item", name=op.f("uq_criterion_point_session_id_item")),
    )
    op.create_table(
        "example",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("scale_version_id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("point", sa.Double(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("starts_s", sa.Double(), nullable=False),
        sa.Column("stops_s", sa.Double(), nullable=False),
        sa.Column("stored_as", sa.String(length=64), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_example_by_id_person")),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_example_recording_id_recording")),
        sa.ForeignKeyConstraint(
            ["scale_version_id"], ["scale_version.id"], name=op.f("fk_example_scale_version_id_scale_version")
        ),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_example_study_id_study"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_example")),
        sa.UniqueConstraint("public_id", name=op.f("uq_example_public_id")),
    )
    with op.batch_alter_table("example", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_example_recording_id"), ["recording_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_example_scale_version_id"), ["scale_version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_example_study_id"), ["study_id"], unique=False)

    op.create_table(
        "training_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("scale", sa.String(length=64), nullable=True),
        sa.Column("example_id", sa.Integer(), nullable=True),
        sa.Column("wave_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["example_id"], ["example.id"], name=op.f("fk_training_step_example_id_example")),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_training_step_study_id_study"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_training_step_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_step")),
        sa.UniqueConstraint("public_id", name=op.f("uq_training_step_public_id")),
    )
    with op.batch_alter_table("training_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_step_example_id"), ["example_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_step_study_id"), ["study_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_step_wave_id"), ["wave_id"], unique=False)

    op.create_table(
        "step_done",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_step_done_by_id_person")),
        sa.ForeignKeyConstraint(["rater_id"], ["rater.id"], name=op.f("fk_step_done_rater_id_rater")),
        sa.ForeignKeyConstraint(
            ["step_id"], ["training_step.id"], name=op.f("fk_step_done_step_id_training_step"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_done")),
        sa.UniqueConstraint("step_id", "rater_id", name=op.f("uq_step_done_step_id_rater_id")),
    )
    with op.batch_alter_table("step_done", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_step_done_rater_id"), ["rater_id"], unique=False)

    op.add_column("rater", sa.Column("certified", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("rater", sa.Column("recertify_on", sa.Date(), nullable=True))
    op.add_column("scale_version", sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("scale_version", sa.Column("changes", sa.Text(), server_default="", nullable=False))
    op.add_column("study", sa.Column("gate_required", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("study", sa.Column("training", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("wave", sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("wave", "revealed_at")
    op.drop_column("study", "training")
    op.drop_column("study", "gate_required")
    op.drop_column("scale_version", "changes")
    op.drop_column("scale_version", "superseded_at")
    op.drop_column("rater", "recertify_on")
    op.drop_column("rater", "certified")
    op.drop_table("step_done")
    op.drop_table("training_step")
    op.drop_table("example")
    op.drop_table("criterion_point")
    op.drop_table("consensus_point")
    op.drop_table("drift_alert")
    op.drop_table("changelog_reading")
    op.drop_table("certification")
    op.drop_table("anchor_proposal")
