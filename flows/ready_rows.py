"""What deliveries are made of: the rows of the whole database, from the cache where nothing has changed since."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flows.city import load_city
from flows.export.ready import Ready, keep, load
from flows.export.tables import Tables
from flows.fingerprints import Fingerprints, fingerprints, rows_fingerprint
from flows.home import Home
from flows.night.settings import load_night
from flows.reader_settings import read_settings
from flows.registers import last_files, load_registers
from records.document import SourceFile
from records.errors import SetupError
from store import Store, Whole


def ready_rows(home: Home, store: Store, parcels: Path | None, log: Path | None) -> Ready:
    """The rows of everything that may leave. Raises SetupError where nothing was read yet."""
    files = (parcels, log) if parcels is not None else last_files(home, log)
    given = [f for f in files if f is not None]
    prints = fingerprints(read_settings(home.settings, home.cache), load_city(home.settings), given)
    kept = load(home.cache, _key(store.state(), prints))
    if kept is not None:
        return kept
    # Only here: what was worked out needs none of it.
    from flows.bundle import make_bundle, sources_of
    from flows.crossings import cross_all

    registers = load_registers(home, parcels, log)
    whole = cross_all(store, registers.city) or store.whole()
    sources = sources_of(whole)
    if not sources:
        raise SetupError("Nothing was read yet: run lotline run INPUT... first.")
    bundle = make_bundle(store, sources, registers, registers.versions(), whole=whole)
    ready = Ready.of(Tables(bundle))
    if whole.state and whole.state == store.state():
        keep(home.cache, _key(whole.state, prints), ready)
    return ready


def keep_for_deliveries(home: Home, tables: Tables, whole: Whole, sources: Sequence[SourceFile], prints: Fingerprints) -> None:
    """Keeps the rows of a run for the deliveries after it, where the city delivers and the run's INPUT is all there is."""
    from flows.bundle import sources_of

    ours = {(s.sha256, s.path) for s in sources}
    if not whole.state or load_night(home).folders.deliveries is None or ours != {(s.sha256, s.path) for s in sources_of(whole)}:
        return
    keep(home.cache, _key(whole.state, prints), Ready.of(tables))


def _key(state: str, prints: Fingerprints) -> str:
    return f"{state} {rows_fingerprint(prints)}"
