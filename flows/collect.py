"""Finds the files of an INPUT, in one order on every machine, and says of the rest why they are not read.

What an operating system or an editor leaves lying about (lock files, thumbnails, AppleDouble halves) and Lotline's own
exports are no documents and are passed over; anything else that can't be read is an outcome with a reason, never silence.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.export.folder import export_files
from records.document import SourceFile
from records.errors import SetupError

_LITTER_NAMES = frozenset({"thumbs.db", "desktop.ini", ".ds_store", "ehthumbs.db"})
_LITTER_FOLDERS = frozenset({".git", ".svn", "__macosx", "$recycle.bin", "system volume information"})
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of an INPUT. ``problem`` says why its bytes can't be had; then ``source.sha256`` is a stand-in made of
    its path, so that it keeps a row of its own."""

    source: SourceFile
    file: Path
    problem: str = ""


def collect(inputs: Sequence[Path], max_bytes: int, only: Collection[Path] | None = None) -> list[Found]:
    """Every file of the INPUTs in order of path, hashed; or those of them that are in ``only``. Files over ``max_bytes`` are
    not hashed by content.

    Paths are relative to their INPUT with forward slashes; a file given by itself goes by its name. Where two INPUTs
    hold the same relative path, the later one's carries its INPUT's name in front. Raises SetupError for an INPUT that
    is not there.
    """
    found: dict[str, Found] = {}
    for root in inputs:
        if not root.exists():
            raise SetupError(f"There is no file or folder {root}: check the path of INPUT.")
        for file, relative, problem in sorted(entries(root), key=lambda e: e[1]):
            if only is not None and file not in only:
                continue
            path = relative
            if path in found:
                if found[path].file.resolve() == file.resolve():
                    continue
                path = f"{root.resolve().name}/{relative}"
            found[path] = _look(file, path, problem, max_bytes)
    return sorted(found.values(), key=lambda f: (f.source.path, f.source.sha256))


def entries(root: Path) -> Iterator[tuple[Path, str, str]]:
    """(file, relative path, problem) of all that lies under ``root``."""
    if root.is_file():
        yield root, _clean(root.name), ""
        return
    inside = root.resolve()
    problems: list[OSError] = []
    for folder, folders, names in os.walk(root, followlinks=False, onerror=problems.append):
        here = Path(folder)
        folders[:] = sorted(f for f in folders if f.lower() not in _LITTER_FOLDERS and not _is_home(here / f))
        ours = export_files(here)
        for name in list(folders):
            if (here / name).is_symlink():
                folders.remove(name)
                yield here / name, _relative(here / name, root), "a link to a folder: links are not followed"
        for name in names:
            if _is_litter(name) or name in ours:
                continue
            file = here / name
            yield file, _relative(file, root), _special(file, inside)
    for error in problems:
        blocked = Path(str(error.filename))
        yield blocked, _relative(blocked, root), f"the folder can't be opened ({error.strerror}): check its permissions"


def _is_home(folder: Path) -> bool:
    """Lotline's own home, where it was put into the INPUT."""
    return (folder / "cache").is_dir() and any((folder / name).is_file() for name in ("lotline.db", "registers.json"))


def _is_litter(name: str) -> bool:
    return name.lower() in _LITTER_NAMES or name.startswith(("~$", "._", ".~lock."))


def _special(file: Path, inside: Path) -> str:
    """Why this entry is no plain file of the INPUT; '' if it is one."""
    try:
        if file.is_symlink():
            target = file.resolve()
            if not target.exists():
                return "a link to nothing"
            if not target.is_relative_to(inside):
                return "a link that leads out of the input folder"
        mode = file.stat().st_mode
    except (OSError, RuntimeError) as error:
        return f"can't be opened ({error})"
    if stat.S_ISREG(mode):
        return ""
    return "not a file but a pipe, socket or device"


def _look(file: Path, path: str, problem: str, max_bytes: int) -> Found:
    size = 0
    if not problem:
        try:
            size = file.stat().st_size
            if size > max_bytes:
                problem = f"larger than {max_bytes // 1_000_000} MB"
            else:
                return Found(SourceFile(_sha256(file, max_bytes), path, size), file)
        except PermissionError:
            problem = "no permission to read it"
        except OSError as error:
            problem = f"can't be opened ({error.strerror or error})"
    stand_in = hashlib.sha256(f"no content\0{path}\0{problem}".encode()).hexdigest()
    return Found(SourceFile(stand_in, path, size), file, problem)


def same_bytes(file: Path, source: SourceFile) -> bool:
    """Whether the file still holds what was hashed when it was found: a scanner may still be writing it."""
    try:
        return _sha256(file, source.size) == source.sha256
    except OSError:
        return False


def _sha256(file: Path, most: int) -> str:
    """Of at most ``most`` bytes and one: a file that grows faster than it is read would never end. Raises OSError for what
    has become a pipe or device since it was found."""
    digest = hashlib.sha256()
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(errno.EINVAL, "no longer a regular file")
        left = most + 1
        while left > 0 and (chunk := stream.read(min(_CHUNK, left))):
            digest.update(chunk)
            left -= len(chunk)
    return digest.hexdigest()


def _relative(file: Path, root: Path) -> str:
    return _clean(file.relative_to(root).as_posix())


def _clean(path: str) -> str:
    """Names that are no valid text (old Windows shares) get a replacement character instead of breaking every export."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
