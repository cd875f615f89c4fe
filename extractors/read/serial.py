"""A document as compact bytes and back, exactly: what a child process hands over and the store keeps."""

from __future__ import annotations

import json
import zlib
from typing import Any

from records.document import Block, Box, Cell, Document, FormField, Line, Page, SourceFile, Table, Tick, Word

_FORMAT = 2


def document_to_json(document: Document) -> bytes:
    """Deflated JSON of the whole document; ``document_from_json`` gives an equal document back."""
    data = {
        "format": _FORMAT,
        "source": [document.source.sha256, document.source.path, document.source.size],
        "pages": [_page(p) for p in document.pages],
        "media_type": document.media_type,
        "page_count": document.page_count,
        "failure": document.failure,
        "properties": document.properties,
    }
    return zlib.compress(json.dumps(data, separators=(",", ":")).encode("ascii"), 6)


def document_from_json(data: bytes) -> Document:
    """The document that ``document_to_json`` wrote. Raises ValueError for anything else."""
    raw = _raw(data)
    sha256, path, size = raw["source"]
    return Document(
        source=SourceFile(sha256, path, size),
        pages=tuple(_to_page(p) for p in raw["pages"]),
        media_type=raw["media_type"],
        page_count=raw["page_count"],
        failure=raw["failure"],
        properties=dict(raw["properties"]),
    )


def words_from_json(data: bytes) -> list[str]:
    """All texts of a stored reading in the order they stand, without making a document of it; a doubted word is followed by
    what else it may say. Raises ValueError as ``document_from_json`` does."""
    raw = _raw(data)
    found = [str(v) for v in raw["properties"].values()]
    for page in raw["pages"]:
        found += _texts(page["words"])
        found += [t[2] for t in page["ticks"]]
        found += [text for name, value, _ in page["fields"] for text in (name, value)]
        for block in page["blocks"]:
            lines = [block["line"]] if "line" in block else [x for row in block["table"] for c in row for x in c[2]]
            for line in lines:
                found += _texts(line[0])
    return found


def _texts(words: list[list[Any]]) -> list[str]:
    return [text for word in words for text in (word[0], *word[4:])]


def _raw(data: bytes) -> dict[str, Any]:
    try:
        raw = json.loads(zlib.decompress(data))
    except (zlib.error, UnicodeDecodeError, json.JSONDecodeError) as err:
        raise ValueError("these bytes are no stored reading; delete them and read the file again") from err
    if not isinstance(raw, dict) or raw.get("format") != _FORMAT:
        raise ValueError("this reading was stored by another version of Lotline; read the file again")
    return raw


def _box(box: Box | None) -> list[float] | None:
    return None if box is None else [box.x0, box.top, box.x1, box.bottom]


def _to_box(raw: list[float] | None) -> Box | None:
    return None if raw is None else Box(*raw)


def _some_box(raw: list[float]) -> Box:
    return Box(*raw)


def _word(word: Word) -> list[Any]:
    flags = word.bold | word.handwritten << 1 | word.struck << 2
    if word.agreement is not None:
        flags |= 8 | word.agreement << 4
    raw = [word.text, _box(word.box), word.confidence, flags]
    return [*raw, word.other] if word.other else raw


def _to_word(raw: list[Any]) -> Word:
    text, box, confidence, flags, *other = raw
    agreement = bool(flags & 16) if flags & 8 else None
    return Word(
        text, _to_box(box), confidence, bool(flags & 1), bool(flags & 2), bool(flags & 4), agreement, other[0] if other else ""
    )


def _line(line: Line) -> list[Any]:
    return [[_word(w) for w in line.words], line.anchor]


def _to_line(raw: list[Any]) -> Line:
    return Line(tuple(_to_word(w) for w in raw[0]), raw[1])


def _cell(cell: Cell) -> list[Any]:
    return [cell.row, cell.column, [_line(x) for x in cell.lines], _box(cell.box), cell.column_span, cell.anchor]


def _to_cell(raw: list[Any]) -> Cell:
    row, column, lines, box, span, anchor = raw
    return Cell(row, column, tuple(_to_line(x) for x in lines), _to_box(box), span, anchor)


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Line):
        return {"line": _line(block)}
    return {"table": [[_cell(c) for c in row] for row in block.rows], "box": _box(block.box)}


def _to_block(raw: dict[str, Any]) -> Block:
    if "line" in raw:
        return _to_line(raw["line"])
    return Table(tuple(tuple(_to_cell(c) for c in row) for row in raw["table"]), _to_box(raw["box"]))


def _page(page: Page) -> dict[str, Any]:
    return {
        "number": page.number,
        "size": [page.width, page.height],
        "text_source": page.text_source,
        "words": [_word(w) for w in page.words],
        "rules": [_box(b) for b in page.rules],
        "ticks": [[_box(t.box), t.state, t.name] for t in page.ticks],
        "fields": [[f.name, f.value, _box(f.box)] for f in page.fields],
        "blocks": [_block(b) for b in page.blocks],
        "reason": page.reason,
        "ink": page.ink,
        "handwriting": [_box(b) for b in page.handwriting],
        "turn": page.turn,
        "lie": list(page.lie),
    }


def _to_page(raw: dict[str, Any]) -> Page:
    return Page(
        number=raw["number"],
        width=raw["size"][0],
        height=raw["size"][1],
        text_source=raw["text_source"],
        words=tuple(_to_word(w) for w in raw["words"]),
        rules=tuple(_some_box(b) for b in raw["rules"]),
        ticks=tuple(Tick(_some_box(box), state, name) for box, state, name in raw["ticks"]),
        fields=tuple(FormField(name, value, _some_box(box)) for name, value, box in raw["fields"]),
        blocks=tuple(_to_block(b) for b in raw["blocks"]),
        reason=raw["reason"],
        ink=raw["ink"],
        handwriting=tuple(_some_box(b) for b in raw["handwriting"]),
        turn=raw["turn"],
        lie=tuple(raw["lie"]),
    )
