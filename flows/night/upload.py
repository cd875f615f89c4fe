"""A finished delivery copied to where others fetch it, over whatever fsspec speaks (sftp://, ftp://, file://)."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Any

from records.errors import StoreError

_SSH = ("sftp", "ssh")


def upload(address: str, folder: Path, known_hosts: Path | None = None) -> str:
    """Copies ``folder`` into ``address`` under its own name and answers where it lies now. Readers there see the old one or
    the new one: files go into a folder beside, which takes the name at the end.

    Over SFTP only a server whose key stands in ``known_hosts`` (default: the account's own) is spoken to. Raises StoreError; then
    nothing was swapped.
    """
    shown = _without_password(address)
    try:
        system, root = _open(address, known_hosts)
        target = posixpath.join(root, folder.name)
        partial, old = (posixpath.join(root, f".{folder.name}.{what}") for what in ("partial", "old"))
        for left in (partial, old):
            if system.exists(left):
                system.rm(left, recursive=True)
        system.makedirs(partial, exist_ok=True)
        for file in sorted(p for p in folder.iterdir() if p.is_file()):
            system.put_file(str(file), posixpath.join(partial, file.name))
        if system.exists(target):
            _rename(system, target, old)
        _rename(system, partial, target)
        if system.exists(old):
            system.rm(old, recursive=True)
    except _failures(address) as error:
        raise StoreError(
            f"The delivery lies in {folder}, but could not be copied to {shown} ({error}): check the address, the network and "
            "the rights there, then deliver again."
        ) from error
    return f"{shown.rstrip('/')}/{folder.name}"


def _open(address: str, known_hosts: Path | None) -> tuple[Any, str]:
    import fsspec  # here, since most deliveries go nowhere else

    if not address.startswith(tuple(f"{s}://" for s in _SSH)):
        system, root = fsspec.core.url_to_fs(address)
        return system, root
    import paramiko  # type: ignore[import-untyped]

    file = known_hosts or Path("~/.ssh/known_hosts").expanduser()

    class Known(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]
        """A server that nobody has vouched for gets no password and no rows."""

        def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
            known = paramiko.HostKeys(str(file)) if file.is_file() else paramiko.HostKeys()
            if not known.check(hostname, key):
                raise paramiko.SSHException(
                    f"the key of {hostname} does not stand in {file}; ask its operator for the fingerprint, compare it with "
                    f"{key.fingerprint}, then add it: ssh-keyscan"
                )

    system, root = fsspec.core.url_to_fs(address, host_key_policy=Known(), timeout=30, skip_instance_cache=True)
    return system, root


def _rename(system: Any, old: str, new: str) -> None:
    protocols = (system.protocol,) if isinstance(system.protocol, str) else system.protocol
    if set(protocols) & set(_SSH):
        system.mv(old, new)
    else:
        system.mv(old, new, recursive=True)


def _failures(address: str) -> tuple[type[Exception], ...]:
    found: tuple[type[Exception], ...] = (OSError, ValueError, ImportError, EOFError)
    if address.startswith(tuple(f"{s}://" for s in _SSH)):
        import paramiko

        found = (*found, paramiko.SSHException)
    return found


def _without_password(address: str) -> str:
    scheme, separator, rest = address.partition("://")
    who, at, where = rest.rpartition("@")
    return f"{scheme}{separator}{who.partition(':')[0]}{at}{where}"
