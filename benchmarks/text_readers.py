"""Reads PDFs with one text reader and says what it cost: ``python text_readers.py NAME FILE_WITH_PATHS``.

Run by the interpreter of whichever environment has the reader, so nothing of Lotline is imported here but for its own name.
The clock runs from the first file to the last; starting up and importing is not in it. Each reader does what its
documentation shows for "give me the text": words or lines with their places, page by page.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.update(UNSTRUCTURED_DISABLE_NOTICE="1", DO_NOT_TRACK="true", SCARF_NO_ANALYTICS="true", HF_HUB_OFFLINE="1")


def _lotline() -> Callable[[str], tuple[int, int]]:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from extractors.read import ReadSettings, read_file
    from records.document import SourceFile

    settings = ReadSettings()

    def read(path: str) -> tuple[int, int]:
        data = Path(path).read_bytes()
        source = SourceFile(hashlib.sha256(data).hexdigest(), Path(path).name, len(data))
        pages = read_file(Path(path), source, settings).pages
        return len(pages), sum(len(p.words) for p in pages)

    return read


def _pdfplumber() -> Callable[[str], tuple[int, int]]:
    import pdfplumber

    def read(path: str) -> tuple[int, int]:
        with pdfplumber.open(path) as pdf:
            return len(pdf.pages), sum(len(page.extract_text().split()) for page in pdf.pages)

    return read


def _pdfplumber_words() -> Callable[[str], tuple[int, int]]:
    import pdfplumber

    def read(path: str) -> tuple[int, int]:
        with pdfplumber.open(path) as pdf:
            return len(pdf.pages), sum(len(page.extract_words()) for page in pdf.pages)

    return read


def _unstructured() -> Callable[[str], tuple[int, int]]:
    from unstructured.partition.pdf import partition_pdf  # type: ignore[import-not-found,unused-ignore]

    def read(path: str) -> tuple[int, int]:
        found = partition_pdf(path, strategy="fast", languages=["eng"])
        pages = {e.metadata.page_number for e in found}
        return max((p for p in pages if p), default=1), sum(len(e.text.split()) for e in found)

    return read


def _docling_parse() -> Callable[[str], tuple[int, int]]:
    from docling_parse.pdf_parser import DoclingPdfParser  # type: ignore[import-not-found,unused-ignore]

    parser = DoclingPdfParser(loglevel="fatal")

    def read(path: str) -> tuple[int, int]:
        document = parser.load(path)
        words = [len(page.word_cells) for _, page in document.iterate_pages()]
        document.unload()
        return len(words), sum(words)

    return read


READERS = {
    "lotline": _lotline,
    "pdfplumber": _pdfplumber,
    "pdfplumber words": _pdfplumber_words,
    "unstructured": _unstructured,
    "docling-parse": _docling_parse,
}


def main() -> int:
    """Prints ``{"pages", "words", "wall", "cpu", "failed"}``; exit code 3 where the reader is not installed."""
    name, listing = sys.argv[1:3]
    try:
        read = READERS[name]()
    except ImportError as error:
        sys.stdout.write(str(error))
        return 3
    paths = Path(listing).read_text(encoding="utf-8").splitlines()
    pages = words = failed = 0
    wall, cpu = time.perf_counter(), time.process_time()
    for path in paths:
        try:
            found = read(path)
        except Exception:  # noqa: BLE001 - another's reader may raise anything; it is counted
            failed += 1
            continue
        pages, words = pages + found[0], words + found[1]
    took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    sys.stdout.write("\n" + json.dumps({"pages": pages, "words": words, "failed": failed, **took}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
