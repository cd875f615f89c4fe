"""Calibrations made from a city's own rows; the newest is in force."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The table, then the triggers that keep it from being edited."""
    op.create_table(
        "calibrations",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER calibrations_no_{act.lower()} BEFORE {act} ON calibrations "
                "BEGIN SELECT RAISE(ABORT, 'calibrations is append-only'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER calibrations_no_edit BEFORE UPDATE OR DELETE ON calibrations "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit()"
        )
