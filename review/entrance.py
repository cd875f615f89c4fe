"""Coming in and going out: login, a new password, logout."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.datastructures import FormData

from records.errors import SetupError
from review.pages import Posted, Visitor, go, office_of, show
from review.security import (
    COOKIE,
    HOURS,
    TooManyError,
    check_new_password,
    client_of,
    close_session,
    hashed,
    log_in,
    open_session,
    same,
    session_of,
)

router = APIRouter()


@router.get("/health")
def health() -> PlainTextResponse:
    """For whoever watches that the desk is up; tells nothing else."""
    return PlainTextResponse("ok")


@router.get("/login")
def login_page(request: Request, next: str = "/") -> Response:
    office = office_of(request)
    if session_of(request, office.store, office.door) is not None:
        return go("/")
    return show(request, "login.html", next=_inside(next), problem="", name="")


async def _form(request: Request) -> FormData:
    return await request.form(max_fields=10, max_files=0)


@router.post("/login")
def log_in_now(request: Request, form: Annotated[FormData, Depends(_form)]) -> Response:
    office = office_of(request)
    name, password, there = (str(form.get(n) or "")[:200] for n in ("name", "password", "next"))
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return show(request, "login.html", status=403, next="/", problem="Please log in from this page.", name="")
    address = client_of(request, office.door)
    now = datetime.now(UTC)
    try:
        user = log_in(office.store, name, password, address)
    except TooManyError:
        office.store.desk.log(name[:64], "login held", "", "too many tries", address, now)
        problem = "Too many wrong passwords. Wait a quarter of an hour, or ask an admin to let you in again."
        return show(request, "login.html", status=429, next=_inside(there), problem=problem, name=name)
    if user is None:
        office.store.desk.log(name[:64], "login failed", "", "", address, now)
        problem = "That name and password do not go together."
        return show(request, "login.html", status=401, next=_inside(there), problem=problem, name=name)
    office.store.desk.log(user.name, "login", "", "", address, now)
    response = go(_inside(there))
    _set_cookie(response, open_session(office.store, user), office.door.secure)
    return response


@router.post("/logout")
def log_out(request: Request, post: Posted) -> Response:
    store = office_of(request).store
    store.queue.release(post.user.name)
    close_session(request, store)
    store.desk.log(post.user.name, "logout", "", "", post.address, post.at)
    response = go("/login")
    response.delete_cookie(COOKIE)
    return response


@router.get("/password")
def password_page(request: Request, session: Visitor) -> Response:
    return show(request, "password.html", session, problem="")


@router.post("/password")
def change_password(request: Request, post: Posted) -> Response:
    store, user = office_of(request).store, post.user
    old, new, again = (str(post.form.get(n) or "")[:200] for n in ("old", "new", "again"))
    try:
        if log_in(store, user.name, old, post.address) is None:
            raise SetupError("The present password is not right.")
        if not same(new, again):
            raise SetupError("The two new passwords differ.")
        if same(old, new):
            raise SetupError("The new password is the old one.")
        check_new_password(new, user.name)
    except TooManyError:
        return show(request, "password.html", post.session, 429, problem="Too many tries: wait a quarter of an hour.")
    except SetupError as error:
        return show(request, "password.html", post.session, 400, problem=str(error))
    changed = store.users.change(user.name, password=hashed(new), must_change=False)
    store.desk.log(user.name, "new password", user.name, "", post.address, post.at)
    response = go("/", "Your new password is set.")
    _set_cookie(response, open_session(store, changed), office_of(request).door.secure)
    return response


def _set_cookie(response: Response, token: str, secure: bool) -> None:
    response.set_cookie(COOKIE, token, max_age=int(HOURS * 3600), httponly=True, samesite="lax", secure=secure)


def _inside(there: str) -> str:
    """Only a page of our own: no address that leads elsewhere."""
    plain = there.startswith("/") and not there.startswith(("//", "/\\", "/login")) and there.isprintable()
    return there if plain else "/"
