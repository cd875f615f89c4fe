"""What the review desk asks of the house: pictures of pages, parcels, codes, the ledger, exports, uploads. The desk itself may
not read papers or registers; here they are handed to it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import threading
import zlib
from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path

from rapidfuzz import fuzz, process

from extractors.language import codebook
from extractors.read.serial import document_from_json
from extractors.read.settings import ReadSettings
from flows.desk_drawing import Drawing, prepare_drawing
from flows.desk_works import DeskWorks
from flows.home import Home
from flows.pool import Lost, Pool
from flows.registers import Registers, load_registers
from records.document import Table
from records.errors import DocumentError, LotlineError, SetupError
from records.parcel import Parcel
from review.ports import CodeChoice, Picture
from store import Store

_SECONDS = 60.0
_WORD = re.compile(r"[A-Za-z0-9./-]+")


class Pictures:
    """Pages as pictures, drawn on demand in a child process and kept in the cache."""

    def __init__(self, home: Home, find: Callable[[str], Path | None]) -> None:
        self._folder = home.cache / "pages"
        self._find = find
        self._one_at_a_time = threading.Lock()
        self._waiting: set[Path] = set()
        self._pool: Pool[Drawing, str] = Pool(
            prepare_drawing, ReadSettings(cache_dir=home.cache), workers=1, seconds=_SECONDS, recycle_after=2000,
            log=home.readers_log,
        )  # fmt: skip

    def get(self, sha256: str, page: int, dpi: int) -> Picture:
        """The picture of a page. Raises DocumentError with the reason where there is none."""
        target = self._target(sha256, page, dpi)
        kept = self._kept(target)
        if kept is not None:
            return kept
        source = self._find(sha256)
        if source is None:
            raise DocumentError("The file is not where it was read: put it back, or drag it in again under uploads.")
        with self._one_at_a_time:
            kept = self._kept(target)
            if kept is None:
                try:
                    _, answer = next(iter(self._pool.run([Drawing(source, page, dpi, target)])))
                except RuntimeError as error:  # no child can start: the words as read are shown instead
                    raise DocumentError(f"Pages can't be drawn on this machine now ({error}).") from error
                problem = answer.reason if isinstance(answer, Lost) else answer
                if problem:
                    raise DocumentError(problem[:1].upper() + problem[1:])
                kept = self._kept(target)
        if kept is None:
            raise DocumentError("The picture was drawn but could not be kept: is the disk full?")
        return kept

    def expect(self, sha256: str, page: int, dpi: int) -> None:
        """Draws the picture meanwhile."""
        target = self._target(sha256, page, dpi)
        if target in self._waiting or self._kept(target) is not None:
            return
        self._waiting.add(target)

        def work() -> None:
            with contextlib.suppress(LotlineError):  # whoever opens the page is told why
                self.get(sha256, page, dpi)
            self._waiting.discard(target)

        threading.Thread(target=work, daemon=True, name="next picture").start()

    def close(self) -> None:
        self._pool.close()

    def _target(self, sha256: str, page: int, dpi: int) -> Path:
        return self._folder / sha256[:2] / f"{sha256}-{page}-{dpi}.webp"

    def _kept(self, target: Path) -> Picture | None:
        try:
            width, height, pages = json.loads(target.with_suffix(".json").read_text())
        except (OSError, ValueError):
            return None
        return Picture(target, "image/webp", width, height, pages) if target.is_file() else None


class Parcels:
    """The parcel file, searched as people type."""

    def __init__(self, parcels: Sequence[Parcel]) -> None:
        self.by_id = {p.parcel_id: p for p in parcels}
        self._texts = {p.parcel_id: _bare(f"{p.address} {p.unit} {p.owner} {p.parcel_id} {' '.join(p.aliases)}") for p in parcels}
        self._addresses = {p.parcel_id: _bare(p.address) for p in parcels}

    def find(self, text: str, limit: int) -> list[Parcel]:
        """Those that hold every word as the beginning of one, addresses before owners; else the most alike."""
        wanted = _bare(text)
        words = wanted.split()
        if not words:
            return []
        if text.strip() in self.by_id:
            return [self.by_id[text.strip()]]
        hits = [i for i, held in self._texts.items() if all(f" {w}" in f" {held}" for w in words)]
        if hits:
            hits.sort(key=lambda i: (not self._addresses[i].startswith(wanted), len(self._addresses[i]), self._addresses[i]))
            return [self.by_id[i] for i in hits[:limit]]
        number = next((w for w in words if w[0].isdigit()), "")
        near = {i: a for i, a in self._addresses.items() if not number or a.startswith(number[:2])}
        found = process.extract(wanted, near, scorer=fuzz.token_sort_ratio, limit=limit, score_cutoff=60)
        return [self.by_id[i] for _, _, i in found]


def _bare(text: str) -> str:
    return " ".join(_WORD.findall(text.lower().replace(".", " ")))


class Files:
    """Where files lie: under the INPUT of some run, or among the uploads. A file counts only with the bytes that were read."""

    def __init__(self, store: Store, home: Home) -> None:
        self._store, self._home = store, home
        self._known: dict[str, Path] = {}

    def find(self, sha256: str) -> Path | None:
        """The file with these bytes, None where it is gone."""
        known = self._known.get(sha256)
        if known is not None and known.is_file():
            return known
        head = self._store.desk.head(sha256)
        if head is None:
            return None
        roots = [Path(i) for run in reversed(self._store.runs()) for i in run.inputs]
        for root in dict.fromkeys([*roots, self._home.folder / "uploads"]):
            for path in head.paths:
                for file in (root / path, root.parent / path, root):
                    if _is(file, head.size, sha256):
                        self._known[sha256] = file
                        return file
        return None


def _is(file: Path, size: int, sha256: str) -> bool:
    try:
        if not file.is_file() or file.stat().st_size != size:
            return False
        return hashlib.sha256(file.read_bytes()).hexdigest() == sha256
    except OSError:
        return False


class DeskHouse(DeskWorks):
    """``review.ports.House`` on this city's home folder."""

    def __init__(self, home: Home, store: Store) -> None:
        self.home, self.store = home, store
        self.files = Files(store, home)
        self.pictures = Pictures(home, self.files.find)
        self._registers: tuple[object, Registers | None] = (None, None)

    @cached_property
    def city(self) -> str:
        from flows.city import load_city

        return load_city(self.home.settings).name

    def picture(self, sha256: str, page: int, dpi: int) -> Picture:
        return self.pictures.get(sha256, page, dpi)

    def expect(self, sha256: str, page: int, dpi: int) -> None:
        self.pictures.expect(sha256, page, dpi)

    def source(self, sha256: str) -> Path | None:
        return self.files.find(sha256)

    def lines_of(self, sha256: str) -> list[tuple[str, str]]:
        print_ = self.store.reading_fingerprints().get(sha256)
        data = None if print_ is None else self.store.reading(sha256, print_)
        if data is None:
            return []
        try:
            document = document_from_json(data)
        except (ValueError, zlib.error):
            return []
        lines: list[tuple[str, str]] = []
        for page in document.pages:
            for block in page.blocks:
                if isinstance(block, Table):
                    lines += [
                        (row[0].anchor if row else "", " | ".join(cell.text for cell in row)) for row in block.rows if row
                    ]
                else:
                    lines.append((block.anchor, block.text))
            if not page.blocks and page.words:
                lines.append((f"page {page.number}", " ".join(w.text for w in page.words)))
        return lines[:3000]

    # registers

    def registers(self) -> Registers | None:
        """Parcels, log and rules of the last run; None before the first. Read anew when their files change."""
        stamp = _stamp(self.home.folder / "registers.json"), _stamp(self.home.settings)
        known, found = self._registers
        if found is not None and known == (stamp, tuple(_stamp(f) for f in found.files)):
            return found
        try:
            found = load_registers(self.home, None, None)
        except SetupError:
            return None
        self._registers = ((stamp, tuple(_stamp(f) for f in found.files)), found)
        self.__dict__.pop("_parcels", None)
        return found

    @cached_property
    def _parcels(self) -> Parcels:
        found = self.registers()
        return Parcels(() if found is None else found.parcels)

    def parcel(self, parcel_id: str) -> Parcel | None:
        self.registers()
        return self._parcels.by_id.get(parcel_id)

    def find_parcels(self, text: str, limit: int = 8) -> list[Parcel]:
        self.registers()
        return self._parcels.find(text, limit)

    def codes(self, text: str, on: date | None, limit: int = 8) -> list[CodeChoice]:
        """Sections whose number begins so, else those whose title or label shares most words."""
        found = self.registers()
        book = codebook.load(None if found is None else found.rules)
        wanted = text.strip().lower().removeprefix("105 cmr ")
        words = {w for w in _bare(wanted).split() if len(w) > 2}
        scored: list[tuple[float, CodeChoice]] = []
        for section in book.edition(on).values():
            if section.kind != "finding":
                continue
            known = book.section(section.number, on) or section
            choice = CodeChoice(f"105 CMR {section.number}", known.label or section.title, known.category)
            if wanted and section.number.startswith(wanted):
                scored.append((10.0, choice))
                continue
            held = set(_bare(f"{section.title} {known.label} {known.category.replace('_', ' ')}".lower()).split())
            shared = sum(any(h.startswith(w[:5]) for h in held) for w in words)
            if shared:
                scored.append((shared / (1 + len(held)) ** 0.5, choice))
        scored.sort(key=lambda pair: (-pair[0], pair[1].code))
        return [choice for _, choice in scored[:limit]]

    def code_title(self, code: str, on: date | None) -> str:
        found = self.registers()
        return codebook.code_title(code, on, None if found is None else found.rules)

    def close(self) -> None:
        self.pictures.close()


def _stamp(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return (0, 0)
    return (stat.st_mtime_ns, stat.st_size)


