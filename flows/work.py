"""What a child process does with one document: read it, unless its stored reading still holds, and extract.

Sent between processes, so everything here is plain data and importable by name.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from records.document import Document, SourceFile
from records.errors import DocumentError
from records.parcel import LogRow, Parcel
from records.record import Outcome
from records.settings import City

if TYPE_CHECKING:
    from extractors.read.settings import ReadSettings
    from extractors.rulebook import RuleBook

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """All that is the same for every document of a run."""

    settings: ReadSettings
    rules: RuleBook
    parcels: tuple[Parcel, ...]
    log: tuple[LogRow, ...]
    city: City


@dataclass(frozen=True, slots=True)
class Job:
    """One document. ``reading`` is what was read from the same bytes before, as stored; None = read it now."""

    source: SourceFile
    file: Path
    reading: bytes | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """A document as read and what was found in it. ``fresh``: the reading is new and must be stored."""

    document: Document
    outcome: Outcome
    fresh: bool


def unreadable(source: SourceFile, reason: str) -> Done:
    """The outcome of a file whose content can't be had."""
    return Done(Document(source, (), failure=reason), Outcome("other", (), reason=reason, failure=reason), fresh=True)


def prepare(desk: object) -> Callable[[Job], Done]:
    """Loads what extraction needs, once per child, and gives the function that does one document."""
    from extractors.parcels import Linker
    from extractors.pipeline import process
    from extractors.read import read_file
    from extractors.read.serial import document_from_json

    assert isinstance(desk, Desk)
    linker = Linker(desk.parcels, desk.log, desk.city)

    def do(job: Job) -> Done:
        document = None if job.reading is None else document_from_json(job.reading).with_source(job.source)
        if document is None:
            try:
                document = read_file(job.file, job.source, desk.settings)
            except DocumentError as error:
                return unreadable(job.source, error.reason)
            except MemoryError:
                return unreadable(job.source, "needs more memory than a document is given")
            except Exception as error:  # noqa: BLE001 - foreign parsers raise anything on broken files
                _LOG.exception("reading %s", job.source.path)
                return unreadable(job.source, f"damaged: {type(error).__name__}: {error}"[:300])
        fresh = job.reading is None
        try:
            return Done(document, process(document, desk.rules, linker), fresh)
        except Exception as error:  # noqa: BLE001 - one odd document must not end the others' run; its reason is kept
            _LOG.exception("extracting %s", job.source.path)
            reason = f"could not be worked through ({type(error).__name__}: {error})"[:300]
            return Done(document, Outcome("other", (), reason=reason, failure=reason), fresh)

    return do
