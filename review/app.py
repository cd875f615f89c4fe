"""The staff's web app. ``create_app`` puts its pages together; what it needs of the house is handed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.staticfiles import StaticFiles

from records.errors import LotlineError
from review import acts, entrance, groups, house_pages, item_page, people, pictures, proof, queue_page, records_pages, reports
from review.pages import GoError, Office, RefusedError, show
from review.ports import House
from review.security import HEADERS, Door, session_of
from store import Store

_PARTS = (
    entrance, queue_page, item_page, pictures, acts, reports, records_pages, groups, proof, house_pages, people,
)  # fmt: skip
_STATIC = Path(__file__).parent / "static"


def create_app(store: Store, house: House, door: Door | None = None) -> FastAPI:
    """The app on an open store. ``house`` answers what the desk may not look up itself; ``door`` says how people come in."""
    app = FastAPI(title="Lotline", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.office = Office(store, house, door or Door())
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    for part in _PARTS:
        app.include_router(part.router)
    app.middleware("http")(_guarded)
    app.add_exception_handler(GoError, _go)
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(LotlineError, _failed)
    app.add_exception_handler(StarletteHTTPException, _not_found)
    app.add_exception_handler(Exception, _broken)
    return app


async def _guarded(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Security headers on every answer, and long keeping for scripts and styles, whose names change with them."""
    response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    door: Door = request.app.state.office.door
    if door.secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.url.path.startswith("/static/"):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _go(request: Request, error: Exception) -> Response:
    assert isinstance(error, GoError)
    return RedirectResponse(error.where, 303)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return _say(request, "This can't be done", str(error), error.status)


def _failed(request: Request, error: Exception) -> Response:
    return _say(request, "This did not work", str(error), 500 if "database" in str(error) else 400)


def _broken(request: Request, error: Exception) -> Response:
    """What nobody expected: the server's log holds it, the page does not. Runs outside of the guard, so it brings the headers."""
    words = "Something unexpected happened and was noted. What was stored before is safe: go back and try again."
    return PlainTextResponse(words, 500, headers=dict(HEADERS))


def _not_found(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException | StarletteHTTPException)
    if request.url.path.startswith(("/static/", "/picture/")):
        return PlainTextResponse(str(error.detail), error.status_code)
    words = "There is no such page here." if error.status_code == 404 else str(error.detail)
    return _say(request, "Not found" if error.status_code == 404 else "This can't be done", words, error.status_code)


def _say(request: Request, title: str, message: str, status: int) -> Response:
    office: Office = request.app.state.office
    session = session_of(request, office.store, office.door)
    return show(request, "message.html", session, status, title=title, message=message)
