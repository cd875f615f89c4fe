"""The rows of everything that may leave, worked out once and kept in the home's cache until something changes.

A night works the rows out when it exports, and its deliveries take them from here. What is kept is named by the state of the
database and by all rules and programs that rows follow from; where one differs, the rows are worked out anew. Plain texts only,
in Python's own form for such, after a hash of them: a damaged file is none.
"""

from __future__ import annotations

import hashlib
import marshal
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from flows.export.tables import Rows, Sheet, Tables
from records.export import TABLE_OF, ExportBundle, ExportRecord, Provenance, reason_words
from records.vocabulary import KINDS

NAME = "rows"
_RECORDS = tuple(TABLE_OF[kind] for kind in KINDS)


@dataclass(frozen=True)
class Cause:
    """Why a record's row came, changed or went: by whom, and if it is not there any more, why."""

    by_person: bool
    gone: str


@dataclass(frozen=True)
class Ready:
    """What ``Tables`` gives to deliveries, which hold accepted rows alone."""

    all_rows: Callable[[], Mapping[str, Sheet]]  # of records, in review or not: half of the deliveries ask for none
    released: Mapping[str, Sheet]
    unsure: frozenset[str]
    sites: Mapping[str, tuple[str, str]]
    all_causes: Callable[[], Mapping[str, Cause]]  # of all records by id; asked for only where something differs
    kinds: tuple[str, ...]  # of accepted records
    provenance: Provenance
    log_through: date | None

    @classmethod
    def of(cls, tables: Tables) -> Ready:
        """Of a bundle of everything in the store."""
        bundle = tables.bundle
        named = tables.named(include_review=False)
        return cls(
            lambda: {name: Sheet.of(name, tables.everything[name]) for name in _RECORDS},
            {name: Sheet.of(name, rows) for name, rows in named.items()},
            tables.unsure, tables.sites, lambda: causes_of(bundle),
            tuple(sorted({r.kind for r in bundle.standing if r.state == "accepted"})), bundle.provenance, bundle.log_through,
        )  # fmt: skip

    @cached_property
    def causes(self) -> Mapping[str, Cause]:
        """record_id -> why its row came, changed or went."""
        return self.all_causes()

    @cached_property
    def everything(self) -> Mapping[str, Rows]:
        """Accepted rows and those in review, by table."""
        return {name: sheet.mappings() for name, sheet in self.all_rows().items()}

    def named(self, include_review: bool) -> Mapping[str, Rows]:
        """The rows of a delivery by table."""
        assert not include_review, "what is ready is what may leave"
        return {name: sheet.mappings() for name, sheet in self.released.items()}

    def sheet(self, name: str, include_review: bool) -> Sheet:
        """A table of a delivery."""
        assert not include_review, "what is ready is what may leave"
        return self.released[name]

    @property
    def documents(self) -> Rows:
        return self.released["documents"].mappings()


def causes_of(bundle: ExportBundle) -> dict[str, Cause]:
    """record_id -> cause, of all records of the bundle."""
    standing = {r.id: r for r in bundle.standing}
    known: dict[tuple[bool, str], Cause] = {}
    return {
        r.id: known.setdefault(key, Cause(*key))
        for r in bundle.records
        for key in [(r.decided_by == "review", _gone(r, standing.get(r.id, r)))]
    }


def _gone(record: ExportRecord, standing: ExportRecord) -> str:
    if record.rejected:
        return "a person said that it is no record"
    if record.same_as:
        return f"repeats {record.same_as}"
    if standing.state == "in_review":
        return f"waits for a person: {reason_words(standing.reasons)}" if standing.reasons else "waits for a person"
    return "held back by the rules of this delivery"


def keep(cache: Path, key: str, ready: Ready) -> None:
    """Keeps the rows under ``key`` in place of what was kept before. Cells that can't be kept so are worked out each time."""
    causes = ready.causes
    try:
        data = {
            "all": marshal.dumps(_packed(ready.all_rows())), "released": _packed(ready.released), "unsure": sorted(ready.unsure),
            "sites": dict(ready.sites), "kinds": ready.kinds, "provenance": _plain(asdict(ready.provenance)),
            "log": ready.log_through.isoformat() if ready.log_through else "",
            "causes": marshal.dumps((_block(list(causes)), [(c.by_person, c.gone) for c in causes.values()])),
        }  # fmt: skip
    except ValueError:
        (cache / NAME).unlink(missing_ok=True)
        return
    payload = marshal.dumps(data)
    half = cache / f"{NAME}.{os.getpid()}"
    with half.open("wb") as stream:
        stream.write(_head(key, payload))
        stream.write(payload)
    half.replace(cache / NAME)


def load(cache: Path, key: str) -> Ready | None:
    """The rows kept under ``key``; None where there are none, or others."""
    try:
        data = (cache / NAME).read_bytes()
    except OSError:
        return None
    head, payload = data[:64], memoryview(data)[64:]
    if head != _head(key, payload):
        return None
    found: dict[str, Any] = marshal.loads(payload)
    return Ready(
        lambda: _unpacked(marshal.loads(found["all"])), _unpacked(found["released"]), frozenset(found["unsure"]), found["sites"],
        lambda: _causes(*marshal.loads(found["causes"])), found["kinds"],
        Provenance(**found["provenance"]), date.fromisoformat(found["log"]) if found["log"] else None,
    )  # fmt: skip


def _causes(ids: bytes, told: Sequence[tuple[bool, str]]) -> dict[str, Cause]:
    known: dict[tuple[bool, str], Cause] = {}
    return {i: known.get(c) or known.setdefault(c, Cause(*c)) for i, c in zip(_cells(ids, len(told)), told, strict=True)}


def _head(key: str, payload: bytes | memoryview) -> bytes:
    digest = hashlib.sha256(key.encode())
    digest.update(payload)
    return digest.hexdigest().encode()


_Packed = dict[str, tuple[tuple[str, ...], int, dict[str, bytes]]]
"""Table -> its columns, rows, and the cells of each column in one piece: read as they are, and taken apart where asked for."""


class _Columns(Mapping[str, Sequence[str]]):
    """Columns that are taken apart when they are asked for."""

    def __init__(self, blocks: Mapping[str, bytes], count: int) -> None:
        self._blocks, self._count = blocks, count
        self._known: dict[str, list[str]] = {}

    def __getitem__(self, name: str) -> Sequence[str]:
        if name not in self._known:
            self._known[name] = _cells(self._blocks[name], self._count)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._blocks)

    def __len__(self) -> int:
        return len(self._blocks)


def _packed(sheets: Mapping[str, Sheet]) -> _Packed:
    return {
        name: (sheet.columns, sheet.count, {column: _block(sheet.column(column)) for column in sheet.columns})
        for name, sheet in sheets.items()
    }


def _unpacked(packed: _Packed) -> dict[str, Sheet]:
    return {name: Sheet(columns, _Columns(blocks, count), count) for name, (columns, count, blocks) in packed.items()}


def _block(cells: Sequence[str]) -> bytes:
    """Raises ValueError for a cell with the sign that parts them, which no paper has."""
    text = "\0".join(cells)
    if cells and text.count("\0") != len(cells) - 1:
        raise ValueError("a cell holds a zero character")
    return text.encode()


def _cells(block: bytes, count: int) -> list[str]:
    return block.decode().split("\0") if count else []


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in data.items()}
