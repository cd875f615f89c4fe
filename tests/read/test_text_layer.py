"""Text layers that lie are found out by evidence; honest ones are kept, and scanned parts of a page are read beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from benchmarks.paper import _image
from extractors.read import ReadSettings, read_file
from extractors.read.pdf_fonts import odd_fonts
from extractors.read.pdf_marks import Drawn
from extractors.read.pdf_text import TextLayer
from extractors.read.text_layers import choose, compared, covers_print
from records.document import Box, Page, Word
from tests.read.test_read import REPORT, pdf_file, source_of

SETTINGS = ReadSettings(soffice=False)
SIZE = (612.0, 792.0)
PRINTED = ("Parcel 12-345 owes 1,204.55 for 2018", "Parcel 12-346 owes 988.10 for 2017", "Parcel 14-201 owes 77.38 for 2018")


def printed(lines: tuple[str, ...] = PRINTED) -> np.ndarray:
    """Print as a scanner at 200 dpi sees it, 7 inches wide."""
    picture = Image.new("L", (1400, 90 + 60 * len(lines)), 250)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(34)
    for i, line in enumerate(lines):
        draw.text((60, 40 + 60 * i), line, 10, font)
    return np.array(picture)


def with_picture(path: Path, pixels: np.ndarray, place: tuple[float, float, float, float], first: bool = False) -> Path:
    """Draws the picture at (left, bottom, width, height) over or under the page's text."""
    left, bottom, wide, tall = place
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0]
        page.Resources["/XObject"] = pikepdf.Dictionary(P=pdf.make_indirect(_image(pdf, pixels)))
        drawing = f"q {wide} 0 0 {tall} {left} {bottom} cm /P Do Q\n".encode()
        page.contents_add(pdf.make_stream(drawing), prepend=first)
        pdf.save(path)
    return path


def read(path: Path) -> Page:
    return read_file(path, source_of(path), SETTINGS).pages[0]


def text_of(page: Page) -> str:
    return " ".join(w.text for w in page.words)


def test_a_scanned_insert_is_read_beside_the_layer(tmp_path: Path) -> None:
    path = with_picture(pdf_file(tmp_path / "a.pdf", REPORT), printed(), (54, 300, 504, 97))
    page = read(path)
    assert page.text_source == "mixed" and "picture" in page.reason
    assert "Date of inspection: 9/4/2018" in text_of(page) and "1,204.55" in text_of(page)
    box = next(w.box for w in page.words if w.text == "1,204.55")
    assert box is not None and 395 < box.top < 445 and box.x0 > 150


def test_a_hidden_layer_with_other_digits_is_not_believed_and_said_so(tmp_path: Path) -> None:
    lies = b"BT 3 Tr /F1 12 Tf 20 TL 60 400 Td (Parcel 12-845 owes 1,264.55 for 2013) Tj T* (Parcel 72-346 owes 938.10) Tj ET"
    sheet = np.full((1811, 1400), 250, np.uint8)
    sheet[300:570] = printed()
    path = with_picture(pdf_file(tmp_path / "a.pdf", lies), sheet, (0, 0, 612, 792))
    page = read(path)
    assert page.text_source == "ocr" and "1,204.55" in text_of(page) and "1,264.55" not in text_of(page)
    assert "other digits than the page shows" in page.reason


def test_text_over_a_background_picture_is_kept(tmp_path: Path) -> None:
    ground = np.full((550, 425), 244, np.uint8)
    ground[200:300, 100:300] = 236
    path = with_picture(pdf_file(tmp_path / "a.pdf", REPORT * 3), ground, (0, 0, 612, 792), first=True)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        lines = b" ".join(f"BT /F1 11 Tf 60 {600 - 20 * i} Td (Unit {i} has no heat and 2 broken panes) Tj ET".encode() for i in range(6))
        pdf.pages[0].contents_add(pdf.make_stream(lines))
        pdf.save(path)
    page = read(path)
    assert page.text_source == "text_layer" and "background" in page.reason


def test_a_digital_page_with_honest_fonts_asks_for_nothing(tmp_path: Path) -> None:
    path = pdf_file(tmp_path / "a.pdf", REPORT)
    assert odd_fonts(path, 1) == [""]
    assert read(path).reason == "text layer"


def odd_font(path: Path, **keys: object) -> str:
    with pikepdf.open(pdf_file(path, REPORT), allow_overwriting_input=True) as pdf:
        font = pdf.pages[0].Resources.Font.F1
        for key, value in keys.items():
            font[f"/{key}"] = pdf.make_stream(value) if isinstance(value, bytes) else value
        pdf.save(path)
    return odd_fonts(path, 1)[0]


