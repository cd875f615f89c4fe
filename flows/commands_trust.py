"""The commands of the proof: trust and its parts, calibrate, evaluate, compare, reconcile, history."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows.home import open_home

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
By = Annotated[str | None, typer.Option(help="Who does it; default: your login name.")]

trust_app = typer.Typer(
    invoke_without_command=True, help="How right the data is, with proof: gates, k wrong of n checked, what is unproven."
)


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    app.add_typer(trust_app, name="trust")
    app.command()(calibrate)
    app.command()(evaluate)
    app.command()(reconcile)
    app.command()(history)


@trust_app.callback()
def trust_state(context: typer.Context, as_json: Json = False) -> None:
    """How right the data is, per claim and layout."""
    if context.invoked_subcommand is not None:
        return
    from flows.city import load_city
    from flows.trust import trust
    from store import Store

    home = open_home(context.obj)
    with Store.open(home.database) as store:
        found = trust(store, load_city(home.settings))
    typer.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False) if as_json else "\n".join(found.lines()))


@trust_app.command("plan")
def plan(context: typer.Context, as_json: Json = False) -> None:
    """What proving each target still costs in checks and minutes, and what bound so many checks can reach."""
    from flows.city import load_city
    from flows.trust import prices
    from records.proof import percent
    from records.trust import CLAIM_WORDS
    from store import Store

    home = open_home(context.obj)
    with Store.open(home.database) as store:
        found = prices(store, load_city(home.settings))
    if as_json:
        typer.echo(json.dumps([asdict(p) for p in found], indent=2))
        return
    for p in found:
        typer.echo(f"{CLAIM_WORDS[p.claim]}: target {percent(p.target)}; {p.proof.says()}")
        if p.more is None:
            typer.echo(f"    it takes {p.needed} checked rows, and {p.released} are released so far")
        elif p.more:
            typer.echo(f"    {p.more} more checks, about {p.minutes} minutes, if none of them is wrong")
        else:
            typer.echo("    proven")
        reach = ", ".join(f"{n} checks: at most {percent(bound)}" for n, bound in p.reach)
        if reach:
            typer.echo(f"    with no further row wrong: {reach}")
    if not found:
        typer.echo("Nothing was released yet: run lotline run first.")


@trust_app.command("sample")
def sample(
    context: typer.Context,
    size: Annotated[int | None, typer.Option(min=1, help="Rows or pages; default 150 rows or 20 pages.")] = None,
    purpose: Annotated[str, typer.Option(help="proof (rows), audit (the standing share), page (whole pages), blind.")] = "proof",
    kind: Annotated[list[str] | None, typer.Option(help="Only this claim: inspection, violation, tax, water, code.")] = None,
    seed: Annotated[str, typer.Option(help="The same rows and seed draw the same sample.")] = "lotline",
    by: By = None,
    as_json: Json = False,
) -> None:
    """Draw rows to be checked at the desk, by chance, from every kind and layout."""
    from flows.city import load_city
    from flows.trust import draw
    from records.errors import SetupError
    from records.trust import CLAIMS
    from store import Store

    home = open_home(context.obj)
    unknown = [k for k in kind or () if k not in CLAIMS]
    if unknown or purpose not in ("proof", "audit", "page", "blind"):
        known = f"kinds are {', '.join(CLAIMS)}; purposes are proof, audit, page, blind"
        raise SetupError(f"'{[*unknown, purpose][0]}' is unknown: {known}.")
    with Store.open(home.database) as store:
        claims = tuple(c for c in CLAIMS if not kind or c in kind)
        drawn = draw(store, load_city(home.settings), purpose, by or _me(), size, seed, claims)  # type: ignore[arg-type]
        paths = store.paths()
    if as_json:
        typer.echo(json.dumps({"sample_id": drawn.sample_id, "members": [asdict(m) for m in drawn.members]}, indent=2))
        return
    typer.echo(f"Sample {drawn.sample_id}: {len(drawn.members)} to look at; the desk shows them under Trust (lotline review).")
    for m in drawn.members:
        place = f"page {m.page}" if m.page else "no page"
        typer.echo(f"  {m.kind:<11}{m.record_id or '-':<18}{paths.get(m.sha256, ('?',))[0]}, {place}")


@trust_app.command("reopen")
def reopen(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="inspection, violation, tax, water or code.")],
    why: Annotated[str, typer.Option(help="What was done about the cause.")],
    by: By = None,
) -> None:
    """Open a gate that a breach closed, on your word."""
    from flows.city import load_city
    from flows.trust import reopen as reopen_gate
    from store import Store

    home = open_home(context.obj)
    with Store.open(home.database) as store:
        reopen_gate(store, load_city(home.settings), kind, why, by or _me())
    typer.echo(f"The gate of {kind} is open again.")


@trust_app.command("check")
def check(
    context: typer.Context,
    record: Annotated[str, typer.Argument(help="The record's id.")],
    wrong: Annotated[list[str] | None, typer.Option(help="FIELD=RIGHT VALUE; leave out if all is right.")] = None,
    not_a_record: Annotated[bool, typer.Option("--not-a-record", help="There is no such record on the paper.")] = False,
    sample_id: Annotated[str, typer.Option("--sample", help="The sample it was drawn in.")] = "",
    by: By = None,
) -> None:
    """Say of one released row whether it is right; the desk does the same with the page beside it."""
    from datetime import UTC, datetime

    from flows.city import load_city
    from flows.trust import record_check
    from records.errors import SetupError
    from records.trust import NO_RECORD
    from store import Store

    said = {NO_RECORD: ""} if not_a_record else {}
    for one in wrong or ():
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise SetupError(f"'{one}' is not FIELD=VALUE, like --wrong total=120.00")
        said[name] = value
    home = open_home(context.obj)
    with Store.open(home.database) as store:
        city = load_city(home.settings)
        made = record_check(store, city, record, said, by or _me(), datetime.now(UTC), sample_id)
        closed = store.trust.book().closed
    typer.echo(f"{record}: {'right' if not made.wrong else 'wrong, corrected'}")
    for claim, act in closed.items():
        typer.echo(f"The gate of {claim} is closed: {act.why}. Find the cause, then lotline trust reopen {claim} --why ...")


def calibrate(
    context: typer.Context,
    shipped: Annotated[bool, typer.Option("--shipped", help="Back to the calibration that Lotline came with.")] = False,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only measure; change nothing.")] = False,
    by: By = None,
) -> None:
    """Learn confidence anew from this city's own decisions and checks."""
    from flows.calibrate import calibrate_home

    for line in calibrate_home(open_home(context.obj), by or _me(), shipped=shipped, dry=dry):
        typer.echo(line)


