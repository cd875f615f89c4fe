from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from flows.city import draft_mapping, load_city, load_log, load_parcels, preview, read_parcels
from records.errors import SetupError
from records.settings import City

PARCELS = "PROP_ID,SITE_ADDR,UNIT,OWNER1\n59-10,177 MARLBOROUGH ST,,DIAZ LUIS\n4-3-1A,5 ASH ST,1A,KIM\n"
LOG = "RECORD_NO,OPENED,ADDRESS,ATTACHMENT\nBHI-1,2018-07-02,5 Ash St,a.pdf; b.pdf\nBHI-2,7/3/2018,6 Ash St,\n"


def written(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_parcels_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    text = PARCELS.replace("KIM", "PEÑA")
    parcels = load_parcels(written(tmp_path, "p.csv", text, encoding), City())
    assert [(p.parcel_id, p.unit, p.owner) for p in parcels] == [("59-10", "", "DIAZ LUIS"), ("4-3-1A", "1A", "PEÑA")]


def test_lines_before_the_header_guards_and_double_headers(tmp_path: Path) -> None:
    text = 'Export of 2019\n\nCity of X;;\nMap/Lot;Location;Owner;Owner\n"=""59-10""";1 A ST;ONE;TWO\n'
    (parcel,) = load_parcels(written(tmp_path, "p.csv", text), City())
    assert (parcel.parcel_id, parcel.address, parcel.owner) == ("59-10", "1 A ST", "ONE")


def test_a_spreadsheet_reads_like_its_csv(tmp_path: Path) -> None:
    csv = written(tmp_path, "p.csv", PARCELS)
    pd.read_csv(csv, dtype=str, keep_default_na=False).to_excel(tmp_path / "p.xlsx", index=False, startrow=3)
    assert load_parcels(tmp_path / "p.xlsx", City()) == load_parcels(csv, City())


def test_ids_that_a_spreadsheet_damaged_are_repaired_with_a_warning(tmp_path: Path) -> None:
    path = written(tmp_path, "p.csv", "Parcel ID,Address\n3-Apr,1 A ST\nApr-43,2 A ST\n59-10,3 A ST\n")
    parcels, warnings = read_parcels(path, City())
    assert [p.parcel_id for p in parcels] == ["4-3", "4-43", "59-10"]
    assert len(warnings) == 2 and "3-Apr" in warnings[0]


def test_rows_that_repeat_an_id_add_their_address(tmp_path: Path) -> None:
    path = written(tmp_path, "p.csv", "Parcel ID,Address\n5-1,1 A ST\n5-1,9 B ST\n5-1,1 A ST\n")
    parcels, warnings = read_parcels(path, City())
    assert [(p.address, p.aliases) for p in parcels] == [("1 A ST", ("9 B ST",))]
    assert len(warnings) == 1


def test_the_log_is_read(tmp_path: Path) -> None:
    first, second = load_log(written(tmp_path, "l.csv", LOG), City())
    assert (first.row, first.opened, first.attachments) == (2, date(2018, 7, 2), ("a.pdf", "b.pdf"))
    assert second.opened == date(2018, 7, 3)


def test_wrong_files_are_named_with_the_remedy(tmp_path: Path) -> None:
    parcels, log = written(tmp_path, "p.csv", PARCELS), written(tmp_path, "l.csv", LOG)
    with pytest.raises(SetupError, match="looks like the permit log"):
        load_parcels(log, City())
    with pytest.raises(SetupError, match="looks like the parcel file"):
        load_log(parcels, City())
    with pytest.raises(SetupError, match=r"has: A, B\..*lotline init"):
        load_parcels(written(tmp_path, "x.csv", "A,B\n1,2\n"), City())
    with pytest.raises(SetupError, match="is not there"):
        load_parcels(tmp_path / "none.csv", City())
    with pytest.raises(SetupError, match="is empty"):
        load_parcels(written(tmp_path, "e.csv", ""), City())
    with pytest.raises(SetupError, match="not a CSV or Excel file"):
        load_parcels(written(tmp_path, "d.csv", "%PDF-1.7"), City())
    with pytest.raises(SetupError, match="spreadsheet"):
        load_parcels(written(tmp_path, "d.xlsx", "no zip"), City())
    with pytest.raises(SetupError, match="no parcels"):
        load_parcels(written(tmp_path, "h.csv", PARCELS.split("\n")[0]), City())


def test_the_draft_is_a_setting_that_loads(tmp_path: Path) -> None:
    parcels, log = written(tmp_path, "p.csv", PARCELS), written(tmp_path, "l.csv", LOG)
    settings = written(tmp_path, "lotline.toml", draft_mapping(parcels, log, 'St. "Any"'))
    city = load_city(settings)
    assert city.name == 'St. "Any"' and city.parcel_columns["parcel_id"] == "PROP_ID"
    assert len(load_parcels(parcels, city)) == 2 and "59-10" in preview(parcels, log, city)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[city]\nnam = 'x'", "unknown setting 'city.nam'"),
        ("[town]\nname = 'x'", "unknown setting 'town'"),
        ("[city]\nstate = 'MA'", "city.name is missing"),
        ("[city]\nname = 'x'\ngap_from = 'soon'", "city.gap_from must be a date"),
        ("[city]\nname = 'x'\nzip_codes = '02150'", "city.zip_codes must be a list"),
        ("[city]\nname = 'x'\n[parcels.columns]\nid = 'x'", "unknown setting 'parcels.columns.id'"),
        ("[city]\nname = 'x'\n[gates]\ntax = 2", "gates.tax must be a share"),
        ("[city", "not valid TOML"),
    ],
)
def test_settings_that_are_wrong_fail_loudly(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SetupError, match=message):
        load_city(written(tmp_path, "lotline.toml", text))


def test_a_mapped_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"no column 'ID'.*lotline init"):
        load_parcels(written(tmp_path, "p.csv", PARCELS), City(parcel_columns={"parcel_id": "ID"}))
