"""How often the category of a finding is right where no code is cited, on wordings that no rule was made from.

    python -m benchmarks.wordings [--misses]

``wordings.csv`` holds findings as inspectors type them, written for this and never used for rules before they were first
measured: text, category, and categories that could be defended as well. Every other line is the tuning half, which rules were
widened from. ``wordings_later.csv`` was written after that, ``wordings_six.csv`` (as six inspectors of different habits would
type) before the classifier was trained; both have been used for nothing but this figure.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from extractors.language.meaning import assign, categorise

FILE = Path(__file__).with_name("wordings.csv")
LATER = Path(__file__).with_name("wordings_later.csv")
SIX = Path(__file__).with_name("wordings_six.csv")


@dataclass(frozen=True)
class Wording:
    """One finding with what a trained person would file it under."""

    text: str
    category: str
    also: tuple[str, ...]

    @property
    def given(self) -> str:
        return categorise(self.text)

    @property
    def by_rules(self) -> str:
        """The category without the text classifier."""
        return assign(self.text, rules_alone=True).category

    @property
    def strict(self) -> bool:
        return self.given == self.category

    @property
    def defensible(self) -> bool:
        return self.given in (self.category, *self.also)


def wordings() -> dict[str, list[Wording]]:
    """Findings by what they were used for."""
    first = _read(FILE)
    return {"tuning half": first[::2], "other half": first[1::2], "written later": _read(LATER), "six hands": _read(SIX)}


def _read(file: Path) -> list[Wording]:
    with file.open(encoding="utf-8", newline="") as stream:
        return [Wording(r["text"], r["category"], tuple(filter(None, r["also"].split("|")))) for r in csv.DictReader(stream)]


def share(some: Iterable[Wording]) -> tuple[int, int, int]:
    """(right, right or defensible, of)."""
    held = list(some)
    return sum(w.strict for w in held), sum(w.defensible for w in held), len(held)


def main() -> None:
    """Prints each set, by rules alone and with the classifier; with ``--misses`` what went wrong on the tuning half, never on
    those that are held out."""
    sets = wordings()
    for name, some in sets.items():
        right, defensible, n = share(some)
        alone = sum(w.by_rules in (w.category, *w.also) for w in some)
        shares = f"({right / n:.3f}), right or defensible {defensible} ({defensible / n:.3f}; by rules alone {alone / n:.3f})"
        sys.stdout.write(f"{name}: {right} of {n} right {shares}\n")
    if "--misses" in sys.argv:
        for w in sets["tuning half"]:
            if not w.defensible:
                sys.stdout.write(f"  {w.text} -> {w.given}, is {w.category}\n")


if __name__ == "__main__":
    main()
