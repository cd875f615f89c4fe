"""What the desk needs of the rest of the house and may not import: pictures of pages, parcels, codes, the ledger. The flows
hand in something that answers these questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from records.export import LedgerEntry
from records.parcel import Parcel
from records.standing import Standing
from records.trust import Purpose


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as a picture file; ``width`` and ``height`` in points, ``pages`` of the whole file."""

    path: Path
    media_type: str
    width: float
    height: float
    pages: int


@dataclass(frozen=True, slots=True)
class CodeChoice:
    """A code that may be meant, with its title and the category it makes."""

    code: str
    title: str
    category: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """The trust page: how every claim stands, what page audits and second readings say, layouts not seen before (layout,
    documents, since when), and where the confidence comes from."""

    claims: tuple[Standing, ...]
    missed: str = ""
    second: str = ""
    new_layouts: tuple[tuple[str, int, str], ...] = ()
    origin: str = ""


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A line of the code book: a code that stands on papers and what it means; ``guess`` is what nobody has confirmed."""

    domain: str
    column: str
    code: str
    meaning: str
    guess: str
    said_by: str
    rows: int
    example: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that decisions taught: ``kind`` street (another spelling) or phrase (a section for words); ``said`` its parts."""

    suggestion_id: str
    kind: str
    words: str
    said: Mapping[str, str]
    support: int
    examples: tuple[str, ...] = ()


class House(Protocol):
    """Parcels, codes and pages as they are now."""

    @property
    def city(self) -> str:
        """The city's name."""
        ...

    def picture(self, sha256: str, page: int, dpi: int) -> Picture:
        """A page's picture, made on demand and kept. Raises LotlineError with the reason where there is none."""
        ...

    def expect(self, sha256: str, page: int, dpi: int) -> None:
        """This picture will be asked for next; makes it meanwhile."""
        ...

    def lines_of(self, sha256: str) -> Sequence[tuple[str, str]]:
        """(anchor, text) of a file without pages, as it was read."""
        ...

    def source(self, sha256: str) -> Path | None:
        """Where the file lies, if it is still there."""
        ...

    def parcel(self, parcel_id: str) -> Parcel | None: ...

    def find_parcels(self, text: str, limit: int = 8) -> Sequence[Parcel]:
        """Parcels whose address, owner or id fits, best first."""
        ...

    def codes(self, text: str, on: date | None, limit: int = 8) -> Sequence[CodeChoice]:
        """Sections whose number or title fits, best first."""
        ...

    def code_title(self, code: str, on: date | None) -> str: ...

    def read_again(self, sha256: str, dpi: int) -> str:
        """Reads a file again with other settings; says what came of it."""
        ...

    def proof(self) -> Proof: ...

    def draw(self, purpose: Purpose, by: str) -> str:
        """Draws a sample; returns its id. Raises LotlineError where there is nothing to draw from."""
        ...

    def check(
        self, record_id: str, wrong: Mapping[str, str], by: str, sample_id: str, seconds: float | None, note: str
    ) -> None:
        """Keeps a verdict on a row, corrects the data where it says so, closes the gate where it is a breach."""
        ...

    def reopen(self, claim: str, why: str, by: str) -> None:
        """Opens a closed gate on a person's word."""
        ...

    def ledger(self) -> Sequence[LedgerEntry]:
        """Every row of the permit log and what became of it."""
        ...

    def since_last_night(self) -> tuple[date, Mapping[str, int]] | None:
        """The last night and how many rows more or fewer are in each state since; None before a first night."""
        ...

    def code_book(self) -> Sequence[CodeLine]: ...

    def exports(self) -> Sequence[Path]:
        """Files of the desk's last export, to be downloaded."""
        ...

    def export_now(self) -> str:
        """Works out everything that follows from the decisions and exports; says what was written."""
        ...

    def take_upload(self, name: str, content: bytes) -> str:
        """Puts a file where the next run finds it; returns its name there. Raises LotlineError where it can't."""
        ...

    def read_uploads(self) -> str:
        """Starts reading what was uploaded; says so."""
        ...

    def suggestions(self) -> Sequence[Suggestion]:
        """What decisions taught and nobody has answered yet."""
        ...

    def learn(self, suggestion: Suggestion) -> str:
        """Writes an approved suggestion into the city's own patterns; says where."""
        ...
