"""A finished delivery copied to where others fetch it, over whatever fsspec speaks (sftp://, ftp://, file://)."""

from __future__ import annotations

import posixpath
from pathlib import Path

import fsspec

from records.errors import StoreError


def upload(address: str, folder: Path) -> str:
    """Copies ``folder`` into ``address`` under its own name and answers where it lies now. Readers there see the old one or
    the new one: files go into a folder beside, which takes the name at the end. Raises StoreError; then nothing was swapped."""
    try:
        system, root = fsspec.core.url_to_fs(address)
        target = posixpath.join(root, folder.name)
        partial, old = (posixpath.join(root, f".{folder.name}.{what}") for what in ("partial", "old"))
        for left in (partial, old):
            if system.exists(left):
                system.rm(left, recursive=True)
        system.makedirs(partial, exist_ok=True)
        for file in sorted(p for p in folder.iterdir() if p.is_file()):
            system.put_file(str(file), posixpath.join(partial, file.name))
        if system.exists(target):
            system.mv(target, old, recursive=True)
        system.mv(partial, target, recursive=True)
        if system.exists(old):
            system.rm(old, recursive=True)
    except (OSError, ValueError, ImportError) as error:
        raise StoreError(
            f"The delivery lies in {folder}, but could not be copied to {address} ({error}): check the address, the network and "
            "the rights there, then deliver again."
        ) from error
    return f"{address.rstrip('/')}/{folder.name}"
