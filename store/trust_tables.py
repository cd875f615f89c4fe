"""Tables of the proof: samples drawn, checks made, pages audited, blind second readings, gates closed and reopened. All of
them are only ever added to (triggers see to that)."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text

from store.tables import metadata

samples = Table(
    "samples",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("sample_id", String(16), nullable=False, unique=True),
    Column("purpose", String(16), nullable=False),  # proof, audit, page, blind
    Column("seed", Text, nullable=False),  # with the same rows it draws the same sample
    Column("drawn_at", String(40), nullable=False),  # ISO 8601
    Column("drawn_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    sqlite_autoincrement=True,
)

sample_members = Table(
    "sample_members",
    metadata,
    Column("sample_id", String(16), ForeignKey("samples.sample_id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("record_id", String(16), ForeignKey("records.record_id")),  # NULL: a page
    Column("sha256", String(64), ForeignKey("documents.sha256"), nullable=False),
    Column("page", Integer),
    Column("kind", String(16), nullable=False),  # kind of record, of claim (code), or of document on a page
    Column("layout", Text, nullable=False),
    Column("decision_id", String(64), nullable=False),  # blind: the decision that is read again; '' otherwise
    Index("sample_members_by_record", "record_id"),
)

checks = Table(
    "checks",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("check_id", String(16), nullable=False, unique=True),
    Column("sample_id", String(16), nullable=False),  # '' = outside of any sample
    Column("record_id", String(16), ForeignKey("records.record_id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("wrong", Text, nullable=False),  # JSON object: field -> right value; {} = all right; {"": ""} = no record
    Column("seen", Text, nullable=False),  # JSON object: field -> value on screen
    Column("seconds", Float),  # how long it took
    Column("by", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Column("note", Text, nullable=False),
    Index("checks_by_record", "record_id", "seq"),
    sqlite_autoincrement=True,
)

page_audits = Table(
    "page_audits",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("audit_id", String(16), nullable=False, unique=True),
    Column("sample_id", String(16), nullable=False),
    Column("sha256", String(64), ForeignKey("documents.sha256"), nullable=False),
    Column("page", Integer, nullable=False),
    Column("recorded", Integer, nullable=False),  # records that stand on it, as the machine has them
    Column("missed", Text, nullable=False),  # JSON object: kind -> how many the page has that are not recorded
    Column("by", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Column("note", Text, nullable=False),
    sqlite_autoincrement=True,
)

second_readings = Table(
    "second_readings",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("reading_id", String(16), nullable=False, unique=True),
    Column("sample_id", String(16), nullable=False),
    Column("decision_id", String(64), ForeignKey("decisions.decision_id"), nullable=False),
    Column("value", Text, nullable=False),  # export form, as the second person reads it without seeing the first answer
    Column("agrees", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Column("note", Text, nullable=False),
    sqlite_autoincrement=True,
)

gate_acts = Table(
    "gate_acts",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("act_id", String(16), nullable=False, unique=True),
    Column("claim", String(16), nullable=False),
    Column("act", String(8), nullable=False),  # close, reopen
    Column("why", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Index("gate_acts_by_claim", "claim", "seq"),
    sqlite_autoincrement=True,
)

calibrations = Table(
    "calibrations",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("model", Text, nullable=False),  # JSON, '' = back to the shipped one
    Column("by", Text, nullable=False),
    Column("at", String(40), nullable=False),
    sqlite_autoincrement=True,
)