def evaluate(
    context: typer.Context,
    truth: Annotated[Path, typer.Argument(help="Folder with truth/*.json, or a CSV of labelled rows.")],
    export: Annotated[Path | None, typer.Option(help="An export to score; default: what the database says now.")] = None,
    against: Annotated[Path | None, typer.Option(help="An earlier export: gains and losses per field.")] = None,
    as_json: Json = False,
) -> None:
    """Score the data against documents that the city labelled itself."""
    from flows.evaluate import evaluate_home

    found = evaluate_home(open_home(context.obj), truth, export, against)
    typer.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False) if as_json else "\n".join(found.lines()))


def reconcile(
    context: typer.Context,
    bbexport: Annotated[Path, typer.Argument(metavar="BBEXPORT", help="A BuildingBlocks export (CSV or XLSX).")],
    parcels: Annotated[Path | None, typer.Option(help="Parcel file; default: the one of the last run.")] = None,
    as_json: Json = False,
) -> None:
    """Hold the data against what BuildingBlocks has already: parcels, years, counts of labels."""
    from flows.reconcile import reconcile_home

    found = reconcile_home(open_home(context.obj), bbexport, parcels)
    typer.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False) if as_json else "\n".join(found.lines()))


def history(
    context: typer.Context,
    parcel: Annotated[str, typer.Argument(help="The parcel's id as the assessor writes it.")],
    as_json: Json = False,
) -> None:
    """The violations of one parcel: opened, still open, corrected, each once."""
    from flows.parcel_history import history_of

    found = history_of(open_home(context.obj), parcel)
    typer.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False) if as_json else "\n".join(found.lines()))


def _me() -> str:
    return os.environ.get("USER") or "staff"
