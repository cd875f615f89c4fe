"""The main job: what is new in INPUT is read and extracted, everything is compared with everything, INPUT is exported.

A run does exactly what changed. Each document is stored the moment it is done, so that a run killed at any moment goes on
where it was; what follows from all documents together is worked out anew and replaced as a whole.
"""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from flows.city import load_city
from flows.collect import Found, collect
from flows.export.folder import check_place
from flows.fingerprints import RETRY, Fingerprints, fingerprints
from flows.home import Home
from flows.logbook import Logbook
from flows.night.order import oldest_first
from flows.nothing_new import forget_answer, keep_answer, last_answer
from flows.pool import Lost, Pool
from flows.reader_settings import read_settings
from flows.registers import Registers, load_registers
from flows.say import Tell
from flows.sharing import Share
from flows.summary import Summary
from flows.work import Desk, Done, Job, prepare, unreadable, without_page
from records.errors import SetupError
from store import Store, Whole

if TYPE_CHECKING:
    from records.export import ExportBundle

BATCH = 50
"""Documents per Prefect task: task runs cost nothing at this size and are all recorded."""
_LOOK_EVERY = 1.0  # seconds between two looks at what other runs have in hand
SECONDS_PER_DOCUMENT = 900.0
"""Wall time: a list of 100 scanned pages is read in this; what takes longer hangs."""


@dataclass(frozen=True, slots=True)
class Task:
    """What was asked for. ``period``: work on documents of these days, oldest month first, and export only their records.
    ``hours``: begin nothing new after this time. ``only``: these files of INPUT alone, without an export. ``plain``: without
    Prefect."""

    home: Home
    inputs: tuple[Path, ...]
    parcels: Path
    log: Path | None
    out: Path
    include_review: bool = False
    workers: int | None = None
    period: tuple[date, date] | None = None
    plain: bool = False
    command: str = "run"
    seconds: float = SECONDS_PER_DOCUMENT
    hours: float | None = None
    only: frozenset[Path] | None = None


