"""Passwords, sessions, tokens, rate limits, and the headers that keep a hostile page from doing anything."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import Request

from records.errors import SetupError
from store import Store
from store.users import Session, User

COOKIE: Final = "lotline_session"
HOURS: Final = 12.0
LEAST_PASSWORD: Final = 10
TRIES: Final = 8  # wrong logins by one name or from one address ...
WINDOW: Final = 900.0  # ... in so many seconds before both have to wait

HEADERS: Final[Mapping[str, str]] = {
    # Nothing inline, nothing foreign: text from a document that ends up as markup by some mistake still can't run.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's least for argon2id; kind to a city PC
_NOBODY = _HASHER.hash(secrets.token_hex(16))
_PLAIN = "abcdefghjkmnpqrstuvwxyz23456789"  # what can't be mistaken for something else when it is read aloud


class TooManyError(Exception):
    """Too many wrong logins; waiting helps."""


@dataclass(frozen=True, slots=True)
class Door:
    """How people come in. ``proxy_header`` names the header in which a trusted proxy says who it is ('' = none), ``proxies``
    are the addresses it may come from; ``secure``: the browser speaks TLS, with us or with the proxy."""

    secure: bool = False
    proxy_header: str = ""
    proxies: tuple[str, ...] = ()


def hashed(password: str) -> str:
    return _HASHER.hash(password)


def one_time_password() -> str:
    """A password to be printed once, typed once and changed at once: 16 characters, 79 bits."""
    return "-".join("".join(secrets.choice(_PLAIN) for _ in range(4)) for _ in range(4))


def check_new_password(password: str, name: str) -> None:
    """Raises SetupError for one that is too short or holds the name."""
    if len(password) < LEAST_PASSWORD:
        raise SetupError(f"A password has at least {LEAST_PASSWORD} characters; a few words are easiest to remember.")
    if name.lower() in password.lower():
        raise SetupError("A password must not hold your name.")


def log_in(store: Store, name: str, password: str, address: str) -> User | None:
    """The user, or None for a wrong name or password. Raises TooManyError after too many of them, also for a right one: a
    guesser must not learn that this one was."""
    keys = (f"name {name.lower()}", f"address {address}")
    if store.users.failed(keys, WINDOW) >= TRIES:
        raise TooManyError
    user = store.users.get(name)
    usable = user is not None and not user.disabled and user.password != ""
    try:
        # The same work for names that do not exist, so that time tells nothing.
        _HASHER.verify(user.password if user is not None and usable else _NOBODY, password)
    except (VerificationError, InvalidHashError):
        usable = False
    if user is None or not usable:
        store.users.note_failure(keys, WINDOW)
        return None
    store.users.forgive(keys[:1])
    return user


def open_session(store: Store, user: User) -> str:
    """Returns what the cookie holds; the store keeps only its hash."""
    token = secrets.token_urlsafe(32)
    store.users.open_session(user.name, _digest(token), secrets.token_urlsafe(24), HOURS)
    return token


def session_of(request: Request, store: Store, door: Door) -> Session | None:
    """Who is asking: by cookie, or by the header of a trusted proxy."""
    token = request.cookies.get(COOKIE, "")
    found = store.users.session(_digest(token)) if token else None
    if found is None and door.proxy_header and _address(request) in door.proxies:
        name = request.headers.get(door.proxy_header, "")
        user = store.users.get(name) if name else None
        if user is not None and not user.disabled:
            # No cookie, no session: the token is bound to the user instead, by a key that lives as long as this process.
            return Session(user, _proxy_token(user.name), 0.0)
    return found


def close_session(request: Request, store: Store) -> None:
    token = request.cookies.get(COOKIE, "")
    if token:
        store.users.close_session(_digest(token))


def same(a: str, b: str) -> bool:
    """Compares secrets without telling by time where they differ."""
    return hmac.compare_digest(a.encode(), b.encode())


def client_of(request: Request, door: Door) -> str:
    """The address the request comes from: behind a trusted proxy, the one it names last."""
    address = _address(request)
    if address in door.proxies:
        forwarded = request.headers.get("x-forwarded-for", "")
        return forwarded.rpartition(",")[2].strip()[:64] or address
    return address


_PROCESS_KEY = secrets.token_bytes(32)


def _proxy_token(name: str) -> str:
    return hmac.new(_PROCESS_KEY, name.encode(), hashlib.sha256).hexdigest()


def _address(request: Request) -> str:
    return request.client.host if request.client is not None else ""


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
