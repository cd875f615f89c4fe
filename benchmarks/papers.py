"""Page pictures with what stands on them: hand-checked pages, labelled folders, and lists of counts.

Three forms of truth are known, each by what lies beside the file:

* ``page.gold.txt``, ``page.txt`` or ``page.truth.hocr`` beside ``page.tif`` (or ``.png``, ``.jpg``, ``.pdf``; form feeds part
  the pages of a text): every word of the page.
* ``truth/NAME.json`` for ``files/NAME`` as in ``samples/``: the words of its fields as printed. Words that the truth does
  not name are neither right nor wrong.
* a table of counts (``office,candidate,votes`` columns) whose name holds a word of the file's name: the counts and names.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from lxml import html  # type: ignore[import-untyped]
from PIL import Image

PICTURES = frozenset({".tif", ".tiff", ".png", ".jpg", ".jpeg"})
_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00ad": ""})
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_DPI = 300


@dataclass(frozen=True, slots=True)
class Paper:
    """The pages of one file and the words on each. ``whole``: the truth names every word of the page, so that words read
    beyond it are errors too. ``group`` is what results are summed by (the condition of the paper)."""

    file: Path
    group: str
    words: Mapping[int, Counter[str]]  # by page, from 1; page 0 = somewhere in the file
    whole: bool


def tokens(text: str) -> list[str]:
    """Words as they are compared: without case, and without punctuation at their edges."""
    parts = unicodedata.normalize("NFKC", text).translate(_SAME).casefold().split()
    return [word for word in (_EDGES.sub("", part) for part in parts) if word]


def papers(folder: Path, part: str = "tuning") -> Iterator[Paper]:
    """All papers with truth in ``folder``, in order of name. ``part`` of a labelled folder: tuning, heldout or all (a third
    is held out by the hash of its name). Raises ValueError where nothing in the folder has truth."""
    found = list(_labelled(folder, part) if (folder / "truth").is_dir() else _beside(folder))
    if not found:
        raise ValueError(f"no file in {folder} has truth beside it (see benchmarks/papers.py for the forms known)")
    yield from found


def is_held_out(name: str) -> bool:
    """True for the third of a labelled folder that rules were not written on."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 3 == 0


def pictures(paper: Paper, folder: Path) -> Iterator[tuple[int, Path]]:
    """(page, PNG file in ``folder``) of each page: PDF pages at 300 dpi in grey, pictures as they are."""
    if paper.file.suffix.lower() == ".pdf":
        pdf = pdfium.PdfDocument(paper.file)
        pdf.init_forms()
        try:
            for index in range(len(pdf)):
                image = pdf[index].render(scale=_DPI / 72, grayscale=True, may_draw_forms=True).to_pil()
                yield index + 1, _saved(image, folder, (_DPI, _DPI))
        finally:
            pdf.close()
        return
    with Image.open(paper.file) as picture:
        for index in range(getattr(picture, "n_frames", 1)):
            picture.seek(index)
            yield index + 1, _saved(picture, folder, picture.info.get("dpi"))


def _saved(image: Image.Image, folder: Path, dpi: Any) -> Path:
    path = folder / "page.png"
    image.save(path, **({"dpi": dpi} if dpi else {}))
    return path


def _beside(folder: Path) -> Iterator[Paper]:
    tables = sorted(folder.glob("*.csv"))
    for file in sorted(p for p in folder.iterdir() if p.suffix.lower() in PICTURES or p.suffix.lower() == ".pdf"):
        for ending, read in (("gold.txt", _text), ("txt", _text), ("truth.hocr", _hocr)):
            truth = file.with_name(f"{file.stem}.{ending}")
            if truth.is_file():
                yield Paper(file, folder.name, read(truth), whole=True)
                break
        else:
            parts = set(re.split(r"[\W_\d]+", file.stem.lower())) - {""}
            table = next((t for t in tables if parts & set(t.stem.lower().split("_")[-1:])), None)
            table = table or next((t for t in tables if any(p.startswith(t.stem.lower().split("_")[-1]) for p in parts)), None)
            if table is not None:
                yield Paper(file, folder.name, {0: _counts(table)}, whole=False)


def _text(path: Path) -> dict[int, Counter[str]]:
    text = path.read_text(encoding="utf-8", errors="replace").removesuffix("\f")
    return {number: Counter(tokens(page)) for number, page in enumerate(text.split("\f"), 1)}


def _hocr(path: Path) -> dict[int, Counter[str]]:
    tree = html.fromstring(path.read_bytes())
    words: Counter[str] = Counter()
    for word in tree.xpath("//*[contains(@class, 'ocrx_word')]"):
        words.update(tokens(word.text_content()))
    return {1: words}


def _counts(path: Path) -> Counter[str]:
    """Each count as often as the table has it, each name once: how often a sheet repeats a name is not in the table."""
    words: Counter[str] = Counter()
    names: set[str] = set()
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["votes"].strip():
                words.update(tokens(row["votes"]))
            names.update(t for t in tokens(row["candidate"]) if len(t) > 2)
    words.update(names)
    return words


def _labelled(folder: Path, part: str) -> Iterator[Paper]:
    for path in sorted((folder / "truth").glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        file = folder / "files" / truth["file"]
        known = file.suffix.lower() in PICTURES or file.suffix.lower() == ".pdf"
        if not known or truth.get("duplicate_of") or truth["handwriting"] or not file.is_file():
            continue
        # A rescan belongs to the part of its original.
        if part != "all" and is_held_out(truth.get("rescan_of") or truth["file"]) != (part == "heldout"):
            continue
        words = _fields(truth)
        if words:
            yield Paper(file, truth["condition"], words, whole=False)


def _fields(truth: Mapping[str, Any]) -> dict[int, Counter[str]]:
    """What the truth quotes from the paper, by page; values that it holds in another form than printed are left out."""
    found: dict[int, Counter[str]] = {}

    def add(page: int, *texts: str | None) -> None:
        found.setdefault(page, Counter()).update(t for text in texts if text for t in tokens(text))

    for report in truth["reports"]:
        visit = report.get("inspection")
        if visit and report["pages"]:
            add(report["pages"][0], visit["address_as_written"], visit["case_number"])
        for row in report["violations"]:
            if not row["handwritten"]:
                add(row["page"], row["description"])
        # A list prints an account and its owner once over several rows.
        named: set[tuple[int, str | None]] = set()
        for row in report["taxes"]:
            add(row["page"], *(_money(row[n]) for n in ("principal", "interest", "total")))
            named |= {(row["page"], row["account"]), (row["page"], row["owner"])}
        for row in report["water"]:
            add(row["page"], row["meter"], _money(row["amount"]))
            named.add((row["page"], row["account"]))
        for page, text in sorted(named, key=str):
            found.setdefault(page, Counter()).update(set(tokens(text or "")) - set(found.get(page, ())))
    return found


def _money(value: Any) -> str | None:
    return None if value is None else f"{Decimal(str(value)):,.2f}"
