"""A name for the state of the data, so that a run with nothing new can see that there is nothing to do."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table with its two rows."""
    table = op.create_table(
        "revision",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.bulk_insert(table, [{"name": "state", "value": uuid4().hex}, {"name": "crossed", "value": ""}])
