"""Tables of what left the city: every delivery, made or refused, and what each changed. Only ever added to."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from store.tables import metadata

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("profile", String(64), nullable=False),
    Column("number", Integer, nullable=False),  # of the profile, from 1; a refused one has the number it would have had
    Column("refused", Boolean, nullable=False),
    Column("at", String(40), nullable=False),  # ISO 8601
    Column("manifest_sha256", String(64), nullable=False),
    Column("rows", Text, nullable=False),  # JSON object: file -> rows
    Column("folder", Text, nullable=False),
    Column("note", Text, nullable=False),  # why it was refused, or a manager's word that odd counts are right
    Index("deliveries_by_profile", "profile", "number"),
    sqlite_autoincrement=True,
)

delivery_changes = Table(
    "delivery_changes",
    metadata,
    Column("seq", Integer, ForeignKey("deliveries.seq"), primary_key=True),
    Column("file", String(128), primary_key=True),
    Column("key", String(256), primary_key=True),  # of the row: a record's id, an event's, a parcel's
    Column("kind", String(16), nullable=False),  # added, changed, withdrawn
    Column("cause", Text, nullable=False),
    Index("delivery_changes_by_key", "key"),
)
