"""Draws ``samples/foreign``: a delinquent-tax list as no collector in Massachusetts prints it, with its truth.

    python -m tests.patterns.levy_roll samples/foreign/patterns/layouts/levy-roll.pdf

Every heading, code, date and year is written in a way that the general rules do not know; one YAML file teaches it.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from reportlab.lib.pagesizes import landscape, letter
from reportlab.pdfgen import canvas

PARCELS = Path(__file__).parents[2] / "samples" / "parcels.csv"
HEADINGS = ("Roll Ref", "Lot Ref", "Ratepayer", "Levy Period", "Head", "Mk", "Levy", "Surchg", "Bailiff", "Outst'g")
PLACES = (36, 96, 150, 380, 446, 486, 560, 620, 680, 756)  # points; the last four right-aligned
HEADS = {"PR": "real_estate", "BP": "personal_property", "UT": "water_sewer_lien"}
MARKS = ("", "", "", "H", "", "D", "")


@dataclass(frozen=True)
class Owed:
    """One row as printed and as meant."""

    account: str
    parcel: str
    owner: str
    year: int
    head: str
    mark: str
    levy: Decimal
    surcharge: Decimal
    bailiff: Decimal

    @property
    def total(self) -> Decimal:
        return self.levy + self.surcharge + self.bailiff

    def printed(self) -> tuple[str, ...]:
        money = [_money(v) for v in (self.levy, self.surcharge, self.bailiff, self.total)]
        period = f"{self.year - 1}/{self.year % 100:02d}"
        return (self.account, "" if self.head == "BP" else self.parcel, self.owner, period, self.head, self.mark, *money)


def rows() -> Iterator[Owed]:
    """Thirty-eight rows on real parcels of the samples' city; every ninth is a credit."""
    with PARCELS.open(encoding="utf-8", newline="") as stream:
        parcels = [p for p in csv.DictReader(stream) if not p["UNIT"]]
    for n in range(38):
        parcel = parcels[(n * 13) % len(parcels)]
        levy = Decimal(48_31 + n * 97_13 % 310_000) / 100
        if n % 9 == 8:
            levy = -levy / 4
        levy = levy.quantize(Decimal("0.01"))
        extra = Decimal(0) if levy < 0 else (levy * Decimal("0.07")).quantize(Decimal("0.01"))
        fee = Decimal(0) if levy < 0 or n % 3 else Decimal("30.00")
        head = ("PR", "PR", "UT", "PR", "BP")[n % 5]
        yield Owed(f"R{20117 + n * 7}", parcel["PROP_ID"], parcel["OWNER1"][:40], 2015 + n % 5, head, MARKS[n % 7], levy, extra, fee)


def draw(path: Path) -> None:
    """Writes the list as a PDF of two pages, the same bytes every time."""
    page = canvas.Canvas(str(path), pagesize=landscape(letter), invariant=True)
    page.setTitle("Roll of unsettled levies")
    every = list(rows())
    for first in range(0, len(every), 22):
        page.setFont("Helvetica-Bold", 13)
        page.drawString(36, 576, "ROLL OF UNSETTLED LEVIES")
        page.setFont("Helvetica", 9)
        page.drawString(36, 560, "Office of the Receiver of Rates")
        page.drawRightString(756, 576, "Position at 30/06/2019")
        page.drawRightString(756, 560, f"Sheet {first // 22 + 1}")
        page.setFont("Helvetica-Bold", 8.5)
        _line(page, 534, HEADINGS)
        page.line(36, 530, 756, 530)
        page.setFont("Helvetica", 8.5)
        for n, row in enumerate(every[first : first + 22]):
            _line(page, 516 - n * 19, row.printed())
        if first + 22 >= len(every):
            page.setFont("Helvetica-Bold", 8.5)
            page.drawString(150, 516 - (len(every) - first) * 19, "Roll sum")
            page.drawRightString(756, 516 - (len(every) - first) * 19, _money(sum((r.total for r in every), Decimal(0))))
        page.showPage()
    page.save()


def _line(page: canvas.Canvas, y: float, cells: tuple[str, ...]) -> None:
    for x, text, right in zip(PLACES, cells, (False,) * 6 + (True,) * 4, strict=True):
        (page.drawRightString if right else page.drawString)(x, y, text)


def _money(value: Decimal) -> str:
    return f"K{-value:,.2f}" if value < 0 else f"{value:,.2f}"


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
