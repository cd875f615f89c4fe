"""Deliveries: nothing leaks, events are distinct, labels exact, a blank is not a zero."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.export.profiles import load_profile, parse_profile
from flows.export.tables import Sheet
from flows.export.writer import write_profile
from records.columns import TABLES
from records.errors import PatternError
from tests.export.city import FIRST, LIST_NEW, SECOND, bundle, finding, tax, visit
from tests.export.test_writer import by, read

PRIVATE = ("owner", "description", "location", "unit", "address_as_written", "source_file", "code_as_written")


@pytest.mark.parametrize("profile", ["public", "buildingblocks"])
def test_private_words_do_not_leave(tmp_path: Path, profile: str) -> None:
    write_profile(tmp_path / "out", bundle(), profile)
    everything = b"".join(p.read_bytes() for p in (tmp_path / "out").iterdir())
    for word in (b"ABDI", b"17D", b"Maria", b"boxes", b"apt 2", b"attachment"):
        assert word not in everything


@pytest.mark.parametrize("column", PRIVATE)
@pytest.mark.parametrize("profile", ["public", "buildingblocks"])
def test_no_edit_of_the_profile_can_make_it_leak(profile: str, column: str) -> None:
    table = next(t for t in TABLES.values() if any(c.name == column for c in t.columns))
    audience = "open" if profile == "public" else "partner"
    leaking: dict[str, Any] = {
        "audience": audience, "files": {"x.csv": {"table": table.name, "columns": [{"id": column, "header": "harmless"}]}},
    }  # fmt: skip
    with pytest.raises(PatternError, match="must not leave"):
        parse_profile(profile, leaking)
    with pytest.raises(PatternError, match="can't be wider"):
        parse_profile(profile, {**leaking, "audience": "inside"})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"audience": "everyone"}, "audience"),
        ({"files": {}}, "no files"),
        ({"colour": "red"}, "unknown colour"),
        ({"files": {"../x.csv": {"table": "documents", "columns": "all"}}}, "own folder"),
        ({"files": {"x.csv": {"table": "nothing", "columns": "all"}}}, "no table"),
        ({"files": {"x.csv": {"table": "documents", "columns": [{"id": "colour"}]}}}, "no column"),
        ({"files": ["x.csv"]}, "mapping"),
        ({"rules": {"label_header": "{colour}"}}, "label_header"),
        ({"rules": {"hold_incomplete": "maybe"}}, "yes"),
    ],
)
def test_a_wrong_profile_is_named(change: dict[str, Any], message: str) -> None:
    sound = {"audience": "inside", "files": {"x.csv": {"table": "documents", "columns": "all"}}}
    parse_profile("mine", sound)
    with pytest.raises(PatternError, match=message):
        parse_profile("mine", {**sound, **change})


def test_forms_headers_and_order_are_data(tmp_path: Path) -> None:
    profile = parse_profile("mine", {"audience": "inside", "files": {"x.csv": {
        "table": "tax_delinquencies", "order": "as_of_date, parcel_id",
        "columns": [{"id": "parcel_id", "header": "Parcel ID", "id_form": "excel"}, {"id": "tax_type", "values": {"other": "O"}},
                    {"id": "as_of_date", "date_form": "%m/%d/%Y"}],
    }}})  # fmt: skip
    file = profile.files[0]
    assert file.header == ("as_of_date", "Parcel ID", "tax_type")
    row = {"parcel_id": "4-3", "tax_type": "other", "as_of_date": "2019-06-30"}
    assert file.cells(Sheet.of("", [row])) == [["06/30/2019"], ['="4-3"'], ["O"]]


def test_one_event_per_distinct_violation_at_its_first_citation(tmp_path: Path) -> None:
    made = bundle(records=tuple(r for r in bundle().records if r.id != "v5"))  # the re-inspection is whole now
    write_profile(tmp_path / "out", made, "buildingblocks")
    events = by(tmp_path / "out" / "housing.csv", "event_id")
    assert set(events) == {"v1", "v2"}
    assert events["v1"]["event_date"] == "2018-09-17" and events["v1"]["status"] == "corrected"
    assert events["v1"]["category"] == "Egress Obstructions" and events["v1"]["parcel_id"] == "4-3"
    assert events["v1"]["dataset"] == "Certificate of Habitability Violations"
    assert events["v2"]["status"] == "open"


def test_what_the_city_dismissed_is_not_delivered_and_what_is_disputed_is(tmp_path: Path) -> None:
    """Dismissed under one visit, it is gone under the others too; in the city's own tables it stays, and says so."""
    made = (visit("i", FIRST, "2018-09-17"), visit("j", SECOND, "2018-10-15", inspection_type="reinspection"),
            finding("v", FIRST, "2018-09-17", "i"), finding("w", SECOND, "2018-10-15", "j", repeat_of="v", city_status="dismissed"),
            finding("x", FIRST, "2018-09-17", "i", city_status="disputed"), finding("y", FIRST, "2018-09-17", "i"))  # fmt: skip
    summary = write_profile(tmp_path / "platform", bundle(records=made), "buildingblocks")
    assert set(by(tmp_path / "platform" / "housing.csv", "event_id")) == {"x", "y"}
    assert summary.held_back["violation that the city dismissed"] == 1
    assert by(tmp_path / "platform" / "parcel_features.csv", "parcel_id")["4-3"]["violations"] == "2"
    for profile in ("internal", "public"):
        write_profile(tmp_path / profile, bundle(records=made), profile)
        told = {k: r["city_status"] for k, r in by(tmp_path / profile / "violations.csv", "violation_id").items()}
        assert told == {"v": "", "w": "dismissed", "x": "disputed", "y": ""}


