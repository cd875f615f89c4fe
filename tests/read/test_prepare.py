"""Pages as they come: what is prepared reads upright and level, and every box goes back to where it was on the page."""

from __future__ import annotations

import io
import math

import cv2
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont
from pypdfium2 import PdfDocument
from reportlab.pdfgen import canvas

from benchmarks.damage import on_desk
from extractors.read import ReadSettings
from extractors.read.clean import without_borders, without_specks
from extractors.read.page_image import Gray, gray, render
from extractors.read.prepare import Prepared, prepare
from extractors.read.rectify import find_sheet
from extractors.read.stamps import without_stamps
from records.document import Box, Page, moved

FAST = (Phase.explicit, Phase.reuse, Phase.generate)
SETTINGS = ReadSettings()
SCALE = 200 / 72
LINES = (
    "The owner is ordered to put right all that is listed below, by the dates shown:",
    "kitchen sink faucet leaks and drips, tiles are cracked; rear porch stair has no rail.",
    "Smoke detectors in the hallway were missing, and rubbish stood in the basement.",
)


def typed_page(lines: int = 30) -> Gray:
    """A Letter page at 200 dpi, with one black square that no letter is like."""
    picture = Image.new("L", (1700, 2200), 255)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(30)
    words, order = " ".join(LINES).split(), np.random.default_rng(3)
    for i in range(lines):
        draw.text((190, 380 + 52 * i), " ".join(order.permutation(words)[:13]), 0, font)
    page = np.array(picture)
    cv2.rectangle(page, (1380, 250), (1419, 289), 0, -1)
    return page


SQUARE = Box(1380 / SCALE, 250 / SCALE, 1420 / SCALE, 290 / SCALE)


def turned(page: Gray, degrees: float) -> tuple[Gray, np.ndarray]:
    """Counter-clockwise by any angle, nothing cut off; and the matrix from pixels before to pixels after."""
    height, width = page.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = abs(math.cos(math.radians(degrees))), abs(math.sin(math.radians(degrees)))
    across, down = round(width * cos + height * sin), round(width * sin + height * cos)
    matrix[:, 2] += ((across - width) / 2, (down - height) / 2)
    return gray(cv2.warpAffine(page, matrix, (across, down), borderValue=255)), np.vstack([matrix, [0, 0, 1]])


def square_in(prepared: Prepared) -> Box:
    """Where the black square lies on the prepared page, in its points."""
    dark = (prepared.level < 130).astype(np.uint8)
    solid = cv2.erode(dark, np.ones((9, 9), np.uint8))
    _, _, stats, centres = cv2.connectedComponentsWithStats(solid)
    x, y = centres[1 + int(np.argmax(stats[1:, 4]))]
    return prepared.back(Box(x - 5, y - 5, x + 5, y + 5))


def shown(prepared: Prepared, box: Box) -> Box:
    """As the page's own record takes it back."""
    page = Page(1, *prepared.size, "ocr", (), turn=prepared.turn, lie=prepared.lie)
    return page.as_shown(box)


@settings(max_examples=6, deadline=None, phases=FAST)
@given(angle=st.floats(-14.5, 14.5), quarter=st.integers(0, 3))
def test_any_lean_and_turn_is_undone_and_boxes_go_back(angle: float, quarter: int) -> None:
    leaning, matrix = turned(typed_page(), angle)
    picture = np.ascontiguousarray(np.rot90(leaning, quarter))
    prepared = prepare(picture, SCALE, SETTINGS)
    assert prepared.turn == (90 * quarter) % 360
    x, y, _ = matrix @ np.array([1399.5, 269.5, 1.0])
    height, width = leaning.shape
    for _ in range(quarter):
        x, y, height, width = y, width - 1 - x, width, height
    there = shown(prepared, square_in(prepared))
    assert there.centre_x == pytest.approx(x / SCALE, abs=1) and there.centre_y == pytest.approx(y / SCALE, abs=1)
    left = square_in(prepared)
    lines = 255 - prepared.level[int(left.bottom * SCALE) + 60 :]
    assert lines.mean(axis=1).std() > 9, "the lines lie level: rows of print and white rows"


@settings(max_examples=3, deadline=None, phases=FAST)
@given(seed=st.integers(0, 10_000), strength=st.integers(1, 2))
def test_a_photographed_sheet_is_cut_out_and_boxes_go_back(seed: int, strength: int) -> None:
    page = typed_page()
    photograph = on_desk(page, np.random.default_rng(seed), strength)
    marked = page.copy()
    marked[:] = 255
    cv2.rectangle(marked, (1380, 250), (1419, 289), 0, -1)
    only = on_desk(marked, np.random.default_rng(seed), strength)
    solid = cv2.erode((only < 90).astype(np.uint8), np.ones((9, 9), np.uint8))
    sheet = find_sheet(photograph, SCALE)
    assert sheet is not None
    inside = cv2.warpPerspective(
        np.full((round(sheet.height), round(sheet.width)), 1, np.uint8), sheet.to_picture, solid.shape[::-1]
    )
    inside = cv2.erode(inside, np.ones((41, 41), np.uint8))
    _, _, stats, centres = cv2.connectedComponentsWithStats(solid * inside)
    x, y = centres[1 + int(np.argmax(stats[1:, 4]))]
    prepared = prepare(photograph, SCALE, SETTINGS)
    assert "cut out" in prepared.said and prepared.turn == 0
    there = shown(prepared, square_in(prepared))
    assert there.centre_x == pytest.approx(x / SCALE, abs=1.2) and there.centre_y == pytest.approx(y / SCALE, abs=1.2)


