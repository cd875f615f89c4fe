"""Does what was previewed: installs the changed files, works every document through that is not current, and says why."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from extractors.read.serial import document_from_json
from flows.crossings import cross_all
from flows.fingerprints import Fingerprints, fingerprints
from flows.home import Home
from flows.pool import Lost, Pool
from flows.preview import KEPT, SECONDS, Inputs, find_file, install, own_folder, world
from flows.reader_settings import parse_pairs, remember
from flows.registers import Registers, load_registers
from flows.rules_used import keep_rules
from flows.say import Tell
from flows.work import Done, Job, prepare, without_page
from records.document import SourceFile
from records.errors import SetupError
from store import Store

OLD_READING = "old-reading-"
"""Before the fingerprint of an outcome made from a reading that is not current: the next run reads the file again."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done. ``problems``: documents that could not be worked through now, with the reason; they stay as they were."""

    documents: int
    installed: tuple[str, ...]
    problems: tuple[tuple[str, str], ...]
    run_id: str = ""


def apply(home: Home, tell: Tell, *, reason: str, by: str, force: bool = False, workers: int | None = None) -> Applied:
    """Does what the last preview showed. Doing it again does nothing.

    Raises SetupError where there was no preview, or where what it rested on has changed since, unless ``force``."""
    inputs, token, applied = _kept(home, force)
    if not applied:
        with (
            Store.open(home.database) as store,
            TemporaryDirectory(prefix="lotline-apply-") as scratch,
            world(home, inputs, store, Path(scratch)) as now,
        ):
            moved = [name for name, value in now.token.items() if token.get(name) != value]
        if moved and not force:
            raise SetupError(
                f"Since the preview this has changed: {', '.join(moved)}. Run lotline preview again to see what would happen "
                "now, or apply all the same with --force."
            )
    installed = () if applied else tuple(_install(home, inputs, by))
    said = [f"reason: {reason}", f"by: {by}", *(f"{k}: {v}" for k, v in inputs.as_json().items() if v)]
    parcels, log = (None, None) if applied else (inputs.parcels, inputs.log)
    done = bring_up_to_date(home, tell, said=said, parcels=parcels, log=log, workers=workers)
    (home.folder / KEPT).write_text(json.dumps({"inputs": inputs.as_json(), "token": token, "applied": True}, indent=2))
    return replace(done, installed=installed)


def bring_up_to_date(
    home: Home,
    tell: Tell,
    *,
    said: list[str],
    parcels: Path | None = None,
    log: Path | None = None,
    command: str = "apply",
    workers: int | None = None,
) -> Applied:
    """Works every document through whose outcome is not current, and what follows from all together. ``said`` goes into the
    run's record. Doing it again does nothing; a registers file that is given is the one of later runs too."""
    registers = load_registers(home, parcels, log)
    prints = fingerprints(registers.settings, registers.city, registers.files)
    with Store.open(home.database) as store:
        jobs = list(_jobs(store, prints))
        if not jobs:
            return Applied(0, (), ())
        run_id, problems, done = store.start_run(command, said, prints.outcome), set[tuple[str, str]](), 0
        for path, why in _worked(home, store, registers, jobs, prints, tell, workers):
            done += not why
            problems |= {(path, why)} if why else set()
        cross_all(store, registers.city)
        keep_rules(home, registers, prints)
        store.finish_run(run_id, {"done": done, "left": len(problems)}, "completed")
    return Applied(len(jobs), (), tuple(sorted(problems)), run_id)


def _kept(home: Home, force: bool) -> tuple[Inputs, dict[str, str], bool]:
    try:
        kept = json.loads((home.folder / KEPT).read_text(encoding="utf-8"))
        return Inputs.from_json(kept["inputs"]), dict(kept["token"]), bool(kept["applied"])
    except (OSError, ValueError, KeyError) as error:
        if force:
            return Inputs(), {}, False
        raise SetupError("Nothing was previewed yet: run lotline preview first, or apply with --force.") from error


def _install(home: Home, inputs: Inputs, by: str) -> Iterator[str]:
    """Puts the changed files where every later run takes them from; what was there is kept in ``patterns-before``."""
    if inputs.patterns is not None:
        before = home.folder / "patterns-before" / datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        yield from (f"patterns/{name}" for name in install(inputs.patterns, own_folder(home), before))
    if inputs.codes is not None:
        from flows.codes_answers import keep_answers, read_answers

        answers = read_answers(inputs.codes, by=by, on=None)
        keep_answers(own_folder(home), answers)
        yield f"{len(answers)} answers about codes"
    if inputs.settings:
        from flows.city import load_city

        pairs = parse_pairs(inputs.settings)
        remember(home.settings, pairs, load_city(home.settings).name)
        yield from inputs.settings
    if inputs.parcels is not None:
        yield f"parcel file {inputs.parcels.name}"
    if inputs.log is not None:
        yield f"permit log {inputs.log.name}"


def _jobs(store: Store, prints: Fingerprints) -> Iterator[tuple[Job, bool]]:
    """Every document whose outcome is not current, with what was read of it, and whether that reading is current. A reading
    that can't be used is made again where the file still lies."""
    readings, places = store.reading_fingerprints(), store.paths()
    roots = [Path(i) for run in store.runs() for i in run.inputs]
    for sha256, fingerprint in store.outcome_fingerprints().items():
        own = readings.get(sha256, "")
        current = own == prints.reading
        if fingerprint == (prints.outcome if current else OLD_READING + prints.outcome):
            continue
        path = places.get(sha256, ("",))[0]
        reading = store.reading(sha256, own) if own else None
        file = find_file(path, sha256, roots)
        source = SourceFile(sha256, path, file.stat().st_size if file is not None else 0)
        if file is not None and not (current and reading is not None):
            yield Job(source, file), True  # read as every run from now on reads it
        else:
            yield Job(source, file or Path(path), reading), current


def _worked(
    home: Home,
    store: Store,
    registers: Registers,
    jobs: list[tuple[Job, bool]],
    prints: Fingerprints,
    tell: Tell,
    workers: int | None,
) -> Iterator[tuple[str, str]]:
    """Works the documents through and stores each; yields its path and, where it was left as it was, why."""
    current = {job.source.sha256: is_current for job, is_current in jobs}
    usable = []
    for job, _ in jobs:
        if job.reading is None and not job.file.is_file():
            yield job.source.path, "its file is not where it was, so it can't be read again"
        elif job.reading is not None and not job.file.is_file() and not _loads(job.reading):
            yield job.source.path, "its reading is of another version and its file is not where it was"
        else:
            usable.append(job)
    count = min(workers or os.cpu_count() or 1, max(1, len(usable)))
    pool = Pool[Job, Done](
        prepare, registers.desk(), workers=count, seconds=SECONDS, without=without_page, recycle_after=5000, log=home.readers_log
    )
    with pool:
        for n, (job, answer) in enumerate(pool.run(usable), 1):
            tell(n, len(usable), job.source.path)
            if isinstance(answer, Lost):
                yield job.source.path, answer.reason
                continue
            sha256 = job.source.sha256
            if answer.fresh:
                answer.read.save(store, prints.reading)
            held = prints.outcome if answer.fresh or current[sha256] else OLD_READING + prints.outcome
            store.save_outcome(sha256, held, answer.outcome)
            yield job.source.path, ""


def _loads(reading: bytes) -> bool:
    try:
        document_from_json(reading)
    except ValueError:
        return False
    return True
