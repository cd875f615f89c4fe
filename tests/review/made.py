"""A small city for the desk: reports and a tax list as PDFs with text where the records say it is.

It comes with texts from hostile papers, as most tests have it, and with plain ones, for the pictures in the docs.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from flows.home import Home, open_home
from records.deciding import as_settled, decided_route
from records.document import Box, SourceFile
from records.links import Link, Route
from records.record import Evidence, Extraction, Outcome, Reason, Record, Report, Value
from records.routing import Gate, route
from records.settle import settle
from records.vocabulary import Kind
from store import Store

GATES = {"inspection": 0.9, "violation": 0.9, "tax": 0.9, "water": 0.9, "code": 0.0}
SCRIPT = "<script>document.title='owned'</script>"
HOSTILE_NAME = "x\"><img src=q onerror=\"document.title='owned'\">.pdf"
HOSTILE_OWNER = "O'NEIL <svg onload=\"document.title='owned'\"> & SONS"


@dataclass(frozen=True, slots=True)
class Texts:
    """What the papers of a city say where anybody may write anything."""

    file: str
    owner: str
    finding: str
    doubt: str


HOSTILE = Texts(HOSTILE_NAME, HOSTILE_OWNER, SCRIPT, f"the list has no number 2 {SCRIPT}")
PLAIN = Texts("cary-ave-10-2018-10.pdf", "MILL HILL REALTY TRUST", "trash stored in common hall", "the list has no number 2")
_PARCELS = [
    ("12-3", "45 SHURTLEFF ST", "VELASQUEZ MARIA", "104"),
    ("12-4", "45R SHURTLEFF ST", "NOWAK PETER & HELEN", "104"),
    ("7-21", "10 CARY AVE", "BROWN ANN", "101"),
    ("7-22", "12 CARY AVE", "GREEN SAM", "101"),
]


def at(top: float, page: int = 1, left: float = 72.0, width: float = 300.0) -> Evidence:
    return Evidence(page, (Box(left, top, left + width, top + 12.0),), "as read")


def record(kind: Kind, key: str, top: float, sure: float = 0.95, page: int = 1, **values: Value) -> Record:
    fields = {n: Extraction(n, v, at(top + i % 2, page), 0.98, 0.9, f"us-ma/{n}@1") for i, (n, v) in enumerate(values.items())}
    return Record(kind, key, fields, at(top, page), features={"reading": 0.98}, confidence=sure)


def drawn(lines: Sequence[tuple[float, str]], pages: int = 1, mark: str = "") -> bytes:
    """A PDF with these lines at these distances from the top; ``mark`` makes its bytes its own."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792), invariant=True)
    for page in range(pages):
        canvas.setFont("Helvetica", 11)
        for top, text in lines:
            canvas.drawString(72, 792 - top - 10, text[:90])
        if pages > 1:
            canvas.drawString(500, 30, f"page {page + 1}")
        canvas.showPage()
    canvas.setSubject(mark)
    canvas.save()
    return out.getvalue()


@dataclass
class City:
    """A home folder with a filled store; ``ids``: name -> record id."""

    home: Home
    store: Store
    ids: dict[str, str]
    papers: Path


def visit(date_sure: float = 0.95, **values: Value) -> Record:
    from datetime import date

    given: dict[str, Value] = {
        "inspection_date": date(2018, 9, 4), "result": "violations", "address_as_written": "45 Shurtleff Street",
        "inspector": "J. Rivera", "case_number": "BHI-18-0901", "inspection_type": "initial",
        "department": "inspectional_services", **values,
    }  # fmt: skip
    return record("inspection", "inspection/0", 100, date_sure, **given)


def finding(
    n: int, top: float, text: str, code: str, category: str, sure: float = 0.95, page: int = 1,
    address: str = "45 Shurtleff Street",
) -> Record:  # fmt: skip
    from datetime import date

    made = record(
        "violation", f"violation/0/{n}", top, sure, page, description=text, code=code, category=category, status="open",
        inspection_date=date(2018, 9, 4), address_as_written=address, code_basis="cited",
    )  # fmt: skip
    return replace(made, parent="inspection/0")


HEAD = ((50.0, "CITY OF CHELSEA   INSPECTIONAL SERVICES"), (66.0, "NOTICE OF VIOLATION   105 CMR 410"))
TWO_FIT = Reason("parcel_id", "ambiguous", "two parcels fit: 45 Shurtleff St (12-3), 45R Shurtleff St (12-4)")
PENCIL = Reason("description", "handwritten", "read from handwriting; a person has to confirm it")


