"""From a file to words with boxes, page by page: text layers, OCR, Word files, spreadsheets. The only room that does I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from extractors.read.serial import document_from_json, document_to_json
from extractors.read.settings import ReadSettings, reader_fingerprint

if TYPE_CHECKING:
    from extractors.read.child import read_in_child
    from extractors.read.reader import read_file

__all__ = [
    "ReadSettings",
    "document_from_json",
    "document_to_json",
    "read_file",
    "read_in_child",
    "reader_fingerprint",
]


def __getattr__(name: str) -> Any:
    # Late, since ``python -m extractors.read.child`` must not find itself imported already, and since who only shows a page
    # needs no engines.
    if name == "read_in_child":
        from extractors.read.child import read_in_child

        return read_in_child
    if name == "read_file":
        from extractors.read.reader import read_file

        return read_file
    raise AttributeError(name)
