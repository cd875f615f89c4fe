"""Who is at work on what: runs on several machines share the work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table; its rows come and go."""
    op.create_table(
        "claims",
        sa.Column("name", sa.String(length=96), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("claims_by_owner", "claims", ["owner"], unique=False)
