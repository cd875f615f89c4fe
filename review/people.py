"""People and what they did: accounts, roles, the log of every act."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from records.errors import StoreError
from review.pages import Managing, Posted, RefusedError, go, office_of, show
from review.security import hashed, one_time_password
from store.users import ROLES, User

router = APIRouter()


@router.get("/people")
def people(request: Request, session: Managing) -> Response:
    return _page(request, session)


def _page(request: Request, session: Managing, problem: str = "", told: str = "", status: int = 200) -> Response:
    office = office_of(request)
    return show(
        request, "people.html", session, status, people=office.store.users.all(), roles=ROLES, problem=problem, told=told
    )


@router.post("/people")
def change(request: Request, session: Managing, post: Posted) -> Response:
    """Adds, disables, recovers or changes a person. Admins alone may."""
    if post.user.role != "admin":
        raise RefusedError("Only an admin changes people.")
    office, name, wish = office_of(request), post.text("name", 64), post.text("action", 12)
    users = office.store.users
    told = ""
    try:
        if wish == "add":
            password = one_time_password()
            user = User(
                name, post.text("role", 16), hashed(password), post.text("parcels", 4) == "yes", post.text("inspector", 100),
                must_change=True, made_at=post.at.isoformat(),
            )  # fmt: skip
            users.add(user)
            told = f"{name} may log in with the password {password} - it is shown this once."
        elif wish == "disable":
            if name == post.user.name:
                raise StoreError("You can't shut yourself out; ask another admin.")
            users.change(name, disabled=True)
        elif wish == "recover":
            password = one_time_password()
            users.change(name, disabled=False, password=hashed(password), must_change=True)
            users.forgive((f"name {name.lower()}",))
            told = f"{name} may log in with the password {password} - it is shown this once."
        elif wish == "change":
            parcels = post.text("parcels", 4) == "yes"
            users.change(name, role=post.text("role", 16), parcels=parcels, inspector=post.text("inspector", 100))
        else:
            raise RefusedError("There is no such action.", 400)
    except StoreError as error:
        return _page(request, session, str(error), status=400)
    office.store.desk.log(post.user.name, f"{wish} user", name, post.text("role", 16), post.address, post.at)
    return _page(request, session, told=told) if told else go("/people", f"{name}: done.")


@router.get("/log")
def log(request: Request, session: Managing, before: int | None = None, by: str = "") -> Response:
    """Every act, newest first."""
    lines = office_of(request).store.users.log(before, by[:64], 101)
    more = lines[99].seq if len(lines) > 100 else 0
    return show(request, "log.html", session, lines=lines[:100], more=more, by=by)
