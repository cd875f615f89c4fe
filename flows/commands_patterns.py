"""The commands about patterns, previews and codes. Only arguments and messages; each imports its work when it is called."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from flows.home import Home, open_home

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

patterns = typer.Typer(no_args_is_help=True, help="The pattern files that the rules rest on: draft one, check them, list them.")


codes = typer.Typer(invoke_without_command=True, help="The code book: what codes mean, who said so, and what waits for it.")
Workers = Annotated[int | None, typer.Option(min=1, help="Documents worked on at once; default: the machine's cores.")]
By = Annotated[str | None, typer.Option(help="Who says so; default: your login name.")]


def add_to(app: typer.Typer) -> None:
    """Adds these commands to ``lotline``."""
    app.add_typer(patterns, name="patterns")
    app.add_typer(codes, name="codes")
    app.command("preview")(preview_)
    app.command("apply")(apply_)


def _home(context: typer.Context) -> Home:
    return open_home(context.obj)


@patterns.command("list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """The pattern files of the city's layers, the state's first."""
    from flows.city import load_city
    from flows.patterns_check import listing
    from flows.say import out

    files = listing(load_city(_home(context).settings).patterns)
    if as_json:
        typer.echo(json.dumps(files, indent=2, ensure_ascii=False))
        return
    for file in files:
        about = f"  {file['about']}" if file["about"] else ""
        out.print(f"{file['file']:<42} {file['entries']:>4} entries {file['examples']:>4} examples{about}", markup=False)


@patterns.command("check")
def check_(
    context: typer.Context,
    path: Annotated[Path | None, typer.Argument(help="A pattern file or a folder; default: all of the city's.")] = None,
    as_json: Json = False,
) -> None:
    """Check pattern files against their schema, and run every example, counter-example and sample. Exit code 4 if one fails."""
    from flows.city import load_city
    from flows.patterns_check import check
    from flows.reader_settings import read_settings
    from flows.say import err, out

    home = _home(context)
    result = check(load_city(home.settings).patterns, path, read_settings(home.settings, home.cache))
    if as_json:
        shown = {"files": result.files, "examples": result.examples, "samples": result.samples, "faults": list(result.faults)}
        typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))
    else:
        for fault in result.faults:
            err.print(fault, markup=False)
        state = f"{len(result.faults)} wrong" if result.faults else "all hold"
        out.print(f"{result.files} files, {result.examples} examples, {result.samples} samples: {state}", markup=False)
    if result.faults:
        raise typer.Exit(4)


@patterns.command("new")
def new_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A list or report of the new kind.")],
    kind: Annotated[str, typer.Option(help="tax, water, housing or fire; default: as it looks.")] = "",
    name: Annotated[str, typer.Option(help="Name of the layout; default: that of the file.")] = "",
    out: Annotated[Path | None, typer.Option(help="Pattern folder; default: the city's own, beside lotline.toml.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a layout of that name.")] = False,
) -> None:
    """Draft the YAML file of a new layout from one of its papers, which becomes its sample."""
    from flows.patterns_layers import OWN
    from flows.patterns_new import draft_file
    from flows.reader_settings import read_settings

    home = _home(context)
    folder = out or home.folder / OWN
    written, questions = draft_file(file, kind, name, folder, force, read_settings(home.settings, home.cache), home)
    typer.echo(f"{written} is drafted, with {questions} questions for you in it (lines with '?').")
    typer.echo("Answer them in any text editor, then try it: lotline patterns check")


def preview_(
    context: typer.Context,
    patterns_: Annotated[
        Path | None, typer.Option("--patterns", help="Folder of changed pattern files, laid over the city's own.")
    ] = None,
    parcels: Annotated[Path | None, typer.Option(help="Another parcel file.")] = None,
    log: Annotated[Path | None, typer.Option(help="Another permit log.")] = None,
    codes_: Annotated[Path | None, typer.Option("--codes", help="A filled sheet of the code book.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="A reader's setting, e.g. reader.dpi=400.")] = None,
    examples: Annotated[int, typer.Option(min=0, help="Rows shown of each kind.")] = 5,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Show what changed patterns, codes, parcels or settings would do to everything read so far, without doing it."""
    from flows.preview import Inputs, preview
    from flows.preview_show import lines
    from flows.say import out, progress

    inputs = Inputs(patterns_, parcels, log, codes_, tuple(settings or ()))
    with progress("Previewing", quiet=as_json) as tell:
        difference = preview(_home(context), inputs, tell, workers)
    if as_json:
        typer.echo(json.dumps(difference.as_json(), indent=2, ensure_ascii=False))
        return
    for line in lines(difference, examples):
        out.print(line, markup=False)