def test_fonts_without_a_map_or_with_a_false_one_are_odd(tmp_path: Path) -> None:
    names = pikepdf.Name
    nameless = pikepdf.Dictionary(Differences=[48, names("/g12"), names("/g13"), names("/g14")])
    assert "no map" in odd_font(tmp_path / "a.pdf", Subtype=names.Type3, Encoding=nameless)
    digits = pikepdf.Dictionary(Differences=[48, names.zero, names.one, names.two])
    false = b"3 beginbfchar <30> <0037> <31> <0038> <32> <0032> endbfchar"
    ranged = b"1 beginbfrange <30> <32> <0033> endbfrange"
    true = b"3 beginbfchar <30> <0030> <31> <0031> <32> <0032> endbfchar"
    assert "other letters" in odd_font(tmp_path / "b.pdf", Encoding=digits, ToUnicode=false)
    assert "other letters" in odd_font(tmp_path / "e.pdf", Encoding=digits, ToUnicode=ranged)
    assert odd_font(tmp_path / "c.pdf", Encoding=digits, ToUnicode=true) == ""
    broken = tmp_path / "d.pdf"
    broken.write_bytes(b"%PDF-1.4 cut off")
    assert odd_fonts(broken, 2) == ["", ""]


def test_an_odd_font_is_checked_against_the_page(tmp_path: Path) -> None:
    """A map that makes other digits of those that the page shows: the page's own are read."""
    path = tmp_path / "a.pdf"
    swapped = b"\n".join(b"<%02x> <%04x>" % (48 + n, 48 + (n + 3) % 10) for n in range(10))
    letters = b"\n".join(b"<%02x> <%04x>" % (c, c) for c in range(65, 123))
    named = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    digits = pikepdf.Dictionary(
        BaseEncoding=pikepdf.Name.WinAnsiEncoding, Differences=[48, *(pikepdf.Name("/" + n) for n in named)]
    )
    lines = b"BT /F1 12 Tf 18 TL 60 700 Td " + b"".join(
        b"(Parcel 12-%d owes %d.50 for 2018 and has not paid) Tj T* " % (400 + i, 1200 + 31 * i) for i in range(8)
    )
    pdf_file(path, lines + b"ET")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        font = pdf.pages[0].Resources.Font.F1
        font.Encoding = digits
        font.ToUnicode = pdf.make_stream(
            b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange\n68 beginbfchar\n"
            + swapped + b"\n" + letters + b"\nendbfchar endcmap end"
        )  # fmt: skip
        pdf.save(path)
    page = read(path)
    assert page.text_source == "ocr" and "other digits than the page shows" in page.reason
    assert "1200.50" in text_of(page) and "2018" in text_of(page)


@pytest.mark.parametrize(
    ("layer", "page", "honest", "said"),
    [
        ("paid 12.50 on 3/4/2018 to 77", "paid 12.50 on 3/4/2018 to 77", True, "6 of 6"),
        ("paid 12.90 on 8/4/2018 to 71", "paid 12.50 on 3/4/2018 to 77", False, "other digits"),
        ("qxz vvw ppq zzt", "the rear door lock", False, "other words"),
        ("", "anything", False, "nothing to compare"),
    ],
)
def test_what_a_comparison_says(layer: str, page: str, honest: bool, said: str) -> None:
    sample = compared(layer.split(), page.split())
    assert sample.honest == honest and said in sample.said


def test_choices_that_cost_nothing() -> None:
    words = [Word(w, Box(60 + 40 * i, 100, 95 + 40 * i, 110)) for i, w in enumerate(["rear", "door", "lock", "broken"])]
    layer = TextLayer(words=words, words_by_font={"": [w.text for w in words]}, characters=18)
    assert choose(layer, Drawn(), SIZE, "").kind == "layer"
    assert choose(layer, Drawn(images=[Box(20, 20, 90, 90)]), SIZE, "").kind == "layer", "a logo"
    assert choose(layer, Drawn(images=[Box(50, 400, 550, 600)]), SIZE, "").kind == "mixed"
    assert choose(layer, Drawn(images=[Box(0, 0, 612, 792)]), SIZE, "").kind == "ocr"
    assert choose(layer, Drawn(), SIZE, "a font has no map to letters").kind == "sample"
    strips = [Box(50, 300 + 20 * i, 550, 320 + 20 * i) for i in range(8)]
    assert choose(layer, Drawn(images=strips), SIZE, "").regions == (Box(50, 300, 550, 460),)
    assert choose(TextLayer(), Drawn(images=strips), SIZE, "").kind == "ocr"


def test_covering_words() -> None:
    image = np.full((1650, 1275), 255, np.uint8)
    part = printed()
    image[200 : 200 + part.shape[0], :1275] = np.minimum(part[:, :1275], 255)
    scale = 150 / 72
    everywhere = [Word("x", Box(0, 90, 612, 240))]
    assert covers_print(everywhere, image, scale)
    assert not covers_print([Word("x", Box(0, 90, 100, 110))], image, scale)
