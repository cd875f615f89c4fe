"""What changed patterns, code books, parcel files or reader settings would do to everything that was read, without doing it.

The whole is tried on a copy of the database, with the same code as a run: identities, copies, histories and routes come out
as they would. Readings are kept, so that a year of paper is looked at in seconds. ``apply`` then does what was previewed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from extractors.read.settings import reader_fingerprint
from extractors.rulebook import LAYOUTS, RuleBook, layer_files, models_hash
from flows.city import load_city, load_log, load_parcels
from flows.crossings import cross_all, is_crossed
from flows.fingerprints import code_hash, fingerprints
from flows.home import Home
from flows.patterns_layers import OWN
from flows.pool import Lost, Pool
from flows.preview_diff import Difference, compare
from flows.preview_words import needs_of
from flows.preview_work import Look, Reach, Saw, Scene, prepare_look, reach_of
from flows.reader_settings import having, parse_pairs, read_settings
from flows.registers import Registers, load_registers
from flows.rules_used import rules_used
from flows.say import Tell
from flows.work import Desk
from records.document import SourceFile
from records.errors import SetupError
from store import Store

KEPT = "preview.json"
SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is to be tried. ``patterns`` is a folder of pattern files laid over the city's own, ``codes`` a filled sheet of the
    code book, ``settings`` are pairs like ``reader.dpi=400``."""

    patterns: Path | None = None
    parcels: Path | None = None
    log: Path | None = None
    codes: Path | None = None
    settings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        paths = {n: str(p.resolve()) if p else "" for n, p in
                 (("patterns", self.patterns), ("parcels", self.parcels), ("log", self.log), ("codes", self.codes))}  # fmt: skip
        return {**paths, "settings": list(self.settings)}

    @classmethod
    def from_json(cls, data: dict[str, object]) -> Inputs:
        def path(name: str) -> Path | None:
            return Path(str(data[name])) if data.get(name) else None

        settings = data.get("settings")
        pairs = tuple(map(str, settings)) if isinstance(settings, list) else ()
        return cls(path("patterns"), path("parcels"), path("log"), path("codes"), pairs)


@dataclass(frozen=True)
class World:
    """Registers, rules and settings, as they are and as they would be."""

    now: Registers
    desk: Desk
    reach: Reach
    before: RuleBook  # what is stored was found with these
    token: dict[str, str]  # what the answer depends on, part by part


def preview(home: Home, inputs: Inputs, tell: Tell, workers: int | None = None) -> Difference:
    """Works the change through on a copy and keeps what was previewed for ``apply``. Raises SetupError or PatternError."""
    started = time.monotonic()
    with (
        Store.open(home.database) as store,
        tempfile.TemporaryDirectory(prefix="lotline-preview-") as scratch,
        world(home, inputs, store, Path(scratch)) as changed,
    ):
        difference = _tried(home, store, Path(scratch), changed, tell, workers, reread=bool(inputs.settings))
        kept = {"inputs": inputs.as_json(), "token": changed.token, "applied": False}
    difference.seconds = time.monotonic() - started
    (home.folder / KEPT).write_text(json.dumps(kept, indent=2), encoding="utf-8")
    return difference


@contextmanager
def world(home: Home, inputs: Inputs, store: Store, scratch: Path) -> Iterator[World]:
    """The world as it would be. What people answered about codes is laid into a scratch folder of patterns for as long."""
    now = load_registers(home, None, None) if inputs.parcels is None else _given(home, inputs)
    city, extra = now.city, []
    domains: frozenset[str] = frozenset()
    if inputs.patterns is not None:
        extra.append(_folder(inputs.patterns))
    if inputs.codes is not None:
        from flows.codes_answers import answers_yaml, read_answers

        answers = read_answers(inputs.codes, by="preview", on=None)
        folder = scratch / "answers"
        folder.mkdir()
        (folder / "codes.yml").write_text(answers_yaml(answers), encoding="utf-8")
        domains = frozenset(a.domain for a in answers)
        extra.append(folder)
    layers = (*city.patterns, *(str(f.resolve()) for f in extra if str(f.resolve()) not in city.patterns))
    rules = RuleBook.load(layers)
    rules.check()
    parcels = load_parcels(inputs.parcels, city) if inputs.parcels else now.parcels
    log = load_log(inputs.log, city) if inputs.log else now.log
    settings = having(read_settings(home.settings, home.cache), parse_pairs(inputs.settings))
    desk = Desk(settings, rules, parcels, log, replace(city, patterns=layers))
    before = now.rules if inputs.parcels or inputs.log or inputs.settings else _found_with(home, store, now)
    reach = Reach() if before is None or inputs.parcels or inputs.log or inputs.settings else _reach(before, rules, domains)
    yield World(now, desk, reach, before or now.rules, _token(inputs, now, desk, extra, store))


def _given(home: Home, inputs: Inputs) -> Registers:
    """Registers where none are known yet: those given."""
    try:
        return load_registers(home, None, inputs.log)
    except SetupError:
        city = load_city(home.settings)
        assert inputs.parcels is not None
        log = tuple(load_log(inputs.log, city)) if inputs.log else ()
        return Registers(home, city, RuleBook.load(city.patterns), load_parcels(inputs.parcels, city), log, (inputs.parcels,))


