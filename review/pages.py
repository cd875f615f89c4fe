"""What every page shares: who is asking, the forms that come back, the templates, the word after an act."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.datastructures import FormData, UploadFile

from records.cells import clean
from records.settle import to_text
from review import words
from review.ports import House
from review.security import Door, client_of, same, session_of
from store import Store
from store.users import Session, User

_HERE = Path(__file__).parent
_SAID: Final = "lotline_said"
MOST_FIELDS: Final = 2000


@dataclass(frozen=True, slots=True)
class Office:
    """What the app works with."""

    store: Store
    house: House
    door: Door


class GoError(Exception):
    """Leads elsewhere instead: to the login, to a new password."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class RefusedError(Exception):
    """An act that is not allowed or makes no sense; ``status`` is HTTP's, the message is for the person."""

    def __init__(self, message: str, status: int = 403) -> None:
        super().__init__(message)
        self.status = status


def office_of(request: Request) -> Office:
    found: Office = request.app.state.office
    return found


def visitor(request: Request) -> Session:
    """Who is asking. Raises GoError to the login page for nobody, and to a new password where one is due."""
    office = office_of(request)
    session = session_of(request, office.store, office.door)
    if session is None:
        there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        raise GoError("/login" + (f"?next={quote(there)}" if request.method == "GET" and there != "/" else ""))
    if session.user.must_change and request.url.path not in ("/password", "/logout"):
        raise GoError("/password")
    return session


def manager(request: Request) -> Session:
    """The same for pages that managers and admins alone see."""
    session = visitor(request)
    if not session.user.manages:
        raise RefusedError("This page is for managers. Ask one to do it, or to give you the role.")
    return session


@dataclass(frozen=True, slots=True)
class Post:
    """A form that came back, its token checked."""

    session: Session
    form: FormData
    address: str
    at: datetime

    @property
    def user(self) -> User:
        return self.session.user

    def text(self, name: str, most: int = 4000) -> str:
        """A field as one line of text without control characters, '' where it is missing."""
        value = self.form.get(name)
        return clean(value)[:most] if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """A field as a number; raises RefusedError for anything else."""
        try:
            return int(self.text(name, 20))
        except ValueError:
            raise RefusedError(f"The form came back without '{name}': go back and try again.", 400) from None

    def all(self, name: str) -> list[str]:
        return [clean(v)[:400] for v in self.form.getlist(name) if isinstance(v, str)]


async def posted(request: Request) -> Post:
    """The form of an act. Raises RefusedError unless it carries this session's token and comes from our own pages."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise RefusedError("This form came from another site and was not accepted.")
    form = await request.form(max_fields=MOST_FIELDS, max_files=50)
    session = visitor(request)
    token = form.get("csrf")
    if not isinstance(token, str) or not same(token, session.csrf):
        raise RefusedError("This form has expired: go back, reload the page and try again.")
    return Post(session, form, client_of(request, office_of(request).door), datetime.now(UTC))


Visitor = Annotated[Session, Depends(visitor)]
Managing = Annotated[Session, Depends(manager)]
Posted = Annotated[Post, Depends(posted)]


def files_of(form: FormData, name: str) -> list[UploadFile]:
    return [f for f in form.getlist(name) if isinstance(f, UploadFile) and f.filename]


def show(request: Request, template: str, session: Session | None = None, status: int = 200, **context: Any) -> Response:
    """A page. ``said`` is the word after the last act, with what undoes it."""
    office = office_of(request)
    said = _read_said(request.cookies.get(_SAID, ""))
    html = _environment().get_template(template).render(
        user=None if session is None else session.user,
        csrf="" if session is None else session.csrf,
        city=office.house.city,
        said=said,
        path=request.url.path,
        words=words,
        **context,
    )
    response = HTMLResponse(html, status)
    # Pages hold what is on people's homes: nothing of them stays in a shared browser's cache.
    response.headers["Cache-Control"] = "no-store"
    if request.cookies.get(_SAID):
        response.delete_cookie(_SAID)
    return response


def go(where: str, say: str = "", undo: str = "", more: Mapping[str, str] | None = None) -> Response:
    """On to another page after an act, with a word on what was done; ``undo`` names what takes it back."""
    response = RedirectResponse(where, 303)
    if say:
        told = json.dumps({"say": say[:600], "undo": undo, **(more or {})})
        response.set_cookie(
            _SAID, base64.urlsafe_b64encode(told.encode()).decode(), max_age=60, httponly=True, samesite="strict"
        )
    return response


def _read_said(cookie: str) -> dict[str, str]:
    try:
        told = json.loads(base64.urlsafe_b64decode(cookie.encode())) if cookie else {}
    except ValueError:
        told = {}
    given = {str(k): str(v) for k, v in told.items()} if isinstance(told, dict) else {}
    return {"say": "", "undo": "", "more_href": "", "more_words": "", **given}


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["field"] = words.field_words
    made.filters["kind"] = lambda kind: words.KIND_WORDS.get(kind, kind)
    made.filters["reason"] = lambda reason: words.REASON_WORDS.get(reason, reason)
    made.filters["state"] = lambda state: words.STATE_WORDS.get(state, state)
    made.filters["choice"] = words.choice_words
    made.filters["month"] = words.month_words
    made.filters["duration"] = words.duration
    made.filters["when"] = lambda at: at.astimezone().strftime("%Y-%m-%d %H:%M")
    made.filters["percent"] = lambda share: f"{share * 100:.1f} %"
    made.filters["text"] = to_text
    made.globals["version"] = _static_version()
    return made


def _static_version() -> str:
    """Changes when a script or style changes, so that browsers may keep them for good."""
    newest = max(p.stat().st_mtime_ns for p in (_HERE / "static").iterdir())
    return f"{newest // 1_000_000:x}"
