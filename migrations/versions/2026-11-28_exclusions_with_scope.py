"""exclusions with scope: of a session or a patient, with a note, and lifted rather than deleted

Revision ID: 20261128_exclusions
Revises: 20261128_mask
Create Date: 2026-11-28 07:20:00
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "20261128_exclusions"
down_revision = "20261128_mask"
branch_labels = None
depends_on = None

STANDING = sa.text("lifted_at IS NULL")
exclusion = sa.table("exclusion", sa.column("id", sa.Integer), sa.column("public_id", sa.String))


def upgrade() -> None:
    with op.batch_alter_table("exclusion", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_id", sa.String(length=22), nullable=True))
        batch_op.add_column(sa.Column("study_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("patient_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("scope", sa.String(length=32), nullable=False, server_default="main"))
        batch_op.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("from_list", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("lifted_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("lift_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.drop_constraint(batch_op.f("uq_exclusion_session_id"), type_="unique")
        batch_op.alter_column("session_id", existing_type=sa.Integer(), nullable=True)
    op.execute("UPDATE exclusion SET study_id = (SELECT study_id FROM therapy_session WHERE id = exclusion.session_id)")
    connection = op.get_bind()
    for (key,) in connection.execute(sa.select(exclusion.c.id)).all():
        named = exclusion.update().where(exclusion.c.id == key).values(public_id=secrets.token_urlsafe(16))
        connection.execute(named)
    with op.batch_alter_table("exclusion", schema=None) as batch_op:
        batch_op.alter_column("public_id", existing_type=sa.String(length=22), nullable=False)
        batch_op.alter_column("study_id", existing_type=sa.Integer(), nullable=False)
        batch_op.create_unique_constraint(batch_op.f("uq_exclusion_public_id"), ["public_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_exclusion_study_id_study"), "study", ["study_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_foreign_key(batch_op.f("fk_exclusion_patient_id_patient"), "patient", ["patient_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_exclusion_lifted_by_id_person"), "person", ["lifted_by_id"], ["id"])
        batch_op.create_check_constraint(
            batch_op.f("ck_exclusion_one_subject"), "(session_id IS NULL) <> (patient_id IS NULL)"
        )
        batch_op.create_index(batch_op.f("ix_exclusion_study_id"), ["study_id"], unique=False)
    for subject in ("session", "patient"):
        op.create_index(
            f"uq_exclusion_standing_{subject}",
            "exclusion",
            [f"{subject}_id"],
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        )


def downgrade() -> None:
    for subject in ("session", "patient"):
        op.drop_index(f"uq_exclusion_standing_{subject}", "exclusion")
    # the table as it was knows sessions that are left out of the main wave, and nothing else
    op.execute("DELETE FROM exclusion WHERE lifted_at IS NOT NULL OR scope = 'analysis'")
    op.execute(
        "INSERT INTO exclusion (public_id, study_id, session_id, reason, scope, note, from_list, excluded_at, by_id, "
        "lift_reason) SELECT 'p' || exclusion.id || 's' || therapy_session.id, exclusion.study_id, therapy_session.id, "
        "reason, scope, note, from_list, excluded_at, by_id, lift_reason FROM exclusion "
        "JOIN therapy_session ON therapy_session.patient_id = exclusion.patient_id "
        "WHERE therapy_session.id NOT IN (SELECT session_id FROM exclusion WHERE session_id IS NOT NULL)"
    )
    op.execute("DELETE FROM exclusion WHERE session_id IS NULL")
    with op.batch_alter_table("exclusion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exclusion_study_id"))
        batch_op.drop_constraint(batch_op.f("ck_exclusion_one_subject"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_exclusion_lifted_by_id_person"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_exclusion_patient_id_patient"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_exclusion_study_id_study"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_exclusion_public_id"), type_="unique")
        for column in (
            "lift_reason",
            "lifted_by_id",
            "lifted_at",
            "from_list",
            "note",
            "scope",
            "patient_id",
            "study_id",
            "public_id",
        ):
            batch_op.drop_column(column)
        batch_op.alter_column("session_id", existing_type=sa.Integer(), nullable=False)
        batch_op.create_unique_constraint(batch_op.f("uq_exclusion_session_id"), ["session_id"])
