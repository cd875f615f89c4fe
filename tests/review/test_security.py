"""Nobody comes in who should not, and nobody does what is not theirs to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from flows.desk_house import DeskHouse
from flows.desk_server import Wish, certificate, check, disable_user, first_admin, recover_user
from flows.home import open_home
from records.errors import SetupError, StoreError
from review.app import create_app
from review.security import TRIES, Door
from store import Store
from tests.review.conftest import PASSWORD, enter, token
from tests.review.made import City

PAGES = ("/", "/next", "/search", "/groups", "/trust", "/coverage", "/codes", "/runs", "/people", "/log", "/learn", "/password")


def act_form(html: str, **values: str) -> dict[str, str]:
    """The hidden fields of the item's form, with values over them."""
    form = html.split('id="ask"', 1)[1]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    return {**fields, **values}


@pytest.mark.parametrize("path", PAGES)
def test_every_page_asks_who_you_are(client: TestClient, path: str) -> None:
    answer = client.get(path, follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"].startswith("/login")


def test_pictures_and_files_are_not_for_strangers(client: TestClient, city: City) -> None:
    for path in (f"/picture/{city.ids['sha visit']}/1", f"/document/{city.ids['sha visit']}/file", "/exports/violations.csv"):
        assert client.get(path, follow_redirects=False).status_code == 303


def test_headers_keep_pages_from_running_anything(client: TestClient) -> None:
    for path in ("/login", "/static/desk.js", "/nowhere", "/health"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"


def test_a_fault_tells_nothing_and_keeps_the_headers(city: City, house: DeskHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    with TestClient(create_app(city.store, house), raise_server_exceptions=False) as client:
        enter(client, "ann")
        monkeypatch.setattr("store.desk_queue.Queue.counts", fails)
        answer = client.get("/")
    assert answer.status_code == 500 and "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_nothing_comes_from_elsewhere() -> None:
    import review

    folder = Path(review.__file__).parent
    for file in [*folder.glob("templates/*.html"), *folder.glob("static/*.css"), folder / "static" / "desk.js"]:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"(?:src|href|url|from)\s*[=(:]?\s*[\"']?https?://", text), file.name
        assert not re.search(r"\son\w+=|style=|<style|javascript:", text), f"{file.name}: inline script or style"
        assert "|safe" not in text and "innerHTML =" not in text, file.name


def test_an_act_needs_the_sessions_token(client: TestClient, city: City) -> None:
    enter(client, "mo")
    page = client.get(f"/item/{city.ids['visit']}")
    form = act_form(page.text, action="not_a_record")
    for wrong in ({**form, "csrf": "x"}, {k: v for k, v in form.items() if k != "csrf"}):
        assert client.post(f"/item/{city.ids['visit']}", data=wrong).status_code == 403
    other = client.post(f"/item/{city.ids['visit']}", data=form, headers={"sec-fetch-site": "cross-site"})
    assert other.status_code == 403
    assert city.store.decisions() == []


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: TestClient) -> None:
    answer = client.post("/login", data={"name": "ann", "password": PASSWORD}, follow_redirects=False)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie


def test_the_cookie_is_secure_under_tls(city: City, house: DeskHouse) -> None:
    with TestClient(create_app(city.store, house, Door(secure=True)), base_url="https://testserver") as client:
        answer = client.post("/login", data={"name": "ann", "password": PASSWORD}, follow_redirects=False)
    assert "secure" in answer.headers["set-cookie"].lower() and "strict-transport-security" in answer.headers


def test_guessing_is_slowed_down(client: TestClient) -> None:
    for _ in range(TRIES):
        assert client.post("/login", data={"name": "ann", "password": "wrong"}).status_code == 401
    assert client.post("/login", data={"name": "ann", "password": PASSWORD}).status_code == 429


def test_a_login_leads_to_our_own_pages_only(client: TestClient) -> None:
    for there in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = client.post("/login", data={"name": "ann", "password": PASSWORD, "next": there}, follow_redirects=False)
        assert answer.headers["location"] == "/"


def test_passwords_are_kept_hashed(city: City) -> None:
    data = city.home.sqlite_file
    assert data is not None
    held = city.store.users.get("ann")
    assert held is not None and held.password.startswith("$argon2id$") and PASSWORD.encode() not in data.read_bytes()


def test_clerks_do_not_choose_sections(client: TestClient, city: City) -> None:
    enter(client, "ann")
    there = f"/item/{city.ids['faucet']}?field=code"
    form = act_form(client.get(there).text, action="save", field="code", value="105 CMR 410.482", seq="0")
    form.setdefault("digest", "")
    answer = client.post(f"/item/{city.ids['faucet']}", data=form)
    assert answer.status_code == 403 and "inspector" in answer.text
    assert city.store.decisions() == []


@pytest.mark.parametrize("path", ["/people", "/log", "/learn", "/coverage?by=inspector"])
def test_managers_pages_are_for_managers(client: TestClient, path: str) -> None:
    enter(client, "ann")
    assert client.get(path).status_code == 403


def test_admins_alone_change_people(client: TestClient, city: City) -> None:
    csrf = enter(client, "mo")
    answer = client.post("/people", data={"csrf": csrf, "action": "add", "name": "eve", "role": "admin"})
    assert answer.status_code == 403 and city.store.users.get("eve") is None


def test_who_is_shut_out_is_out_at_once(client: TestClient, city: City) -> None:
    enter(client, "ann")
    disable_user(city.home, "ann")
    assert client.get("/", follow_redirects=False).status_code == 303
    assert client.post("/login", data={"name": "ann", "password": PASSWORD}).status_code == 401
    said = recover_user(city.home, "ann")
    password = re.search(r"password (\S+)", said)
    assert password is not None
    answer = client.post("/login", data={"name": "ann", "password": password[1]})
    assert "Choose a password" in answer.text
    assert client.get("/", follow_redirects=False).headers["location"] == "/password"
    changed = client.post(
        "/password", data={"csrf": token(answer.text), "old": password[1], "new": "blue river stone", "again": "blue river stone"}
    )
    assert changed.status_code == 200 and "Your new password is set" in changed.text


def test_the_last_admin_stays(city: City) -> None:
    with pytest.raises(StoreError, match="last admin"):
        city.store.users.change("root", disabled=True)


def test_first_start_makes_one_admin_with_a_password_that_works_once(tmp_path: Path) -> None:
    with Store.open(tmp_path / "fresh.db") as store:
        said = first_admin(store)
        assert said is not None and first_admin(store) is None
        admin = store.users.get("admin")
        assert admin is not None and admin.must_change


def test_the_desk_does_not_listen_in_the_open(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="--tls"):
        check(Wish(host="0.0.0.0"))
    with pytest.raises(SetupError, match="--cert FILE and --key FILE"):
        check(Wish(host="0.0.0.0", cert=tmp_path / "c.pem"))
    with pytest.raises(SetupError, match="--proxy ADDRESS"):
        check(Wish(proxy_header="X-User"))
    for fine in (Wish(), Wish(host="0.0.0.0", tls=True), Wish(host="0.0.0.0", proxies=("10.0.0.5",))):
        check(fine)


def test_a_certificate_is_made_once_and_its_key_is_ours_alone(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    made = certificate(home, Wish(host="127.0.0.1", tls=True))
    assert made is not None
    cert, key = made
    before = cert.read_bytes()
    assert key.stat().st_mode & 0o077 == 0
    assert certificate(home, Wish(host="127.0.0.1", tls=True)) == made and cert.read_bytes() == before
    with pytest.raises(SetupError, match="can't be used"):
        certificate(home, Wish(cert=tmp_path / "no.pem", key=tmp_path / "no.key"))


def test_a_proxy_is_believed_only_where_it_was_declared(city: City, house: DeskHouse) -> None:
    told = {"x-user": "mo"}
    declared = Door(proxy_header="X-User", proxies=("testclient",))
    with TestClient(create_app(city.store, house, declared)) as client:
        assert "mo" in client.get("/", headers=told).text
        assert client.get("/", headers={"x-user": "nobody"}, follow_redirects=False).status_code == 303
    for door in (Door(proxy_header="X-User", proxies=("10.0.0.5",)), Door()):
        with TestClient(create_app(city.store, house, door)) as client:
            assert client.get("/", headers=told, follow_redirects=False).status_code == 303


def test_every_act_is_in_the_log_and_the_log_stays(client: TestClient, city: City) -> None:
    enter(client, "mo")
    there = f"/item/{city.ids['faucet']}?field=status"
    client.post(f"/item/{city.ids['faucet']}", data=act_form(client.get(there).text, action="save", value="open"))
    acts = [(line.by, line.act) for line in city.store.users.log()]
    assert ("mo", "login") in acts and ("mo", "confirm") in acts
    import sqlite3

    assert city.home.sqlite_file is not None
    with sqlite3.connect(city.home.sqlite_file) as raw, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute("DELETE FROM desk_log")
