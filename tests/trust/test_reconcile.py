"""BuildingBlocks exports as they really come, held against our violations; the history of a parcel."""

from datetime import date
from pathlib import Path

import pytest

from extractors.crossing import Filed, copies, histories, visits_of
from flows.parcel_history import Life, ParcelHistory, lives_of
from flows.reconcile import read_export, reconcile
from records.document import SourceFile
from records.errors import SetupError
from records.record import Outcome
from store import Store
from tests.crossing.made import visit

KNOWN = frozenset({"59-10", "29-2", "4-3", "10-4"})
WIDE = (
    "Chelsea, MA\nDate range: 08-01-2015 and 08-31-2019\nExported by data team\n"
    'Parcel ID,Address,Certificate of Habitability Violations - Locks,Certificate of Habitability Violations - Hot Water\n'
    '="59-10",850 BROADWAY,4,0\n="29-2",116 HAWTHORN ST,0,2\n3-Apr,1 ELM ST,1,0\n="99-9",2 ELM ST,1,1\n'
)
LONG = "Parcel ID,Date,Category\n59-10,03/04/2019,Locks\n59-10,05/01/2018,Locks\n29-2,2017-02-03,Hot Water\n"


def life(parcel: str, label: str, opened: date, corrected: date | None = None) -> Life:
    return Life(f"{parcel}{label}{opened}", parcel, "", label, "", "text", opened, corrected, (), False)


def write(folder: Path, text: str) -> Path:
    path = folder / "bb.csv"
    path.write_text(text)
    return path


def test_a_wide_export_with_lines_before_its_header_is_read(tmp_path: Path) -> None:
    theirs, repaired = read_export(write(tmp_path, WIDE), KNOWN)
    assert theirs.parcels == ("59-10", "29-2", "4-3", "99-9") and repaired == 1
    assert theirs.window == (date(2015, 8, 1), date(2019, 8, 31))
    assert theirs.counts["59-10", "Locks", None] == 4


def test_what_stands_out_is_told(tmp_path: Path) -> None:
    theirs, repaired = read_export(write(tmp_path, WIDE), KNOWN)
    ours = [life("59-10", "Locks", date(2019, 3, 4)), life("10-4", "Hot Water", date(2019, 1, 2)), life("59-10", "Pests", date(2021, 1, 2))]
    found = reconcile(theirs, ours, KNOWN, repaired)
    assert found.unknown == ("99-9",) and found.absent == ("10-4",) and found.twice == {"2019": 1}
    assert "99-9" in "\n".join(found.lines())


def test_events_are_held_against_the_very_day(tmp_path: Path) -> None:
    theirs, _ = read_export(write(tmp_path, LONG), KNOWN)
    ours = [life("59-10", "Locks", date(2019, 3, 4)), life("59-10", "Locks", date(2019, 3, 5))]
    found = reconcile(theirs, ours, KNOWN)
    assert found.twice == {"2019": 1} and found.labels["Locks"] == {"2018": (1, 0), "2019": (1, 2)}
    assert found.not_ours == ("Hot Water",)


def test_a_count_unlike_the_years_around_it_is_a_question(tmp_path: Path) -> None:
    rows = "".join(f"59-10,{m:02}/{d:02}/{y},Locks\n" for y in (2017, 2018) for m in range(1, 11) for d in (1, 2))
    theirs, _ = read_export(write(tmp_path, "Parcel ID,Date,Category\n" + rows), KNOWN)
    few = reconcile(theirs, [life("59-10", "Locks", date(2019, 3, 4))], KNOWN)
    assert few.odd == ("Locks: ours 1 in 2019, theirs about 20 a year",)
    many = [life("59-10", "Locks", date(2019, 3, 1 + i)) for i in range(18)]
    assert reconcile(theirs, many, KNOWN).odd == ()


def test_another_file_is_refused_with_its_columns(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="its columns are Name, Colour"):
        read_export(write(tmp_path, "Name,Colour\na,b\n"), KNOWN)


def stored(folder: Path, *filed: object) -> Store:
    """A database of these visits, with what follows from them."""
    store = Store.open(folder / "l.db")
    run = store.start_run("run", [], "f")
    outcomes: list[Outcome] = []
    for i, f in enumerate(filed):
        sha = f"{i:064x}"
        store.register([SourceFile(sha, f"{f.path}.pdf", 1)], run)  # type: ignore[attr-defined]
        store.save_outcome(sha, "f", f.outcome)  # type: ignore[attr-defined]
        outcomes.append(f.outcome)  # type: ignore[attr-defined]
    known = [Filed(d.sha256, d.path, "text_layer", "pdf", d.outcome) for d in store.current() if d.outcome]
    visits = visits_of(known)
    links = copies(visits)
    store.replace_links(links, histories(visits, links))
    return store


def test_a_violation_of_two_visits_is_one_life_from_opening_to_correction(tmp_path: Path) -> None:
    texts = ("Smoke detector missing in rear hall", "Kitchen faucet leaks at base")
    first = visit("a", date(2019, 3, 4), [(t, "open") for t in texts])
    again = visit("b", date(2019, 4, 8), [(texts[0], "corrected"), (texts[1], "open")], kind="reinspection", original=date(2019, 3, 4))
    with stored(tmp_path, first, again) as store:
        lives = lives_of(store)
    assert [(v.opened, v.corrected) for v in lives if v.description == texts[0]] == [(date(2019, 3, 4), date(2019, 4, 8))]
    assert [(v.opened, v.corrected, len(v.visits)) for v in lives if v.description == texts[1]] == [(date(2019, 3, 4), None, 2)]
    told = "\n".join(ParcelHistory("10-4", tuple(lives)).lines())
    assert "2 violations opened, 1 corrected, 1 still open" in told


def test_a_lone_memo_dates_its_findings_by_the_inspection_it_names_and_says_so(tmp_path: Path) -> None:
    memo = visit("m", date(2019, 4, 8), [("Kitchen faucet leaks at base", "open")], kind="reinspection", original=date(2019, 3, 4))
    with stored(tmp_path, memo) as store:
        (only,) = lives_of(store)
    assert only.opened == date(2019, 3, 4) and "not at hand" in only.flags[0]
