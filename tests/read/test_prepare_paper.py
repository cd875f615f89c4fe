"""Paper made for measuring: the same seed gives the same pixels, and the truth says what stands on the page."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest

from benchmarks.paper import CONDITIONS, degrade, main, resolution
from tests.read.test_read import REPORT, pdf_file


def page() -> np.ndarray:
    image = np.full((1100, 850), 255, np.uint8)
    image[200:900:40, 100:700] = 0
    return image


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_is_repeatable_and_changes_the_page(condition: str) -> None:
    first, second = (degrade(page(), condition, np.random.default_rng(5), 2) for _ in range(2))
    assert np.array_equal(first, second)
    assert first.dtype == np.uint8 and first.ndim == 2
    changed = first.shape != page().shape or bool((first != page()).any())
    assert changed == (condition != "clean")


def test_a_fax_has_its_own_pixels_and_a_pdf_its_size(tmp_path: Path) -> None:
    source = pdf_file(tmp_path / "a.pdf", REPORT)
    out = tmp_path / "out" / "fax.pdf"
    main([str(source), str(out), "--condition", "fax_coarse", "--seed", "3"])
    sheet = pdfium.PdfDocument(out)[0]
    assert sheet.get_size() == pytest.approx((612, 792), abs=2)
    assert resolution("fax_coarse") == (204, 98)
    assert sheet.get_textpage().count_chars() == 0
    truth = json.loads((tmp_path / "out" / "fax.pdf.json").read_text())
    assert truth["pages"] == [["Date", "of", "inspection:", "9/4/2018", "Kitchen", "sink", "faucet", "leaks", "and", "drips."]]
