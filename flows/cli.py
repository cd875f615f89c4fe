"""The command ``lotline``. Only arguments and messages live here; each command imports its work when it is called, so that
``--help`` and a run that finds nothing new are quick.

Exit codes: 0 done · 1 something unexpected · 2 wrong use or set-up · 3 a needed program is missing · 4 a pattern file is
wrong · 5 database or disk · 6 delivery refused · 130 stopped by Ctrl-C. Files that can't be read are outcomes of a run, not
failures of it.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows import commands_desk, commands_night, commands_patterns, commands_trust
from flows.home import Home, open_home

if TYPE_CHECKING:
    from flows.run import Task

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Reads a small city's inspection reports and tax lists into records keyed by parcel.",
)

Parcels = Annotated[Path, typer.Option(help="The assessor's parcel file (CSV or XLSX).")]
Log = Annotated[Path | None, typer.Option(help="The permit system's log (CSV or XLSX).")]
Out = Annotated[Path, typer.Option(help="Folder for the CSVs; replaced as a whole.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Review = Annotated[bool, typer.Option("--include-review", help="Also export records that wait for a person.")]
Plain = Annotated[
    bool, typer.Option("--plain", help="Without Prefect: starts sooner, but leaves no run to look at in its pages.")
]
Seconds = Annotated[int, typer.Option(min=5, help="Longest time for one document; what takes longer is left to the next run.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Documents worked on at once; default: the machine's cores.")]


@app.callback()
def _main(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option(help="Folder of Lotline's database and cache; default LOTLINE_HOME, else ~/.lotline.")
    ] = None,
) -> None:
    context.obj = home


def _home(context: typer.Context) -> Home:
    return open_home(context.obj)


@app.command()
def run(
    context: typer.Context,
    inputs: Annotated[list[Path], typer.Argument(metavar="INPUT...", help="Folders or files to read.")],
    parcels: Parcels,
    out: Out,
    log: Log = None,
    include_review: Review = False,
    workers: Workers = None,
    seconds: Seconds = 900,
    plain: Plain = False,
    as_json: Json = False,
) -> None:
    """Read what is new in INPUT, link it to parcels, and export INPUT's documents as CSVs."""
    from flows.run import Task

    task = Task(_home(context), tuple(inputs), parcels, log, out, include_review, workers, None, plain, seconds=seconds)
    _run(task, as_json)


@app.command()
def backfill(
    context: typer.Context,
    inputs: Annotated[
        list[Path] | None, typer.Argument(metavar="[INPUT]...", help="Folders to read; default: folders.inbox of lotline.toml.")
    ] = None,
    parcels: Annotated[Path | None, typer.Option(help="The assessor's parcel file; default: folders.parcels.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the CSVs; default: missing-year in folders.exports.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; default: city.gap_from (2018-07-01).")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; default: city.gap_to (2019-07-31).")
    ] = None,
    hours: Annotated[float | None, typer.Option(min=0, help="Begin nothing new after so many hours.")] = None,
    log: Log = None,
    include_review: Review = False,
    workers: Workers = None,
    seconds: Seconds = 900,
    plain: Plain = False,
    as_json: Json = False,
) -> None:
    """Work on the missing year, oldest month first, and export only its records. Resumes where it stopped."""
    from flows.night.jobs import Wanted, backfill_task

    days = (since.date() if since else None, until.date() if until else None)
    wanted = Wanted(tuple(inputs or ()), parcels, log, out)
    task = backfill_task(
        _home(context), wanted, days, hours=hours, include_review=include_review, workers=workers, seconds=seconds, plain=plain
    )
    _run(task, as_json)


def _run(task: Task, as_json: bool) -> None:
    from flows.run import run_task
    from flows.say import out, progress
    from flows.summary import show

    with progress("Reading", quiet=as_json) as tell:
        summary = run_task(task, tell)
    if as_json:
        typer.echo(json.dumps(summary.as_json(), indent=2, ensure_ascii=False))
    else:
        show(summary, out)