@dataclass
class Run:
    """A run under way: what is to be done, in batches, and how far it is."""

    task: Task
    store: Store
    registers: Registers
    desk: Desk
    prints: Fingerprints
    found: list[Found]
    jobs: list[Job]
    run_id: str
    tell: Tell
    share: Share
    pool: Pool[Job, Done] | None = None
    counts: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=time.monotonic)
    notes: list[str] = field(default_factory=list)
    elsewhere: dict[str, Job] = field(default_factory=dict)  # another run had them in hand when their turn came

    @property
    def log(self) -> Logbook:
        """Where this run says what it does."""
        return Logbook(self.task.home.folder, self.run_id)

    @property
    def batches(self) -> list[Sequence[Job]]:
        """The jobs in portions, one per Prefect task."""
        return [self.jobs[i : i + BATCH] for i in range(0, len(self.jobs), BATCH)]

    def undone(self, number: int) -> list[Job]:
        """Those of a batch whose outcome is not in the store yet: all at first, the rest when it is tried again."""
        return self._without_outcome(self.batches[number])

    def do(self, batch: Sequence[Job]) -> None:
        """Reads and extracts these documents and stores each as it is done. Safe to repeat."""
        if self.pool is None:
            self.pool = _readers(self.task, self.desk, len(self.jobs))
        for job, answer in self.pool.run(self._with_reading(job) for job in self._in_time(batch)):
            done = unreadable(job.source, answer.reason) if isinstance(answer, Lost) else answer
            slow = answer.timed_out if isinstance(answer, Lost) else answer.changed
            retry = slow or any(lost.timed_out for _, lost in job.left_out)
            self._keep(done, retry)
            self.share.give_back(job.source.sha256)
            self._log_of(job, done, answer, retry)
            self.counts["done"] += 1
            self.counts["failed"] += bool(done.outcome.failure)
            self.tell(self.counts["done"] + self.counts["elsewhere"], len(self.jobs), job.source.path)

    def do_rest(self) -> None:
        """What other runs had in hand: waits until they have done it, and takes over what they let go."""
        while self.elsewhere and not self._out_of_time():
            waiting = self._without_outcome(list(self.elsewhere.values()))
            self.counts["elsewhere"] += len(self.elsewhere) - len(waiting)
            self.elsewhere = {}
            self.do(waiting)
            if self.elsewhere:
                time.sleep(_LOOK_EVERY)
        self.counts["left"] += len(self.elsewhere)

    def _without_outcome(self, jobs: Sequence[Job]) -> list[Job]:
        known = self.store.outcome_fingerprints([job.source.sha256 for job in jobs])
        return [job for job in jobs if known.get(job.source.sha256) != self.prints.outcome]

    def _out_of_time(self) -> bool:
        return self.task.hours is not None and time.monotonic() - self.started >= self.task.hours * 3600

    def _in_time(self, batch: Sequence[Job]) -> Iterator[Job]:
        """Those of the jobs that this run can claim, until the night is over; what is left is counted and waits for the next."""
        for place, job in enumerate(batch):
            if self._out_of_time():
                self.counts["left"] += len(batch) - place
                return
            if not self.share.take(job.source.sha256):
                self.elsewhere[job.source.sha256] = job
            elif self._without_outcome([job]):
                self.log.note("document begun", document=job.source.sha256)
                yield job
            else:  # another run has done it since
                self.share.give_back(job.source.sha256)
                self.counts["elsewhere"] += 1

    def finish(self) -> Summary:
        """What follows from all documents together, and the export of INPUT's."""
        # Only here: a run that finds nothing new does not get so far, and need not pay for their libraries.
        from flows.bundle import make_bundle
        from flows.crossings import cross_all
        from flows.export.tables import Tables
        from flows.export.writer import write_export
        from flows.ready_rows import keep_for_deliveries
        from flows.rules_used import keep_rules
        from flows.summary import summarise

        # One after the other: what is compared last has seen everything that was stored before.
        with self.share.alone("crossing"):
            whole = cross_all(self.store, self.registers.city) or self.store.whole()
            sources = [f.source for f in self.found]
            bundle = make_bundle(self.store, sources, self.registers, self.registers.versions(), self.task.period, whole)
            if self.task.only is None:
                forget_answer(self.task)
                tables = Tables(bundle)
                write_export(self.task.out, tables, self.task.include_review, layers=self.registers.city.patterns)
                if self.task.period is None:
                    keep_for_deliveries(self.task.home, tables, whole, sources, self.prints)
                    self._keep_night(bundle, whole)
        self.notes += _without_tesseract()
        if self.counts["elsewhere"]:
            self.notes.append(f"{self.counts['elsewhere']} files were done by another run at the same time.")
        if self.counts["left"]:
            self.notes.append(f"{self.counts['left']} files are left: the time allowed was over. The next run goes on with them.")
        seconds = time.monotonic() - self.started
        summary = summarise(bundle, self.task.out, read_now=self.counts["done"], seconds=seconds, notes=tuple(self.notes))
        if self.task.only is None and self._is_all(whole):
            keep_answer(self.task, self.prints, self.found, whole.state, summary)
        keep_rules(self.task.home, self.registers, self.prints)
        self.store.finish_run(self.run_id, dict(self.counts), "completed")
        self.log.note("run done", seconds=seconds, counts=self.counts)
        return summary

    def _keep_night(self, bundle: ExportBundle, whole: Whole) -> None:
        """How the permit log stands now, of all documents there are, also of those that left the inbox since."""
        from flows.bundle import make_bundle, sources_of
        from flows.night.ledger_nights import keep_night

        every, ours = sources_of(whole), {(f.source.sha256, f.source.path) for f in self.found}
        if bundle.ledger and {(s.sha256, s.path) for s in every} != ours:
            if self.task.command != "sweep":
                return  # a run over some folder is no night
            bundle = make_bundle(self.store, every, self.registers, {}, whole=whole)
        keep_night(self.task.home, bundle.ledger)

    def _is_all(self, whole: Whole) -> bool:
        """Whether nothing of INPUT is left to do, and nobody has changed anything since ``whole`` was loaded."""
        return bool(whole.state) and whole.state == self.store.state() and plan(self.store, self.found, self.prints) == ([], [])

    def _log_of(self, job: Job, done: Done, answer: Done | Lost, retry: bool) -> None:
        lost = isinstance(answer, Lost)
        self.log.note(
            "document lost" if lost else "document done", document=job.source.sha256, pages=done.read.pages,
            records=len(done.outcome.records), failed=bool(done.outcome.failure), left_out=len(job.left_out), again=retry,
            level="warning" if lost else "info",
        )  # fmt: skip

    def _with_reading(self, job: Job) -> Job:
        """A pattern edit reads nothing anew: the child gets what was read before."""
        kept = self.store.reading(job.source.sha256, self.prints.reading)
        return job if kept is None else replace(job, reading=kept)

    def _keep(self, done: Done, retry: bool) -> None:
        sha256 = done.read.source.sha256
        if done.fresh:
            done.read.save(self.store, (RETRY if retry else "") + self.prints.reading)
        self.store.save_outcome(sha256, (RETRY if retry else "") + self.prints.outcome, done.outcome)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A reader that was started before there was anything to read, and what it was loaded with."""

    prints: Fingerprints
    pool: Pool[Job, Done]


def load_reader(task: Task) -> Loaded:
    """Starts a reader ahead of a run. Raises LotlineError or OSError where the run would."""
    registers = load_registers(task.home, task.parcels, task.log)
    pool = _readers(task, registers.desk(), os.cpu_count() or 1)
    pool.warm()
    return Loaded(_prints_of(task), pool)


def _readers(task: Task, desk: Desk, jobs: int) -> Pool[Job, Done]:
    workers = min(task.workers or os.cpu_count() or 1, max(1, jobs))
    return Pool(prepare, desk, workers=workers, seconds=task.seconds, without=without_page, log=task.home.readers_log)


def _prints_of(task: Task) -> Fingerprints:
    registers_given = (task.parcels, *([task.log] if task.log is not None else []))
    return fingerprints(read_settings(task.home.settings, task.home.cache), load_city(task.home.settings), registers_given)


def run_task(task: Task, tell: Tell, loaded: Loaded | None = None) -> Summary:
    """The whole job. Raises SetupError before anything is read where it can't be done at all. ``loaded`` is used where it still
    fits, and closed in any case."""
    try:
        return _run_task(task, tell, loaded)
    finally:
        if loaded is not None:
            loaded.pool.close()


def _run_task(task: Task, tell: Tell, loaded: Loaded | None) -> Summary:
    started = time.monotonic()
    settings = read_settings(task.home.settings, task.home.cache)
    found = collect(task.inputs, settings.max_bytes, task.only)
    if not found:
        raise SetupError(f"There are no files in {', '.join(map(str, task.inputs))}: check the path of INPUT.")
    if task.only is None:  # else nothing is exported, and the folder may be the one that holds a city's exports
        check_place(task.out)
    prints = _prints_of(task)
    with Store.open(task.home.database) as store:
        known = last_answer(task, prints, found, store, started)
        if known is not None:
            return _nothing_new(task, store, prints, known)
        registers = load_registers(task.home, task.parcels, task.log)
        pool = loaded.pool if loaded is not None and loaded.prints == prints else None
        return _worked(task, tell, store, registers, found, prints, started, pool)


def _nothing_new(task: Task, store: Store, prints: Fingerprints, known: Summary) -> Summary:
    """A night that found nothing new is a night all the same."""
    run_id = store.start_run(task.command, [str(i) for i in task.inputs], prints.outcome)
    store.finish_run(run_id, {}, "completed")
    return replace(known, notes=_without_tesseract())


def _without_tesseract() -> tuple[str, ...]:
    if shutil.which("tesseract") is not None:
        return ()
    return (
        "Tesseract is not installed, so scanned pages were not read: "
        "sudo apt-get install tesseract-ocr tesseract-ocr-eng, then run again.",
    )


def _worked(
    task: Task, tell: Tell, store: Store, registers: Registers, found: list[Found], prints: Fingerprints, started: float,
    pool: Pool[Job, Done] | None,
) -> Summary:  # fmt: skip
    """The run where there may be something to do."""
    desk = registers.desk()
    with Share(store) as share:
        run_id = store.start_run(task.command, [str(i) for i in task.inputs], prints.outcome)
        share.begin(run_id)
        store.register([f.source for f in found], run_id)
        jobs, refused = plan(store, found, prints)
        run = Run(task, store, registers, desk, prints, found, jobs, run_id, tell, share, pool, started=started)
        for done in refused:
            run._keep(done, retry=False)
        if task.period is not None:
            run.jobs = _of_period(run, task.period)
        run.log.note("run begun", command=task.command, files=len(found), documents=len(run.jobs), refused=len(refused))
        try:
            if not jobs or task.plain:
                return plainly(run)
            try:
                from flows.prefect_flows import drive
            except Exception as error:  # noqa: BLE001 - of a library that does not fit, anything may come; the work needs none of it
                run.notes.append(f"Prefect can't be used here ({type(error).__name__}: {error}); the run was done without it.")
                return plainly(run)
            return drive(run)
        except BaseException as error:
            run.log.note("run ended early", level="error", error=error, counts=run.counts)
            raise
        finally:
            if run.pool is not None:
                run.pool.close()


def _of_period(run: Run, period: tuple[date, date]) -> list[Job]:
    """The jobs of these days, oldest month first. What the log or its name dates elsewhere is left to ``run`` and ``sweep``."""
    ours, other = oldest_first([(job.source.path, job.file) for job in run.jobs], run.registers.log, *period)
    if other:
        run.notes.append(
            f"{len(other)} new files are of other days, as the permit log or their names have it: lotline run reads them."
        )
    return [run.jobs[place] for place in ours]


def plainly(run: Run) -> Summary:
    """The run without Prefect."""
    for batch in run.batches:
        run.do(batch)
    run.do_rest()
    return run.finish()


def plan(store: Store, found: Sequence[Found], prints: Fingerprints) -> tuple[list[Job], list[Done]]:
    """(documents to work on, outcomes of files whose bytes can't be had). Byte-identical files are one document."""
    outcomes = store.outcome_fingerprints()
    jobs: dict[str, Job] = {}
    refused: list[Done] = []
    for f in found:
        sha256 = f.source.sha256
        if sha256 in jobs or outcomes.get(sha256) == prints.outcome:
            continue
        if f.problem:
            refused.append(unreadable(f.source, f.problem))
            continue
        jobs[sha256] = Job(f.source, f.file)
    return list(jobs.values()), refused
