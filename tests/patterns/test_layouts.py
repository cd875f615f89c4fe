"""A layout is one YAML file: drafted from a paper, recognised on others, steering what is read, silent everywhere else."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from extractors.forms.formats import translated
from extractors.forms.overlay import retitled
from extractors.forms.recognise import fit
from extractors.parcels import Linker
from extractors.pattern_files import lay
from extractors.pipeline import process
from extractors.read import read_file
from extractors.read.settings import ReadSettings
from extractors.rulebook import DEFAULT_LAYERS, RuleBook
from flows.city import load_city
from flows.home import open_home
from flows.patterns_check import check, listing
from flows.patterns_layers import own_layers
from flows.patterns_new import draft_file
from records.document import Document, SourceFile
from records.errors import PatternError, SetupError
from records.record import Outcome
from records.settings import City
from tests.patterns.levy_roll import HEADS, draw, rows

FOREIGN = Path(__file__).parents[2] / "samples" / "foreign" / "patterns"
SAMPLE = FOREIGN / "layouts" / "levy-roll.pdf"
LAYERS = (*DEFAULT_LAYERS, str(FOREIGN))


def read(path: Path) -> Document:
    return read_file(path, SourceFile("0" * 64, path.name, path.stat().st_size), ReadSettings())


def found(document: Document, layers: tuple[str, ...]) -> Outcome:
    return process(document, RuleBook.load(layers), Linker((), (), City(patterns=layers)))


def test_the_sample_is_what_the_script_draws(tmp_path: Path) -> None:
    draw(tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == SAMPLE.read_bytes()


def test_a_foreign_list_is_read_by_its_yaml_alone() -> None:
    document = read(SAMPLE)
    assert found(document, DEFAULT_LAYERS).doc_type == "other"
    outcome = found(document, LAYERS)
    (report,) = outcome.reports
    assert report.doc_type == "tax_delinquency" and "layout levy-roll" in report.why
    got = [
        (r.text("account"), r.text("parcel_as_written"), r.text("owner"), r.value("fiscal_year"), r.text("tax_type"),
         r.text("code"), r.value("principal"), r.value("interest"), r.value("fees"), r.value("total"), r.text("as_of_date"))
        for r in report.records
    ]  # fmt: skip
    meant = [
        (o.account, "" if o.head == "BP" else o.parcel, o.owner, o.year, HEADS[o.head], o.mark, o.levy, o.surcharge, o.bailiff,
         o.total, "2019-06-30")
        for o in rows()
    ]  # fmt: skip
    assert got == meant
    assert sum((r.value("total") for r in report.records if isinstance(r.value("total"), Decimal)), Decimal(0)) > 0
    credit = next(r for r in report.records if str(r.value("total")).startswith("-"))
    assert credit.fields["total"].evidence.text.startswith("K")  # as printed, before any repair
    assert report.records[0].fields["fiscal_year"].evidence.text == "2014/15"
    assert {r.text("code_meaning") for r in report.records} == {"", "Hardship deferral", "Disputed"}


def test_a_layout_is_silent_on_other_lists() -> None:
    other = read(Path(__file__).parents[2] / "samples" / "files" / "delinquent_list_72.pdf")
    assert found(other, LAYERS) == found(other, DEFAULT_LAYERS)


def test_a_draft_needs_only_its_codes(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    written, questions = draft_file(SAMPLE, "", "", home.folder / "patterns", False, ReadSettings(), home)
    assert written == home.folder / "patterns" / "layouts" / "levy-roll.yml" and questions > 10
    text = written.read_text(encoding="utf-8")
    assert '"Levy Period": "fiscal_year"' in text and 'rows: "38"' in text and '"PR": ""' in text
    layers = load_city(home.settings).patterns
    assert check(layers, None, ReadSettings()).faults == ()
    for code, kind in HEADS.items():
        text = text.replace(f'"{code}": ""', f'"{code}": "{kind}"')
    written.write_text(text, encoding="utf-8")
    records = found(read(SAMPLE), layers).records
    assert [r.text("tax_type") for r in records] == [HEADS[o.head] for o in rows()]
    assert [r.value("total") for r in records] == [o.total for o in rows()]
    with pytest.raises(SetupError, match="--force"):
        draft_file(SAMPLE, "", "", home.folder / "patterns", False, ReadSettings(), home)


def test_what_a_check_finds_is_named_with_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(FOREIGN, folder)
    file = folder / "layouts" / "levy-roll.yml"
    good = file.read_text(encoding="utf-8")
    file.write_text(good.replace('rows: "38"', 'rows: "39"'), encoding="utf-8")
    (fault,) = check(DEFAULT_LAYERS, folder, ReadSettings()).faults
    assert "mine/layouts/levy-roll.yml line" in fault and "38 rows were found, not 39" in fault
    file.write_text(good.replace('total: "81.69"', 'total: "81.70"'), encoding="utf-8")
    (fault,) = check(DEFAULT_LAYERS, file, ReadSettings()).faults
    assert "the nearest says total 81.69" in fault
    file.write_text(good.replace('"Outst\'g": "total"', '"Outst\'g": "totl"'), encoding="utf-8")
    (fault,) = check(DEFAULT_LAYERS, file, ReadSettings()).faults
    assert "Did you mean 'total'" in fault
    file.write_text(good.replace('"Bailiff": "fees"', '"Bailiff": fees: x'), encoding="utf-8")
    with pytest.raises(PatternError, match=r"line \d+: not YAML"):
        check(DEFAULT_LAYERS, file, ReadSettings())
    with pytest.raises(SetupError, match="no file or folder"):
        check(DEFAULT_LAYERS, tmp_path / "nothing", ReadSettings())


def test_a_city_changes_one_thing_of_a_state_layout_without_copying(tmp_path: Path) -> None:
    city = tmp_path / "city"
    (city / "layouts").mkdir(parents=True)
    (city / "layouts" / "levy-roll.yml").write_text('codes:\n  tax_type:\n    "UT": "betterment"\n', encoding="utf-8")
    assert check((*LAYERS, str(city)), city, ReadSettings()).faults == ()
    types = {r.text("tax_type") for r in found(read(SAMPLE), (*LAYERS, str(city))).records}
    assert types == {"real_estate", "personal_property", "betterment"}


def test_a_layer_takes_words_away() -> None:
    base = {"columns": {"fees": ["lien", "demand"]}, "codes": [{"id": "TT"}, {"id": "BK"}]}
    over = {"remove": {"columns": {"fees": ["lien"]}, "codes": [{"id": "BK"}]}, "columns": {"other": ["lien"]}}
    assert lay(base, over) == {"columns": {"fees": ["demand"], "other": ["lien"]}, "codes": [{"id": "TT"}]}


def test_the_city_s_own_folder_lies_over_all(tmp_path: Path) -> None:
    (tmp_path / "patterns").mkdir()
    assert own_layers(tmp_path, ("us-ma", "chelsea")) == ("us-ma", "chelsea", str(tmp_path / "patterns"))
    assert own_layers(tmp_path, ("us-ma", "./patterns")) == ("us-ma", str(tmp_path / "patterns"))
    assert own_layers(tmp_path / "nowhere", ("us-ma",)) == ("us-ma",)
    with pytest.raises(PatternError, match="no pattern folder"):
        RuleBook.load(("us-ma", str(tmp_path / "gone")))


@pytest.mark.parametrize(
    ("text", "formats", "ours"),
    [
        ("30/06/2019", {"dates": "day first"}, "06/30/2019"),
        ("2019-06-30", {"dates": "day first"}, "2019-06-30"),
        ("1.204,50", {"decimals": "comma"}, "1,204.50"),
        ("(45,10)", {"decimals": "comma"}, "(45.10)"),
        ("2017/18", {"years": "second of two"}, "2018"),
        ("1999/00", {"years": "second of two"}, "2000"),
        ("K45.10", {"credits": "K"}, "-45.10"),
        ("45.10", {"credits": "K"}, "45.10"),
        ("KELLY", {"credits": "K"}, "KELLY"),
    ],
)
def test_foreign_writing(text: str, formats: dict[str, str], ours: str) -> None:
    assert translated(text, formats) == ours


def test_recognition_says_what_was_missing() -> None:
    layout = {"doc_type": "tax_delinquency", "recognised_by": {"words": ["roll of levies"], "not_if": ["draft"]},
              "columns": {"Roll Ref": "account", "Outst'g": "total"}}  # fmt: skip
    assert fit("roll", layout, " roll of levies roll ref x ").fits
    lost = fit("roll", layout, " roll ref x ")
    assert not lost.fits and "missing 'roll of levies', 'Outst'g'" in lost.why()
    assert fit("roll", layout, " roll of leries roll ref outst g ", ocr=True).found == ("roll of levies", "Roll Ref", "Outst'g")
    assert "ruled out by 'draft'" in fit("roll", layout, " draft roll of levies roll ref ").why()


def test_a_heading_that_is_given_another_meaning_loses_its_old_one() -> None:
    assert retitled({"fees": ["Lien", "fee"], "total": ["due"]}, {"LIEN:": "total"}) == {"fees": ["fee"], "total": ["due", "LIEN:"]}


def test_the_list_of_patterns_tells_layers_and_examples() -> None:
    files = listing(LAYERS)
    assert {"us-ma/tax.yml", "chelsea/streets.yml", "patterns/layouts/levy-roll.yml"} <= {f["file"] for f in files}
    assert next(f for f in files if f["file"] == "us-ma/phrases.yml")["examples"] > 100
