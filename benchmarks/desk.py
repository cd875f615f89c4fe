"""The desk's figures: the queue at 200 and at 20,000 open items, Enter to the next item painted, random acts with restarts.

    python -m benchmarks.desk [--acts 2000] [--items 20000] [--skip chromium]

Everything is made up in a temporary folder. Times are medians; run it on an idle machine.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from fastapi.testclient import TestClient

from flows.desk_house import DeskHouse
from flows.home import Home, open_home
from records.decision import Decision
from review.app import create_app
from review.deciding import name
from review.security import hashed
from store import Store
from store.desk_queue import Filter
from store.users import User
from tests.review.made import add_document, drawn, finding, rebuild, visit

PASSWORD = "correct horse battery"
FINDINGS = 9
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def many(folder: Path, items: int) -> Home:
    """A home with about ``items`` open questions, ten to a report."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "papers").mkdir()
    (folder / "parcels.csv").write_text("PROP_ID,SITE_ADDR,OWNER1\n12-3,45 SHURTLEFF ST,A\n12-4,45R SHURTLEFF ST,B\n")
    home = open_home(folder / "home")
    (home.folder / "registers.json").write_text(json.dumps({"parcels": str(folder / "parcels.csv"), "log": ""}))
    lines = [(100.0, "45 Shurtleff Street"), *((200.0 + 30 * n, f"{n}. kitchen faucet leaks") for n in range(FINDINGS))]
    base = drawn(lines)
    with Store.open(home.database) as store:
        for person in ("ann", "ben", "cy", "di"):
            store.users.add(User(person, "manager", hashed(PASSWORD)))
        run = store.start_run("run", [str(folder / "papers")], "made")
        for n in range(items // (FINDINGS + 1)):
            content = base + f"%{n}\n".encode()
            (folder / "papers" / f"{n:05d}.pdf").write_bytes(content)
            records = (
                visit(0.5 + (n % 40) / 100, parcel_id="12-3", case_number=f"BHI-18-{n:05d}"),
                *(
                    finding(k, 200 + 30 * k, f"kitchen faucet leaks, no. {n} {k}", "105 CMR 410.351", "plumbing", 0.6 + k / 50)
                    .having(*(visit(parcel_id="12-3").fields[f] for f in ("parcel_id",)))
                    for k in range(FINDINGS)
                ),
            )  # fmt: skip
            add_document(store, run, f"{n:05d}.pdf", content, records)
        rebuild(store)
    return home


def server_time(folder: Path, items: int) -> tuple[float, float]:
    """Median milliseconds of the queue page and of the next item, as the server takes them: processor time, which other work
    on the machine does not lengthen."""
    home = open_home(folder / "home") if folder.exists() else many(folder, items)
    with Store.open(home.database) as store:
        house = DeskHouse(home, store)
        with TestClient(create_app(store, house)) as client:
            client.post("/login", data={"name": "ann", "password": PASSWORD})
            client.get("/next")  # the first page's picture is drawn
            pages, nexts = [], []
            for _ in range(40):
                began = time.process_time()
                assert client.get("/").status_code == 200
                pages.append(time.process_time() - began)
                began = time.process_time()
                answer = client.get("/next", follow_redirects=False)
                nexts.append(time.process_time() - began)
                form = _form(client.get(answer.headers["location"]).text)
                client.post(answer.headers["location"].split("?")[0], data={**form, "action": "save"}, follow_redirects=False)
        house.close()
    return statistics.median(pages) * 1000, statistics.median(nexts) * 1000


def _form(html: str) -> dict[str, str]:
    part = html.split('id="ask"', 1)[1] if 'id="ask"' in html else html
    form = dict(_HIDDEN.findall(part))
    typed = re.search(r'id="value" name="value" value="([^"]*)"', part) or re.search(r'id="value"[^>]*>([^<]*)</textarea', part)
    chosen = re.search(r'<option value="([^"]*)" selected', part)
    form["value"] = (typed or chosen)[1] if typed or chosen else ""  # type: ignore[index]
    return form


# from Enter to the next item painted


def painted(folder: Path, rounds: int = 30) -> float:
    """Median milliseconds from the key to the first frame in which the next item and its page are there."""
    from playwright.sync_api import sync_playwright

    home, port = many(folder, 400), _port()
    server = _serve(home, port)
    program = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)
    if program is None:
        raise SystemExit("no browser: sudo apt-get install chromium")
    times = []
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            url = f"http://127.0.0.1:{port}"
            page.goto(f"{url}/login")
            page.fill("[name=name]", "ann")
            page.fill("[name=password]", PASSWORD)
            with page.expect_navigation():
                page.press("[name=password]", "Enter")
            page.goto(f"{url}/next")
            for n in range(rounds):
                page.wait_for_timeout(400)  # somebody reads
                page.evaluate(_WATCH)
                page.keyboard.press("Enter")
                took = page.evaluate("window.painted")
                if n > 2:
                    times.append(took)
            browser.close()
    finally:
        _stop(server)
    return statistics.median(times)


_WATCH = """() => {
  const before = document.querySelector('#ask [name=act]').value;
  window.painted = new Promise((done) => {
    let began = 0;
    addEventListener('keydown', () => { began = performance.now(); }, { once: true, capture: true });
    const look = async () => {
      const act = document.querySelector('#ask [name=act]');
      const image = document.querySelector('svg.page image');
      if (began && act && act.value !== before && image && document.querySelector('rect.lit')) {
        const picture = new Image();
        picture.src = image.getAttribute('href');
        await picture.decode();
        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
      } else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}"""


# random acts with restarts


