"""What the desk sets in motion: patterns learnt from decisions, a file read again, uploads, exports, second readings, proof."""

from __future__ import annotations

import csv
import re
import time
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, expect

from flows.calibrate import judged_cases
from flows.city import load_city
from flows.run import Task, run_task
from flows.trust import trust
from records.record import Record
from store.desk_queue import Filter
from tests.review.conftest import enter, open_page, token
from tests.review.made import City, add_document, drawn, finding, rebuild, record
from tests.review.test_acts import press, stands

LETTER = (
    (50.0, "CITY OF CHELSEA   INSPECTIONAL SERVICES DEPARTMENT"), (70.0, "NOTICE OF VIOLATION   105 CMR 410"),
    (100.0, "Property address: 10 Piggery Ave"), (115.0, "Date of inspection: September 4, 2018"), (130.0, "Inspector: J. Rivera"),
    (160.0, "The following violations were found:"), (180.0, "1. gizmo rattles loudly"), (200.0, "2. kitchen faucet leaks"),
)  # fmt: skip


def run_on(city: City, folder: Path) -> list[Record]:
    """A run over one folder of papers; the records of its first file."""
    task = Task(city.home, (folder,), city.papers.parent / "parcels.csv", city.papers.parent / "log.csv",
                city.papers.parent / "out", include_review=True, workers=1, plain=True)  # fmt: skip
    run_task(task, lambda done, total, path: None)
    return found_in(city, next(folder.iterdir()).name)


def found_in(city: City, name: str) -> list[Record]:
    document = next((d for d in city.store.current() if name in d.paths), None)
    return [] if document is None or document.outcome is None else list(document.outcome.records)


def test_what_decisions_taught_holds_after_a_manager_approved_it(client: TestClient, city: City, tmp_path: Path) -> None:
    rows = tuple(
        record("tax", f"tax/{n}", 100 + 20 * n, account=f"20{n}", location="10 PIGGERY AVE", fiscal_year=2018, total=Decimal(50 + n))
        for n in range(2)
    )
    gizmos = tuple(finding(n, 300.0 + 20 * n, "gizmo rattles loudly", "105 CMR 410.602", "other", 0.6) for n in range(2))
    add_document(city.store, "more", "more.pdf", drawn(LETTER, mark="more"), (*rows, *gizmos))
    rebuild(city.store)
    taxes = [r for r in found_in(city, "more.pdf") if r.kind == "tax"]
    words = [r for r in found_in(city, "more.pdf") if r.kind == "violation"]
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "letter.pdf").write_bytes(drawn(LETTER))
    before = run_on(city, letters)
    assert before[0].value("parcel_id") is None and before[1].value("code") is None

    csrf = enter(client, "mo")
    press(client, f"/item/{taxes[0].record_id}?field=parcel_id", action="save", value="7-21")
    assert "Piggery" not in client.get("/learn").text, "one decision may be a slip"
    press(client, f"/item/{taxes[1].record_id}?field=parcel_id", action="save", value="7-21")
    for one in words:
        press(client, f"/item/{one.record_id}?field=code", action="save", value="105 CMR 410.351")
    page = client.get("/learn").text
    assert "Piggery means Cary" in page and "gizmo rattles loudly" in page
    own = city.home.folder / "patterns"
    assert not own.exists(), "nothing is learnt before a manager says so"
    enter(client, "ann")
    assert client.get("/learn").status_code == 403
    csrf = enter(client, "mo")
    asked = re.findall(r'name="suggestion" value="(\w+)"', page)
    assert len(asked) == 2
    for one_asked in asked:
        assert client.post("/learn", data={"csrf": csrf, "suggestion": one_asked, "action": "approve"}).status_code == 200
    after = client.get("/learn").text
    assert 'name="suggestion"' not in after and "approved" in after
    assert yaml.safe_load((own / "streets.yml").read_text())["aliases"] == {"CARY": ["PIGGERY"]}
    assert yaml.safe_load((own / "phrases.yml").read_text())["rules"][0]["code"] == "105 CMR 410.351"
    visit, gizmo, _ = run_on(city, letters)
    assert visit.value("parcel_id") == "7-21" and gizmo.value("code") == "105 CMR 410.351"


