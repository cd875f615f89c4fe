"""A served city, people who may come in, and a real Chromium."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, sync_playwright

from flows.desk_house import DeskHouse
from review.app import create_app
from review.security import hashed
from store.users import User
from tests.review.made import HOSTILE, City, make_city

PASSWORD = "correct horse battery"
_HASH = hashed(PASSWORD)
PEOPLE = (
    User("ann", "reviewer", _HASH),
    User("ben", "reviewer", _HASH),
    User("ines", "inspector", _HASH, inspector="J. Rivera"),
    User("mo", "manager", _HASH),
    User("root", "admin", _HASH),
)


@pytest.fixture
def city(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[City]:
    """With hostile papers, unless a test asks for plain ones."""
    made = make_city(tmp_path, getattr(request, "param", HOSTILE))
    for person in PEOPLE:
        made.store.users.add(person)
    yield made
    made.store.close()


@pytest.fixture
def house(city: City) -> Iterator[DeskHouse]:
    opened = DeskHouse(city.home, city.store)
    yield opened
    opened.close()


@pytest.fixture
def client(city: City, house: DeskHouse) -> Iterator[TestClient]:
    """Nobody is logged in yet."""
    with TestClient(create_app(city.store, house), follow_redirects=True) as opened:
        yield opened


def enter(client: TestClient, name: str) -> str:
    """Logs in; returns the token that acts have to carry."""
    answer = client.post("/login", data={"name": name, "password": PASSWORD, "next": "/"})
    assert answer.status_code == 200, answer.text
    return token(answer.text)


def token(html: str) -> str:
    return html.split('name="csrf" value="', 1)[1].split('"', 1)[0]


class Served:
    """The app on a port of this machine."""

    def __init__(self, city: City, house: DeskHouse) -> None:
        self._server = uvicorn.Server(uvicorn.Config(create_app(city.store, house), port=0, log_level="warning"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until = time.monotonic() + 20
        while not self._server.started:
            assert time.monotonic() < until, "the desk did not start"
            time.sleep(0.02)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


@pytest.fixture
def served(city: City, house: DeskHouse) -> Iterator[str]:
    """Its address."""
    opened = Served(city, house)
    yield opened.url
    opened.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)
    if found is None:
        pytest.fail("the tests of the desk need a browser: sudo apt-get install chromium, or scripts/setup.sh --tests")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield opened
        opened.close()


def open_page(browser: Browser, url: str, name: str, *, width: int = 1440, height: int = 900, script: bool = True) -> Page:
    """A window of its own in which this person has logged in. Errors of scripts and of the policy are kept on ``page.errors``."""
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=script)
    page = context.new_page()
    page.set_default_timeout(15_000)
    errors: list[str] = []
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" and "Failed to load resource" not in m.text else None)
    page.errors = errors  # type: ignore[attr-defined]
    page.goto(f"{url}/login")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.press("[name=password]", "Enter")
    return page
