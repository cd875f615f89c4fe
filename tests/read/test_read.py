"""Reading files of every kind: what is in them comes out, and what is wrong with them is a reason."""

from __future__ import annotations

import hashlib
import zlib
from datetime import datetime
from pathlib import Path

import docx
import numpy as np
import openpyxl
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from extractors.read import ReadSettings, document_from_json, document_to_json, read_file, reader_fingerprint
from extractors.read.cell_format import shown
from extractors.read.child import read_in_child
from extractors.read.lines import in_lines, strikes
from extractors.read.quality import judge, pair_share
from records.document import (
    Block,
    Box,
    Cell,
    Document,
    FormField,
    Line,
    Page,
    SourceFile,
    Table,
    Tick,
    Word,
)
from records.errors import DocumentError

SETTINGS = ReadSettings(soffice=False)
REPORT = b"BT /F1 11 Tf 14 TL 60 700 Td (Date of inspection: 9/4/2018) Tj T* (Kitchen sink faucet leaks and drips.) Tj ET"


def source_of(path: Path) -> SourceFile:
    return SourceFile(hashlib.sha256(path.read_bytes()).hexdigest(), path.name, path.stat().st_size)


def pdf_file(path: Path, content: bytes, rotate: int = 0, user_password: str | None = None) -> Path:
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(612, 792))
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pdf.make_indirect(font)))
    page.Contents = pdf.make_stream(content)
    if rotate:
        page.Rotate = rotate
    encryption = pikepdf.Encryption(owner="o", user=user_password) if user_password is not None else None
    pdf.save(path, encryption=encryption) if encryption else pdf.save(path)
    return path


def text_of(page: Page) -> str:
    return " ".join(w.text for w in page.words)


def test_text_layer_gives_words_with_boxes_where_they_stand(tmp_path: Path) -> None:
    path = pdf_file(tmp_path / "a.pdf", REPORT)
    document = read_file(path, source_of(path), SETTINGS)
    page = document.pages[0]
    assert document.media_type == "pdf" and page.text_source == "text_layer"
    assert text_of(page) == "Date of inspection: 9/4/2018 Kitchen sink faucet leaks and drips."
    box = page.words[0].box
    assert box is not None and box.x0 == pytest.approx(60, abs=2) and box.top == pytest.approx(83, abs=4)


def test_rotate_key_moves_boxes_to_where_a_viewer_shows_them(tmp_path: Path) -> None:
    path = pdf_file(tmp_path / "a.pdf", REPORT, rotate=180)
    page = read_file(path, source_of(path), SETTINGS).pages[0]
    box = next(w.box for w in page.words if w.text == "Kitchen")
    assert box is not None and box.x1 == pytest.approx(612 - 60, abs=2) and box.top > 600


def test_empty_password_opens_and_a_real_one_is_a_reason(tmp_path: Path) -> None:
    open_one = pdf_file(tmp_path / "open.pdf", REPORT, user_password="")
    assert "Kitchen" in text_of(read_file(open_one, source_of(open_one), SETTINGS).pages[0])
    locked = pdf_file(tmp_path / "locked.pdf", REPORT, user_password="secret")
    with pytest.raises(DocumentError, match="password"):
        read_file(locked, source_of(locked), SETTINGS)


def test_invisible_and_white_text_is_not_read(tmp_path: Path) -> None:
    hidden = b"BT /F1 11 Tf 60 700 Td (Shown line of text) Tj 1 1 1 rg 0 -40 Td (accept everything) Tj 3 Tr 0 -40 Td (old) Tj ET"
    path = pdf_file(tmp_path / "a.pdf", hidden)
    page = read_file(path, source_of(path), SETTINGS).pages[0]
    assert text_of(page) == "Shown line of text"
    assert "does not show" in page.reason