@dataclass
class Told:
    """What the desk has acknowledged: ids of decisions, undos asked for."""

    decided: set[str] = field(default_factory=set)
    undone: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    acts: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def hammer(folder: Path, acts: int, reviewers: int = 4, restarts: int = 6) -> dict[str, object]:
    """Random acts by several people while the server is killed and started again; what was acknowledged must be there once."""
    home, port = many(folder, max(800, acts // 2)), _port()
    server = [_serve(home, port)]
    told, stop = Told(), threading.Event()
    people = ("ann", "ben", "cy", "di")[:reviewers]
    workers = [
        threading.Thread(target=_reviewer, args=(f"http://127.0.0.1:{port}", who, acts // reviewers, told)) for who in people
    ]

    def restart() -> None:
        done = 0
        while not stop.wait(0.3):
            if done < restarts and told.acts > (done + 1) * acts / (restarts + 1):
                server[0].send_signal(signal.SIGKILL)
                server[0].wait()
                server[0] = _serve(home, port)
                done += 1

    killer = threading.Thread(target=restart)
    killer.start()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    stop.set()
    killer.join()
    _stop(server[0])
    with Store.open(home.database) as store:
        made = store.decisions()
        ids = Counter(d.decision_id for d in made)
        seen = {d.decision_id for d in made if d.action != "undo"}
        before = _lists(store)
        rebuild(store)
        return {
            "acts": told.acts,
            "acknowledged": len(told.decided),
            "lost": len(told.decided - seen),
            "doubled": sum(n > 1 for n in ids.values()) + _twice(made),
            "undos": told.undone,
            "refused": dict(told.refused),
            "lists right": before == _lists(store),
        }


def _twice(made: list[Decision]) -> int:
    """Decisions of one person on one field that follow each other and say the same: one press stored twice."""
    last: dict[tuple[str, str], Decision] = {}
    twice = 0
    for d in made:
        before = last.get((d.record_id, d.field))
        same = before is not None and (before.action, before.value, before.by, before.at) == (d.action, d.value, d.by, d.at)
        twice += same and d.action != "undo"
        last[d.record_id, d.field] = d
    return twice


def _lists(store: Store) -> tuple[object, ...]:
    counts = store.queue.counts(Filter())
    return counts.items, dict(counts.questions), sorted(i.item_id for i in store.queue.page(Filter(), size=10**6))


def _reviewer(url: str, who: str, acts: int, told: Told) -> None:
    chance = random.Random(who)
    client = httpx.Client(base_url=url, timeout=30)

    def ask(method: str, path: str, data: dict[str, str] | None = None) -> httpx.Response:
        """Asks until there is an answer, with the same form: that is what people do when a page does not come."""
        while True:
            try:
                answer = client.request(method, path, data=data)
                if answer.status_code == 303 and answer.headers["location"].startswith("/login"):
                    client.post("/login", data={"name": who, "password": PASSWORD})
                    continue
                return answer
            except httpx.HTTPError:
                time.sleep(0.1)

    ask("POST", "/login", {"name": who, "password": PASSWORD})
    for _ in range(acts):
        there = ask("GET", "/next").headers["location"]
        with told.lock:
            told.acts += 1
        if not there.startswith("/item/"):
            continue
        page = ask("GET", there)
        form, record = _form(page.text), there.split("/item/")[1].split("?")[0]
        wish = chance.choices(["save", "correct", "unreadable", "skip", "undo"], [60, 15, 5, 8, 12])[0]
        if wish == "undo":
            found = re.search(r'name="target" value="(\w+)"', page.text)
            if found is not None:
                ask("POST", "/undo", {"csrf": form["csrf"], "target": found[1]})
                with told.lock:
                    told.undone += 1
            continue
        if wish == "correct" and form.get("field") in ("description", "location"):
            form["value"] += f" {chance.randrange(1000)}"
        answer = ask("POST", f"/item/{record}", {**form, "action": "save" if wish == "correct" else wish})
        if chance.random() < 0.2:  # the button was pressed twice
            ask("POST", f"/item/{record}", {**form, "action": "save" if wish == "correct" else wish})
        with told.lock:
            if answer.status_code != 303:
                told.refused[answer.status_code] += 1
            elif wish == "unreadable":
                told.decided.add(name(form["act"], record, form["field"], "unreadable"))
            elif wish in ("save", "correct"):
                changed = wish == "correct" and form.get("field") in ("description", "location")
                told.decided.add(name(form["act"], record, form["field"], "correct" if changed else "confirm"))


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serve(home: Home, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "flows.cli", "--home", str(home.folder), "review", "--port", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=Path(__file__).resolve().parent.parent, env=os.environ, **quiet)  # type: ignore[call-overload]
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200:
                return process  # type: ignore[no-any-return]
        time.sleep(0.1)
    raise SystemExit("the desk did not start")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(15)


def say(text: str) -> None:
    """A line at once, also into a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    """Prints the figures beside what is asked of them."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--items", type=int, default=20_000)
    options.add_argument("--acts", type=int, default=2_000)
    options.add_argument("--skip", nargs="*", default=[], choices=["queue", "chromium", "acts"])
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="lotline-bench-") as folder:
        root = Path(folder)
        if "queue" not in given.skip:
            few, lot = server_time(root / "few", 200), server_time(root / "lot", given.items)
            for what, a, b in (("queue page", few[0], lot[0]), ("next item", few[1], lot[1])):
                say(f"{what}: {a:.1f} ms at 200 open items, {b:.1f} ms at {given.items}: {b / a:.2f} times (at most 1.5)")
        if "chromium" not in given.skip:
            say(f"Enter to the next item painted, evidence in view: {painted(root / 'paint'):.0f} ms (at most 300)")
            say("key presses: a right field 1 (Enter), the second parcel candidate 1 (Alt+2)")
        if "acts" not in given.skip:
            say(json.dumps(hammer(root / "acts", given.acts)))


if __name__ == "__main__":
    main()
