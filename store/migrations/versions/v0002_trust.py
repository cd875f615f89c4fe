"""Samples, checks, page audits, blind second readings, gates closed and reopened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("samples", "sample_members", "checks", "page_audits", "second_readings", "gate_acts")


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _numbered(name: str, key: str, *columns: sa.schema.SchemaItem) -> None:
    """A table in the order of what was said, each row under an id of its own."""
    op.create_table(
        name,
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column(key, sa.String(length=16), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint(key),
        sqlite_autoincrement=True,
    )


def _name(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def upgrade() -> None:
    """Tables and indexes, then the triggers that keep them from being edited."""
    _numbered(
        "samples", "sample_id", _name("purpose", 16), *_text("seed"), _name("drawn_at", 40), *_text("drawn_by", "note")
    )  # fmt: skip
    op.create_table(
        "sample_members",
        _name("sample_id", 16),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.String(length=16), nullable=True),
        _name("sha256", 64),
        sa.Column("page", sa.Integer(), nullable=True),
        _name("kind", 16),
        *_text("layout"),
        _name("decision_id", 64),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.sample_id"]),
        sa.ForeignKeyConstraint(["record_id"], ["records.record_id"]),
        sa.ForeignKeyConstraint(["sha256"], ["documents.sha256"]),
        sa.PrimaryKeyConstraint("sample_id", "ordinal"),
    )
    op.create_index("sample_members_by_record", "sample_members", ["record_id"], unique=False)
    _numbered(
        "checks",
        "check_id",
        _name("sample_id", 16),
        _name("record_id", 16),
        _name("kind", 16),
        *_text("wrong", "seen"),
        sa.Column("seconds", sa.Float(), nullable=True),
        *_text("by"),
        _name("at", 40),
        *_text("note"),
        sa.ForeignKeyConstraint(["record_id"], ["records.record_id"]),
    )
    op.create_index("checks_by_record", "checks", ["record_id", "seq"], unique=False)
    _numbered(
        "page_audits",
        "audit_id",
        _name("sample_id", 16),
        _name("sha256", 64),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("recorded", sa.Integer(), nullable=False),
        *_text("missed", "by"),
        _name("at", 40),
        *_text("note"),
        sa.ForeignKeyConstraint(["sha256"], ["documents.sha256"]),
    )
    _numbered(
        "second_readings",
        "reading_id",
        _name("sample_id", 16),
        _name("decision_id", 64),
        *_text("value"),
        sa.Column("agrees", sa.Integer(), nullable=False),
        *_text("by"),
        _name("at", 40),
        *_text("note"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.decision_id"]),
    )
    _numbered("gate_acts", "act_id", _name("claim", 16), _name("act", 8), *_text("why", "by"), _name("at", 40))
    op.create_index("gate_acts_by_claim", "gate_acts", ["claim", "seq"], unique=False)
    for table in APPEND_ONLY:
        _guard(table)


def _guard(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER {table}_no_edit BEFORE UPDATE OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit()"
        )
