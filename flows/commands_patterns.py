"""The commands about patterns, previews and codes. Only arguments and messages; each imports its work when it is called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from flows.home import Home, open_home

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

patterns = typer.Typer(no_args_is_help=True, help="The pattern files that the rules rest on: draft one, check them, list them.")


def add_to(app: typer.Typer) -> None:
    """Adds these commands to ``lotline``."""
    app.add_typer(patterns, name="patterns")


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
