"""Serves the desk, safely: on this machine alone, or with TLS, or behind a declared proxy; never in the open."""

from __future__ import annotations

import getpass
import ipaddress
import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.desk_house import DeskHouse
from flows.home import Home
from records.errors import SetupError, StoreError
from review.app import create_app
from review.security import Door, hashed, one_time_password
from store import Store
from store.users import User

CERTIFICATE_DAYS = 825  # what browsers accept at most
_HERE = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Wish:
    """Where and how to listen."""

    host: str = "127.0.0.1"
    port: int = 8700
    tls: bool = False
    cert: Path | None = None
    key: Path | None = None
    proxies: tuple[str, ...] = ()
    proxy_header: str = ""


def serve(home: Home, wish: Wish, tell: Callable[[str], None]) -> None:
    """Serves until it is stopped. Raises SetupError where that would not be safe."""
    import uvicorn

    check(wish)
    files = certificate(home, wish)
    with Store.open(home.database) as store:
        tell(first_admin(store) or "")
        _catch_up(home, store)
        house = DeskHouse(home, store)
        door = Door(secure=files is not None or bool(wish.proxies), proxy_header=wish.proxy_header, proxies=wish.proxies)
        app = create_app(store, house, door)
        scheme = "https" if files is not None else "http"
        tell(f"The desk is at {scheme}://{wish.host}:{wish.port}/ - stop it with Ctrl-C.")
        cert, key = (str(f) for f in files) if files is not None else (None, None)
        config = uvicorn.Config(
            app, host=wish.host, port=wish.port, log_level="warning", ssl_certfile=cert, ssl_keyfile=key, proxy_headers=False,
            server_header=False, timeout_graceful_shutdown=5, h11_max_incomplete_event_size=64 * 1024,
        )  # fmt: skip
        try:
            uvicorn.Server(config).run()
        finally:
            house.close()


def check(wish: Wish) -> None:
    """Raises SetupError, with what to do, for a way of listening that would send passwords over the network in the clear."""
    if (wish.cert is None) != (wish.key is None):
        raise SetupError("A certificate needs its key and the other way round: name both --cert FILE and --key FILE.")
    if wish.proxy_header and not wish.proxies:
        raise SetupError("--proxy-header is only believed from a proxy that is named: add --proxy ADDRESS.")
    for proxy in wish.proxies:
        try:
            ipaddress.ip_address(proxy)
        except ValueError:
            raise SetupError(f"--proxy wants the proxy's address, like 10.0.0.5, not '{proxy}'.") from None
    if wish.host in _HERE or wish.tls or wish.cert is not None or wish.proxies:
        return
    raise SetupError(
        f"On {wish.host} passwords would cross the network in the clear. Add --tls (a certificate is made), or --cert FILE --key "
        "FILE, or --proxy ADDRESS if a proxy speaks TLS with the browsers; without any of them the desk listens on 127.0.0.1."
    )


def certificate(home: Home, wish: Wish) -> tuple[Path, Path] | None:
    """(certificate, key): those given, or made once and kept in the home folder; None without TLS. Raises SetupError for files
    that do not fit each other."""
    if wish.cert is not None and wish.key is not None:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(wish.cert, wish.key)
        except (OSError, ssl.SSLError) as error:
            raise SetupError(f"{wish.cert} and {wish.key} can't be used ({error}): name a PEM file and its key.") from error
        return wish.cert, wish.key
    if not wish.tls:
        return None
    cert, key = home.folder / "desk.crt", home.folder / "desk.key"
    if not (cert.is_file() and key.is_file() and _still_valid(cert, wish.host)):
        _make_certificate(cert, key, wish.host)
    return cert, key


def first_admin(store: Store) -> str | None:
    """Makes the first admin where there is nobody yet; says the one-time password. None where somebody is there."""
    password = one_time_password()
    name = "admin"
    user = User(name, "admin", hashed(password), must_change=True, made_at=datetime.now(UTC).isoformat())
    if not store.users.add_first(user):
        return None
    store.desk.log("lotline", "add user", name, "first start", "", datetime.now(UTC))
    return f"First start. Log in as '{name}' with the password {password} - it is shown this once, and you choose your own then."


def add_user(home: Home, name: str, role: str, parcels: bool, inspector: str) -> str:
    """Adds a person; says their one-time password."""
    password = one_time_password()
    user = User(name, role, hashed(password), parcels, inspector, must_change=True, made_at=datetime.now(UTC).isoformat())
    with Store.open(home.database) as store:
        store.users.add(user)
        store.desk.log(_me(), "add user", name, role, "", datetime.now(UTC))
    return f"{name} ({role}) may log in with the password {password} - it is shown this once."


def disable_user(home: Home, name: str) -> str:
    """Shuts a person out."""
    with Store.open(home.database) as store:
        store.users.change(name, disabled=True)
        store.desk.log(_me(), "disable user", name, "", "", datetime.now(UTC))
    return f"{name} is shut out; what they decided stays."


def recover_user(home: Home, name: str) -> str:
    """Gives a person a new one-time password and lets them in again."""
    password = one_time_password()
    with Store.open(home.database) as store:
        store.users.change(name, disabled=False, password=hashed(password), must_change=True)
        store.users.forgive((f"name {name.lower()}",))
        store.desk.log(_me(), "recover user", name, "", "", datetime.now(UTC))
    return f"{name} may log in with the password {password} - it is shown this once."


def list_users(home: Home) -> str:
    """Everybody, a line each."""
    with Store.open(home.database) as store:
        lines = [
            f"{u.name}  {u.role}{'  parcels' if u.parcels else ''}{'  disabled' if u.disabled else ''}" for u in store.users.all()
        ]
    return "\n".join(lines) or "Nobody yet: 'lotline review' makes the first admin."


def _catch_up(home: Home, store: Store) -> None:
    """A database from before there was a desk has no lists yet."""
    from flows.city import load_city
    from flows.crossings import cross_all

    if not store.desk.is_built():
        cross_all(store, load_city(home.settings))


def _me() -> str:
    try:
        return f"{getpass.getuser()} on the command line"
    except (KeyError, OSError):
        return "the command line"


def _still_valid(cert: Path, host: str) -> bool:
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificate(cert.read_bytes())
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    return found.not_valid_after_utc > datetime.now(UTC) + timedelta(days=14) and _general_name(host) in names


def _general_name(host: str) -> object:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _make_certificate(cert: Path, key: Path, host: str) -> None:
    """A certificate of our own; browsers ask once whether to trust it."""
    import socket

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lotline desk")])
    now = datetime.now(UTC)
    hosts = [_general_name(h) for h in dict.fromkeys((host, socket.gethostname(), "localhost", "127.0.0.1")) if h]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=CERTIFICATE_DAYS))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)  # type: ignore[arg-type]
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    try:
        descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(
                private.private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
            )
        cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    except OSError as error:
        raise StoreError(f"The certificate can't be kept in {cert.parent} ({error.strerror}): free the folder.") from error
