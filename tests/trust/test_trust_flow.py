"""The proof from sample to closed gate, on a database as a run leaves it."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from flows.calibrate import calibrate_home
from flows.cli import app
from flows.crossings import calibration_of, cross_all, rows_of
from flows.trust import draw, prices, record_check, reopen, trust
from records.decision import Decision
from records.errors import SetupError, StoreError
from records.settle import region_of, seen_value
from records.trust import NO_RECORD, Check, PageAudit, SecondReading
from store import Store
from tests.trust.made import CITY, home_with, misread

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def says(store: Store, claim: str = "tax") -> str:
    return next(s.says() for s in trust(store, CITY).claims if s.claim == claim)


def states(store: Store) -> set[str]:
    return {r.state for d in store.current() for r in d.routes.values()}


def test_a_first_sample_makes_a_kind_deliverable_and_its_count_is_published(tmp_path: Path) -> None:
    home = home_with(tmp_path)
    with Store.open(home.database) as store:
        assert states(store) == {"accepted"}
        drawn = draw(store, CITY, "proof", "ann", 40)
        assert {m.layout for m in drawn.members} == {"list-a", "list-b"}
        for i, member in enumerate(drawn.members):
            record_check(store, CITY, member.record_id, {}, "ann", NOW.replace(minute=i % 60), drawn.sample_id, 12.0)
        tax = next(s for s in trust(store, CITY).claims if s.claim == "tax")
        assert tax.first_sample and tax.state == "unproven"
        assert tax.says().startswith("unproven: 0 wrong of 40 checked: at most 10.3 %")
        price = next(p for p in prices(store, CITY) if p.claim == "tax")
        assert price.more is None  # 120 rows can't prove half a percent
        again = draw(store, CITY, "proof", "ann", 40)
        assert not {m.record_id for m in again.members} & {m.record_id for m in drawn.members}


def test_a_wrong_row_is_corrected_and_a_breach_closes_the_gate_until_a_person_opens_it(tmp_path: Path) -> None:
    home = home_with(tmp_path)
    with Store.open(home.database) as store:
        drawn = draw(store, CITY, "proof", "ann", 20)
        first, second = drawn.members[:2]
        record_check(store, CITY, first.record_id, {"total": "111.00"}, "ann", NOW, drawn.sample_id)
        assert "tax" not in store.trust.book().closed
        record_check(store, CITY, second.record_id, {NO_RECORD: ""}, "ann", NOW, drawn.sample_id)
        assert "2 wrong of 2 checked" in store.trust.book().closed["tax"].why
        waiting = [r for d in store.current() for r in d.routes.values() if r.state == "in_review"]
        assert len(waiting) >= 118 and all(r.reasons[0].code == "gate_closed" for r in waiting)
        corrected = store.desk.cases([first.record_id])[first.record_id]
        assert str(corrected.settled.value("total")) == "111.00"
        with pytest.raises(SetupError, match="Say why"):
            reopen(store, CITY, "tax", " ", "bea")
        reopen(store, CITY, "tax", "the column was mapped", "bea")
        assert store.trust.book().closed == {} and "accepted" in states(store)
        cross_all(store, CITY)
        assert store.trust.book().closed == {}
        with pytest.raises(SetupError, match="not closed"):
            reopen(store, CITY, "tax", "again", "bea")


def test_a_new_reading_takes_its_checks_out_of_the_proof(tmp_path: Path) -> None:
    home = home_with(tmp_path, documents=1)
    with Store.open(home.database) as store:
        drawn = draw(store, CITY, "proof", "ann", 10)
        for member in drawn.members:
            record_check(store, CITY, member.record_id, {}, "ann", NOW, drawn.sample_id)
        assert "0 wrong of 10" in says(store)
        misread(store, f"{0:064x}")
        cross_all(store, CITY)
        assert "nothing checked yet" in says(store)


def test_pages_second_readings_and_new_layouts_are_told(tmp_path: Path) -> None:
    home = home_with(tmp_path)
    with Store.open(home.database) as store:
        page = draw(store, CITY, "page", "ann", 1).members[0]
        store.trust.audit_page(PageAudit("a1", page.sha256, 1, 19, {"tax": 1}, "ann", NOW))
        rows = rows_of(store)
        record = next(iter(rows))
        case = store.desk.cases([record])[record].record
        made = Decision("d1", record, "total", "confirm", "", seen_value(case, "total"), region_of(case, "total"), "ann", NOW)
        store.decide([made])
        with pytest.raises(StoreError, match="another person"):
            store.trust.read_again(SecondReading("r0", "d1", "110.00", True, "ann", NOW))
        store.trust.read_again(SecondReading("r1", "d1", "110.00", True, "bea", NOW))
        told = "\n".join(trust(store, CITY).lines())
    assert "1 of 20 records were missed" in told and "read a second time: 1, 1 agree" in told
    assert "New layout list-a: 2 documents since 20" in told


def test_what_people_said_cannot_be_edited(tmp_path: Path) -> None:
    home = home_with(tmp_path, documents=1)
    with Store.open(home.database) as store:
        draw(store, CITY, "proof", "ann", 5)
        store.trust.audit_page(PageAudit("a1", f"{0:064x}", 1, 19, {}, "ann", NOW))
        store.trust.audit_page(PageAudit("a1", f"{0:064x}", 1, 19, {}, "ann", NOW))
        assert len(store.trust.book().page_audits) == 1
        with pytest.raises(StoreError, match="no document"):
            store.trust.audit_page(PageAudit("a2", "f" * 64, 1, 19, {}, "ann", NOW))
    engine = sa.create_engine(home.database)
    for table in ("samples", "sample_members", "page_audits"):
        with pytest.raises(sa.exc.DatabaseError, match="append-only"), engine.begin() as connection:
            connection.execute(sa.text(f"DELETE FROM {table}"))


def test_calibrate_says_what_is_missing_and_learns_from_what_people_judged(tmp_path: Path) -> None:
    home = home_with(tmp_path, documents=6)
    with pytest.raises(SetupError, match="People have judged no rows so far, a kind takes 100"):
        calibrate_home(home, "ann")
    with Store.open(home.database) as store:
        shipped = calibration_of(store)
        drawn = draw(store, CITY, "proof", "ann", 170)
        for i, member in enumerate(drawn.members):
            wrong = {"total": "1.00"} if i in (3, 90) else {}
            case = store.desk.cases([member.record_id])[member.record_id]
            shown = rows_of(store, [case.sha256])[member.record_id].shown if i == 0 else {}
            shown = shown or {n: str(e.value) for n, e in case.record.fields.items() if e.value is not None}
            store.trust.check([Check(f"c{i}", member.record_id, "tax", wrong, shown, "ann", NOW, drawn.sample_id)])
    told = calibrate_home(home, "ann")
    assert any("170 rows judged by people of Chelsea" in line for line in told)
    assert any("the confidence from before stays: inspections" in line for line in told)
    figures = json.loads((home.folder / "calibration" / "confidence.json").read_text())
    assert figures["claims"]["tax"]["figures"]["n"] == 170 and figures["data_sha256"] != shipped.data
    assert (home.folder / "calibration" / "confidence.svg").stat().st_size > 1000
    with Store.open(home.database) as store:
        assert calibration_of(store).data == figures["data_sha256"]
        calibrate_home(home, "ann", shipped=True)
        assert calibration_of(store).data == shipped.data


def test_the_commands_answer(tmp_path: Path) -> None:
    home = home_with(tmp_path)
    run = CliRunner()
    at = ["--home", str(home.folder)]
    state = run.invoke(app, [*at, "trust", "--json"])
    assert state.exit_code == 0 and json.loads(state.stdout)["claims"][0]["state"] == "unproven"
    drawn = run.invoke(app, [*at, "trust", "sample", "--size", "10", "--json"])
    members = json.loads(drawn.stdout)["members"]
    assert 10 <= len(members) <= 11
    one = members[0]["record_id"]
    checked = run.invoke(app, [*at, "trust", "check", one, "--wrong", "total=1.00", "--sample", json.loads(drawn.stdout)["sample_id"]])
    assert checked.exit_code == 0 and "wrong, corrected" in checked.stdout
    plan = run.invoke(app, [*at, "trust", "plan"])
    assert plan.exit_code == 0 and "1 wrong of 1 checked" in plan.stdout
    assert isinstance(run.invoke(app, [*at, "trust", "sample", "--purpose", "luck"]).exception, SetupError)


def test_the_confidence_of_every_field_is_kept_with_the_route(tmp_path: Path) -> None:
    home = home_with(tmp_path, documents=1, rows=2)
    with Store.open(home.database) as store:
        routes = [r for d in store.current() for r in d.routes.values()]
    assert len(routes) == 2
    assert all(0.9 < r.fields["total"] <= 1 and set(r.fields) >= {"parcel_id", "fiscal_year", "tax_type", "total"} for r in routes)


def test_rows_of_a_new_layout_wait_where_a_city_asks_for_it_until_people_have_seen_some(tmp_path: Path) -> None:
    home, holding = home_with(tmp_path, documents=2, rows=12), replace(CITY, hold_new_layouts=10)

    def waiting(store: Store) -> Counter[str]:
        assert cross_all(store, holding) is not None
        rows = rows_of(store)
        held = [i for i, r in store.routes().items() if [x.code for x in r.reasons] == ["new_layout"]]
        return Counter(rows[i].layout for i in held)

    with Store.open(home.database) as store:
        assert {r.state for r in store.routes().values()} == {"accepted"}
        assert waiting(store) == {"list-a": 12, "list-b": 12}
        told = "\n".join(trust(store, holding).lines())
        assert "such as list0.pdf" in told and "wait until people have seen 10 of a layout" in told
        mine = sorted(i for i, r in rows_of(store).items() if r.layout == "list-a")
        for n, record_id in enumerate(mine[:10]):
            record_check(store, holding, record_id, {}, by="ann", at=NOW + timedelta(seconds=n))
        assert waiting(store) == {"list-b": 12}
        assert cross_all(store, CITY) is not None  # a city that does not ask for it
        assert {r.state for r in store.routes().values()} == {"accepted"}