def apply_(
    context: typer.Context,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    by: By = None,
    force: Annotated[bool, typer.Option("--force", help="Also if something changed since the preview.")] = False,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Do what the last preview showed. Doing it again does nothing."""
    from flows.preview_apply import apply
    from flows.say import err, progress

    with progress("Applying", quiet=as_json) as tell:
        done = apply(_home(context), tell, reason=reason, by=by or _login(), force=force, workers=workers)
    if as_json:
        shown = {"documents": done.documents, "installed": done.installed, "problems": done.problems, "run": done.run_id}
        typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    for path, why in done.problems:
        err.print(f"left as it was: {path}: {why}", markup=False)
    if not done.run_id:
        typer.echo("Nothing to do: everything is as the rules and files say.")
        return
    taken = f" Taken over: {', '.join(done.installed)}." if done.installed else ""
    typer.echo(f"{done.documents - len(done.problems)} documents brought up to date.{taken} The next export shows it.")


@codes.callback()
def codes_(
    context: typer.Context,
    unknown: Annotated[bool, typer.Option("--unknown", help="Only those nobody has explained.")] = False,
    as_json: Json = False,
) -> None:
    """List every code met: known, guessed or unknown, those first that most rows and dollars wait for."""
    if context.invoked_subcommand is not None:
        return
    from flows.codes_flow import codes_met
    from flows.say import out

    seen = [s for s in codes_met(_home(context)).seen if not unknown or s.state == "unknown"]
    if as_json:
        typer.echo(json.dumps([s.as_json() for s in seen], indent=2, ensure_ascii=False))
        return
    out.print(f"{'state':<8} {'where':<21} {'code':<16} {'rows':>6} {'wait':>5} {'dollars':>12}  meaning", markup=False)
    for s in seen:
        who = f" ({s.said_by}{f', {s.said_on}' if s.said_on else ''})" if s.said_by else ""
        also = f"; or {s.colliding}" if s.colliding and s.guess else ""
        meaning = s.meaning or (f"{s.guess}{also}?" if s.guess else f"-  {s.snippets[0][:60] if s.snippets else ''}")
        where = f"{s.domain} {s.column}"
        counts = f"{s.rows:>6} {s.waiting:>5} {s.dollars:>12,.2f}"
        out.print(f"{s.state:<8} {where:<21} {s.code:<16} {counts}  {meaning}{who}", markup=False)


@codes.command("sheet")
def sheet_(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="Name of the sheet; OUT.pdf to print and OUT.csv to fill in are written.")],
) -> None:
    """Make the sheet for a twenty-minute meeting with the assessor."""
    from flows.codes_flow import write_sheet

    pdf, filled, count = write_sheet(_home(context), out)
    typer.echo(f"{count} questions: {pdf} to print, {filled} to fill in (yes_no or answer) and import.")


@codes.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The filled sheet (CSV).")],
    by: By = None,
    workers: Workers = None,
) -> None:
    """Take over the answers of a filled sheet and apply them to everything read so far."""
    from flows.codes_flow import import_answers
    from flows.say import progress

    with progress("Applying", quiet=False) as tell:
        answers, documents = import_answers(_home(context), file, by or _login(), tell, workers)
    typer.echo(f"{answers} answers kept; {documents} documents brought up to date. The next export shows them.")


def _login() -> str:
    return os.environ.get("USER") or os.environ.get("USERNAME") or "staff"
