"""Where the gate of each claim stands: the lowest confidence from which released rows are right often enough, with proof.

For every share of wrong rows that a city may allow: the lowest confidence at which the 95 % bound on the released rows (which
allows for rows that share a document) keeps it. Where the rows are too few to prove it at any confidence, the lowest at which
they were right often enough as counted; that gate says of itself that it is not proven.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from records.proof import Proof, prove

ALLOWED: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
"""Shares of wrong rows for which gates are measured; a city names its own under [gates] in ``lotline.toml``."""
LOWEST: Final = 0.9
"""No record leaves under nine to one, however good its kind looks as a whole."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One gate: ``least`` None = at no confidence were rows right often enough. ``proof`` is of the rows it releases."""

    least: float | None
    proof: Proof
    proven: bool


def gate(rows: Sequence[tuple[float, bool, str]], allowed: float, lowest: float = LOWEST) -> Measured:
    """The gate for ``allowed`` from (confidence, right, document) of rows that nothing else would hold."""
    counted: Measured | None = None
    for least, released in _cuts(rows, lowest):
        wrong = sum(not right for _, right, _ in released)
        if wrong > allowed * len(released):
            continue
        proof = prove((right, document) for _, right, document in released)
        if proof.meets(allowed):
            return Measured(least, proof, True)
        counted = counted or Measured(least, proof, False)
    return counted or Measured(None, prove([]), False)


def _cuts(rows: Sequence[tuple[float, bool, str]], lowest: float) -> Iterator[tuple[float, Sequence[tuple[float, bool, str]]]]:
    """Confidences a gate may stand at, from the lowest, with the rows it then releases."""
    ordered = sorted(rows)
    cuts = [lowest, *sorted({_down(p) for p, _, _ in ordered if _down(p) > lowest})]
    for cut in cuts:
        released = [row for row in ordered if row[0] >= cut]
        if released:
            yield cut, released


def _down(p: float) -> float:
    return int(p * 1000) / 1000
