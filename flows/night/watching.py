"""Intake by polling: network drives send no notices, and vanish for an hour. What lies in the inboxes is only ever read."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from flows.collect import entries
from flows.home import Home
from flows.logbook import Logbook
from flows.night.announce import announce
from flows.night.jobs import Wanted, sweep_task
from flows.night.pulse import beat
from flows.night.settings import Night, load_night
from flows.run import Loaded, Task, load_reader, run_task
from flows.summary import Summary
from records.errors import LotlineError

_LOG = logging.getLogger("lotline.watch")
_LONGEST_WAIT = 300.0  # seconds between two tries while something is away
_State = tuple[int, int]  # size, time of change in nanoseconds


@dataclass
class Intake:
    """Remembers how the inboxes looked and tells which files have come to rest since.

    A file is at rest once size and time of change stayed the same for ``settle_seconds``: a scanner or a copy over the network
    writes for minutes. A folder that is gone is no folder without files: what was known of it stays known.
    """

    folders: Sequence[Path]
    settle_seconds: float
    now: Callable[[], float] = time.monotonic
    _seen: dict[Path, tuple[_State, float]] = field(default_factory=dict)
    _taken: dict[Path, _State] = field(default_factory=dict)
    _gone: set[Path] = field(default_factory=set)

    def at_rest(self) -> frozenset[Path]:
        """Files that are new or changed since they were last taken, and at rest."""
        resting: set[Path] = set()
        for folder in self.folders:
            found = self._look(folder)
            if found is None:
                continue
            there = {file for file, _ in found}
            for file in [f for f in self._seen if f not in there and f.is_relative_to(folder)]:
                del self._seen[file]  # it was taken away again before it came to rest
            for file, state in found:
                if self._taken.get(file) == state:
                    continue
                before = self._seen.get(file)
                if before is None or before[0] != state:
                    self._seen[file] = (state, self.now())
                elif self.now() - before[1] >= self.settle_seconds:
                    resting.add(file)
        return frozenset(resting)

    @property
    def unsettled(self) -> bool:
        """Whether some file was seen that has not been taken as it is now."""
        return any(self._taken.get(file) != state for file, (state, _) in self._seen.items())

    def take(self, files: Iterable[Path]) -> None:
        """These were read as they were seen."""
        for file in files:
            if file in self._seen:
                self._taken[file] = self._seen.pop(file)[0]

    def _look(self, folder: Path) -> list[tuple[Path, _State]] | None:
        """None where the folder can't be reached."""
        try:
            if not folder.is_dir():
                raise FileNotFoundError(f"{folder} is not there")
            found = []
            for file, _, problem in entries(folder):
                state = _state(file)
                if state is not None and not problem:
                    found.append((file, state))
        except OSError as error:
            if folder not in self._gone:
                _LOG.warning("%s can't be reached (%s); it is looked for again", folder, error)
                self._gone.add(folder)
            return None
        if folder in self._gone:
            _LOG.warning("%s is there again", folder)
            self._gone.discard(folder)
        return found


def _state(file: Path) -> _State | None:
    try:
        about = file.stat()
    except OSError:
        return None  # gone between the listing and the look
    return about.st_size, about.st_mtime_ns


def watch(
    home: Home, folders: Sequence[Path], *, once: bool, say: Callable[[str], None], parcels: Path | None = None,
    log: Path | None = None, sleep: Callable[[float], None] = time.sleep,
) -> None:  # fmt: skip
    """Reads what comes to rest in ``folders`` (default: ``folders.inbox``) until stopped; ``once``: until all that lies there
    now is read. The first look takes everything that is not known yet."""
    settings = load_night(home)
    task = sweep_task(home, Wanted(tuple(folders), parcels, log, home.folder / "exports"), plain=True, command="watch")
    intake = Intake(task.inputs, settings.night.settle_seconds)
    with contextlib.closing(_Reader(task)) as reader:
        _keep_looking(home, task, intake, reader, settings.night, once=once, say=say, sleep=sleep)


def _keep_looking(
    home: Home, task: Task, intake: Intake, reader: _Reader, night: Night, *, once: bool, say: Callable[[str], None],
    sleep: Callable[[float], None],
) -> None:  # fmt: skip
    failures = 0
    while True:
        beat(home, "intake")
        began = time.monotonic()
        files = intake.at_rest()
        looked = time.monotonic() - began
        if files:
            here = tuple(folder for folder in task.inputs if folder.exists())  # another drive may be gone just now
            try:
                summary = run_task(
                    replace(task, only=files, inputs=here), lambda done, total, path: beat(home, "intake"), reader.take()
                )
            except LotlineError as error:
                if once:
                    raise
                # The database or the parcel file may be away for a while, as a drive may: the files are tried again.
                failures += 1
                say(f"{len(files)} files wait: {error}")
                Logbook(home.folder).note("intake waits", level="warning", error=error, files=len(files), times=failures)
                sleep(min(_LONGEST_WAIT, night.poll_seconds * 2**failures))
                continue
            failures = 0
            say(_line(summary, len(files)))
            intake.take(files)
            announce(home, len(files), "watch")
        elif intake.unsettled:
            reader.load()
        elif once:
            return
        # A folder of many thousands takes a while to look through: nine tenths of the time are left to others.
        wait = max(night.poll_seconds, 9 * looked)
        sleep(min(wait, night.settle_seconds) if intake.unsettled else wait)


@dataclass
class _Reader:
    """A reader that is loaded while a new file comes to rest, so that nobody waits for that afterwards."""

    task: Task
    _loaded: Loaded | None = None

    def load(self) -> None:
        """Unless there is one. Where it can't be, the run will say why."""
        if self._loaded is None:
            with contextlib.suppress(LotlineError, OSError):
                self._loaded = load_reader(self.task)

    def take(self) -> Loaded | None:
        """It is the caller's from now on."""
        loaded, self._loaded = self._loaded, None
        return loaded

    def close(self) -> None:
        """Ends it, if nobody took it."""
        loaded = self.take()
        if loaded is not None:
            loaded.pool.close()


def _line(summary: Summary, files: int) -> str:
    waiting, accepted = sum(summary.in_review.values()), sum(summary.accepted.values())
    unread = f", {len(summary.unreadable)} unreadable" if summary.unreadable else ""
    return f"{files} files came in: {accepted} records accepted, {waiting} for a person{unread}"
