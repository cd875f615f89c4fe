"""What the desk needs of the rest of the house and may not import: pictures of pages, parcels, codes, the ledger. The flows
hand in something that answers these questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from records.parcel import Parcel


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
