"""The code book: two meanings told apart by column and list, answers read and kept, and what waits for a code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.codebook import codes_settled, column_of, dated, known_codes
from extractors.forms.overlay import with_answers
from extractors.pattern_files import parse
from extractors.rulebook import DEFAULT_LAYERS, RuleBook
from flows.codes import entries, seen_codes
from flows.codes_answers import Answer, answers_yaml, keep_answers, read_answers
from flows.codes_sheet import Ask, as_csv, as_pdf
from records.errors import SetupError
from records.export import ExportRecord
from records.parcel import Parcel
from records.record import Evidence, Extraction, Reason, Record, Report, Value

RULES = RuleBook.load()


def row(n: int, code: str, written: str = "", kind: str = "", **fields: Value) -> Record:
    def made(name: str, value: Value) -> Extraction:
        return Extraction(name, value, Evidence(1, (), f"{code} {value}"), 1.0, 1.0, f"us-ma/tax/{name}@1")

    values = {"code": code, "tax_type_as_written": written, "tax_type": kind, "total": Decimal(100), **fields}
    held = {k: made(k, v) for k, v in values.items() if v != ""}
    reasons = () if kind else (Reason("tax_type", "missing", "kind of tax not known"),)
    return Record("tax", f"tax/1/{n}", held, Evidence(1, (), f"row {n} {code}"), record_id=f"r{n}", reasons=reasons)


def exported(record: Record, state: str = "accepted") -> ExportRecord:
    values = {k: str(e.value) for k, e in record.fields.items()}
    where = "in_review" if state == "in_review" else "accepted"
    return ExportRecord(record, "a" * 64, "list.pdf", values, where, "auto", 0.9, reasons=record.reasons)


def test_a_column_is_what_its_unequivocal_codes_are() -> None:
    known = known_codes(RULES)
    assert known.both("PP")
    assert column_of(["RE", "RE", "PP", "MVE"], known) == "types"
    assert column_of(["TT", "PP", "BK"], known) == "statuses"
    assert column_of(["PP", "PP"], known) == "unsure"


def test_pp_is_personal_property_in_a_column_of_kinds() -> None:
    settled = codes_settled([row(0, "RE"), row(1, "PP"), row(2, "MVE")], RULES)
    assert [r.text("tax_type") for r in settled] == ["real_estate", "personal_property", "motor_vehicle_excise"]
    assert not any(r.reasons for r in settled)


def test_pp_is_a_payment_plan_beside_a_column_of_kinds() -> None:
    (settled,) = codes_settled([row(0, "PP", "RE", "real_estate", code_meaning="Payment plan")], RULES)
    assert (settled.text("tax_type"), settled.text("code_meaning"), settled.reasons) == ("real_estate", "Payment plan", ())


def test_where_the_list_does_not_tell_a_person_is_asked() -> None:
    (settled,) = codes_settled([row(0, "PP", kind="real_estate", code_meaning="Payment plan")], RULES)
    (reason,) = settled.reasons
    assert (reason.field, reason.code) == ("tax_type", "unknown_code") and "personal property or payment plan" in reason.detail
    assert settled.value("code_meaning") is None


def test_a_code_nobody_knows_holds_nothing_back_where_the_kind_is_printed() -> None:
    (settled,) = codes_settled([row(0, "ZQ", "RE", "real_estate")], RULES)
    assert not settled.reasons and settled.value("code_meaning") is None


def test_an_answer_makes_a_code_a_kind_of_tax(tmp_path: Path) -> None:
    keep_answers(tmp_path, [Answer("code", "tax", "code", "ZQ", "Personal property", "personal_property", "J. Doe", date(2026, 3, 1))])
    rules = RuleBook.load((*DEFAULT_LAYERS, str(tmp_path)))
    (settled,) = codes_settled([row(0, "ZQ", kind="real_estate")], rules)
    assert settled.text("tax_type") == "personal_property" and settled.fields["tax_type"].flags == ("code_book",)


def test_what_waits_for_a_code_comes_first() -> None:
    records = [
        *(exported(row(n, "TT", "RE", "real_estate")) for n in range(5)),
        exported(row(5, "ZQ", "RE", "real_estate", total=Decimal("2500.00"))),
        exported(row(6, "", "QX"), "in_review"),
    ]
    seen = seen_codes(records, [Parcel("1-1", "5 ADDISON ST", use_code="105"), Parcel("1-2", "7 X ST", use_code="9ZZ")], RULES)
    assert [(s.column, s.code, s.state) for s in seen[:3]] == [
        ("tax_type", "QX", "unknown"), ("code", "ZQ", "unknown"), ("use_code", "9ZZ", "unknown")
    ]  # fmt: skip
    assert (seen[0].waiting, seen[1].dollars) == (1, Decimal("2500.00"))
    by_code = {s.code: s for s in seen}
    assert (by_code["TT"].state, by_code["TT"].guess) == ("guess", "Tax title account")
    assert (by_code["105"].state, by_code["105"].meaning) == ("known", "Three-family house")
    book = {e.code: e for e in entries(seen)}
    assert (book["TT"].said_by, book["ZQ"].meaning, book["105"].said_by) == ("rule book, to be confirmed", "", "rule book")


def test_answers_come_with_who_and_when(tmp_path: Path) -> None:
    keep_answers(tmp_path, [Answer("code", "tax", "code", "TT", "In tax title", "", "J. Doe", date(2026, 3, 1))])
    rules = RuleBook.load((*DEFAULT_LAYERS, str(tmp_path)))
    (one,) = [s for s in seen_codes([exported(row(0, "TT", "RE", "real_estate"))], [], rules) if s.code == "TT"]
    assert (one.state, one.meaning, one.said_by, one.said_on) == ("known", "In tax title", "J. Doe", date(2026, 3, 1))
    assert next(c for c in rules.section("tax")["codes"] if c["id"] == "TT")["meaning"] == "In tax title"
    assert entries([one])[0].said_on == date(2026, 3, 1)


ASKS = [
    Ask("code", "tax", "code", "TT", "'TT': Tax title?", "Tax title account", rows=3, dollars=Decimal(9)),
    Ask("code", "tax", "tax_type", "QX", "'QX': what does it mean?"),
    Ask("column", "tax", "", "Outst'g", "Column: is it total?", "total"),
    Ask("list", "tax", "totals include interest", "", "Do the totals include interest?", "yes"),
    Ask("code", "tax", "code", "=CMD()", "'=CMD()': what does it mean?"),
]


def filled(tmp_path: Path, answers: dict[str, tuple[str, str]]) -> Path:
    """The sheet with (yes_no, answer) by code or column."""
    lines = as_csv(ASKS).splitlines()
    out = [lines[0]]
    for line, ask in zip(lines[1:], ASKS, strict=True):
        yes_no, answer = answers.get(ask.code or ask.column, ("", ""))
        out.append(line.removesuffix(",,,,") + f",{yes_no},{answer},Pat Lee,3/9/2026")
    file = tmp_path / "filled.csv"
    file.write_text("\ufeff" + "\n".join(out) + "\n", encoding="utf-8")
    return file


def test_a_filled_sheet_is_read(tmp_path: Path) -> None:
    given_ = {"TT": ("yes", ""), "QX": ("", "Real estate tax"), "Outst'g": ("no", "Balance"), "totals include interest": ("no", "")}
    answers = read_answers(filled(tmp_path, given_), by="clerk", on=None)
    assert [(a.code or a.column, a.meaning, a.is_) for a in answers] == [
        ("TT", "Tax title account", ""), ("QX", "Real estate tax", "real_estate"), ("Outst'g", "Balance", "balance"),
        ("totals include interest", "no", ""),
    ]  # fmt: skip
    assert {(a.said_by, a.said_on) for a in answers} == {("Pat Lee", date(2026, 3, 9))}


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"TT": ("maybe", "")}, "row 2: yes_no is 'maybe'"),
        ({"QX": ("yes", "")}, "row 3: 'yes' to no guess"),
        ({"QX": ("", "boats")}, "row 3: 'boats' is no kind"),
        ({}, "holds no answers"),
        ({"TT": ("no", "")}, "holds no answers"),
    ],
)
def test_a_sheet_that_is_filled_in_wrongly_is_told_by_row(tmp_path: Path, answers: dict[str, tuple[str, str]], says: str) -> None:
    with pytest.raises(SetupError, match=says):
        read_answers(filled(tmp_path, answers), by="clerk", on=None)


def test_a_file_that_is_no_sheet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SetupError, match="no sheet of codes"):
        read_answers(tmp_path / "x.csv", by="clerk", on=None)


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(lambda s: s.strip() == s and s != "")


@given(code=texts, meaning=texts, who=texts)
def test_what_people_write_is_kept_as_they_wrote_it(code: str, meaning: str, who: str) -> None:
    text = answers_yaml([Answer("code", "tax", "code", code, meaning, "", who, date(2026, 1, 2))])
    (kept,) = parse(text, "city/codes.yml").data["answers"]
    squeezed = [" ".join(t.split()) for t in (code, meaning, who)]
    assert [" ".join(kept[k].split()) for k in ("code", "meaning", "said_by")] == squeezed


def test_a_heading_that_was_explained_counts(tmp_path: Path) -> None:
    data = {"columns": {"fees": ["due"], "total": []}}
    answers = {"columns": [{"domain": "tax", "heading": "Due", "is": "total"}]}
    assert with_answers("tax", data, answers)["columns"] == {"fees": [], "total": ["Due"]}
    assert with_answers("tax", data, answers, form="roll")["columns"] == data["columns"]


def test_the_sheet_fits_two_pages_and_is_safe_for_a_spreadsheet(tmp_path: Path) -> None:
    import pypdfium2

    many = [Ask("code", "tax", "code", f"C{n}", f"'C{n}' under code: what is it?", "a guess", rows=3, example="x" * 90) for n in range(26)]
    many += [Ask("column", "tax", "", f"Head {n}", "Column: is it fees?", "fees", example="1.00; 2.00") for n in range(12)]
    as_pdf([*many, *ASKS], tmp_path / "a.pdf", "Chelsea & Co <x>")
    as_pdf([*many, *ASKS], tmp_path / "b.pdf", "Chelsea & Co <x>")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    assert len(pypdfium2.PdfDocument(tmp_path / "a.pdf")) <= 2
    assert "'=CMD()" in as_csv(ASKS) and ",=CMD()" not in as_csv(ASKS)


def test_the_date_a_person_gave_for_a_list_goes_before_the_printed_one(tmp_path: Path) -> None:
    said = [Answer("list", "tax", "as of date", "", "6/30/2019", "", "J. Doe", date(2026, 3, 1), "ab12")]
    keep_answers(tmp_path, said)
    rules = RuleBook.load((*DEFAULT_LAYERS, str(tmp_path)))
    report = Report(0, "tax_delinquency", (1,), (), (row(0, "TT", "RE", "real_estate", as_of_date=date(2019, 7, 1)),))
    (told,) = dated(report, "ab12" + "0" * 60, rules).records
    assert told.value("as_of_date") == date(2019, 6, 30)
    assert dated(report, "cd" + "0" * 62, rules) == report
    (one,) = [s for s in seen_codes([], [], rules) if s.column == "list"]
    assert (one.code, one.meaning, one.said_by) == ("as of date ab12", "6/30/2019", "J. Doe")