def test_incomplete_reports_are_held_back(tmp_path: Path) -> None:
    summary = write_profile(tmp_path / "out", bundle(), "buildingblocks")
    assert by(tmp_path / "out" / "housing.csv", "event_id")["v1"]["status"] == "open"  # the later visit still waits
    assert [r["event_id"] for r in read(tmp_path / "out" / "inspections.csv")] == ["i1"]  # i2 is known to the platform
    assert summary.held_back["visit that the platform already has"] == 1


def test_a_lone_reinspection_is_dated_by_its_original(tmp_path: Path) -> None:
    lone = (visit("i", FIRST, "2018-10-15", result="partial"),
            finding("v", FIRST, "2018-10-15", "i", first_cited_date=date(2018, 9, 1), code_title=""))  # fmt: skip
    write_profile(tmp_path / "out", bundle(records=lone), "buildingblocks")
    event = read(tmp_path / "out" / "housing.csv")[0]
    assert (event["event_date"], event["status_date"], event["category"]) == ("2018-09-01", "2018-10-15", "Other Violation")


def test_fire_findings_go_to_the_fire_dataset(tmp_path: Path) -> None:
    made = (visit("i", FIRST, "2018-10-15", department="fire"), finding("v", FIRST, "2018-10-15", "i"))
    write_profile(tmp_path / "out", bundle(records=made), "buildingblocks")
    assert read(tmp_path / "out" / "housing.csv") == [] and len(read(tmp_path / "out" / "fire.csv")) == 1


def test_only_the_latest_full_tax_list(tmp_path: Path) -> None:
    summary = write_profile(tmp_path / "out", bundle(), "buildingblocks")
    assert [r["event_id"] for r in read(tmp_path / "out" / "tax.csv")] == ["t3", "t4"]
    assert summary.held_back["tax row of an older list"] == 2
    half = (tax("a", LIST_NEW, "2019-06-30", "2018"), tax("b", LIST_NEW, "2019-06-30", "2019", state="in_review"))
    summary = write_profile(tmp_path / "out", bundle(records=half), "buildingblocks")
    assert read(tmp_path / "out" / "tax.csv") == [] and summary.held_back["tax row of a list not known in full"] == 1


def test_the_wide_table_leaves_unobserved_blank(tmp_path: Path) -> None:
    write_profile(tmp_path / "out", bundle(), "buildingblocks")
    wide = by(tmp_path / "out" / "parcel_features.csv", "parcel_id")
    assert list(wide) == ["4-3", "4-12", "9-1"]
    locks = "Certificate of Habitability Violations - Locks"
    screens = "Certificate of Habitability Violations - Screens for Windows"
    assert wide["4-3"]["observed"] == "partial" and wide["4-3"][locks] == "1" and wide["4-3"][screens] == ""
    assert wide["9-1"]["observed"] == "no" and wide["9-1"]["violations"] == "" and wide["9-1"][locks] == ""
    assert wide["4-12"]["tax_years_owed"] == "2" and wide["4-12"]["tax_owed"] == "-24.00"
    assert wide["9-1"]["tax_observed"] == "yes" and wide["9-1"]["tax_years_owed"] == "0"


def test_a_clean_inspected_parcel_has_zeros(tmp_path: Path) -> None:
    made = bundle(records=(visit("i", FIRST, "2018-10-15", result="no_violations"),))
    write_profile(tmp_path / "out", made, "buildingblocks")
    row = by(tmp_path / "out" / "parcel_features.csv", "parcel_id")["4-3"]
    assert row["observed"] == "yes" and row["violations"] == "0"


def test_opengov_keys_by_mbl_with_the_address_apart(tmp_path: Path) -> None:
    write_profile(tmp_path / "out", bundle(), "opengov")
    row = read(tmp_path / "out" / "inspections.csv")[0]
    assert (row["mbl"], row["street_number"], row["street_name"], row["result"]) == ("4-3", "41-43", "SHURTLEFF ST", "Pass")


def test_labels_are_one_per_section() -> None:
    rules = load_profile("buildingblocks").rules
    assert len(rules.labels) == len(set(rules.labels)) == 37
    assert not set(rules.aliases) & set(rules.labels) and set(rules.aliases.values()) <= set(rules.labels)