def test_a_rejected_suggestion_does_not_come_again(client: TestClient, city: City) -> None:
    csrf = enter(client, "mo")
    for n in range(2):
        press(client, f"/item/{city.ids[f'tax{n}']}?field=parcel_id", action="save", value="9-1")
    page = client.get("/learn").text
    asked = re.findall(r'name="suggestion" value="(\w+)"', page)
    assert len(asked) == 1 and "Brodway means Broadway" in page
    client.post("/learn", data={"csrf": csrf, "suggestion": asked[0], "action": "reject"})
    assert 'name="suggestion"' not in client.get("/learn").text and not (city.home.folder / "patterns").exists()


def test_a_file_is_read_again_and_decisions_stay(client: TestClient, city: City) -> None:
    csrf = enter(client, "mo")
    sha256 = city.ids["sha visit"]
    press(client, f"/item/{city.ids['handrail']}?field=description", action="save", value="no handrail, cellar")
    answer = client.post(f"/document/{sha256}/again", data={"csrf": csrf, "dpi": "200"})
    assert answer.status_code == 200 and "Read again at 200 dots per inch" in answer.text
    now = found_in(city, "notice.pdf")
    assert any("faucet" in str(r.value("description")) for r in now), "what the reader finds takes the place of what was there"
    assert stands(city, "handrail")["description"] == ("correct", "no handrail, cellar")
    held = next(r for r in now if "handrail" in str(r.value("description")))
    assert held.record_id == city.ids["handrail"], "the same words at the same place are the same record"
    assert client.post(f"/document/{sha256}/again", data={"csrf": csrf, "dpi": "9"}).status_code == 400


def test_a_file_that_is_gone_is_not_read_again(client: TestClient, city: City) -> None:
    csrf = enter(client, "mo")
    (city.papers / "notice.pdf").unlink()
    answer = client.post(f"/document/{city.ids['sha visit']}/again", data={"csrf": csrf, "dpi": "200"})
    assert "put it back" in answer.text and "Traceback" not in answer.text
    assert found_in(city, "notice.pdf")[0].record_id == city.ids["visit"]


def test_an_upload_is_read_and_asks_its_questions(client: TestClient, city: City) -> None:
    csrf = enter(client, "ann")
    sent = [("files", ("../../letter.pdf", drawn(LETTER, mark="sent"), "application/pdf"))]
    html = client.post("/uploads", data={"csrf": csrf}, files=sent).text
    assert "1 file taken in" in html and "Reading begins" in html
    assert [p.name for p in (city.home.folder / "uploads").iterdir()] == ["letter.pdf"]
    until = time.monotonic() + 90
    while not any(r.command == "run" and r.finished for r in city.store.runs()[1:]):
        assert time.monotonic() < until, city.home.readers_log.read_text()
        time.sleep(0.3)
    assert len(found_in(city, "letter.pdf")) == 3
    assert city.store.queue.counts(Filter(document="letter.pdf")).items > 0
    assert "letter.pdf" in client.get("/").text + client.get("/search", params={"q": "piggery"}).text


def test_uploads_kept_for_the_next_run_wait_there(client: TestClient, city: City) -> None:
    csrf = enter(client, "ann")
    for content in (b"%PDF-1.4 one", b"%PDF-1.4 one", b"%PDF-1.4 two"):
        client.post("/uploads", data={"csrf": csrf, "then": "keep"}, files=[("files", ("a.pdf", content, "application/pdf"))])
    assert sorted(p.name for p in (city.home.folder / "uploads").iterdir()) == ["a (2).pdf", "a.pdf"]
    assert "Choose at least one file" in client.post("/uploads", data={"csrf": csrf}, files=[("files", ("", b""))]).text
    empty = client.post("/uploads", data={"csrf": csrf, "then": "keep"}, files=[("files", ("b.pdf", b"", "application/pdf"))])
    assert "b.pdf" in empty.text and "empty" in empty.text
    assert len(city.store.runs()) == 1


