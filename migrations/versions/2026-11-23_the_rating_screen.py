"""the rating screen

Revision ID: 20261123_2
Revises: 20261123_1
Create Date: 2026-11-23 09:20:29.111592
"""

import sqlalchemy as sa
from alembic import op

revision = "20261123_2"
down_revision = "20261123_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("scale", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_decision_by_id_person")),
        sa.ForeignKeyConstraint(
            ["study_id"], ["study.id"], name=op.f("fk_decision_study_id_study"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_study_id"), ["study_id"], unique=False)

    op.create_table(
        "manual",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scale_version_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_manual_by_id_person")),
        sa.ForeignKeyConstraint(
            ["scale_version_id"], ["scale_version.id"], name=op.f("fk_manual_scale_version_id_scale_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual")),
        sa.UniqueConstraint("scale_version_id", name=op.f("uq_manual_scale_version_id")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("rater_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_message_by_id_person")),
        sa.ForeignKeyConstraint(["rater_id"], ["rater.id"], name=op.f("fk_message_rater_id_rater")),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_message_study_id_study"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("public_id", name=op.f("uq_message_public_id")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_rater_id"), ["rater_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_study_id"), ["study_id"], unique=False)

    op.create_table(
        "message_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_reading_message_id_message")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_message_reading_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_reading")),
        sa.UniqueConstraint("message_id", "person_id", name=op.f("uq_message_reading_message_id_person_id")),
    )
    op.create_table(
        "concern",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("told_person_id", sa.Integer(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_concern_assignment_id_assignment")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_concern_by_id_person")),
        sa.ForeignKeyConstraint(["told_person_id"], ["person.id"], name=op.f("fk_concern_told_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern")),
        sa.UniqueConstraint("public_id", name=op.f("uq_concern_public_id")),
    )
    with op.batch_alter_table("concern", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_concern_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_concern_told_person_id"), ["told_person_id"], unique=False)

    op.create_table(
        "listening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("heard", sa.JSON(), nullable=False),
        sa.Column("position_s", sa.Double(), nullable=False),
        sa.Column("speed", sa.Double(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_listening_assignment_id_assignment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listening")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_listening_assignment_id")),
    )
    op.create_table(
        "obstacle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_obstacle_answered_by_id_person")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_obstacle_assignment_id_assignment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obstacle")),
        sa.UniqueConstraint("public_id", name=op.f("uq_obstacle_public_id")),
    )
    with op.batch_alter_table("obstacle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_obstacle_assignment_id"), ["assignment_id"], unique=False)

    op.create_table(
        "other_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("completed", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_other_task_assignment_id_assignment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_other_task")),
        sa.UniqueConstraint("assignment_id", "public_id", name=op.f("uq_other_task_assignment_id_public_id")),
    )
    op.create_table(
        "work_stretch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("window", sa.String(length=32), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_work_stretch_assignment_id_assignment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_stretch")),
        sa.UniqueConstraint("assignment_id", "window", name=op.f("uq_work_stretch_assignment_id_window")),
    )
    with op.batch_alter_table("work_stretch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_stretch_began_at"), ["began_at"], unique=False)

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_on", sa.Date(), nullable=True))

    with op.batch_alter_table("homework_report", schema=None) as batch_op:
        batch_op.alter_column("completed", existing_type=sa.String(length=32), nullable=True)

    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.alter_column(
            "public_id", type_=sa.String(length=32), existing_type=sa.String(length=22), existing_nullable=False
        )
        batch_op.drop_index(batch_op.f("ix_note_assignment_id"))
        batch_op.drop_constraint(batch_op.f("uq_note_public_id"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_note_assignment_id_public_id"), ["assignment_id", "public_id"])

    with op.batch_alter_table("point", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unsure", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.add_column(sa.Column("silences", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("heard_share", sa.Double(), nullable=True))

    with op.batch_alter_table("study", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rate_at_end", sa.String(length=32), nullable=False, server_default="off"))
        batch_op.add_column(sa.Column("heard_share", sa.Double(), nullable=False, server_default="0.9"))
        batch_op.add_column(sa.Column("concern_person_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("concern_contact", sa.Text(), nullable=False, server_default=""))
        batch_op.create_foreign_key(
            batch_op.f("fk_study_concern_person_id_person"), "person", ["concern_person_id"], ["id"]
        )


def downgrade() -> None:
    op.execute("DELETE FROM point WHERE value IS NULL AND missing_code IS NULL AND unsure")
    op.execute("UPDATE assignment SET state = 'started' WHERE state = 'set_aside'")
    # notes whose ids were made by a browser keep their first 22 signs
    op.execute("UPDATE note SET public_id = substr(public_id, 1, 22)")
    with op.batch_alter_table("study", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_study_concern_person_id_person"), type_="foreignkey")
        batch_op.drop_column("concern_contact")
        batch_op.drop_column("concern_person_id")
        batch_op.drop_column("heard_share")
        batch_op.drop_column("rate_at_end")

    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_column("heard_share")

    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.drop_column("silences")

    with op.batch_alter_table("point", schema=None) as batch_op:
        batch_op.drop_column("unsure")

    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_note_assignment_id_public_id"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_note_public_id"), ["public_id"])
        batch_op.create_index(batch_op.f("ix_note_assignment_id"), ["assignment_id"], unique=False)
        batch_op.alter_column(
            "public_id", type_=sa.String(length=22), existing_type=sa.String(length=32), existing_nullable=False
        )
        batch_op.drop_column("version")

    op.execute("DELETE FROM homework_report WHERE completed IS NULL")
    with op.batch_alter_table("homework_report", schema=None) as batch_op:
        batch_op.alter_column("completed", existing_type=sa.String(length=32), nullable=False)

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_column("due_on")

    with op.batch_alter_table("work_stretch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_stretch_began_at"))

    op.drop_table("work_stretch")
    op.drop_table("other_task")
    with op.batch_alter_table("obstacle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_obstacle_assignment_id"))

    op.drop_table("obstacle")
    op.drop_table("listening")
    with op.batch_alter_table("concern", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_concern_told_person_id"))
        batch_op.drop_index(batch_op.f("ix_concern_assignment_id"))

    op.drop_table("concern")
    op.drop_table("message_reading")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_study_id"))
        batch_op.drop_index(batch_op.f("ix_message_rater_id"))

    op.drop_table("message")
    op.drop_table("manual")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_study_id"))

    op.drop_table("decision")
