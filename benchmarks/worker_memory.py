"""Memory of one worker that is never replaced: ``python -m benchmarks.worker_memory LIST PARCELS [LOG]``.

Prints JSON: resident MB after each document of the list (a path per line), as the worker's own process has them.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path

from flows.home import open_home
from flows.registers import load_registers
from flows.work import Job, prepare
from records.document import SourceFile


def resident_mb() -> float:
    """Of this process, now."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> int:
    """The command."""
    listing, parcels, *log = map(Path, sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        registers = load_registers(open_home(Path(folder)), parcels, log[0] if log else None)
        do = prepare(registers.desk())
        held = []
        for line in listing.read_text(encoding="utf-8").splitlines():
            path = Path(line)
            data = path.read_bytes()
            do(Job(SourceFile(hashlib.sha256(data).hexdigest(), path.name, len(data)), path))
            held.append(round(resident_mb(), 1))
    sys.stdout.write("\n" + json.dumps(held))
    return 0


if __name__ == "__main__":
    sys.exit(main())
