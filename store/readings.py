"""Documents as read: a cache, one reading per document, replaced when the reader's fingerprint changes."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.sql import clean
from store.tables import readings


def save(connection: Connection, sha256: str, fingerprint: str, payload: bytes, failure: str, **about: object) -> None:
    """Keeps the reading made with ``fingerprint``; an older one of the same document goes."""
    connection.execute(sa.delete(readings).where(readings.c.sha256 == sha256))
    connection.execute(
        sa.insert(readings).values(
            sha256=sha256, fingerprint=fingerprint, payload=payload, failure=clean(failure), **about
        )
    )


def load(connection: Connection, sha256: str, fingerprint: str) -> bytes | None:
    """The payload, if it was made with this very fingerprint."""
    query = sa.select(readings.c.payload).where(readings.c.sha256 == sha256, readings.c.fingerprint == fingerprint)
    payload = connection.execute(query).scalar()
    return None if payload is None else bytes(payload)


def fingerprints(connection: Connection) -> dict[str, str]:
    """sha256 -> fingerprint of the stored reading."""
    query = sa.select(readings.c.sha256, readings.c.fingerprint)
    return {row.sha256: row.fingerprint for row in connection.execute(query)}
