"""The tables. Extractions, outcomes, runs and decisions are only ever added to (triggers see to that); readings are a
cache; routes, links and histories are derived from the rest and replaced as a whole."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

VERSION: Final = "0008"
"""The newest migration; ``store.opening`` runs Alembic only where the database is at another one."""

APPEND_ONLY: Final = ("outcomes", "extractions", "contents", "decisions", "runs", "run_ends")

metadata = MetaData()


def _sha() -> Column[str]:
    return Column("sha256", String(64), ForeignKey("documents.sha256"), nullable=False)


documents = Table(
    "documents",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
)

places = Table(
    "places",
    metadata,
    Column("path", Text, primary_key=True),
    Column("sha256", String(64), ForeignKey("documents.sha256"), primary_key=True),
    Column("first_run", String(32), nullable=False),
    Index("places_by_document", "sha256"),
)

readings = Table(
    "readings",
    metadata,
    Column("sha256", String(64), ForeignKey("documents.sha256"), primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("failure", Text, nullable=False),
    Column("pages", Integer),
    Column("text_source", String(16), nullable=False),
    Column("media_type", String(32), nullable=False),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("outcome_id", Integer, primary_key=True, autoincrement=True),
    _sha(),
    Column("fingerprint", Text, nullable=False),
    Column("digest", String(64), nullable=False),  # of the whole outcome as it was found
    Column("header", Text, nullable=False),  # the outcome without its records
    Index("outcomes_by_document", "sha256", "outcome_id"),
    sqlite_autoincrement=True,
)

records = Table(
    "records",
    metadata,
    Column("record_id", String(16), primary_key=True),
    _sha(),
    Column("kind", String(16), nullable=False),
    Index("records_by_document", "sha256"),
)

contents = Table(
    "contents",
    metadata,
    Column("digest", String(64), primary_key=True),  # of the JSON: what a new extraction leaves as it was is kept once
    Column("json", LargeBinary, nullable=False),  # zlib
)

extractions = Table(
    "extractions",
    metadata,
    Column("outcome_id", Integer, ForeignKey("outcomes.outcome_id"), primary_key=True),
    Column("record_id", String(16), ForeignKey("records.record_id"), primary_key=True),
    Column("found", Boolean, nullable=False),  # False: not found in this extraction; digest is what was last found
    Column("report", Integer, nullable=False),  # index of its report in the outcome
    Column("ordinal", Integer, nullable=False),  # order within the outcome
    Column("parent_id", String(16), ForeignKey("records.record_id")),
    Column("digest", String(64), ForeignKey("contents.digest"), nullable=False),
    Index("extractions_by_record", "record_id"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("decision_id", String(64), nullable=False, unique=True),
    Column("record_id", String(16), ForeignKey("records.record_id"), nullable=False),
    Column("field", String(64), nullable=False),
    Column("action", String(16), nullable=False),
    Column("value", Text, nullable=False),
    Column("seen_value", Text, nullable=False),
    Column("seen_region", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", String(40), nullable=False),  # ISO 8601
    Column("note", Text, nullable=False),
    Column("group", String(64), nullable=False),
    Column("undoes", String(64), nullable=False),
    Index("decisions_by_record", "record_id", "seq"),
    Index("decisions_by_group", "group"),
    sqlite_autoincrement=True,
)

runs = Table(
    "runs",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(32), nullable=False, unique=True),
    Column("command", Text, nullable=False),
    Column("inputs", Text, nullable=False),  # JSON array
    Column("fingerprint", Text, nullable=False),
    Column("started", String(40), nullable=False),
    sqlite_autoincrement=True,
)

run_ends = Table(
    "run_ends",
    metadata,
    Column("run_id", String(32), ForeignKey("runs.run_id"), primary_key=True),
    Column("finished", String(40), nullable=False),
    Column("counts", Text, nullable=False),  # JSON object
    Column("outcome", Text, nullable=False),
)

routes = Table(
    "routes",
    metadata,
    Column("record_id", String(16), ForeignKey("records.record_id"), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("confidence", Float),
    Column("reasons", Text, nullable=False),  # JSON
    Column("fields", Text, nullable=False, server_default="{}"),  # JSON object: field -> confidence
)

links = Table(
    "links",
    metadata,
    Column("record_id", String(16), ForeignKey("records.record_id"), primary_key=True),
    Column("relation", String(24), primary_key=True),
    Column("other_id", String(16), ForeignKey("records.record_id"), primary_key=True),
    Column("detail", Text, nullable=False),
)

histories = Table(
    "histories",
    metadata,
    Column("record_id", String(16), ForeignKey("records.record_id"), primary_key=True),
    Column("first_cited_date", String(10)),
    Column("corrected_date", String(10)),
    Column("repeat_of", String(16), nullable=False),
)