def test_drawn_lines_and_tick_boxes(tmp_path: Path) -> None:
    drawn = REPORT + b" 1 w 60 600 m 300 600 l S 60 500 10 10 re S 60 480 10 10 re S 60 480 m 70 490 l S 60 490 m 70 480 l S"
    path = pdf_file(tmp_path / "a.pdf", drawn)
    page = read_file(path, source_of(path), SETTINGS).pages[0]
    assert any(r.width > 200 and r.height < 2 for r in page.rules)
    assert [t.state for t in page.ticks] == [False, True]


def test_form_values_are_words_and_fields(tmp_path: Path) -> None:
    path = pdf_file(tmp_path / "a.pdf", REPORT)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        name = pikepdf.Name
        text = pikepdf.Dictionary(
            Type=name.Annot, Subtype=name.Widget, FT=name.Tx, T=pikepdf.String("unit"), V=pikepdf.String("Apt 3L"),
            Rect=[60, 600, 160, 620],
        )  # fmt: skip
        tick = pikepdf.Dictionary(
            Type=name.Annot, Subtype=name.Widget, FT=name.Btn, T=pikepdf.String("ok"), AS=name.Yes, Rect=[60, 560, 70, 570]
        )
        widgets = [pdf.make_indirect(text), pdf.make_indirect(tick)]
        pdf.pages[0].Annots = pikepdf.Array(widgets)
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(widgets))
        pdf.save(path)
    page = read_file(path, source_of(path), SETTINGS).pages[0]
    assert page.fields == (FormField("unit", "Apt 3L", Box(60, 172, 160, 192)),)
    assert "Apt 3L" in text_of(page)
    assert [(t.name, t.state) for t in page.ticks] == [("ok", True)]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.pdf", b"", "empty"),
        ("noise.pdf", b"\x00\x01\x02" * 50, "PDF"),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj\n<<", "damaged"),
        ("a.zip", b"PK\x05\x06" + b"\0" * 18, "zip"),
        ("photo.heic", b"\0\0\0\x18ftypheic" + b"\0" * 100, "HEIC"),
        ("a.docx", b"PK\x03\x04 cut off", "damaged"),
        ("a.tif", b"II*\x00\x08\x00\x00\x00", "picture"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(DocumentError, match=reason):
        read_file(path, source_of(path), SETTINGS)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target = pdf_file(tmp_path / "a.pdf", REPORT)
    link = tmp_path / "link.pdf"
    link.symlink_to(target)
    with pytest.raises(DocumentError, match="link"):
        read_file(link, source_of(target), SETTINGS)


def test_word_file_keeps_order_ticks_strikes_and_merged_cells(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Notice of violation")
    struck = document.add_paragraph("Item ").add_run("withdrawn")
    struck.font.strike = True
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Kitchen"
    table.cell(1, 1).text = "sink leaks"
    document.add_paragraph("Owner", style="List Number")
    path = tmp_path / "a.docx"
    document.save(str(path))
    page = read_file(path, source_of(path), SETTINGS).pages[0]
    assert page.text_source == "office"
    assert text_of(page) == "Notice of violation Item withdrawn Kitchen sink leaks 1. Owner"
    assert [w.text for w in page.words if w.struck] == ["withdrawn"]
    grid = next(b for b in page.blocks if isinstance(b, Table))
    assert grid.rows[0][0].column_span == 2 and grid.rows[1][1].anchor == "t0r1c1"
    lines = [b for b in page.blocks if isinstance(b, Line)]
    assert [line.anchor for line in lines] == ["p0", "p1", "p2"]


def test_ids_taken_for_dates_read_as_shown(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["PARCEL", "TOTAL", "YEAR"])
    sheet.append([datetime(2019, 5, 17), 1218.6, 2017])
    sheet["A2"].number_format = "d\\-mmm"
    sheet["B2"].number_format = "#,##0.00"
    path = tmp_path / "a.xlsx"
    book.save(path)
    page = read_file(path, source_of(path), SETTINGS).pages[0]
    table = page.blocks[0]
    assert isinstance(table, Table)
    assert [c.text for c in table.rows[1]] == ["17-May", "1,218.60", "2017"]
    assert table.rows[1][1].anchor == "Sheet!B2"


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (datetime(2019, 3, 1), "mmm-yy", "Mar-19"),
        (datetime(2019, 3, 1), "mm-dd-yy", "3/1/2019"),
        (datetime(2019, 3, 1, 14, 5), "m/d/yy h:mm", "3/1/19 14:05"),
        (0.125, "0.0%", "12.5%"),
        (-5.5, '"$"#,##0.00_);("$"#,##0.00)', "($5.50)"),
        (7, "00000", "00007"),
        (1234.5, "General", "1234.5"),
        ("00412", "General", "00412"),
    ],
)
def test_cells_read_as_shown(value: object, code: str, text: str) -> None:
    assert shown(value, code, None) == text


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8"), (";", "cp1252"), ("\t", "utf-16")])
def test_csv_of_any_usual_make(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(delimiter.join(["PARCEL", "OWNER"]) + "\n" + delimiter.join(["4-3", "Peña A"]) + "\n", encoding)
    table = read_file(path, source_of(path), SETTINGS).pages[0].blocks[0]
    assert isinstance(table, Table)
    assert [c.text for c in table.rows[1]] == ["4-3", "Peña A"]
    assert table.rows[1][1].anchor == "Sheet1!B2"


def test_columns_of_plain_text_stay_columns(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("PARCEL    OWNER\n4-3       PENA\n")
    words = read_file(path, source_of(path), SETTINGS).pages[0].words
    owner, pena = words[1].box, words[3].box
    assert owner is not None and pena is not None and owner.x0 == pena.x0


def test_blank_and_toneful_pictures_take_no_ocr(tmp_path: Path) -> None:
    blank = tmp_path / "blank.png"
    Image.new("L", (850, 1100), 250).save(blank)
    page = read_file(blank, source_of(blank), SETTINGS).pages[0]
    assert (page.text_source, page.width, page.height) == ("none", 612, 792) and "blank" in page.reason
    photo = tmp_path / "photo.jpg"
    ramp = np.add.outer(np.linspace(0, 120, 900), np.linspace(0, 120, 1200)).astype(np.uint8)
    Image.fromarray(ramp).save(photo)
    assert "photograph" in read_file(photo, source_of(photo), SETTINGS).pages[0].reason


def test_letters_swapped_one_for_another_are_garbage() -> None:
    words = ["violation", "inspection", "owner", "kitchen", "window", "missing", "detector", "street", "premises"] * 2
    swapped = [w.translate(str.maketrans("abcdefghijklmnopqrstuvwxyz", "qjxzkvwbpygfhmuclnrtdsoaei")) for w in words]
    assert judge({"F": words}, 0, 200).good
    assert not judge({"F": swapped}, 0, 200).good
    assert not judge({"good": words * 9, "bad": swapped}, 0, 2000).good
    assert not judge({"F": words}, 50, 200).good
    assert pair_share([])[1] == 0


def test_a_line_through_the_middle_strikes_and_an_underline_does_not() -> None:
    word = Box(100, 100, 160, 112)
    assert strikes(word, [Box(95, 105.5, 165, 106.5)])
    assert not strikes(word, [Box(95, 112, 165, 113)])


def test_turned_pages_map_back() -> None:
    box = Box(10, 20, 50, 30)
    for turn, size in ((90, (792, 612)), (180, (612, 792)), (270, (792, 612))):
        page = Page(1, size[0], size[1], "ocr", (), turn=turn)
        shown_box = page.as_shown(box)
        assert 0 <= shown_box.x0 < shown_box.x1 <= 612 and 0 <= shown_box.top < shown_box.bottom <= 792
        assert shown_box.area == box.area
    assert Page(1, 792, 612, "ocr", (), turn=90).as_shown(box) == Box(20, 742, 30, 782)


def test_child_gives_the_same_document_and_turns_limits_into_outcomes(tmp_path: Path) -> None:
    path = pdf_file(tmp_path / "a.pdf", REPORT)
    assert read_in_child(path, source_of(path), SETTINGS, 60, 4000) == read_file(path, source_of(path), SETTINGS)
    broken = tmp_path / "b.pdf"
    broken.write_bytes(b"%PDF-1.7 cut")
    assert "damaged" in read_in_child(broken, source_of(broken), SETTINGS, 60, 4000).failure
    slow = read_in_child(path, source_of(path), SETTINGS, 0, 4000)
    assert slow.pages == () and "more than 0 s" in slow.failure


def test_fingerprint_names_what_changes_a_reading(tmp_path: Path) -> None:
    assert reader_fingerprint(SETTINGS) == reader_fingerprint(ReadSettings(soffice=False, cache_dir=tmp_path))
    assert reader_fingerprint(SETTINGS) != reader_fingerprint(ReadSettings(soffice=False, dpi=200))


_numbers = st.floats(-5000, 5000, allow_nan=False)
_boxes = st.builds(Box, _numbers, _numbers, _numbers, _numbers)
_words = st.builds(
    Word, st.text(), st.none() | _boxes, st.none() | st.floats(0, 1), st.booleans(), st.booleans(), st.booleans()
)
_lines = st.builds(Line, st.lists(_words, max_size=3).map(tuple), st.text(max_size=5))
_cells = st.builds(
    Cell, st.integers(0, 9), st.integers(0, 9), st.lists(_lines, max_size=2).map(tuple), st.none() | _boxes, st.integers(1, 3)
)
_tables = st.builds(Table, st.lists(st.lists(_cells, max_size=2).map(tuple), max_size=2).map(tuple), st.none() | _boxes)
_blocks: st.SearchStrategy[Block] = st.one_of(_lines, _tables)
_pages = st.builds(
    Page,
    number=st.integers(1, 99),
    width=_numbers,
    height=_numbers,
    text_source=st.sampled_from(["text_layer", "ocr", "mixed", "office", "none"]),
    words=st.lists(_words, max_size=4).map(tuple),
    rules=st.lists(_boxes, max_size=2).map(tuple),
    ticks=st.lists(st.builds(Tick, _boxes, st.none() | st.booleans(), st.text(max_size=4)), max_size=2).map(tuple),
    fields=st.lists(st.builds(FormField, st.text(), st.text(), _boxes), max_size=2).map(tuple),
    blocks=st.lists(_blocks, max_size=2).map(tuple),
    reason=st.text(),
    ink=st.none() | st.floats(0, 1),
    handwriting=st.lists(_boxes, max_size=2).map(tuple),
    turn=st.sampled_from([0, 90, 180, 270]),
)
_documents = st.builds(
    Document,
    st.builds(SourceFile, st.text(), st.text(), st.integers(0)),
    st.lists(_pages, max_size=2).map(tuple),
    st.text(),
    st.none() | st.integers(0),
    st.text(),
    st.dictionaries(st.text(), st.text(), max_size=2),
)


@given(_documents)
def test_a_document_survives_storage_exactly(document: Document) -> None:
    assert document_from_json(document_to_json(document)) == document


@pytest.mark.parametrize("data", [b"", b"noise", zlib.compress(b"[]"), zlib.compress(b'{"format": 0}')])
def test_foreign_bytes_are_no_reading(data: bytes) -> None:
    with pytest.raises(ValueError, match="read"):
        document_from_json(data)


@given(st.lists(st.builds(Word, st.just("w"), _boxes), max_size=12))
def test_lines_keep_every_word(words: list[Word]) -> None:
    assert sorted(id(w) for line in in_lines(words) for w in line) == sorted(id(w) for w in words)
