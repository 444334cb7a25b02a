"""covariates of patients, and the models that a study fits

Revision ID: 20261128_models
Revises: 20261128_rate
Create Date: 2026-11-28 15:45:00
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_models"
down_revision = "20261128_rate"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("patient", sa.Column("covariates", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("study", sa.Column("analysis_yaml", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("study", "analysis_yaml")
    op.drop_column("patient", "covariates")
