"""Which literal letters a regular expression can't match without: what makes it possible to say where it has nothing to say."""

from __future__ import annotations

import re
import re._constants as kinds  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterable
from typing import Any

_FEWEST = 3
"""A literal of fewer letters stands on every paper."""


def literals_of(pattern: str) -> frozenset[str]:
    """Texts of which one has to stand where ``pattern`` matches; empty where no such thing can be said."""
    try:
        found = _best(parser.parse(pattern, re.IGNORECASE))
    except re.error:
        return frozenset()
    return frozenset() if found is None else found


def _best(nodes: Iterable[Any]) -> frozenset[str] | None:
    """Of a sequence, every part must match: the part that says most is asked for."""
    candidates: list[frozenset[str]] = []
    run = ""
    for kind, value in nodes:
        if kind is kinds.LITERAL and (chr(value).isalnum() or chr(value) in ".-'"):
            run += chr(value).lower()
            continue
        candidates += _kept(run)
        run = ""
        inner = _inner(kind, value)
        if inner is not None:
            candidates.append(inner)
    candidates += _kept(run)
    return max(candidates, key=lambda c: (min(map(len, c)), -len(c)), default=None)


def _kept(run: str) -> list[frozenset[str]]:
    return [frozenset({run})] if sum(c.isalnum() for c in run) >= _FEWEST else []


def _inner(kind: Any, value: Any) -> frozenset[str] | None:
    if kind is kinds.SUBPATTERN:
        return _best(value[-1])
    if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT) and value[0] >= 1:
        return _best(value[2])
    if kind is kinds.BRANCH:
        branches = [_best(b) for b in value[1]]
        if all(b is not None for b in branches):
            return frozenset().union(*(b for b in branches if b is not None))
    return None
