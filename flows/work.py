"""What a child process does with one document: read it, unless its stored reading still holds, and extract.

Sent between processes, so everything here is plain data and importable by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from extractors.read.serial import document_from_json, document_to_json
from flows.collect import same_bytes
from flows.logbook import about, say_of_reader
from flows.pool import Lost, begin_page
from records.document import Document, SourceFile
from records.errors import DocumentError
from records.parcel import LogRow, Parcel
from records.record import Outcome
from records.settings import City

if TYPE_CHECKING:
    from extractors.read.settings import ReadSettings
    from extractors.rulebook import RuleBook
    from store import Store


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
    """One document. ``reading`` is what was read from the same bytes before, as stored; None = read it now. ``left_out``:
    pages not to be read again, since the reader hung or died on them, with the reason."""

    source: SourceFile
    file: Path
    reading: bytes | None = None
    left_out: tuple[tuple[int, Lost], ...] = ()


def without_page(job: Job, page: int, why: Lost) -> Job:
    """The same document but for one page."""
    return replace(job, left_out=(*job.left_out, (page, why)))


@dataclass(frozen=True, slots=True)
class Read:
    """A document as it was read, in the form that the store keeps. A child hands this over and not the words themselves: taking
    thousands of them apart would be half of what the run's own process does. ``payload`` is empty where the store has it."""

    source: SourceFile
    payload: bytes
    pages: int  # that were read
    page_count: int | None
    text_source: str
    media_type: str
    failure: str

    @classmethod
    def of(cls, document: Document, stored: bool = False) -> Read:
        """``stored``: it came from the store."""
        payload = b"" if stored else document_to_json(document)
        return cls(
            document.source, payload, len(document.pages), document.page_count, document.text_source, document.media_type,
            document.failure,
        )  # fmt: skip

    def document(self) -> Document:
        """With its words again."""
        return document_from_json(self.payload).with_source(self.source)

    def save(self, store: Store, fingerprint: str) -> None:
        """Puts it into the store."""
        store.save_reading(
            self.source.sha256, fingerprint, self.payload, self.failure, pages=self.page_count or self.pages or None,
            text_source=self.text_source, media_type=self.media_type,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Done:
    """A document as read and what was found in it. ``fresh``: the reading is new and must be stored."""

    read: Read
    outcome: Outcome
    fresh: bool
    changed: bool = False  # the file's bytes are no longer those of ``source``: to be read again in the next run


def unreadable(source: SourceFile, reason: str) -> Done:
    """The outcome of a file whose content can't be had."""
    read = Read.of(Document(source, (), failure=reason))
    return Done(read, Outcome("other", (), reason=reason, failure=reason), fresh=True)


def prepare(desk: object) -> Callable[[Job], Done]:
    """Loads what extraction needs, once per child, and gives the function that does one document."""
    from extractors.parcels import Linker
    from extractors.pipeline import process
    from extractors.read import read_file
    from extractors.read.progress import watched

    assert isinstance(desk, Desk)
    linker = Linker(desk.parcels, desk.log, desk.city)

    def do(job: Job) -> Done:
        document = None if job.reading is None else document_from_json(job.reading).with_source(job.source)
        if document is None:
            try:
                with watched(begin_page, {page: lost.reason for page, lost in job.left_out}):
                    document = read_file(job.file, job.source, desk.settings)
            except DocumentError as error:
                return unreadable(job.source, error.reason)
            except MemoryError:
                return unreadable(job.source, "needs more memory than a document is given")
            except Exception as error:  # noqa: BLE001 - foreign parsers raise anything on broken files
                say_of_reader(about(error, "reading", job.source.sha256))
                return unreadable(job.source, f"damaged: {type(error).__name__}: {error}"[:300])
        fresh = job.reading is None
        if fresh and not same_bytes(job.file, job.source):
            return replace(unreadable(job.source, "the file changed while it was being read"), changed=True)
        begin_page(0, 0)  # the reading is over: finding has a time of its own
        try:
            return Done(Read.of(document, not fresh), process(document, desk.rules, linker), fresh)
        except Exception as error:  # noqa: BLE001 - one odd document must not end the others' run; its reason is kept
            say_of_reader(about(error, "extracting", job.source.sha256))
            reason = f"could not be worked through ({type(error).__name__}: {error})"[:300]
            return Done(Read.of(document, not fresh), Outcome("other", (), reason=reason, failure=reason), fresh)

    return do
