"""Child processes that each do one document at a time. A document can hang, leak or kill its child; never the run.

One pipe per child, so that it is always known which document a dead child held, and which page of it: a child says when it
begins a page. Limits: time without a new page (a hang), time in all, memory of the child with all that it started. A long
honest scan goes on page by page; a file of one bad page is over within the first. A document whose child dies is given one
more chance in a fresh one, then without the page that killed it. A child is replaced when it dies, when it is stopped, when
it holds too much memory between two documents, and after many of them (leaks of foreign libraries).
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
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
_LOOK_EVERY = 0.25  # seconds between two looks at a child's memory
_TO_START = 180.0  # seconds a child may take to load what it needs
_MOST_DEAD_STARTS = 4
_BUSIEST = 5  # times the limit of a page, however busy the machine is
_MIB = 1 << 20
_ROOM = 1 << 30  # bytes of address space with content that a child may take over its family's limit before malloc says no
_MOST_PAGES_LEFT_OUT = 3  # of one document, for crashes


@dataclass(frozen=True, slots=True)
class Lost:
    """What the pool answers for a job that has no answer of its own. ``timed_out``: worth another try in a later run."""

    reason: str
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class _Unready:
    """What a child sends that could not even start: a fault of the installation, of no document."""

    why: str


@dataclass(frozen=True, slots=True)
class _Step:
    """A child begins page ``number`` of ``of``."""

    number: int
    of: int


@dataclass(frozen=True, slots=True)
class _Turn(Generic[Job]):
    """A job that waits, and what befell it so far."""

    job: Job
    crashes: int = 0
    left_out: int = 0  # pages that it is tried without
    slow: bool = False  # one of them for its time


@dataclass(slots=True)
class _Child(Generic[Job]):
    process: SpawnProcess
    pipe: Connection
    turn: _Turn[Job] | None = None
    asked: bool = False  # it waits for a job
    since: float = 0.0  # when the job was handed out, then when it was begun: a child loads its rules first
    begun: bool = False
    step: _Step = _Step(0, 0)
    stepped: float = 0.0  # when its last page was begun
    waited: float = 0.0  # seconds that it had then waited for a processor
    done: int = 0


@dataclass(frozen=True, slots=True)
class _Asks:
    """A child that waits: for the ``context`` once it is there, for a job once it has made its answerer. Sent unasked, either
    could block this process for ever, since a pipe holds little and a child that died or hangs at its start reads nothing."""

    context: bool


_PIPE: list[Connection] = []  # of this process, where it is a child


def begin_page(number: int, of: int) -> None:
    """Says to the parent, from within a job, that page ``number`` of ``of`` is begun. Outside a child it does nothing."""
    if _PIPE:
        _PIPE[0].send(_Step(number, of))


class Pool(Generic[Job, Answer]):
    """``workers`` children that answer ``make(context)(job)`` for each job.

    ``make`` and ``context`` go to each child once (``make`` must be importable). ``seconds`` are wall time per job, ``stall``
    wall time per page of it; ``memory_bytes`` is what a child may hold with all that it started, ``tidy_bytes`` what it may
    hold between two jobs. ``without`` gives a job that leaves out a page (its number and why), or None where that is no use;
    such a job is yielded in place of the first. ``log`` gets what the children and the libraries in them say, which is
    nothing for a clerk's screen.
    """

    def __init__(
        self,
        make: Callable[[object], Callable[[Job], Answer]],
        context: object,
        *,
        workers: int,
        seconds: float,
        stall: float = 55.0,
        recycle_after: int = 1000,
        memory_bytes: int = 1000 * _MIB,
        tidy_bytes: int = 680 * _MIB,
        without: Callable[[Job, int, Lost], Job | None] | None = None,
        log: Path | None = None,
    ) -> None:
        self._make, self._context, self._log = make, context, log
        self._workers, self._seconds, self._stall = max(1, workers), seconds, min(stall, seconds)
        self._recycle_after, self._memory, self._tidy = recycle_after, memory_bytes, tidy_bytes
        self._without = without
        self._dead_starts = 0  # one after the other
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

    def warm(self) -> None:
        """Starts one child ahead of the first job; it loads what it needs while nobody waits for it."""
        if self._children:
            return
        child = self._start()
        if child.pipe.poll(_TO_START):
            with contextlib.suppress(EOFError, OSError):  # one that died is found dead by the first run
                asks = child.pipe.recv()
                if isinstance(asks, _Asks) and asks.context:
                    self._give(child, self._context)

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Answer | Lost]]:
        """Each job with its answer, as they are done."""
        fresh = iter(jobs)  # asked for one at a time: a job may carry much, and its giver may stop giving
        waiting: deque[_Turn[Job]] = deque()
        while self._hand_out(waiting, fresh):
            busy = [c for c in self._children if c.turn is not None]
            ready = wait([c.pipe for c in busy] + [c.process.sentinel for c in busy], _LOOK_EVERY)
            for child in busy:
                answered = self._look_at(child, ready, waiting)
                if answered is not None:
                    yield answered

    def _hand_out(self, waiting: deque[_Turn[Job]], fresh: Iterator[Job]) -> bool:
        """Gives idle children work, jobs to be tried again first. False when nothing is under way any more."""
        idle = [c for c in self._children if c.turn is None]
        while idle or len(self._children) < self._workers:
            if not waiting:
                job = next(fresh, None)
                if job is None:
                    break
                waiting.append(_Turn(job))
            child = idle.pop() if idle else self._start()
            child.turn = waiting.popleft()
            child.since = child.stepped = time.monotonic()
            child.step, child.begun = _Step(0, 0), False
            if child.asked:
                self._give(child, child.turn.job)
        return any(c.turn is not None for c in self._children)

    def _give(self, child: _Child[Job], what: object) -> None:
        """A child that died between two jobs is found dead by the next look, like one that dies at work."""
        child.asked = False
        with contextlib.suppress(OSError):
            child.pipe.send(what)

    def _look_at(
        self, child: _Child[Job], ready: Sequence[object], waiting: deque[_Turn[Job]]
    ) -> tuple[Job, Answer | Lost] | None:
        turn = child.turn
        assert turn is not None
        while child.pipe in ready and child.pipe.poll():
            try:
                answer: Answer | Lost | _Unready | _Step | _Asks = child.pipe.recv()
            except (EOFError, OSError):
                return self._crashed(child, turn, waiting)
            if isinstance(answer, _Unready):
                raise RuntimeError(f"the readers can't start: {answer.why}")
            if isinstance(answer, _Asks):
                self._give(child, self._context if answer.context else turn.job)
                continue
            if isinstance(answer, _Step):
                child.step, child.stepped, child.waited = answer, time.monotonic(), _waited(child.process.pid)
                child.since = child.since if child.begun else child.stepped
                child.begun, self._dead_starts = True, 0
                continue
            child.turn, child.done, child.asked = None, child.done + 1, True
            if child.done >= self._recycle_after or _held_by(child.process.pid) > self._tidy:
                self._drop(child)
            return turn.job, answer
        if child.process.sentinel in ready:
            return self._crashed(child, turn, waiting)
        now = time.monotonic()
        if not child.begun and now - child.since < _TO_START:
            return None
        if now - child.since > self._seconds:
            self._drop(child)
            return turn.job, Lost(f"not finished within {self._seconds:.0f} seconds", timed_out=True)
        if self._stalls(child, now):
            return self._stopped(child, turn, waiting, f"not finished within {self._stall:.0f} seconds", slow=True)
        if _held_by(child.process.pid) > self._memory:
            return self._stopped(child, turn, waiting, f"needed more than {self._memory // _MIB:,} MB of memory", slow=False)
        return None

    def _stalls(self, child: _Child[Job], now: float) -> bool:
        """Too long at one page. On a busy machine an honest page may take much longer than the work in it: what the child
        waited for a processor does not count, up to a point."""
        spent = now - child.stepped
        if spent <= self._stall:
            return False
        return spent - (_waited(child.process.pid) - child.waited) > self._stall or spent > _BUSIEST * self._stall

    def _crashed(
        self, child: _Child[Job], turn: _Turn[Job], waiting: deque[_Turn[Job]]
    ) -> tuple[Job, Answer | Lost] | None:
        if not child.begun:  # it died over its own loading, which is no fault of the document
            self._dead_starts += 1
            if self._dead_starts >= _MOST_DEAD_STARTS:
                raise RuntimeError(f"the readers can't start: {self._dead_starts} died before their first document")
            self._drop(child)
            waiting.append(turn)
            return None
        if turn.crashes == 0:
            self._drop(child)
            waiting.append(_Turn(turn.job, 1, turn.left_out, turn.slow))
            return None
        return self._stopped(child, turn, waiting, "the reader crashed on it twice", slow=False)

    def _stopped(
        self, child: _Child[Job], turn: _Turn[Job], waiting: deque[_Turn[Job]], why: str, *, slow: bool
    ) -> tuple[Job, Answer | Lost] | None:
        """Ends the child. The job goes on without the page it was at, where it has others; not for a second slow page, for
        a file that takes a minute of every page would hold up all others."""
        step, lost = child.step, Lost(why, timed_out=slow)
        self._drop(child)
        if self._without is not None and step.of > 1 and turn.left_out < _MOST_PAGES_LEFT_OUT and not (slow and turn.slow):
            rest = self._without(turn.job, step.number, lost)
            if rest is not None:
                waiting.append(_Turn(rest, 1, turn.left_out + 1, turn.slow or slow))
                return None
        return turn.job, lost

    def _start(self) -> _Child[Job]:
        ours, theirs = _CONTEXT.Pipe()
        process = _CONTEXT.Process(
            target=_serve, args=(theirs, self._make, self._memory, os.getpid(), self._log), daemon=True
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
    memory_bytes: int,
    parent: int,
    log: Path | None,
) -> None:
    """The child's life: answers jobs until the pipe closes."""
    if log is not None and not os.environ.get("LOTLINE_DEBUG"):
        _say_into(log)
    os.setsid()
    _PIPE[:] = [pipe]
    os.environ["OMP_THREAD_LIMIT"] = "1"  # Tesseract's threads cost more than they bring
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The parent looks at what is really held four times a second; this stops what grows faster than it looks.
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes + _ROOM, memory_bytes + _ROOM))
    if sys.platform == "linux":
        # A killed run must not leave readers behind.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            return
    try:
        pipe.send(_Asks(context=True))
        answer = make(pipe.recv())
        pipe.send(_Asks(context=False))
    except (EOFError, BrokenPipeError):
        return
    except Exception as error:  # noqa: BLE001 - whatever it is, the run must hear of it instead of losing every document
        pipe.send(_Unready(f"{type(error).__name__}: {error}"))
        return
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        pipe.send(_Step(0, 0))
        pipe.send(answer(job))
        _give_back(memory_bytes // 2)


def _give_back(over: int) -> None:
    """Returns freed memory of a large document to the system, where this process holds more than ``over`` bytes."""
    if sys.platform == "linux" and _resident(os.getpid()) > over:
        gc.collect()
        with contextlib.suppress(AttributeError):  # a C library without it
            ctypes.CDLL(None).malloc_trim(0)


def _held_by(pid: int | None) -> int:
    """Bytes in memory of a process and of all that it started; 0 where the system has no /proc."""
    held, todo = 0, [pid] if pid is not None else []
    while todo:
        one = todo.pop()
        held += _resident(one)
        try:
            for thread in os.scandir(f"/proc/{one}/task"):
                todo += map(int, _told(f"{thread.path}/children").split())
        except OSError:
            continue
    return held


def _told(file: str) -> bytes:
    """What the system says there. Asked many times a second, so without the comforts of a path."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        return os.read(descriptor, 65536)
    finally:
        os.close(descriptor)


def _waited(pid: int | None) -> float:
    """Seconds that a process's main thread was ready to run while others ran; 0 where the system does not say."""
    try:
        return int(_told(f"/proc/{pid}/schedstat").split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def _resident(pid: int) -> int:
    try:
        return int(_told(f"/proc/{pid}/statm").split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def _say_into(log: Path) -> None:
    """Standard error of this process, also of its C libraries, goes to a file that is begun anew when it is long."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if log.exists() and log.stat().st_size > _LONGEST_LOG else 0)
    file = os.open(log, flags, 0o600)
    os.dup2(file, 2)
    os.close(file)
