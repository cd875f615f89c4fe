"""Child processes that each do one document at a time. A document can hang, leak or kill its child; never the run.

One pipe per child, so that it is always known which document a dead child held. A child is replaced when it dies, when it
passes the time limit, and after a number of documents (leaks of foreign libraries). A document whose child dies is given
one more chance in a fresh one.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Generic, TypeVar

Job = TypeVar("Job")
Answer = TypeVar("Answer")

_CONTEXT = multiprocessing.get_context("spawn")
_PR_SET_PDEATHSIG = 1
_LONGEST_LOG = 5_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """What the pool answers for a job that has no answer of its own. ``timed_out``: worth another try in a later run."""

    reason: str
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class _Unready:
    """What a child sends that could not even start: a fault of the installation, of no document."""

    why: str


@dataclass(slots=True)
class _Child(Generic[Job]):
    process: SpawnProcess
    pipe: Connection
    job: Job | None = None
    tries: int = 0
    since: float = 0.0
    done: int = 0


class Pool(Generic[Job, Answer]):
    """``workers`` children that answer ``make(context)(job)`` for each job.

    ``make`` and ``context`` go to each child once (``make`` must be importable); seconds are wall time per job. ``log`` gets
    what the children and the libraries in them say, which is nothing for a clerk's screen.
    """

    def __init__(
        self,
        make: Callable[[object], Callable[[Job], Answer]],
        context: object,
        *,
        workers: int,
        seconds: float,
        recycle_after: int = 60,
        memory_bytes: int = 8 << 30,
        log: Path | None = None,
    ) -> None:
        self._make, self._context, self._log = make, context, log
        self._workers, self._seconds = max(1, workers), seconds
        self._recycle_after, self._memory = recycle_after, memory_bytes
        self._children: list[_Child[Job]] = []

    def __enter__(self) -> Pool[Job, Answer]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends all children, also those at work."""
        for child in self._children:
            _end(child.process)
        self._children.clear()

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Answer | Lost]]:
        """Each job with its answer, as they are done."""
        waiting: deque[tuple[Job, int]] = deque((job, 0) for job in jobs)
        while waiting or any(c.job is not None for c in self._children):
            self._hand_out(waiting)
            busy = [c for c in self._children if c.job is not None]
            deadline = min(c.since for c in busy) + self._seconds
            ready = wait(
                [c.pipe for c in busy] + [c.process.sentinel for c in busy], max(0.05, deadline - time.monotonic())
            )
            for child in busy:
                answered = self._look_at(child, ready, waiting)
                if answered is not None:
                    yield answered

    def _hand_out(self, waiting: deque[tuple[Job, int]]) -> None:
        idle = [c for c in self._children if c.job is None]
        while waiting:
            if idle:
                child = idle.pop()
            elif len(self._children) < self._workers:
                child = self._start()
            else:
                return
            child.job, child.tries = waiting.popleft()
            child.since = time.monotonic()
            # A child that died between two jobs is found dead by the caller's wait, like one that dies at work.
            with contextlib.suppress(OSError):
                child.pipe.send(child.job)

    def _look_at(
        self, child: _Child[Job], ready: Sequence[object], waiting: deque[tuple[Job, int]]
    ) -> tuple[Job, Answer | Lost] | None:
        job = child.job
        assert job is not None
        if child.pipe in ready:
            try:
                answer: Answer | Lost | _Unready = child.pipe.recv()
            except (EOFError, OSError):
                return self._buried(child, job, waiting)
            if isinstance(answer, _Unready):
                raise RuntimeError(f"the readers can't start: {answer.why}")
            child.job, child.done = None, child.done + 1
            if child.done >= self._recycle_after:
                self._drop(child)
            return job, answer
        if child.process.sentinel in ready:
            return self._buried(child, job, waiting)
        if time.monotonic() - child.since > self._seconds:
            self._drop(child)
            return job, Lost(f"not finished within {self._seconds:.0f} seconds", timed_out=True)
        return None

    def _buried(
        self, child: _Child[Job], job: Job, waiting: deque[tuple[Job, int]]
    ) -> tuple[Job, Answer | Lost] | None:
        tries = child.tries + 1
        self._drop(child)
        if tries < 2:
            waiting.append((job, tries))
            return None
        return job, Lost("the reader crashed on it twice")

    def _start(self) -> _Child[Job]:
        ours, theirs = _CONTEXT.Pipe()
        process = _CONTEXT.Process(
            target=_serve, args=(theirs, self._make, self._context, self._memory, os.getpid(), self._log), daemon=True
        )
        process.start()
        theirs.close()
        child: _Child[Job] = _Child(process, ours)
        self._children.append(child)
        return child

    def _drop(self, child: _Child[Job]) -> None:
        self._children.remove(child)
        _end(child.process)
        child.pipe.close()


def _end(process: SpawnProcess) -> None:
    """Ends a child with all that it started (Tesseract, LibreOffice)."""
    if process.pid is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join(timeout=5)


def _serve(
    pipe: Connection,
    make: Callable[[object], Callable[[Job], Answer]],
    context: object,
    memory_bytes: int,
    parent: int,
    log: Path | None,
) -> None:
    """The child's life: answers jobs until the pipe closes."""
    if log is not None and not os.environ.get("LOTLINE_DEBUG"):
        _say_into(log)
    os.setsid()
    os.environ["OMP_THREAD_LIMIT"] = "1"  # Tesseract's threads cost more than they bring
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    if sys.platform == "linux":
        # A killed run must not leave readers behind.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            return
    try:
        answer = make(context)
    except Exception as error:  # noqa: BLE001 - whatever it is, the run must hear of it instead of losing every document
        pipe.send(_Unready(f"{type(error).__name__}: {error}"))
        return
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        pipe.send(answer(job))


def _say_into(log: Path) -> None:
    """Standard error of this process, also of its C libraries, goes to a file that is begun anew when it is long."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if log.exists() and log.stat().st_size > _LONGEST_LOG else 0)
    file = os.open(log, flags, 0o600)
    os.dup2(file, 2)
    os.close(file)
