"""LibreOffice as a converter: its own profile, a time limit, and all that it started killed at the end of it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

from extractors.read.settings import soffice_path
from records.errors import DocumentError

_RELATION = re.compile(rb"<Relationship\b[^>]*>")


def has_outside_links(path: Path) -> bool:
    """True if the file names a template, picture or object elsewhere: LibreOffice would go and fetch it. Hyperlinks are
    not followed by opening a file and do not count."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".rels"):
                    for relation in _RELATION.findall(archive.read(name)):
                        if b'"External"' in relation and b"/hyperlink" not in relation:
                            return True
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return True
    return False


def convert(path: Path, to: str, folder: Path, seconds: int) -> Path:
    """Converts to ``to`` ("pdf", "docx") within ``folder``. Raises DocumentError if nothing comes out in time."""
    program = soffice_path()
    if program is None:
        raise DocumentError("LibreOffice is not installed: sudo apt-get install libreoffice-writer")
    out = folder / "out"
    out.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lotline-profile-") as profile:
        command = [
            program,
            f"-env:UserInstallation=file://{profile}",
            "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard",
            "--convert-to", to, "--outdir", str(out), str(path),
        ]  # fmt: skip
        # In the group of the process that reads this file: whoever ends that group ends LibreOffice with it.
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired as err:
            raise DocumentError(f"LibreOffice did not finish with this file in {seconds} seconds") from err
        finally:
            # Its starter first waits for the program proper; killed alone it would leave that behind.
            for pid in _family(process.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()
    made = out / f"{path.stem}.{to}"
    if not made.is_file() or made.stat().st_size == 0:
        raise DocumentError("LibreOffice could not convert this file")
    return made


def _family(pid: int) -> list[int]:
    """A process and all that it started, where the system tells (Linux)."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        with suppress(OSError, ValueError):
            for thread in Path(f"/proc/{one}/task").iterdir():
                todo += [int(child) for child in (thread / "children").read_text().split()]
    return found
