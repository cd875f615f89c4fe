"""A folder that is written beside and swapped in whole: readers see the old export or the new one, never half of either.

``.<name>.partial`` is being written; ``.<name>.old`` exists for the moment between two renames. After a crash at any
moment :func:`recover` brings the old one back. Only a folder with our manifest (or an empty one) is ever replaced.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from records.errors import SetupError, StoreError

MANIFEST = "manifest.json"
PRODUCT = "lotline"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of an export of ours; None where there is none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and manifest.get("product") == PRODUCT else None


def export_files(folder: Path) -> frozenset[str]:
    """Names of the files in ``folder`` that an export of ours wrote; none where there is no such export."""
    manifest = read_manifest(folder)
    return frozenset() if manifest is None else frozenset({*manifest.get("files", {}), MANIFEST, "delivery.json"})


def recover(out: Path) -> None:
    """Undo what a crash during a swap left: before the second rename the old export gets its name back, after it the
    swap is finished."""
    old = _beside(out, "old")
    try:
        if old.is_dir() and not out.exists():
            old.rename(out)
        elif old.is_dir() and read_manifest(out) is not None:
            _finish(out, old)
    except OSError as error:
        raise _failed(out, error) from error


def check_replaceable(out: Path) -> None:
    """Raises SetupError where ``out`` is something that is not ours to replace."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise SetupError(f"{out} is not a folder: choose another name for the export.")
    if out.is_dir() and any(out.iterdir()) and read_manifest(out) is None:
        raise SetupError(
            f"{out} holds files that are no export of Lotline, so it is not replaced: "
            "choose an empty or a new folder, or move what is in it."
        )


def check_place(out: Path) -> None:
    """Raises SetupError where an export to ``out`` is bound to fail: asked before hours of reading, not after them."""
    out = out.absolute()
    recover(out)
    check_replaceable(out)
    parent = next(p for p in out.parents if p.exists())
    if not parent.is_dir():
        raise SetupError(f"{out} can't be made, as {parent} is a file: choose another name for the export.")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise StoreError(f"{out} can't be made, as {parent} can't be written: check its permissions or choose another folder.")


def replace_folder(out: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a folder beside ``out``, then put it in its place.

    Files in the old export that its manifest does not name (a person's notes) move into the new one. Raises StoreError
    where the disk is full or the place can't be written; the old export is untouched then.
    """
    out = out.absolute()
    partial, old = _beside(out, "partial"), _beside(out, "old")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        recover(out)
        check_replaceable(out)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
    except OSError as error:
        raise _failed(out, error) from error
    try:
        write(partial)
        _flush(partial)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise _failed(out, error) from error
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    try:
        _swap(out, partial, old)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise _failed(out, error) from error


def _swap(out: Path, partial: Path, old: Path) -> None:
    if not out.exists():
        partial.rename(out)
        _flush(out.parent)
        return
    shutil.rmtree(old, ignore_errors=True)
    out.rename(old)
    try:
        partial.rename(out)
    except OSError:
        old.rename(out)
        raise
    _flush(out.parent)
    _finish(out, old)


def _finish(out: Path, old: Path) -> None:
    """What a person put into the old export moves into the new one; the rest of the old one goes."""
    ours = export_files(old)
    for entry in old.iterdir():
        if entry.name not in ours and not (out / entry.name).exists():
            entry.rename(out / entry.name)
    shutil.rmtree(old, ignore_errors=True)


def _beside(out: Path, what: str) -> Path:
    return out.absolute().parent / f".{out.absolute().name}.{what}"


def _flush(folder: Path) -> None:
    """To the disk, so that a power cut after the swap can't leave empty files. Windows can't open folders."""
    if os.name == "nt":
        return
    for path in (*(p for p in folder.iterdir() if p.is_file() and folder.name.endswith(".partial")), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _failed(out: Path, error: OSError) -> SetupError:
    if error.errno in _FULL:
        return StoreError(f"The disk is full: {out} could not be written. Free some space and export again; "
                          "the previous export is untouched.")  # fmt: skip
    if error.errno in (errno.EBUSY, errno.EXDEV):
        return SetupError(f"{out} is where a disk is mounted and can't be swapped: give a folder inside it.")
    return StoreError(f"{out} could not be written ({error.strerror or error}): check the permissions, and close its "
                      "files where another program has them open. The previous export is untouched.")  # fmt: skip
