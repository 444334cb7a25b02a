"""reasons for assigning no homework

Revision ID: 20261128_reasons
Revises: 20261128_settings
Create Date: 2026-11-28 11:40:00
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_reasons"
down_revision = "20261128_settings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("homework_entry", sa.Column("reason", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("homework_entry", "reason")
