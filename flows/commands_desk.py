"""The commands of the review desk: ``review`` serves it, ``users`` are its people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.home import open_home

users_app = typer.Typer(no_args_is_help=True, help="People of the review desk.")


def add_to(app: typer.Typer) -> None:
    """Adds these commands to ``lotline``."""
    app.command()(review)
    app.add_typer(users_app, name="users")


def review(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on. Others than 127.0.0.1 need --tls or --proxy.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8700,
    tls: Annotated[bool, typer.Option("--tls", help="Speak TLS; a certificate is made where none is given.")] = False,
    cert: Annotated[Path | None, typer.Option(help="Certificate (PEM), with --key.")] = None,
    key: Annotated[Path | None, typer.Option(help="Its private key (PEM).")] = None,
    proxy: Annotated[list[str] | None, typer.Option(help="Address of a proxy that speaks TLS with the browsers.")] = None,
    proxy_header: Annotated[str, typer.Option(help="Header in which that proxy names the user, where it logs people in.")] = "",
) -> None:
    """Serve the review desk: what the machine was not sure of, settled in a browser."""
    from flows.desk_server import Wish, serve

    serve(open_home(context.obj), Wish(host, port, tls, cert, key, tuple(proxy or ()), proxy_header), typer.echo)


@users_app.command("add")
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name to log in with.")],
    role: Annotated[str, typer.Option(help="reviewer, inspector, manager or admin.")] = "reviewer",
    parcels: Annotated[bool, typer.Option("--parcels", help="May settle questions of parcel too (assessor, data team).")] = False,
    inspector: Annotated[str, typer.Option(help="Their name as it stands on their reports, for their own pencil pages.")] = "",
) -> None:
    """Add somebody; prints a password that works once."""
    from flows.desk_server import add_user

    typer.echo(add_user(open_home(context.obj), name, role, parcels, inspector))


@users_app.command("disable")
def disable(context: typer.Context, name: Annotated[str, typer.Argument(help="Whom.")]) -> None:
    """Shut somebody out at once; what they decided stays."""
    from flows.desk_server import disable_user

    typer.echo(disable_user(open_home(context.obj), name))


@users_app.command("recover")
def recover(context: typer.Context, name: Annotated[str, typer.Argument(help="Whom.")]) -> None:
    """Let somebody in again who forgot their password or was disabled; prints a password that works once."""
    from flows.desk_server import recover_user

    typer.echo(recover_user(open_home(context.obj), name))


@users_app.command("list")
def everybody(context: typer.Context) -> None:
    """Who may come in, and as what."""
    from flows.desk_server import list_users

    typer.echo(list_users(open_home(context.obj)))
