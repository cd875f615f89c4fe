"""Which process holds something, so that a later one can tell whether it is gone: killed, or ended by a power cut."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

_PROC = Path("/proc")


def this_process() -> str:
    """A name for this process that no other has, on this machine or elsewhere, now or after its number is given out again."""
    return f"{_machine()}/{os.getpid()}/{_born(os.getpid())}/{uuid4().hex[:8]}"


def mark_of(pid: int) -> str:
    """The same for another process of this machine, to be asked about later."""
    return f"{_machine()}/{pid}/{_born(pid)}"


def is_gone(owner: str) -> bool:
    """True where it is certain: it lived on this machine since its last start, and lives no more. Of other machines nothing is
    known here; what they hold runs out by itself."""
    machine, _, rest = owner.partition("/")
    if not machine or machine != _machine():
        return False
    pid, _, rest = rest.partition("/")
    born = _born(int(pid)) if pid.isdigit() else ""
    return born != rest.split("/")[0]


def is_here(owner: str) -> bool:
    """True where it is certain that it lives, on this machine."""
    return bool(_machine()) and owner.startswith(f"{_machine()}/") and not is_gone(owner)


def _machine() -> str:
    """This start of this machine, and where containers have numbers of their own, this container; '' where neither is told."""
    try:
        start = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        numbers = str((_PROC / "self/ns/pid").readlink())
    except OSError:
        return ""
    return f"{start}-{numbers.strip('pid:[]')}"


def _born(pid: int) -> str:
    """When the process began, in ticks since the machine's start; '' if there is none or it is only still to be reaped."""
    try:
        # The name in brackets may hold anything, also spaces and brackets.
        fields = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in ("Z", "X") else fields[19]