def test_export_now_holds_the_decisions_so_far(client: TestClient, city: City) -> None:
    csrf = enter(client, "mo")
    page = client.get(f"/record/{city.ids['pane']}").text
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.split("Withdraw this record")[1].split("</form>")[1]))
    client.post(f"/item/{city.ids['pane']}", data={**form, "action": "save", "value": "dismissed", "note": "court ruled"})
    press(client, f"/item/{city.ids['tax0']}?field=parcel_id", action="save", value="9-1")
    assert "Exported:" in client.post("/export", data={"csrf": csrf}).text

    def table(name: str) -> dict[str, dict[str, str]]:
        answer = client.get(f"/exports/{name}")
        assert answer.status_code == 200 and answer.headers["content-disposition"].startswith("attachment")
        rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))
        return {next(v for k, v in r.items() if k in ("violation_id", "tax_id")): r for r in rows}

    assert table("violations.csv")[city.ids["pane"]]["city_status"] == "dismissed"
    assert table("tax_delinquencies.csv")[city.ids["tax0"]]["parcel_id"] == "9-1"
    assert "violations.csv" in client.get("/runs").text
    csrf = enter(client, "ann")
    assert client.post("/export", data={"csrf": csrf}).status_code == 403
    assert client.get("/exports/..%2Flotline.db").status_code == 404


def test_a_second_reading_is_blind(
    browser: Browser, served: str, city: City, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads a second time sees the page and the question, but neither the first answer nor the machine's."""
    monkeypatch.setattr("flows.trust.BLIND_SHARE", 1.0)
    enter(client, "ann")
    press(client, f"/item/{city.ids['handrail']}?field=description", action="save", value="no banister at the stairs")
    for who, width in (("ann", 1440), ("mo", 1440), ("ines", 390)):
        page = open_page(browser, served, who, width=width)
        if who == "ann":
            page.goto(f"{served}/trust")
            with page.expect_navigation():
                page.locator("form:has([value=blind]) button").click()
            expect(page.locator("body")).to_contain_text("as far as you may do it")  # her own decision is not hers to read
            continue
        sample = city.store.trust.book().samples[0]
        page.goto(f"{served}/check/{sample.sample_id}")
        if who == "ines":
            expect(page.locator("body")).to_contain_text("as far as you may do it")  # read already
            continue
        html = page.content()
        assert "what do you read?" in html and "no banister" not in html and "no handrail on cellar" not in html
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.activeElement.id") == "value" and page.locator("rect.lit").count() == 1
        page.keyboard.type("no handrail on stairs")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.errors == []  # type: ignore[attr-defined]
    second = city.store.trust.book().second_readings
    assert [(r.value, r.agrees, r.by) for r in second] == [("no handrail on stairs", False, "mo")]
    assert stands(city, "handrail")["description"] == ("correct", "no banister at the stairs"), "both are kept, the first counts"


def test_checks_and_decisions_of_the_desk_are_seen_by_trust_and_calibrate(client: TestClient, city: City) -> None:
    settings = load_city(city.home.settings)
    assert judged_cases(city.store) == [] and all(s.proof.checked == 0 for s in trust(city.store, settings).claims)
    csrf = enter(client, "mo")
    press(client, f"/item/{city.ids['faucet']}?field=category", action="not_a_record")
    drawn_ = client.post("/trust/draw", data={"csrf": csrf, "purpose": "proof"})
    for _ in range(2):
        page = client.get(drawn_.url.path).text
        form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.split('id="ask"')[1]))
        shown = dict(re.findall(r'<input[^>]* name="(f_\w+)"[^>]* value="([^"]*)"', page))
        shown |= {
            name: (re.findall(r'<option value="([^"]*)" selected', body) or [""])[0]
            for name, body in re.findall(r'<select[^>]* name="(f_\w+)"[^>]*>(.*?)</select>', page, re.S)
        }
        if city.ids["pane"] in page:
            shown["f_category"] = "security"
        assert client.post(drawn_.url.path, data={**form, **shown, "csrf": token(page), "action": "check"}).status_code == 200
    proven = {s.claim: (s.proof.checked, s.proof.wrong) for s in trust(city.store, settings).claims}
    assert proven["inspection"] == (1, 0) and proven["violation"] == (1, 1)
    judged = {c.record.record_id: c.right for c in judged_cases(city.store)}
    assert judged[city.ids["faucet"]]["violation"] is False, "a decision: no such record"
    assert judged[city.ids["done"]]["inspection"] is True and judged[city.ids["pane"]]["violation"] is False
    assert stands(city, "pane")["category"] == ("correct", "security"), "what a check found wrong is corrected"


def test_the_last_good_night_and_what_is_missing_are_told(client: TestClient) -> None:
    enter(client, "mo")
    page = client.get("/runs").text
    assert "Last good night" in page
    rows = list(csv.DictReader(client.get("/coverage/missing.csv").text.splitlines()))
    assert {r["state"] for r in rows} <= {"without_document", "unreadable"}
    assert rows
