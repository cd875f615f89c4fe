"""Which page is being read, for whoever watches over the reading, and which pages are to be left out.

A page that hung or crashed the reader once is left out the next time, so that the others are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from records.errors import DocumentError


@dataclass(slots=True)
class _Watch:
    tell: Callable[[int, int], None] = lambda number, of: None
    left_out: Mapping[int, str] = field(default_factory=dict)


_WATCH = _Watch()


@contextmanager
def watched(tell: Callable[[int, int], None], left_out: Mapping[int, str]) -> Iterator[None]:
    """While it lasts, ``tell(page, of)`` hears of every page that is begun, and the pages of ``left_out`` (from 1, with the
    reason) are refused. One reading at a time per process."""
    _WATCH.tell, _WATCH.left_out = tell, left_out
    try:
        yield
    finally:
        _WATCH.tell, _WATCH.left_out = _Watch().tell, {}


def begin_page(number: int, of: int) -> None:
    """Called by readers before page ``number`` of ``of``. Raises DocumentError for a page that is left out."""
    why = _WATCH.left_out.get(number)
    if why is not None:
        raise DocumentError(why)
    _WATCH.tell(number, of)
