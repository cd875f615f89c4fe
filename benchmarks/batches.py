"""How well a pile of reports scanned in one go is cut apart: joins labelled files into batches, reads and splits them.

    python -m benchmarks.batches FOLDER [--seed 1] [--batches 6] [--per-batch 10] [--work DIR] [--heldout]

FOLDER is a labelled folder (``files/`` and ``truth/``). A batch is a real PDF of several files in random order, digital and
scanned, with blank backs, scans turned upside down and at times a report whose pages lie out of order. A boundary lies between
two pages (blank ones left out) that belong to different reports; pages of no report all count as one. Prints precision, recall
and F1 of the boundaries and every page where the cut was wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from benchmarks.truth import Truth, load_truth
from extractors.layout import blocks
from extractors.read.reader import read_file
from extractors.read.settings import ReadSettings
from extractors.reports.inspections import classify_and_split
from extractors.rulebook import RuleBook
from records.document import SourceFile

Owner = str | None
"""Which report a page belongs to; None for a page of no report."""

PICTURES = {".tif", ".tiff", ".png", ".jpg", ".jpeg"}
LONGEST = 8  # pages of a file that goes into a batch
BLANK_BACK, TURNED, OUT_OF_ORDER = 0.35, 0.12, 0.15


@dataclass(frozen=True, slots=True)
class Batch:
    """A joined file: its path and, page by page, whose page it is (``blank`` for a blank back)."""

    path: Path
    owners: tuple[Owner, ...]


def usable(folder: Path, heldout: bool) -> dict[str, Truth]:
    """Files that can be joined, of one part: paged, not too long, no copies and no forms (joining drops their fields)."""
    found: dict[str, Truth] = {}
    for name, truth in load_truth(folder).items():
        original = str(truth.get("duplicate_of") or truth.get("rescan_of") or name).rsplit("/", 1)[-1]
        if (int(hashlib.sha256(original.encode()).hexdigest(), 16) % 3 == 0) != heldout:
            continue
        suffix = Path(name).suffix.lower()
        short = len(truth.get("page_sizes") or {"1": 0}) <= LONGEST
        if short and suffix in {".pdf", *PICTURES} and "acroform" not in truth["traps"] and not truth.get("duplicate_of"):
            found[name] = truth
    return found


def make(folder: Path, names: Sequence[str], known: dict[str, Truth], chance: random.Random, out: Path) -> Batch:
    """Joins ``names`` into one PDF at ``out``."""
    joined = pdfium.PdfDocument.new()
    owners: list[Owner] = []
    for name in names:
        source = _as_pdf(folder / "files" / name)
        order = list(range(len(source)))
        mine: dict[int, Owner] = {
            page - 1: f"{name}#{n}"
            for n, report in enumerate(known[name]["reports"])
            for page in report["pages"]
            if known[name]["doc_type"] != "other"
        }
        scan = known[name]["condition"] != "digital"
        if len(order) > 1 and known[name]["doc_type"].endswith("inspection") and chance.random() < OUT_OF_ORDER:
            chance.shuffle(order)
        for index in order:
            joined.import_pages(source, [index])
            if scan and chance.random() < TURNED:
                page = joined[len(joined) - 1]
                page.set_rotation((page.get_rotation() + 180) % 360)
            owners.append(mine.get(index))
            if chance.random() < BLANK_BACK:
                joined.import_pages(_blank(chance), [0])
                owners.append("blank")
        source.close()
    joined.save(out)
    return Batch(out, tuple(owners))


def _as_pdf(path: Path) -> pdfium.PdfDocument:
    if path.suffix.lower() == ".pdf":
        return pdfium.PdfDocument(path)
    made = pdfium.PdfDocument.new()
    with Image.open(path) as picture:
        for frame in range(getattr(picture, "n_frames", 1)):
            picture.seek(frame)
            _add(made, picture.convert("L"), float(picture.info.get("dpi", (200, 200))[0] or 200))
    return made


def _add(pdf: pdfium.PdfDocument, picture: Image.Image, dpi: float) -> None:
    with tempfile.SpooledTemporaryFile() as room:
        picture.save(room, "JPEG", quality=92)
        room.seek(0)
        image = pdfium.PdfImage.new(pdf)
        image.load_jpeg(room, inline=True)
        width, height = picture.width * 72 / dpi, picture.height * 72 / dpi
        page = pdf.new_page(width, height)
        image.set_matrix(pdfium.PdfMatrix().scale(width, height))
        page.insert_obj(image)
        page.gen_content()


def _blank(chance: random.Random) -> pdfium.PdfDocument:
    """The back of a sheet: paper with a little noise and the print of the front shining through."""
    noise = np.random.default_rng(chance.randrange(1 << 30))
    paper = np.clip(248 + noise.normal(0, 3, (1650, 1275)), 0, 255).astype(np.uint8)
    ghost = np.zeros_like(paper)
    for y in range(200, 1100, 40):
        cv2.line(ghost, (150, y), (150 + chance.randrange(300, 900), y), 7, 12)
    pdf = pdfium.PdfDocument.new()
    _add(pdf, Image.fromarray(cv2.subtract(paper, cv2.GaussianBlur(ghost, (0, 0), 5))), 150)
    return pdf


def split(batch: Batch, settings: ReadSettings, rules: RuleBook) -> tuple[Owner, ...]:
    """Which report our splitter gives each page to."""
    data = batch.path.read_bytes()
    source = SourceFile(hashlib.sha256(data).hexdigest(), batch.path.name, len(data))
    document = read_file(batch.path, source, settings)
    reports, _ = classify_and_split(document, {p.number: blocks(p) for p in document.pages}, rules)
    owner: dict[int, str] = {}
    for report in reports:
        for page in report.pages:
            owner.setdefault(page, str(report.ordinal))
    return tuple(owner.get(n + 1) for n in range(len(batch.owners)))


def boundaries(owners: Sequence[Owner], blank: Sequence[bool]) -> set[int]:
    """Pages (from 0) that begin something else than the page before them, blank pages left out."""
    seen = [i for i in range(len(owners)) if not blank[i]]
    return {b for a, b in itertools.pairwise(seen) if owners[a] != owners[b]}


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    ask = argparse.ArgumentParser(description="Boundaries between reports in joined files.")
    ask.add_argument("folder", type=Path)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--batches", type=int, default=6)
    ask.add_argument("--per-batch", type=int, default=10)
    ask.add_argument("--work", type=Path, help="keeps the batches and the OCR here, so that a second run is quick")
    ask.add_argument("--heldout", action="store_true", help="the held-out third; prints sums only")
    given = ask.parse_args()
    work = given.work or Path(tempfile.mkdtemp(prefix="batches"))
    work.mkdir(parents=True, exist_ok=True)
    chance = random.Random(given.seed)
    known = usable(given.folder, given.heldout)
    names = sorted(known)
    chance.shuffle(names)
    settings, rules = ReadSettings(cache_dir=work / "ocr"), RuleBook.load()
    hit = made = true = pages = 0
    for n in range(min(given.batches, len(names) // given.per_batch)):
        some = names[n * given.per_batch : (n + 1) * given.per_batch]
        batch = make(given.folder, some, known, chance, work / f"batch{given.seed}-{n}.pdf")
        ours = split(batch, settings, rules)
        blank = [owner == "blank" for owner in batch.owners]
        want, got = boundaries(batch.owners, blank), boundaries(ours, blank)
        hit, made, true, pages = hit + len(want & got), made + len(got), true + len(want), pages + len(ours)
        for page in sorted(want ^ got) if not given.heldout else ():
            fault = "missed" if page in want else "wrong"
            say(f"  batch {n} page {page + 1}: {fault} cut ({batch.owners[page]})")
    precision, recall = hit / max(1, made), hit / max(1, true)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    say(f"{pages} pages, {true} boundaries: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f} (seed {given.seed})")


if __name__ == "__main__":
    main()
