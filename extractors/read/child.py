"""Reads one file in a process of its own with limits on memory and time: a crash or a hang is then one document's outcome.

``python -m extractors.read.child`` takes one JSON request on standard input and leaves the reading in a file.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from extractors.read.reader import read_file
from extractors.read.serial import document_from_json, document_to_json
from extractors.read.settings import ReadSettings
from records.document import Document, SourceFile
from records.errors import DocumentError, SetupError

_REFUSED, _SETUP = 10, 11  # exit codes of the child: DocumentError, SetupError (reason in the answer file)
_MIB = 1 << 20


def read_in_child(path: Path, source: SourceFile, settings: ReadSettings, seconds: int, memory_mb: int) -> Document:
    """The document, or one without pages whose ``failure`` says what went wrong. Raises SetupError for a missing engine,
    since that is no fault of the file."""
    values = asdict(settings)
    values["cache_dir"] = str(settings.cache_dir) if settings.cache_dir else None
    with tempfile.TemporaryDirectory(prefix="lotline-read-") as folder:
        answer = Path(folder) / "answer"
        request = {
            "path": str(path.absolute()),
            "source": asdict(source),
            "settings": values,
            "answer": str(answer),
            "seconds": seconds,
            "memory_mb": memory_mb,
        }
        code = _run(json.dumps(request).encode(), folder, seconds)
        if code == 0 and answer.is_file():
            return document_from_json(answer.read_bytes())
        said = answer.read_text("utf-8", "replace") if answer.is_file() else ""
    if code == _SETUP:
        raise SetupError(said)
    return Document(source, (), failure=said if code == _REFUSED and said else _what_happened(code, seconds, memory_mb))


def _run(request: bytes, folder: str, seconds: int) -> int | None:
    """The child's exit code; None if it had to be killed for taking too long. Its whole group dies with it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "extractors.read.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "TMPDIR": folder, "OMP_THREAD_LIMIT": "1", "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    try:
        process.communicate(request, timeout=seconds)
        return process.returncode
    except subprocess.TimeoutExpired:
        return None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _what_happened(code: int | None, seconds: int, memory_mb: int) -> str:
    if code is None or code == -signal.SIGXCPU:
        return f"reading took more than {seconds} s and was stopped; it is tried again next time"
    if code in (-signal.SIGKILL, -signal.SIGABRT):
        return f"reading was stopped, probably for taking more than {memory_mb} MB of memory; the file may be damaged"
    return f"the file crashed the reader (code {code}); it is damaged or hostile"


def main() -> int:
    """The child's side."""
    request = json.load(sys.stdin.buffer)
    answer = Path(request["answer"])
    limit = int(request["memory_mb"]) * _MIB
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))  # not of address space: libraries reserve far more than they use
    resource.setrlimit(resource.RLIMIT_CPU, (int(request["seconds"]), int(request["seconds"]) + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    values = request["settings"]
    values["cache_dir"] = Path(values["cache_dir"]) if values["cache_dir"] else None
    try:
        document = read_file(Path(request["path"]), SourceFile(**request["source"]), ReadSettings(**values))
    except DocumentError as err:
        answer.write_text(err.reason, "utf-8")
        return _REFUSED
    except SetupError as err:
        answer.write_text(str(err), "utf-8")
        return _SETUP
    answer.write_bytes(document_to_json(document))
    return 0


if __name__ == "__main__":
    sys.exit(main())
