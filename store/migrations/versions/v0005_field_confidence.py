"""How sure each field of a record is, beside the record's own confidence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column; routes written before have none measured."""
    op.add_column("routes", sa.Column("fields", sa.Text(), nullable=False, server_default="{}"))
