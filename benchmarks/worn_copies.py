"""Worn copies of labelled reports: ``python -m benchmarks.worn_copies FOLDER OUT [--copies N]``.

Confidence is learnt from what goes wrong, and clean papers show little of it. Every typed report of FOLDER's tuning part is
printed, worn as copiers, faxes, phones and years wear paper (``benchmarks.damage``), and laid into OUT with its truth, from
which boxes are taken out, as the sheet has moved. Papers of the held-out third are never used. The same FOLDER gives the
same copies. A run over ``OUT/files`` with FOLDER's registers is then one more STORE for ``benchmarks.fit_confidence``.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from benchmarks import damage
from benchmarks.papers import PICTURES, is_held_out
from extractors.read.page_image import Gray, gray

DPI = 300
REPORTS = ("housing_inspection", "fire_inspection")
Rng = np.random.Generator


def _fax(page: Gray, rng: Rng) -> tuple[Gray, tuple[int, int]]:
    lines = int(rng.choice([98, 196]))
    return damage.faxed(damage.turned(page, rng.uniform(-1, 1)), rng, int(rng.integers(1, 3)), lines), (204, lines)


def _copied(page: Gray, rng: Rng) -> tuple[Gray, tuple[int, int]]:
    once = damage.bloated(damage.turned(page, rng.uniform(-2, 2)), rng, int(rng.integers(1, 4)))
    return damage.speckled(damage.shaded_edges(once, rng, 1), rng, 2), (DPI, DPI)


def _photographed(page: Gray, rng: Rng) -> tuple[Gray, tuple[int, int]]:
    small = damage.on_desk(damage.bent(page, rng, 1), rng, int(rng.integers(1, 4)))
    return damage.squeezed(small, 45), (DPI, DPI)


def _faded(page: Gray, rng: Rng) -> tuple[Gray, tuple[int, int]]:
    worn = damage.pale(damage.folded(page, rng, 2), rng, int(rng.integers(2, 4)))
    return damage.sensor(damage.speckled(worn, rng, 2), rng, 5.0, 1.2), (DPI, DPI)


def _stained(page: Gray, rng: Rng) -> tuple[Gray, tuple[int, int]]:
    worn = damage.ringed(damage.bled_through(page, page, 2), rng, 2)
    return damage.squeezed(damage.sensor(damage.turned(worn, rng.uniform(-2, 2), 240), rng), 50), (DPI, DPI)


def _coarse(page: Gray, rng: Rng) -> tuple[Gray, tuple[int, int]]:
    """Scanned with too few dots, then saved small."""
    dots = int(rng.choice([110, 130, 150]))
    size = (page.shape[1] * dots // DPI, page.shape[0] * dots // DPI)
    few = gray(cv2.resize(damage.sensor(page, rng), size, interpolation=cv2.INTER_AREA))
    return damage.squeezed(few, 40), (dots, dots)


WEARS: Mapping[str, Callable[[Gray, Rng], tuple[Gray, tuple[int, int]]]] = {
    "fax": _fax, "photocopy": _copied, "photo": _photographed, "faded": _faded, "stained": _stained, "coarse": _coarse,
}  # fmt: skip
"""Condition -> what it does to a page of 300 dpi: the page, and its dots per inch across and down."""


def make(folder: Path, out: Path, copies: int = 1) -> list[str]:
    """Worn copies of all typed reports of ``folder``'s tuning part; returns their names."""
    (out / "files").mkdir(parents=True, exist_ok=True)
    (out / "truth").mkdir(exist_ok=True)
    made = []
    for path in sorted((folder / "truth").glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        file = folder / "files" / truth["file"]
        typed = file.suffix.lower() == ".pdf" or file.suffix.lower() in PICTURES
        first = Path(truth.get("rescan_of") or truth["file"]).name
        if not typed or truth["handwriting"] or truth["doc_type"] not in REPORTS or truth.get("duplicate_of"):
            continue
        if is_held_out(first) or truth.get("rescan_of"):
            continue
        for n in range(copies):
            name = f"{file.stem}.{n}.pdf" if n else f"{file.stem}.pdf"
            where = Path(truth["file"]).parent / name
            seed = int(hashlib.sha256(f"{truth['file']} {n}".encode()).hexdigest()[:12], 16)
            condition = sorted(WEARS)[seed % len(WEARS)]
            _save(_pages(file), out / "files" / where, condition, np.random.default_rng(seed))
            worn = {**_without_boxes(truth), "file": where.as_posix(), "condition": condition}
            (out / "truth" / f"{where.as_posix().replace('/', '__')}.json").write_text(json.dumps(worn), encoding="utf-8")
            made.append(where.as_posix())
    return made


def _pages(file: Path) -> list[Gray]:
    if file.suffix.lower() != ".pdf":
        with Image.open(file) as picture:
            return [gray(np.asarray(picture.convert("L")))]
    pdf = pdfium.PdfDocument(file)
    pdf.init_forms()
    try:
        pages = [p.render(scale=DPI / 72, grayscale=True, may_draw_forms=True).to_pil() for p in pdf]
        return [gray(np.asarray(p)) for p in pages]
    finally:
        pdf.close()


def _save(pages: list[Gray], path: Path, condition: str, rng: Rng) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pdf = pdfium.PdfDocument.new()
    for page in pages:
        worn, (across, down) = WEARS[condition](page, rng)
        data = io.BytesIO()
        Image.fromarray(worn).save(data, "JPEG", quality=88)
        data.seek(0)
        picture = pdfium.PdfImage.new(pdf)
        picture.load_jpeg(data, inline=True)
        width, height = worn.shape[1] * 72 / across, worn.shape[0] * 72 / down
        picture.set_matrix(pdfium.PdfMatrix().scale(width, height))
        sheet = pdf.new_page(width, height)
        sheet.insert_obj(picture)
        sheet.gen_content()
    pdf.save(path)
    pdf.close()


def _without_boxes(truth: Mapping[str, Any]) -> dict[str, Any]:
    plain = {k: v for k, v in truth.items() if k not in ("page_sizes", "same_report_as", "difference")}
    for report in plain["reports"]:
        for row in (*report["violations"], *report.get("ignorable", ())):
            row["bbox"] = None
    return plain


def main() -> None:
    parser = argparse.ArgumentParser(description="Worn copies of labelled reports, with their truth.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--copies", type=int, default=1, help="how many of each, worn differently")
    arguments = parser.parse_args()
    print(f"{len(make(arguments.folder, arguments.out, arguments.copies))} worn copies in {arguments.out}")  # noqa: T201


if __name__ == "__main__":
    main()
