"""Stocks of documents for measuring speed: enough pages, no two files alike to the byte, no two scans alike to the pixel.

A copy that is the same would be read once (Lotline links copies and keeps OCR by picture), and the figure would be a lie.
"""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Sequence
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
from PIL import Image

from benchmarks.papers import PICTURES

_DPI = 300


def files_of(corpus: Path) -> list[Path]:
    """The files of a corpus: those in its ``files`` folder, else its own."""
    folder = corpus / "files" if (corpus / "files").is_dir() else corpus
    return sorted(p for p in folder.rglob("*") if p.is_file())


def conditions(corpus: Path) -> dict[Path, str]:
    """What state each paper is in, by file, where the corpus has truth; {} where it has none."""
    told = [json.loads(p.read_text(encoding="utf-8")) for p in sorted((corpus / "truth").glob("*.json"))]
    return {corpus / "files" / truth["file"]: truth["condition"] for truth in told if "condition" in truth}


def born_digital(files: Sequence[Path]) -> list[Path]:
    """PDFs whose every page has text and no picture over most of it."""
    return [f for f in files if f.suffix.lower() == ".pdf" and all(_is_typed(f))]


def scans(files: Sequence[Path]) -> list[Path]:
    """Pictures, and PDFs no page of which was typed."""
    return [
        f for f in files if f.suffix.lower() in PICTURES or (f.suffix.lower() == ".pdf" and (t := _is_typed(f)) and not any(t))
    ]


def _is_typed(file: Path) -> list[bool]:
    try:
        pdf = pdfium.PdfDocument(file)
    except pdfium.PdfiumError:
        return [False, True]  # neither kind
    try:
        found = []
        for page in pdf:
            width, height = page.get_size()
            images = (o.get_bounds() for o in page.get_objects(filter=[3], max_depth=3))
            large = any((b[2] - b[0]) * (b[3] - b[1]) > 0.5 * width * height for b in images)
            found.append(page.get_textpage().count_chars() > 20 and not large)
        return found
    finally:
        pdf.close()


def copies(files: Sequence[Path], count: int, folder: Path) -> list[Path]:
    """``count`` documents with the files' content in turn; their bytes differ, their pages don't."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for number in range(count):
        file = files[number % len(files)]
        target = folder / f"{number:05d}{file.suffix.lower()}"
        shutil.copyfile(file, target)
        if number >= len(files):
            with target.open("ab") as out:
                out.write(f"\n% copy {number}\n".encode())  # readers of PDF and pictures stop before it
        made.append(target)
    return made


def pages_of(files: Sequence[Path]) -> int:
    """Pages of PDFs and pictures together."""
    total = 0
    for file in files:
        if file.suffix.lower() == ".pdf":
            pdf = pdfium.PdfDocument(file)
            total += len(pdf)
            pdf.close()
        else:
            with Image.open(file) as picture:
                total += getattr(picture, "n_frames", 1)
    return total


def scanned_pages(files: Sequence[Path], count: int, folder: Path) -> tuple[list[Path], list[Path]]:
    """(documents for a pipeline, their pages as PNG pictures for a bare engine): at least ``count`` pages in both. A
    document is a PDF of 300 dpi pictures without loss; on every round over the files another pixel of the top edge is grey,
    so that no two pages are the same picture."""
    documents, pictures = folder / "documents", folder / "pictures"
    for place in (documents, pictures):
        place.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    shown: list[Path] = []
    turn = 0
    while len(shown) < count:
        for file in files:
            if len(shown) >= count:
                break
            sheets = []
            for index, image in enumerate(_images(file)):
                mark = image.copy()
                mark.putpixel((turn % mark.width, 0), 250)
                path = pictures / f"{turn:03d}_{file.stem}_{index}.png"
                mark.save(path, dpi=(_DPI, _DPI), compress_level=1)
                sheets.append(mark)
                shown.append(path)
            target = documents / f"{turn:03d}_{file.stem}.pdf"
            _save_pdf(sheets, target)
            made.append(target)
        turn += 1
    return made, shown


def _save_pdf(sheets: Sequence[Image.Image], target: Path) -> None:
    pdf = pikepdf.new()
    for sheet in sheets:
        points = (sheet.width * 72 / _DPI, sheet.height * 72 / _DPI)
        page = pdf.add_blank_page(page_size=points)
        picture = pdf.make_stream(
            zlib.compress(sheet.tobytes(), 1),
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=sheet.width, Height=sheet.height,
            ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8, Filter=pikepdf.Name.FlateDecode,
        )  # fmt: skip
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
        page.Contents = pdf.make_stream(f"{points[0]:.3f} 0 0 {points[1]:.3f} 0 0 cm /Im0 Do".encode())
    pdf.save(target)


def _images(file: Path) -> list[Image.Image]:
    """Pages in grey at 300 dpi."""
    if file.suffix.lower() == ".pdf":
        pdf = pdfium.PdfDocument(file)
        pdf.init_forms()
        try:
            return [p.render(scale=_DPI / 72, grayscale=True, may_draw_forms=True).to_pil().convert("L") for p in pdf]
        finally:
            pdf.close()
    out = []
    with Image.open(file) as picture:
        for index in range(getattr(picture, "n_frames", 1)):
            picture.seek(index)
            grey = picture.convert("L")
            dpi_x, dpi_y = (float(d) for d in picture.info.get("dpi", (0, 0)))
            if not 60 <= dpi_x <= 2500 or not 60 <= dpi_y <= 2500:
                dpi_x = dpi_y = max(grey.width / 8.5, grey.height / 11)
            size = (round(grey.width * _DPI / dpi_x), round(grey.height * _DPI / dpi_y))
            out.append(grey if size == grey.size else grey.resize(size, Image.Resampling.BICUBIC))
    return out
