"""A made-up city's database with tax rows, and what tests do to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from extractors.confidence import load_models
from flows.crossings import cross_all
from flows.home import Home, open_home
from records.document import Box, SourceFile
from records.record import Evidence, Extraction, Outcome, Record, Report
from records.settings import City
from store import Store

CITY = City()


def tax_row(i: int, total: str = "110.00", page: int = 1) -> Record:
    place = Evidence(page, (Box(72, 72 + 14 * (i % 40), 540, 84 + 14 * (i % 40)),), f"row {i}")
    values = {
        "parcel_id": f"4-{i}", "fiscal_year": 2019, "tax_type": "real_estate", "principal": Decimal("100.00"),
        "interest": Decimal("10.00"), "total": Decimal(total), "as_of_date": date(2019, 6, 30),
    }  # fmt: skip
    fields = {n: Extraction(n, v, place, 1.0, 0.98, "test@1") for n, v in values.items()}
    features = {"sums_ok": 1.0, "subtotal_ok": 1.0, "header_known": 1.0, "mean_conf": 1.0, "min_conf": 1.0, "is_ocr": 0.0}
    return Record("tax", f"tax/{page}/{i}", fields, place, features=features)


def home_with(folder: Path, documents: int = 4, rows: int = 30, layouts: Sequence[str] = ("list-a", "list-b")) -> Home:
    """A home whose database holds tax lists of several layouts, routed."""
    assert load_models().claims
    home = open_home(folder / "home")
    with Store.open(home.database) as store:
        run = store.start_run("run", ["in"], "f")
        for d in range(documents):
            sha = f"{d:064x}"
            store.register([SourceFile(sha, f"list{d}.pdf", 10)], run)
            records = tuple(tax_row(d * rows + i, page=1 + i // 20) for i in range(rows))
            report = Report(0, "tax_delinquency", (1, 2), (), records, layout=layouts[d % len(layouts)])
            store.save_outcome(sha, "f", Outcome("tax_delinquency", (report,)))
        cross_all(store, CITY)
    return home


def misread(store: Store, sha: str) -> None:
    """A new reading of a document in which every total is another."""
    known = store.outcome(sha)
    assert known is not None
    report = known.reports[0]
    records = tuple(r.having(replace(r.fields["total"], value=Decimal("99.00"))) for r in report.records)
    store.save_outcome(sha, "g", Outcome("tax_delinquency", (replace(report, records=records),)))
