"""What was on the paper: words with boxes, rules, ticks and tables, page by page.

Boxes are in points (1/72 inch), origin at the top left of the page *as a viewer shows it* (after /Rotate or EXIF), y growing
downwards. A scan that had to be turned, levelled or cut out of a photograph to be read is an exception: its boxes are of the
page as read, and ``Page.as_shown`` takes them to the page as a viewer shows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

TextSource = Literal["text_layer", "ocr", "mixed", "office", "none"]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it lies in the city's folder. ``path`` is relative to INPUT, with forward slashes; identity is ``sha256``."""

    sha256: str
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points, top-left origin."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def centre_x(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def centre_y(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def area(self) -> float:
        return max(0.0, self.width) * max(0.0, self.height)

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0..1."""
        width = min(self.x1, other.x1) - max(self.x0, other.x0)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.area + other.area - shared)


def enclosing(boxes: list[Box] | tuple[Box, ...]) -> Box | None:
    """The smallest box around all of ``boxes``; None for none."""
    if not boxes:
        return None
    return Box(
        min(b.x0 for b in boxes), min(b.top for b in boxes), max(b.x1 for b in boxes), max(b.bottom for b in boxes)
    )


def moved(box: Box, matrix: tuple[float, ...]) -> Box:
    """The smallest box around ``box`` after a change of place and perspective: nine numbers of a matrix, row by row."""
    a, b, c, d, e, f, g, h, i = matrix
    xs, ys = [], []
    for x, y in ((box.x0, box.top), (box.x1, box.top), (box.x0, box.bottom), (box.x1, box.bottom)):
        depth = g * x + h * y + i
        xs.append((a * x + b * y + c) / depth)
        ys.append((d * x + e * y + f) / depth)
    return Box(round(min(xs), 2), round(min(ys), 2), round(max(xs), 2), round(max(ys), 2))


@dataclass(frozen=True, slots=True)
class Word:
    """One word as read. ``confidence`` is the engine's own 0..1 for OCR, 1.0 for a trusted text layer or an office file;
    None = the engine did not say. ``box`` is None only in office files that could not be rendered."""

    text: str
    box: Box | None
    confidence: float | None = 1.0
    bold: bool = False
    handwritten: bool = False  # the reader thinks that this was written by hand
    struck: bool = False  # a line goes through it
    agreement: bool | None = None  # of two engines that read it independently; None = only one was asked
    other: str = ""  # what the engine that was not followed read, where they differ


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick box: drawn, a glyph (☐ ☒), or a form field. ``state``: True ticked, False empty, None unsure."""

    box: Box
    state: bool | None
    name: str = ""  # the form field's name, where it is one


@dataclass(frozen=True, slots=True)
class FormField:
    """A filled field of a PDF form (text, choice). Its words are in ``Page.words`` too; this keeps the name."""

    name: str
    value: str
    box: Box


@dataclass(frozen=True, slots=True)
class Line:
    """Words of one line, left to right. ``anchor`` names the place where there is no box to go by: ``p12`` (paragraph 12),
    ``t0r3c2`` (table 0, row 3, column 2), ``Sheet1!B7``; '' on paged documents."""

    words: tuple[Word, ...]
    anchor: str = ""

    @property
    def text(self) -> str:
        return " ".join(w.text for w in self.words)

    @property
    def box(self) -> Box | None:
        return enclosing([w.box for w in self.words if w.box is not None])


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: ``row`` and ``column`` from 0; its text lines from top to bottom."""

    row: int
    column: int
    lines: tuple[Line, ...]
    box: Box | None = None
    column_span: int = 1
    anchor: str = ""

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines).strip()

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(w for line in self.lines for w in line.words)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, top to bottom; a row need not have a cell in every column."""

    rows: tuple[tuple[Cell, ...], ...]
    box: Box | None = None


Block = Line | Table
"""What a page holds in reading order once its layout is understood: lines of text and tables."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page as read (a sheet of a spreadsheet; a whole office file that could not be rendered is page 1)."""

    number: int  # 1-based, as a clerk counts
    width: float  # points, as shown
    height: float
    text_source: TextSource
    words: tuple[Word, ...]  # line by line, top to bottom
    rules: tuple[Box, ...] = ()  # ruling lines (thin boxes), horizontal and vertical
    ticks: tuple[Tick, ...] = ()
    fields: tuple[FormField, ...] = ()
    blocks: tuple[Block, ...] = ()  # native order of office files and spreadsheets; empty: layout must be worked out
    reason: str = ""  # why this source was chosen or nothing was read ("text layer is garbage: 3 % known words")
    ink: float | None = None  # share of dark pixels, where the page was looked at as an image
    handwriting: tuple[Box, ...] = ()  # regions that look written by hand
    turn: int = 0  # degrees clockwise (90, 180, 270) that a scan was turned to be upright; all boxes here are of the turned page
    lie: tuple[float, ...] = ()  # a levelled scan, a sheet cut out of a photograph: the matrix (``moved``) to the page as it came

    def as_shown(self, box: Box) -> Box:
        """A box of this page as it lies on the page as a viewer shows it; differs only where ``turn`` or ``lie`` says so.

        ``width`` and ``height`` are those of the upright page.
        """
        if self.lie:
            return moved(box, self.lie)
        if self.turn == 90:
            return Box(box.top, self.width - box.x1, box.bottom, self.width - box.x0)
        if self.turn == 180:
            return Box(self.width - box.x1, self.height - box.bottom, self.width - box.x0, self.height - box.top)
        if self.turn == 270:
            return Box(self.height - box.bottom, box.x0, self.height - box.top, box.x1)
        return box


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read: its pages, or the reason why there are none."""

    source: SourceFile
    pages: tuple[Page, ...]
    media_type: str = ""  # "pdf", "docx", "tiff", "xlsx", ...
    page_count: int | None = None  # pages of the file; more than len(pages) where some were not read
    failure: str = ""  # why the file (or part of it) could not be read; '' = fully read
    properties: dict[str, str] = field(default_factory=dict)  # title, author template where the format says

    @property
    def text_source(self) -> TextSource:
        kinds = {p.text_source for p in self.pages if p.words or p.blocks} - {"none"}
        if not kinds:
            return "none"
        return next(iter(kinds)) if len(kinds) == 1 else "mixed"

    def with_source(self, source: SourceFile) -> Document:
        """The same bytes found at another place."""
        return replace(self, source=source)
