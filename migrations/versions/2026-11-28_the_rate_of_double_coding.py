"""the rate of double coding

Revision ID: 20261128_rate
Revises: 20261128_reasons
Create Date: 2026-11-28 12:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_rate"
down_revision = "20261128_reasons"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("study", sa.Column("double_rate", sa.Float(), server_default="0.4", nullable=False))


def downgrade() -> None:
    op.drop_column("study", "double_rate")
