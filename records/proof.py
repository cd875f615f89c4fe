"""How right the released rows are, with proof: k wrong of n checked, hence at most so many in a hundred.

Bounds are one-sided at 95 % and exact (Clopper and Pearson 1934). Rows of one document go wrong together, so n is first divided
by the design effect (Kish 1965) and the bound taken at the effective sample (Korn and Graubard 1998).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LEVEL: Final = 0.95
LIKENESS: Final = 0.05
"""How alike rows of one document are in going wrong (intraclass correlation), where too few went wrong to measure it: what
cluster surveys of records commonly find. With 20 rows a document it costs half of the sample."""

ENOUGH_WRONG: Final = 5
"""Wrong rows from which on their likeness within documents is measured rather than assumed."""


@dataclass(frozen=True, slots=True)
class Proof:
    """``wrong`` of ``checked`` rows from ``documents`` documents; ``effect``: by how much sharing documents shrinks the sample;
    ``bound``: share of wrong rows that is not exceeded, at 95 %; 1.0 where nothing was checked."""

    wrong: int
    checked: int
    documents: int
    effect: float
    bound: float

    @property
    def least(self) -> float:
        """The share of wrong rows that is at least there, at 95 %."""
        return lower_bound(self.wrong / self.effect, self.checked / self.effect) if self.checked else 0.0

    def says(self) -> str:
        """The figure as it is published, e.g. "0 wrong of 150 checked: at most 2.0 %"."""
        if not self.checked:
            return "nothing checked yet"
        return f"{self.wrong} wrong of {self.checked} checked: at most {percent(self.bound)}"

    def meets(self, target: float) -> bool:
        """Whether the rows are proven to be right often enough."""
        return self.checked > 0 and self.bound <= target + 1e-9


def prove(verdicts: Iterable[tuple[bool, str]]) -> Proof:
    """The proof from (is it right, its document) per checked row."""
    rows = list(verdicts)
    n = len(rows)
    wrong = sum(not right for right, _ in rows)
    sizes = Counter(document for _, document in rows)
    effect = design_effect(rows)
    bound = upper_bound(wrong / effect, n / effect) if n else 1.0
    return Proof(wrong, n, len(sizes), effect, bound)


def design_effect(rows: list[tuple[bool, str]]) -> float:
    """By how much the variance grows as rows share documents: 1 + (m - 1) * likeness, m the size-weighted rows a document.
    Measured from the rows (analysis of variance) once enough went wrong, but never below what is assumed until then."""
    n = len(rows)
    if n < 2:
        return 1.0
    sizes = Counter(document for _, document in rows)
    weighted = sum(m * m for m in sizes.values()) / n
    return 1 + (weighted - 1) * max(LIKENESS, _measured_likeness(rows, sizes))


def _measured_likeness(rows: list[tuple[bool, str]], sizes: Counter[str]) -> float:
    n, groups = len(rows), len(sizes)
    wrong = Counter(document for right, document in rows if not right)
    k = wrong.total()
    if not ENOUGH_WRONG <= k <= n - ENOUGH_WRONG or not 1 < groups < n:
        return 0.0
    mean = k / n
    between = sum(m * (wrong[d] / m - mean) ** 2 for d, m in sizes.items()) / (groups - 1)
    within = sum(wrong[d] * (1 - wrong[d] / m) for d, m in sizes.items()) / (n - groups)
    usual = (n - sum(m * m for m in sizes.values()) / n) / (groups - 1)
    spread = between + (usual - 1) * within
    return max(0.0, min(1.0, (between - within) / spread)) if spread > 0 else 0.0


def upper_bound(wrong: float, checked: float, level: float = LEVEL) -> float:
    """The largest share of wrong rows that fits ``wrong`` of ``checked`` (both may be effective, hence broken, numbers)."""
    if checked <= 0 or wrong >= checked:
        return 1.0
    return _beta_quantile(level, wrong + 1, checked - wrong)


def lower_bound(wrong: float, checked: float, level: float = LEVEL) -> float:
    """The smallest share of wrong rows that fits."""
    if checked <= 0 or wrong <= 0:
        return 0.0
    return _beta_quantile(1 - level, wrong, max(checked - wrong, 0.0) + 1)


def checks_needed(target: float, wrong: int = 0, effect: float = 1.0) -> int:
    """Rows to check so that ``target`` is proven if ``wrong`` of them are wrong. Raises ValueError for a target of nothing."""
    if not 0 < target < 1:
        raise ValueError(f"a target lies between 0 and 1, not at {target}")
    low, high = wrong, max(16, 4 * (wrong + 1))
    while upper_bound(wrong / effect, high / effect) > target:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if upper_bound(wrong / effect, middle / effect) > target:
            low = middle
        else:
            high = middle
    return high


def percent(share: float) -> str:
    """A share as people read it: 2.0 %, 0.31 %."""
    hundredths = 100 * share
    return f"{hundredths:.1f} %" if hundredths >= 1 or hundredths == 0 else f"{hundredths:.2f} %"


def _beta_quantile(p: float, a: float, b: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _beta_cdf(middle, a, b) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _beta_cdf(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta function, by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_cdf(1 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    tiny = 1e-300
    f, c, d = 1.0, 1.0, 0.0
    for i in range(400):
        m = i // 2
        if i == 0:
            step = 1.0
        elif i % 2 == 0:
            step = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            step = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 + step * d
        d = 1 / (d if abs(d) > tiny else tiny)
        c = 1 + step / c
        c = c if abs(c) > tiny else tiny
        f *= c * d
        if abs(1 - c * d) < 1e-12:
            break
    return front * (f - 1)