def _folder(patterns: Path) -> Path:
    if not patterns.is_dir():
        raise SetupError(f"--patterns {patterns}: there is no such folder.")
    inside = [p for p in patterns.iterdir() if p.is_dir() and any(p.glob("*.yml")) and p.name != LAYOUTS]
    if inside:
        raise SetupError(
            f"--patterns {patterns} holds whole layers ({', '.join(sorted(p.name for p in inside))}): name the folder of one, "
            "whose files are laid over the city's; or set LOTLINE_PATTERNS to try another set of layers."
        )
    if not layer_files(str(patterns.resolve()) if "/" not in str(patterns) else str(patterns)):
        raise SetupError(f"--patterns {patterns} holds no pattern files (.yml).")
    return patterns


def _found_with(home: Home, store: Store, now: Registers) -> RuleBook | None:
    """The rules that everything stored was found with, if there are such: only then is the change the whole difference."""
    found = set(store.outcome_fingerprints().values())
    if found <= {fingerprints(now.settings, now.city, now.files).outcome}:
        return now.rules
    return rules_used(home, now, found.pop()) if len(found) == 1 else None


def _reach(before: RuleBook, after: RuleBook, domains: frozenset[str]) -> Reach:
    old, new = before.layouts(), after.layouts()
    changed = frozenset(name for name in {*old, *new} if old.get(name) != new.get(name))
    return reach_of(needs_of(before, after), changed, domains)


def _token(inputs: Inputs, now: Registers, desk: Desk, extra: Sequence[Path], store: Store) -> dict[str, str]:
    """Short hashes of everything a preview rests on, by what a person would call it."""
    registers = [p for p in (inputs.parcels, inputs.log) if p is not None] or list(now.files)
    answers = "" if inputs.codes is None else _short(inputs.codes.read_bytes())
    folder = "" if inputs.patterns is None else RuleBook.load((str(inputs.patterns.resolve()),)).hash
    state = json.dumps([sorted(store.outcome_heads().items()), len(store.decisions())])
    return {
        "patterns": _short((now.rules.hash + folder + models_hash()).encode()),
        "code book": answers,
        "parcel file or permit log": _short(b"".join(p.read_bytes() for p in registers if p.is_file())),
        "reader settings": _short(repr(desk.settings).encode()),
        "program": code_hash()[:16],
        "database": _short(state.encode()),
    }


def _short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


@contextmanager
def _copy(store: Store, scratch: Path) -> Iterator[Store]:
    place = scratch / "copy.db"
    store.copy_to(place)
    with Store.open(place) as copy:
        yield copy


def _tried(
    home: Home, store: Store, scratch: Path, changed: World, tell: Tell, workers: int | None, reread: bool
) -> Difference:
    """A copy of the database is made with the first document that comes out otherwise, and where routes are out of date."""
    looks = looks_at(store, reread, changed)
    total = len(store.outcome_heads())
    problems: list[tuple[str, str]] = []
    touched: list[str] = []
    scene = Scene(changed.desk, changed.before, changed.reach)
    count = min(workers or os.cpu_count() or 1, max(1, total))
    pool = Pool[Look, Saw](prepare_look, scene, workers=count, seconds=SECONDS, recycle_after=5000, log=home.readers_log)
    with ExitStack() as made, pool:
        copy: Store | None = None
        for n, (look, saw) in enumerate(pool.run(looks), 1):
            if isinstance(saw, Lost):
                problems.append((look.source.path, saw.reason))
            elif saw.problem:
                problems.append((look.source.path, saw.problem))
            elif saw.outcome is not None:
                copy = copy or made.enter_context(_copy(store, scratch))
                copy.save_outcome(look.source.sha256, "preview", saw.outcome)
                touched.append(look.source.sha256)
            tell(n, total, look.source.path)
        if copy is None and not is_crossed(store, changed.desk.city):
            copy = made.enter_context(_copy(store, scratch))
        if copy is not None:
            cross_all(copy, changed.desk.city)
        difference = compare(store, copy or store, sorted(touched))
    difference.documents, difference.touched, difference.problems = total, len(touched), sorted(problems)
    return difference


def looks_at(store: Store, reread: bool, changed: World) -> Iterator[Look]:
    """Every document of the store that the change may reach, with its reading unless all are to be read again. Its file is
    looked for only where the reading may not do."""
    prints, roots, places = store.reading_fingerprints(), [Path(i) for run in store.runs() for i in run.inputs], store.paths()
    current = reader_fingerprint(changed.now.settings)
    for sha256, (digest, kind) in store.outcome_heads().items():
        path = places.get(sha256, ("",))[0]
        reading = None if reread or sha256 not in prints else store.reading(sha256, prints[sha256])
        sure = reading is None or changed.reach.touches(kind, reading)
        if not sure and not changed.reach.layouts:
            continue
        file = None if reading is not None and prints[sha256] == current else find_file(path, sha256, roots)
        yield Look(SourceFile(sha256, path, file.stat().st_size if file else 0), file, reading, digest, sure)


def find_file(path: str, sha256: str, roots: Sequence[Path]) -> Path | None:
    """Where a document's file lies now: under an INPUT of an earlier run, with the same bytes."""
    for root in dict.fromkeys(roots):
        for place in (root / path, root if root.name == path else None):
            if place is not None and place.is_file() and hashlib.sha256(place.read_bytes()).hexdigest() == sha256:
                return place
    return None


def own_folder(home: Home) -> Path:
    """The city's own pattern folder, made if it is not there."""
    folder = home.folder / OWN
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def install(folder: Path, target: Path, before: Path) -> list[str]:
    """Copies a previewed pattern folder into the city's own; what it replaces is kept in ``before``. Returns the files' names."""
    if folder.resolve() == target.resolve():
        return []
    names = []
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = file.relative_to(folder)
        place = target / name
        if place.exists():
            (before / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(place, before / name)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
        names.append(name.as_posix())
    return names