def test_the_picture_is_not_altered_and_a_straight_page_stays_where_it_is() -> None:
    page = typed_page()
    before = page.copy()
    prepared = prepare(page, SCALE, SETTINGS)
    assert np.array_equal(page, before)
    assert prepared.turn == 0 and prepared.lie == () and prepared.said == ""
    assert prepared.size == pytest.approx((612, 792))
    there = square_in(prepared)
    assert there.centre_x == pytest.approx(SQUARE.centre_x, abs=0.5)


def test_specks_go_and_points_and_dots_stay() -> None:
    page = typed_page()
    random = np.random.default_rng(1)
    speckled = page.copy()
    for i in range(80):
        spot = (40 + 20 * i + int(random.integers(-3, 3)), int(random.integers(2020, 2180)))
        cv2.circle(speckled, spot, 2, 0, -1)
    cleaned = without_specks(speckled, SCALE)
    assert (cleaned[2000:] < 128).sum() < 0.2 * (speckled[2000:] < 128).sum()
    assert np.array_equal(cleaned[390:1900], page[390:1900])
    assert without_specks(page, SCALE) is page


def test_black_borders_go_and_print_at_the_edge_stays() -> None:
    page = typed_page()
    page[:, :60] = 10
    page[-40:] = 10
    cleaned = without_borders(page, SCALE)
    assert (cleaned[:, :50] > 250).all() and (cleaned[-35:] > 250).all()
    assert np.array_equal(cleaned[300:2000, 180:], page[300:2000, 180:])


def test_a_coloured_stamp_over_print_is_left_out_and_pen_strokes_stay() -> None:
    page = np.repeat(typed_page()[:, :, None], 3, axis=2)
    layer = np.full_like(page, 255)
    cv2.rectangle(layer, (600, 500), (1150, 740), (60, 60, 190), 8)
    cv2.putText(layer, "RECEIVED", (640, 640), cv2.FONT_HERSHEY_DUPLEX, 2.6, (60, 60, 190), 8)
    stamped = (page.astype(np.float32) * layer / 255).astype(np.uint8)
    cv2.line(stamped, (200, 1500), (900, 1510), (40, 40, 200), 5)  # struck by pen
    plain, said = without_stamps(stamped, SCALE)
    assert "stamp" in said
    clean = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)
    region = np.s_[480:760, 580:1170]
    assert np.abs(plain[region].astype(int) - clean[region]).mean() < 6
    assert plain[1495:1515, 300:800].min() < 110, "the pen's line is still there"
    assert without_stamps(page, SCALE)[1] == ""


def test_moved_is_the_inverse_of_its_inverse() -> None:
    matrix = np.array([[1.02, 0.1, 5], [-0.08, 0.97, 12], [1e-4, -5e-5, 1]])
    back = np.linalg.inv(matrix)
    box = Box(100, 200, 101, 201)
    again = moved(moved(box, tuple(matrix.ravel())), tuple((back / back[2, 2]).ravel()))
    assert again.centre_x == pytest.approx(box.centre_x, abs=0.1) and again.centre_y == pytest.approx(box.centre_y, abs=0.1)


@pytest.mark.parametrize("quarter", [0, 1, 2, 3])
def test_a_typewriter_list_of_capitals_and_figures_is_turned_upright(quarter: int) -> None:
    """Nothing rises over small letters or hangs below them, and the thin strokes are pale."""
    rng = np.random.default_rng(5)
    made = io.BytesIO()
    sheet = canvas.Canvas(made, pagesize=(792, 612))
    sheet.setFont("Courier", 7.5)
    for i in range(44):
        name, street = (" ".join(rng.choice(NAMES, 2)) for _ in range(2))
        figures = "  ".join(f"{n:8d}" for n in rng.integers(10, 10**6, 4))
        sheet.drawString(36, 560 - 11 * i, f"{rng.integers(10**4, 10**5)}  {name:<18}  {street:<18}  {figures}  1{i % 10}.50")
    sheet.save()
    page = render(PdfDocument(made.getvalue())[0], 300, 60_000_000)[0]
    page = gray(255 - 0.8 * (255 - cv2.GaussianBlur(page, (0, 0), 1.3)))  # a worn ribbon, scanned
    assert prepare(np.ascontiguousarray(np.rot90(page, quarter)), 300 / 72, SETTINGS).turn == 90 * quarter


NAMES = ("BROADWAY", "CENTRAL AVE", "TORRES", "ALVARADO", "SHAWMUT ST", "OBRIEN", "MARLBOROUGH", "ESCOBAR", "CHESTER AVE")
