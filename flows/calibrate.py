"""A city's own calibration: what people decided and checked is truth, and confidence is learnt anew from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from extractors.confidence import load_models
from extractors.trust.fitting import Case
from extractors.trust.report import Made, as_json, calibrate
from flows.city import load_city
from flows.crossings import cross_all
from flows.home import Home
from flows.trust_files import plot, save
from records.decision import Decision
from records.errors import SetupError
from records.record import Record
from records.settle import settle, to_text
from records.trust import KEY_FIELDS, NO_RECORD, Check, Claim
from store import Store, StoredDocument

FEWEST: Final = 100
"""Judged rows of a claim from which on a city's own measurement takes the place of the shipped one."""
_OF_CONFIDENCE = ("weak", "unmeasured", "gate_closed")


def calibrate_home(home: Home, by: str, *, shipped: bool = False, dry: bool = False) -> list[str]:
    """Fits, keeps the models in the database and figures and plot in the home folder, and routes anew. Returns what to tell.

    Raises SetupError where no claim has enough judged rows."""
    with Store.open(home.database) as store:
        city = load_city(home.settings)
        if shipped:
            store.trust.save_calibration("", by, datetime.now(UTC))
            cross_all(store, city)
            return ["The shipped calibration is in force again."]
        cases = judged_cases(store)
        made = calibrate(cases, f"{len(cases)} rows judged by people of {city.name}", "lotline calibrate", load_models(), FEWEST)
        if not made.figures:
            raise SetupError(
                f"People have judged {len(cases) or 'no'} rows so far, a kind takes {FEWEST}: nothing can be measured yet. "
                "Check samples at the desk first (lotline trust sample); until then the shipped calibration stays."
            )
        if dry:
            return [*made.lines(), "Nothing was changed (--dry-run)."]
        store.trust.save_calibration(json.dumps(as_json(made), sort_keys=True), by, datetime.now(UTC))
        cross_all(store, city)
    return [*made.lines(), f"In force now; figures and plot are in {_kept(home, made)}."]


def judged_cases(store: Store) -> list[Case]:
    """Every record that a person judged: all its key fields decided, confirmed as a whole, rejected, or checked."""
    checks = store.trust.book().latest_checks()
    cases: list[Case] = []
    for document in store.current():
        for record in () if document.outcome is None else document.outcome.records:
            case = _case(document, record, document.decisions.get(record.record_id, ()), checks.get(record.record_id))
            if case is not None:
                cases.append(case)
    return cases


def _case(document: StoredDocument, record: Record, made: Sequence[Decision], check: Check | None) -> Case | None:
    fields = _from_check(record, check) if check is not None else _from_decisions(record, made)
    if fields is None:
        return None
    assert document.outcome is not None
    route = document.routes.get(record.record_id)
    layout = next((r.layout for r in document.outcome.reports if r.ordinal == record.report), "")
    keys = KEY_FIELDS[record.kind]
    inferred = record.text("code_basis") == "inferred"
    # No fields: a person said that there is no such record.
    real = bool(fields)
    right: dict[Claim, bool] = {record.kind: real and all(fields.get(n, True) for n in keys)}
    code = real and all(fields.get(n, True) for n in KEY_FIELDS["code"])
    if record.kind == "violation" and inferred and real:
        right["code"] = code
    elif record.kind == "violation":
        right["violation"] = right["violation"] and code
    return Case(
        record,
        {name: ok for name, ok in fields.items() if record.value(name) is not None},
        right,
        all(right.values()),
        layout,
        document.sha256,
        tuple(r for r in document.outcome.records if r.parent == record.record_id),
        route is None or not any(r.code not in _OF_CONFIDENCE for r in route.reasons),
    )


def _from_check(record: Record, check: Check) -> dict[str, bool] | None:
    """Field -> right, from a check that still holds; {} = no record."""
    shown = {name: to_text(e.value) for name, e in record.fields.items() if e.value is not None}
    if not check.holds(shown, record.kind):
        return None
    return {} if NO_RECORD in check.wrong else {name: name not in check.wrong for name in (*shown, *KEY_FIELDS[record.kind])}


def _from_decisions(record: Record, made: Sequence[Decision]) -> dict[str, bool] | None:
    """Field -> right, where everything that counts was decided; {} = no record; None = not judged."""
    if not made:
        return None
    settled = settle(record, made)
    if settled.rejected:
        return {}
    decided = {name: value.agrees for name, value in settled.values.items() if value.by == "review" and not value.stale}
    return decided if all(n in decided for n in KEY_FIELDS[record.kind]) else None


def _kept(home: Home, made: Made) -> str:
    folder = home.folder / "calibration"
    folder.mkdir(exist_ok=True)
    save(made, folder / "confidence.json")
    plot(made, folder / "confidence.svg")
    return str(folder)
