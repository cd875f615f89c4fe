"""Who is at work on what, so that several runs, on one machine or on many, share the work and do not do it twice.

A claim is a lease: it runs out unless its owner keeps it, by the clock of the database alone, since machines' clocks differ.
What a process of this machine held that is gone is free at once. Claims only spare work; what is stored is right without them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.owner import is_gone
from store.sql import insert_into, portions
from store.tables import metadata

claims = sa.Table(
    "claims",
    metadata,
    sa.Column("name", sa.String(96), primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("ends_at", sa.Float, nullable=False),  # seconds since 1970 by the database's clock
    sa.Index("claims_by_owner", "owner"),
)

Transaction = Callable[[], AbstractContextManager[Connection]]


class Claims:
    """Names taken by owners for a time."""

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading, self._writing = reading, writing

    def take(self, names: Sequence[str], owner: str, seconds: float) -> frozenset[str]:
        """Those of ``names`` that are the owner's now: free ones, run out ones, those of processes that are gone, its own."""
        taken: set[str] = set()
        with self._writing() as connection:
            now = _now(connection)
            for some in portions(sorted(set(names))):  # sorted: two that want the same never wait for each other
                query = sa.select(claims.c.owner).where(claims.c.name.in_(some), claims.c.ends_at >= now).distinct()
                dead = [o for o in connection.execute(query).scalars() if is_gone(o)]
                rows = [{"name": n, "owner": owner, "ends_at": now + seconds} for n in some]
                wanted = insert_into(connection, claims).values(rows)
                free = sa.or_(claims.c.ends_at < now, claims.c.owner.in_([owner, *dead]))
                taking = wanted.on_conflict_do_update(
                    index_elements=["name"], set_={"owner": owner, "ends_at": now + seconds}, where=free
                ).returning(claims.c.name)
                taken.update(connection.execute(taking).scalars())
        return frozenset(taken)

    def keep(self, owner: str, seconds: float) -> None:
        """The owner still lives: all that it holds lasts so much longer."""
        with self._writing() as connection:
            connection.execute(sa.update(claims).where(claims.c.owner == owner).values(ends_at=_now(connection) + seconds))

    def drop(self, owner: str, names: Sequence[str] | None = None) -> None:
        """Gives back these names, or all that the owner holds."""
        with self._writing() as connection:
            mine = sa.delete(claims).where(claims.c.owner == owner)
            if names is None:
                connection.execute(mine)
                return
            for some in portions(list(names)):
                connection.execute(mine.where(claims.c.name.in_(some)))

    def held(self) -> dict[str, str]:
        """name -> owner of every claim in force."""
        with self._reading() as connection:
            found = connection.execute(sa.select(claims).where(claims.c.ends_at >= _now(connection)))
            return {row.name: row.owner for row in found if not is_gone(row.owner)}


def _now(connection: Connection) -> float:
    """Seconds since 1970 as the database has it."""
    asked = "SELECT extract(epoch FROM clock_timestamp())"
    if connection.dialect.name != "postgresql":
        asked = "SELECT (julianday('now') - 2440587.5) * 86400.0"
    return float(connection.execute(sa.text(asked)).scalar_one())
