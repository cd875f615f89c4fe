"""The commands of unattended work: up, down, watch, deliver, watchdog, coverage and the like."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.home import open_home

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def add_to(app: typer.Typer) -> None:
    """Adds these commands to ``lotline``."""
    for command in (up, down, schedules, watch, deliver, watchdog, coverage, backup, restore, handover):
        app.command()(command)


def up(
    context: typer.Context,
    prefect_port: Annotated[int, typer.Option(help="Port of Prefect's pages, on this machine only.")] = 4200,
    desk_port: Annotated[int, typer.Option(help="Port of the review desk, on this machine only.")] = 8700,
    desk: Annotated[bool, typer.Option(help="Start the review desk too.")] = True,
    systemd: Annotated[
        Path | None, typer.Option(help="Start nothing; write systemd units into this folder, for the administrator.")
    ] = None,
    user: Annotated[str, typer.Option(help="With --systemd: the account that they run as.")] = "lotline",
) -> None:
    """Start Prefect's server, the worker, the intake and the desk on this PC, with the night's schedules."""
    from flows.night.services import Ports, start, units

    home, ports = open_home(context.obj), Ports(prefect_port, desk_port)
    if systemd is not None:
        systemd.mkdir(parents=True, exist_ok=True)
        for name, text in units(home, ports, user):
            (systemd / name).write_text(text, encoding="utf-8")
            typer.echo(str(systemd / name))
        return
    start(home, ports, typer.echo, desk)


def down(context: typer.Context) -> None:
    """Stop what `lotline up` started."""
    from flows.night.services import stop

    stop(open_home(context.obj), typer.echo)


def schedules(context: typer.Context) -> None:
    """Tell a Prefect server of your own (PREFECT_API_URL) the night's schedules; `lotline up` does so by itself."""
    from flows.night.services import deploy

    deploy(open_home(context.obj), typer.echo)


def watch(
    context: typer.Context,
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="[FOLDER]...", help="Folders to watch; default: folders.inbox of lotline.toml.")
    ] = None,
    parcels: Annotated[Path | None, typer.Option(help="The assessor's parcel file; default: folders.parcels.")] = None,
    log: Annotated[Path | None, typer.Option(help="The permit system's log; default: folders.log.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Stop when all that lies there now is read.")] = False,
) -> None:
    """Read files as they come to rest in a folder. Works on network drives, also when they are gone for a while."""
    from flows.night.watching import watch as keep_watching

    keep_watching(open_home(context.obj), folders or (), once=once, say=typer.echo, parcels=parcels, log=log)


def deliver(
    context: typer.Context,
    profiles: Annotated[
        list[str] | None, typer.Argument(metavar="[PROFILE]...", help="buildingblocks, opengov, public; default: lotline.toml.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder that holds the deliveries; default: folders.deliveries.")] = None,
    accept_counts: Annotated[
        str, typer.Option(help="A manager's word why counts outside the usual bounds are right; kept with the delivery.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Make the deliveries: full and as changes, swapped in whole, refused where something needs a manager's eye first."""
    from flows.night.delivering import deliver_all

    made = deliver_all(open_home(context.obj), profiles or (), parent=out, accept_counts=accept_counts)
    if as_json:
        typer.echo(json.dumps([
            {"profile": d.profile, "number": d.number, "folder": str(d.folder), "rows": dict(d.rows), "changes": d.changed,
             "held_back": dict(d.held_back), "uploaded": d.uploaded} for d in made
        ], indent=2))  # fmt: skip
        return
    for one in made:
        typer.echo(one.says)


def watchdog(context: typer.Context) -> None:
    """Notice a missed night or odd data and tell people; for an hourly timer of the operating system."""
    from flows.night.watchdog import look

    for line in look(open_home(context.obj)):
        typer.echo(line)


def coverage(
    context: typer.Context,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; default: the missing year's.")
    ] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")] = None,
    requests: Annotated[
        Path | None, typer.Option(help="Also write into this folder whom to ask for what: a CSV and letters.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What became of the permit log's inspections, month by month, and what is still missing."""
    from flows.city import load_city
    from flows.night.coverage import coverage as covered
    from flows.night.coverage import write_requests
    from records.columns import LEDGER_STATES as STATES

    home = open_home(context.obj)
    found = covered(home, (since.date() if since else None, until.date() if until else None))
    written = [] if requests is None else write_requests(found, requests, load_city(home.settings).name)
    if as_json:
        typer.echo(json.dumps({"months": found.months, "since": found.since.as_json() if found.since else None,
                               "missing": len(found.missing),
                               "visits_without_log_row": len(found.strays), "log_through": str(found.log_through or ""),
                               "written": [str(w) for w in written]}, indent=2))  # fmt: skip
        return
    typer.echo(f"{'month':<9}" + "".join(f"{s.replace('_', ' '):>19}" for s in STATES))
    for month, states in found.months.items():
        typer.echo(f"{month:<9}" + "".join(f"{states.get(s, 0):>19}" for s in STATES))
    if found.since is not None:
        typer.echo(found.since.says)
    typer.echo(f"{len(found.missing)} inspections have no readable document; {len(found.strays)} visits have no log row.")
    for path in written:
        typer.echo(f"written: {path}")


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The backup's file, a .tar.gz; it must not exist yet.")],
) -> None:
    """Save database, settings, city patterns and records of the watchdog in one file, also while runs go on."""
    from flows.night.keeping import back_up

    typer.echo(back_up(open_home(context.obj), file))


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A backup made by lotline backup.")],
) -> None:
    """Put a backup into an empty home folder (name it with --home)."""
    from flows.night.keeping import bring_back

    typer.echo(bring_back(open_home(context.obj), file))


def handover(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="The text file to write.")],
) -> None:
    """Write down how this city is set up: settings and why, who explained which code, open questions, deliveries, accounts."""
    from flows.night.handover import write_handover

    typer.echo(write_handover(open_home(context.obj), out))
