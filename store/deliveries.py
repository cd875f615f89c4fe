"""What left the city, when, and which delivery held a row."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.delivery_tables import deliveries, delivery_changes
from store.sql import clean, insert_all

Opening = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery. ``rows``: file -> rows; ``note``: why it was refused, or why odd counts were let pass."""

    seq: int
    profile: str
    number: int
    refused: bool
    at: datetime
    manifest_sha256: str
    rows: Mapping[str, int]
    folder: str
    note: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a delivery did to a row: ``kind`` is added, changed or withdrawn."""

    profile: str
    number: int
    at: datetime
    file: str
    key: str
    kind: str
    cause: str


class Deliveries:
    """The log of deliveries in a store."""

    def __init__(self, reading: Opening, writing: Opening) -> None:
        self._reading, self._writing = reading, writing

    def next_number(self, profile: str) -> int:
        """The number of this profile's next delivery."""
        made = sa.select(sa.func.max(deliveries.c.number)).where(deliveries.c.profile == profile, ~deliveries.c.refused)
        with self._reading() as connection:
            return int(connection.execute(made).scalar() or 0) + 1

    def save(
        self,
        profile: str,
        number: int,
        *,
        manifest_sha256: str = "",
        rows: Mapping[str, int] | None = None,
        folder: str = "",
        note: str = "",
        changes: Sequence[tuple[str, str, str, str]] = (),
        refused: bool = False,
    ) -> None:
        """Notes a delivery. ``changes``: (file, key, kind, cause) of every row that differs from the one before."""
        values = {
            "profile": profile, "number": number, "refused": refused, "at": datetime.now(UTC).isoformat(),
            "manifest_sha256": manifest_sha256, "rows": json.dumps(dict(rows or {}), sort_keys=True), "folder": clean(folder),
            "note": clean(note),
        }  # fmt: skip
        with self._writing() as connection:
            seq = connection.execute(sa.insert(deliveries).values(values).returning(deliveries.c.seq)).scalar_one()
            insert_all(connection, delivery_changes, [
                {"seq": seq, "file": file, "key": key, "kind": kind, "cause": clean(cause)}
                for file, key, kind, cause in changes
            ])  # fmt: skip

    def all(self) -> list[Delivery]:
        """Every delivery in the order they were made, refused ones too."""
        with self._reading() as connection:
            return [
                Delivery(
                    r.seq, r.profile, r.number, bool(r.refused), datetime.fromisoformat(r.at), r.manifest_sha256,
                    json.loads(r.rows), r.folder, r.note,
                )
                for r in connection.execute(sa.select(deliveries).order_by(deliveries.c.seq))
            ]  # fmt: skip

    def of_row(self, key: str) -> list[RowChange]:
        """What became of one row from delivery to delivery; it is held by the latest unless that says withdrawn."""
        query = (
            sa.select(deliveries.c.profile, deliveries.c.number, deliveries.c.at, delivery_changes)
            .join(delivery_changes, delivery_changes.c.seq == deliveries.c.seq)
            .where(delivery_changes.c.key == key)
            .order_by(deliveries.c.seq, delivery_changes.c.file)
        )
        with self._reading() as connection:
            return [
                RowChange(r.profile, r.number, datetime.fromisoformat(r.at), r.file, r.key, r.kind, r.cause)
                for r in connection.execute(query)
            ]