def make_city(folder: Path, texts: Texts = HOSTILE) -> City:
    """The city, ready to be served."""
    papers = folder / "papers"
    papers.mkdir(parents=True)
    with (folder / "parcels.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["PROP_ID", "SITE_ADDR", "OWNER1", "USE_CODE"])
        writer.writerows([*_PARCELS, ("9-1", "300 BROADWAY", texts.owner, "105")])
    (folder / "log.csv").write_text(
        "Record Number,Record Type,Opened Date,Status,Address,Inspector\n"
        "BHI-18-0901,Housing Inspection,2018-09-04,Closed,45 Shurtleff St,J. Rivera\n"
        "BHI-18-0950,Housing Inspection,2018-10-02,Closed,10 Cary Ave,L. Marrero\n"
    )
    home = open_home(folder / "home")
    known = {"parcels": str(folder / "parcels.csv"), "log": str(folder / "log.csv")}
    (home.folder / "registers.json").write_text(json.dumps(known))
    store = Store.open(home.database)
    city = City(home, store, {}, papers)
    run = store.start_run("run", [str(papers)], "find")

    lines = [*HEAD, (100, "45 Shurtleff Street   September 4, 2018   BHI-18-0901"),
             (200, "1. smoke detector missing in rear hall"), (230, "2. kitchen faucet leaks"),
             (260, "3. no handrail on cellar stairs")]  # fmt: skip
    notice = (
        visit().doubting(TWO_FIT),
        finding(1, 200, "smoke detector missing in rear hall", "105 CMR 410.482", "smoke_co").doubting(TWO_FIT),
        finding(2, 230, "kitchen faucet leaks", "105 CMR 410.351", "plumbing", 0.7).doubting(TWO_FIT),
        finding(3, 260, "no handrail on cellar stairs", "105 CMR 410.503", "structural").doubting(TWO_FIT, PENCIL),
    )
    _file(city, run, "notice.pdf", drawn(lines, pages=2), notice, ("visit", "smoke", "faucet", "handrail"))

    second = (
        visit(0.7, address_as_written="10 Cary Ave", parcel_id="7-21", case_number="BHI-18-0950", inspector="L. Marrero"),
        finding(1, 200, texts.finding, "105 CMR 410.602", "sanitation", 0.6, address="10 Cary Ave"),
    )
    second = (second[0], second[1].having(*(replace(second[0].fields["parcel_id"], evidence=at(100)),)))
    _file(city, run, texts.file, drawn([*HEAD, (100, "10 Cary Ave"), (200, f"1. {texts.finding}")]), second,
          ("hostile visit", "hostile"), reasons=(Reason("", "check", texts.doubt),))  # fmt: skip

    rows = tuple(
        record(
            "tax", f"tax/{n}", 100 + 20 * n, 0.95, account=f"10{n:02d}", owner=texts.owner, location="300 BRODWAY",
            fiscal_year=2018, tax_type="real_estate", total=Decimal(f"{100 + n}.25"),
        )
        for n in range(6)
    )  # fmt: skip
    bills = [(50.0, "CITY OF CHELSEA   TREASURER AND COLLECTOR   DELINQUENT ACCOUNTS FISCAL YEAR 2018"),
             *((100 + 20.0 * n, f"10{n:02d}   300 BRODWAY   {100 + n}.25") for n in range(6))]  # fmt: skip
    _file(city, run, "taxes.pdf", drawn(bills), rows,
          tuple(f"tax{n}" for n in range(6)))  # fmt: skip
    released = (
        visit(0.97, parcel_id="7-22", address_as_written="12 Cary Ave", case_number="BHI-18-0999"),
        replace(
            finding(1, 200, "broken window pane", "105 CMR 410.501", "structural", 0.97, address="12 Cary Ave"),
        ).having(Extraction("parcel_id", "7-22", at(200), 1.0, 1.0, "r@1")),
    )
    _file(city, run, "released.pdf", drawn([*HEAD, (100, "12 Cary Ave   September 4, 2018"), (200, "1. broken window pane")]), released, ("done", "pane"))
    store.finish_run(run, {"done": 4}, "completed")
    rebuild(store)
    return city


def _file(
    city: City, run: str, name: str, content: bytes, records: Sequence[Record], names: Sequence[str],
    reasons: tuple[Reason, ...] = (),
) -> None:  # fmt: skip
    (city.papers / name).write_bytes(content)
    sha256 = add_document(city.store, run, name, content, records, reasons)
    found = city.store.outcome(sha256)
    assert found is not None
    city.ids |= {n: r.record_id for n, r in zip(names, found.records, strict=True)}
    city.ids[f"sha {names[0]}"] = sha256


def add_document(
    store: Store, run: str, name: str, content: bytes, records: Sequence[Record], reasons: tuple[Reason, ...] = ()
) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    store.register([SourceFile(sha256, name, len(content))], run)
    store.save_reading(sha256, "read", b"", "", pages=2, text_source="text_layer", media_type="pdf")
    doc_type = "tax_delinquency" if records and records[0].kind == "tax" else "housing_inspection"
    report = Report(0, doc_type, (1,), ("made",), tuple(records), reasons, layout="layout-a")
    store.save_outcome(sha256, "find", Outcome(doc_type, (report,)))
    return sha256


def rebuild(store: Store, links: Sequence[Link] = ()) -> None:
    """Routes as a run would leave them, and the lists."""
    since = store.desk.last_decision()
    routes: list[Route] = []
    for document in store.current():
        assert document.outcome is not None
        for r in document.outcome.records:
            settled = settle(r, document.decisions.get(r.record_id, ()))
            link = next((one for one in links if one.record_id == r.record_id), None)
            known = as_settled(r, settled)
            if not known.ignorable:
                routes.append(decided_route(route(known, Gate(r.kind, GATES[r.kind]), link), settled))
    if links:
        store.replace_links(links)
    store.replace_routes(routes)
    store.desk.rebuild(GATES, since)