@app.command()
def export(
    context: typer.Context,
    out: Out,
    profile: Annotated[str, typer.Option(help="internal, public, opengov or buildingblocks.")] = "internal",
    parcel: Annotated[list[str] | None, typer.Option(help="Only this parcel; may be said again.")] = None,
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Only from this day on.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Only up to this day.")] = None,
    sources: Annotated[bool, typer.Option("--sources", help="Also list the files to pull, with pages: sources.csv.")] = False,
    parcels: Annotated[Path | None, typer.Option(help="Parcel file; default: the one of the last run.")] = None,
    log: Log = None,
    include_review: Review = False,
) -> None:
    """Export everything in the database, or one parcel or time of it."""
    from flows.deliver import Part, export_all

    days = (since.date() if since else None, until.date() if until else None)
    part = Part(tuple(parcel or ()), days, sources)
    files = export_all(
        _home(context), out, profile=profile, parcels=parcels, log=log, include_review=include_review, part=part
    )
    typer.echo(f"{len(files)} files written to {out}")


@app.command()
def explain(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to read.")],
    parcels: Annotated[Path | None, typer.Option(help="Parcel file; default: the one of the last run.")] = None,
    log: Log = None,
) -> None:
    """Say what a file is and why, and where each value stands. Stores nothing."""
    from flows.explain import explain_file
    from flows.say import out

    explain_file(_home(context), file, parcels, log, out)


@app.command()
def decide(
    context: typer.Context,
    record: Annotated[str, typer.Argument(help="The record's id, as in the CSVs.")],
    field: Annotated[str, typer.Argument(help="The field decided on; leave out for the whole record.")] = "",
    value: Annotated[str | None, typer.Argument(help="The right value; '' = there is none.")] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="What the machine read is right.")] = False,
    not_a_record: Annotated[bool, typer.Option("--not-a-record", help="There is no such record on the paper.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what was decided last.")] = False,
    by: Annotated[str | None, typer.Option(help="Who decides; default: your login name.")] = None,
    note: Annotated[str, typer.Option(help="A word for the file.")] = "",
) -> None:
    """Record a person's decision on one record."""
    from flows.decide import Wish, decide_on

    wish = Wish(record, field, value, confirm, not_a_record, undo, note)
    typer.echo(decide_on(_home(context), wish, by or os.environ.get("USER") or "staff"))


@app.command()
def init(
    context: typer.Context,
    parcels: Parcels,
    log: Log = None,
    name: Annotated[str, typer.Option(help="The city's name.")] = "Chelsea",
    inbox: Annotated[Path | None, typer.Option(help="Folder where new documents will come in.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace settings that are there.")] = False,
) -> None:
    """Map the columns of the parcel file and the log, show ten rows, and write lotline.toml."""
    from flows.init import draft

    typer.echo(draft(_home(context), parcels, log, name, force, inbox))


@app.command()
def doctor(
    context: typer.Context,
    parcels: Annotated[Path | None, typer.Option(help="Also check this parcel file.")] = None,
    log: Log = None,
    as_json: Json = False,
) -> None:
    """Check everything Lotline depends on; exit code 3 if something needed is missing."""
    from flows.doctor import examine
    from flows.say import out

    checks = examine(_home(context), parcels, log)
    if as_json:
        typer.echo(json.dumps([asdict(c) for c in checks], indent=2))
    else:
        for check in checks:
            mark = {"ok": "ok  ", "warning": "note", "missing": "MISS"}[check.state]
            out.print(f"{mark}  {check.name}: {check.says}", markup=False)
            if check.remedy:
                out.print(f"      -> {check.remedy}", markup=False)
    if any(c.state == "missing" for c in checks):
        raise typer.Exit(3)


commands_night.add_to(app)
commands_patterns.add_to(app)
commands_desk.add_to(app)
commands_trust.add_to(app)


def main() -> None:
    """The console script: runs a command and turns every error into one sentence and an exit code."""
    try:
        app()
    except KeyboardInterrupt:
        typer.echo("lotline: stopped; what was read is kept, run again to go on.", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:  # the last place where an error can become a sentence
        if os.environ.get("LOTLINE_DEBUG"):
            raise
        from flows.say import failed

        sys.exit(failed(error))


if __name__ == "__main__":
    main()
