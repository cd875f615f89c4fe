"""Documents by their bytes, and every place they were found at."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from records.document import SourceFile
from store.sql import clean, insert_new
from store.tables import documents, places


def register(connection: Connection, sources: Sequence[SourceFile], run_id: str) -> None:
    """Adds documents and places not yet known. Characters of a path that no database takes are written as escapes."""
    insert_new(connection, documents, [{"sha256": s.sha256, "size": s.size} for s in sources])
    insert_new(
        connection,
        places,
        [{"path": clean(s.path), "sha256": s.sha256, "first_run": run_id} for s in sources],
    )


def paths(connection: Connection) -> dict[str, tuple[str, ...]]:
    """sha256 -> its places in order. The first is the original, the others are byte-identical copies."""
    found: dict[str, list[str]] = {}
    rows = connection.execute(sa.select(places.c.sha256, places.c.path))
    for sha256, path in rows:
        found.setdefault(sha256, []).append(path)
    return {sha256: tuple(sorted(lie)) for sha256, lie in found.items()}
