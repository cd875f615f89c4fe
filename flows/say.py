"""How the command line speaks: results on stdout, progress and errors on stderr, plain sentences."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from records.errors import LotlineError, StoreError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class Tell(Protocol):
    """Told after each document: how many are done, of how many, and which one it was."""

    def __call__(self, done: int, total: int, path: str) -> None: ...


@contextmanager
def progress(verb: str, quiet: bool = False) -> Iterator[Tell]:
    """A bar on a terminal; elsewhere a line every tenth of the work, so that logs stay readable."""
    if quiet:
        yield lambda done, total, path: None
        return
    if not err.is_terminal:
        shown = -1

        def tell_line(done: int, total: int, path: str) -> None:
            nonlocal shown
            tenth = done * 10 // max(1, total)
            if tenth != shown:
                shown = tenth
                err.print(f"{verb}: {done} of {total} files", markup=False)

        yield tell_line
        return
    columns = (TextColumn(verb), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.fields[file]}"))
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(verb, total=None, file="")

        def tell_bar(done: int, total: int, path: str) -> None:
            bar.update(task, completed=done, total=total, file=escape(path[-48:]))

        yield tell_bar


def failed(error: BaseException) -> int:
    """Says what went wrong in one sentence and gives the exit code."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = f" ({error.filename})" if error.filename else ""
        error = StoreError(f"The disk is full{where}: free some space and run again; what was read is kept.")
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        error = StoreError(f"{error.filename or 'A file'} can't be written ({error.strerror}): check its permissions.")
    if isinstance(error, LotlineError):
        err.print(f"lotline: {error}", markup=False, style="bold red")
        return error.exit_code
    err.print(
        f"lotline: something unexpected happened ({type(error).__name__}: {error}). What was read is kept; "
        "run again with LOTLINE_DEBUG=1 to see where, and tell the maintainers.",
        markup=False, style="bold red",
    )  # fmt: skip
    return 1


def flush() -> None:
    """Whatever is still buffered, before the process ends in a hurry."""
    sys.stdout.flush()
    sys.stderr.flush()
