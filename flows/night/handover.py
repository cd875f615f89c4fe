"""What the next person must know, in one text: settings, who explained which code, what is open, what left, who has access."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from flows.bundle import make_bundle
from flows.city import load_city
from flows.home import Home
from flows.night.settings import load_night
from flows.registers import load_registers
from records.document import SourceFile
from records.errors import StoreError
from records.export import ExportBundle
from store import Store
from store.runs import last_good_night


def write_handover(home: Home, out: Path) -> str:
    """Writes the text. Raises StoreError where it can't be written."""
    folders = load_night(home).folders
    registers = load_registers(home, folders.parcels, folders.log)
    with Store.open(home.database) as store:
        sources = [SourceFile(d.sha256, path, d.size) for d in store.current() for path in d.paths]
        bundle = make_bundle(store, sources, registers, registers.versions())
        parts = [
            *_settings(home), *_history(store), *_codes(bundle), *_open(bundle), *_decisions(store), *_deliveries(store),
            *_accounts(store),
        ]  # fmt: skip
    try:
        out.write_text("\n".join(parts) + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{out} could not be written ({error.strerror}): choose another place.") from error
    return f"{out}: {len(parts)} lines. It names people: keep it inside the city."


def _title(text: str) -> list[str]:
    return ["", text, "=" * len(text)]


def _settings(home: Home) -> Iterator[str]:
    yield f"How Lotline is set up in {load_city(home.settings).name}"
    yield f"Home {home.folder}; database {home.sqlite_file or home.database.rpartition('@')[2]}"
    yield from _title("Settings (lotline.toml; comments say why)")
    if home.settings.exists():
        yield home.settings.read_text(encoding="utf-8").strip()
    else:
        yield "none: the built-in ones of Chelsea are used"
    own = home.folder / "patterns"
    if own.is_dir():
        yield from _title("Patterns of the city's own")
        yield from (str(p.relative_to(home.folder)) for p in sorted(own.rglob("*.yml")))


def _history(store: Store) -> Iterator[str]:
    runs = store.runs()
    yield from _title("Runs")
    good = last_good_night(runs)
    yield f"{len(runs)} in all; last good night: {f'{good:%Y-%m-%d %H:%M} UTC' if good else 'none yet'}"
    for run in runs[-10:]:
        yield f"  {run.started:%Y-%m-%d %H:%M}  {run.command:<10} {run.outcome or 'has no end: killed, or still going'}"


def _codes(bundle: ExportBundle) -> Iterator[str]:
    yield from _title("Codes, and who explained them")
    for code in bundle.codebook:
        who = f"{code.said_by}{f', {code.said_on}' if code.said_on else ''}" if code.meaning else "NOBODY YET"
        yield f"  {code.domain:<8} {code.code:<16} {code.meaning or '?':<50} {who} ({code.rows} rows)"


def _open(bundle: ExportBundle) -> Iterator[str]:
    yield from _title("Open questions")
    waiting = Counter(r.kind for r in bundle.standing if r.state == "in_review")
    yield "Records that wait: " + (", ".join(f"{kind} {n}" for kind, n in sorted(waiting.items())) or "none")
    unread = [d for d in bundle.documents if not d.read]
    yield f"Files that could not be read: {len(unread)}"
    yield from (f"  {d.source_file}: {d.failure or d.reason}" for d in unread[:50])
    for kind in ("inspection", "violation", "tax", "water"):
        yield f"Proof, {kind}: {bundle.provenance.standing.get(kind, 'unproven')}"


def _decisions(store: Store) -> Iterator[str]:
    yield from _title("Decisions")
    by = Counter(d.by for d in store.decisions())
    yield ", ".join(f"{name} {n}" for name, n in by.most_common()) or "none yet"


def _deliveries(store: Store) -> Iterator[str]:
    yield from _title("Deliveries")
    made = store.deliveries.all()
    for d in made[-20:]:
        fate = f"REFUSED: {d.note}" if d.refused else f"{sum(d.rows.values())} rows to {d.folder}"
        word = f" ({d.note})" if d.note and not d.refused else ""
        yield f"  {d.at:%Y-%m-%d %H:%M}  {d.profile} no. {d.number}: {fate}{word}"
    if not made:
        yield "none yet"


def _accounts(store: Store) -> Iterator[str]:
    yield from _title("Accounts of the desk")
    for user in store.users.all():
        yield f"  {user.name:<20} {user.role:<10}" + (" (switched off)" if user.disabled else "")
