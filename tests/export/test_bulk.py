"""Files written column by column are those of ``csv.writer``, and rows kept for deliveries come back as they were."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.export import bulk
from flows.export.ready import Ready, keep, load
from flows.export.tables import Sheet, Tables
from tests.export.city import bundle

CELLS = st.text(st.sampled_from('ab ,"\r\n\u00e9\u2028=;'), max_size=5)


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=12)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_bytes_are_those_of_the_csv_writer(tmp_path: Path, rows: list[list[str]]) -> None:
    header, *cells = rows
    told = bulk.write_table(tmp_path / "a.csv", header, [[row[i] for row in cells] for i in range(len(header))])
    wanted = io.StringIO(newline="")
    csv.writer(wanted, lineterminator="\r\n").writerows(rows)
    data = (tmp_path / "a.csv").read_bytes()
    assert data == wanted.getvalue().encode()
    assert told == {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "rows": len(cells)}


def test_long_tables_are_written_in_portions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_AT_ONCE", 3)
    for count in (0, 1, 3, 7):
        columns = [[f"{n},{c}" for n in range(count)] for c in "xy"]
        told = bulk.write_table(tmp_path / "a.csv", ("x", "y"), columns)
        with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as stream:
            assert list(csv.reader(stream)) == [["x", "y"], *map(list, zip(*columns, strict=True))]
        assert told["rows"] == count


def test_rows_kept_for_deliveries_come_back(tmp_path: Path) -> None:
    ready = Ready.of(Tables(bundle()))
    keep(tmp_path, "key", ready)
    again = load(tmp_path, "key")
    assert again is not None and load(tmp_path, "another") is None
    assert {n: s.mappings() for n, s in again.released.items()} == {n: s.mappings() for n, s in ready.released.items()}
    assert again.everything == ready.everything
    assert (again.causes, again.unsure, again.sites, again.kinds) == (ready.causes, ready.unsure, ready.sites, ready.kinds)
    damaged = bytearray((tmp_path / "rows").read_bytes())
    damaged[-9] ^= 1
    (tmp_path / "rows").write_bytes(damaged)
    assert load(tmp_path, "key") is None


def test_rows_that_fall_out_of_a_sheet_leave_the_others_in_order() -> None:
    sheet = Sheet.of("", [{"a": str(n), "b": f"b{n}"} for n in range(5)]).beside({"c": list("vwxyz")})
    assert [tuple(row.values()) for row in sheet.without({1, 4}).mappings()] == [("0", "b0", "v"), ("2", "b2", "x"), ("3", "b3", "y")]
