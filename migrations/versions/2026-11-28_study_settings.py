"""study settings

Revision ID: 20261128_settings
Revises: 20261128_draws
Create Date: 2026-11-28 07:35:00
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_settings"
down_revision = "20261128_draws"
branch_labels = None
depends_on = None

TEXTS = ("consent_text", "originals")


def upgrade() -> None:
    op.add_column("study", sa.Column("min_valid", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("study", sa.Column("consent_version", sa.String(length=64), server_default="", nullable=False))
    for name in TEXTS:
        op.add_column("study", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("study", sa.Column("ends_on", sa.Date(), nullable=True))
    op.add_column("study", sa.Column("retention_months", sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in ("retention_months", "ends_on", *TEXTS, "consent_version", "min_valid"):
        op.drop_column("study", name)
