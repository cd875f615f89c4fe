"""People of the desk: who they are, their sessions, failed logins. Passwords come hashed; how is the desk's business."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from records.errors import StoreError
from store.desk_tables import desk_log, failed_logins, sessions, users
from store.sql import clean, insert_all

Opening = Callable[[], AbstractContextManager[Connection]]
ROLES: Final = ("reviewer", "inspector", "manager", "admin")
MAY_SETTLE: Final[dict[str, tuple[str, ...]]] = {
    "reviewer": ("reading",),
    "inspector": ("reading", "judgement"),
    "manager": ("reading", "judgement", "parcel"),
    "admin": ("reading", "judgement", "parcel"),
}
"""Role -> the questions it may answer. Clerks don't choose sections of the sanitary code."""


@dataclass(frozen=True, slots=True)
class User:
    """A person. ``parcels``: also answers questions of parcel (assessor, data team). ``inspector``: the name on their
    reports. ``password`` is a hash; '' = no login by password (a proxy names them)."""

    name: str
    role: str
    password: str
    parcels: bool = False
    inspector: str = ""
    must_change: bool = False
    disabled: bool = False
    made_at: str = ""

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions this person may settle."""
        own = MAY_SETTLE[self.role]
        return (*own, "parcel") if self.parcels and "parcel" not in own else own

    @property
    def manages(self) -> bool:
        return self.role in ("manager", "admin")


@dataclass(frozen=True, slots=True)
class Session:
    """A login. ``csrf`` must come back with every act."""

    user: User
    csrf: str
    seen_at: float


@dataclass(frozen=True, slots=True)
class LogLine:
    """One act of the log."""

    seq: int
    at: str
    by: str
    act: str
    subject: str
    detail: str
    address: str


class Users:
    """Accounts, sessions, failed logins, the log. ``Store.users`` holds one; every method is one transaction."""

    def __init__(self, reading: Opening, writing: Opening) -> None:
        self._reading = reading
        self._writing = writing

    def all(self) -> list[User]:
        """Everybody, by name."""
        with self._reading() as connection:
            return [_user(row) for row in connection.execute(sa.select(users).order_by(users.c.name))]

    def get(self, name: str) -> User | None:
        with self._reading() as connection:
            return _get(connection, name)

    def add(self, user: User) -> None:
        """Adds a person. Raises StoreError where the name is taken or the role unknown."""
        _check(user)
        with self._writing() as connection:
            if _get(connection, user.name) is not None:
                raise StoreError(f"there is a user {user.name} already; choose another name, or 'lotline users recover'")
            insert_all(connection, users, [asdict(user)])

    def add_first(self, user: User) -> bool:
        """Adds the first person, unless there is somebody already: two desks started at once make one."""
        _check(user)
        with self._writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE"))
            if connection.execute(sa.select(sa.func.count()).select_from(users)).scalar_one():
                return False
            insert_all(connection, users, [asdict(user)])
            return True

    def change(self, name: str, **changes: Any) -> User:
        """Changes a person. A new password or role, or being disabled, ends their sessions. The last admin stays one."""
        with self._writing() as connection:
            before = _get(connection, name)
            if before is None:
                raise StoreError(f"there is no user {name}; see the people page or 'lotline users'")
            after = User(**{**asdict(before), **changes})
            _check(after)
            if before.role == "admin" and not before.disabled and (after.role != "admin" or after.disabled):
                others = sa.select(sa.func.count()).where(
                    users.c.role == "admin", users.c.disabled.is_(False), users.c.name != name
                )
                if not connection.execute(others).scalar_one():
                    raise StoreError(f"{name} is the last admin; make somebody else admin first")
            connection.execute(sa.update(users).where(users.c.name == name).values(**asdict(after)))
            if after.disabled or after.password != before.password or after.role != before.role:
                connection.execute(sa.delete(sessions).where(sessions.c.user == name))
            return after

    def open_session(self, name: str, token: str, csrf: str, hours: float) -> None:
        """A login; ``token`` is the hash of what the cookie holds."""
        now = time.time()
        with self._writing() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.ends_at < now))
            row = {"token": token, "user": name, "csrf": csrf, "seen_at": now, "ends_at": now + hours * 3600}
            insert_all(connection, sessions, [row])

    def session(self, token: str) -> Session | None:
        """The session of a cookie, unless it ended or its user was disabled."""
        with self._reading() as connection:
            query = sa.select(sessions).where(sessions.c.token == token, sessions.c.ends_at > time.time())
            row = connection.execute(query).first()
            user = None if row is None else _get(connection, row.user)
        if row is None or user is None or user.disabled:
            return None
        return Session(user, row.csrf, row.seen_at)

    def close_session(self, token: str) -> None:
        with self._writing() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.token == token))

    def failed(self, keys: tuple[str, ...], seconds: float) -> int:
        """The most failed logins of any of these keys in the last ``seconds``."""
        since = time.time() - seconds
        with self._reading() as connection:
            counts = [
                connection.execute(
                    sa.select(sa.func.count()).where(failed_logins.c.key == key[:128], failed_logins.c.at > since)
                ).scalar_one()
                for key in keys
            ]
        return max(counts, default=0)

    def note_failure(self, keys: tuple[str, ...], keep_seconds: float) -> None:
        """Notes a failed login under each key; what is older than ``keep_seconds`` goes."""
        now = time.time()
        with self._writing() as connection:
            connection.execute(sa.delete(failed_logins).where(failed_logins.c.at < now - keep_seconds))
            insert_all(connection, failed_logins, [{"key": clean(key)[:128], "at": now} for key in keys])

    def forgive(self, keys: tuple[str, ...]) -> None:
        """Forgets failed logins, after one that was right."""
        with self._writing() as connection:
            connection.execute(sa.delete(failed_logins).where(failed_logins.c.key.in_([clean(k)[:128] for k in keys])))

    def log(self, before: int | None = None, by: str = "", size: int = 100) -> list[LogLine]:
        """Acts, newest first."""
        query = sa.select(desk_log).order_by(desk_log.c.seq.desc()).limit(size)
        if before is not None:
            query = query.where(desk_log.c.seq < before)
        if by:
            query = query.where(desk_log.c.by == by)
        with self._reading() as connection:
            return [LogLine(*row) for row in connection.execute(query)]


def _get(connection: Connection, name: str) -> User | None:
    row = connection.execute(sa.select(users).where(users.c.name == name)).first()
    return None if row is None else _user(row)


def _user(row: sa.Row[Any]) -> User:
    return User(**row._mapping)


def _check(user: User) -> None:
    if user.role not in ROLES:
        raise StoreError(f"'{user.role}' is no role; use one of {', '.join(ROLES)}")
    if not user.name or len(user.name) > 64 or not all(c.isalnum() or c in "._-@" for c in user.name):
        raise StoreError(f"'{user.name}' is no user name; use letters, digits and . _ - @, at most 64")
