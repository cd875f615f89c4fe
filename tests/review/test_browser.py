"""The desk in a real Chromium: a session by keyboard, two people at once, hostile text, a phone, a screen reader, no scripts.

The pictures in the docs are made here.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from records.decision import standing
from store.desk_queue import Filter
from tests.review.conftest import open_page
from tests.review.made import PLAIN, City

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
PLAINLY = pytest.mark.parametrize("city", [PLAIN], indirect=True, ids=["plain"])  # what is shown to others
KEEP = os.environ.get("LOTLINE_SCREENSHOTS") == "1"  # the pictures in the docs change only when they are meant to


def picture(page: Page, name: str) -> None:
    if KEEP:
        IMAGES.mkdir(parents=True, exist_ok=True)
        page.wait_for_load_state("networkidle")
        seen = page.screenshot(caret="initial")  # hiding it would need an inline style
        # 128 colours show a page of text as it is, at a third of the bytes.
        Image.open(io.BytesIO(seen)).convert("RGB").quantize(128).save(IMAGES / f"{name}.png", optimize=True)


def settle(page: Page, *keys: str) -> None:
    """Presses keys and waits until the next item is there."""
    before = page.locator("[name=act]").first.get_attribute("value") if page.locator("[name=act]").count() else ""
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_function(
        "before => { const a = document.querySelector('#ask [name=act]'); return a ? a.value !== before : !!document.querySelector('.queue') }",
        arg=before,
    )


def answers(city: City, name: str) -> dict[str, tuple[str, str]]:
    return {f: (d.action, d.value) for f, d in standing(city.store.decisions(city.ids[name])).items()}


@PLAINLY
def test_a_whole_session_by_keyboard(browser: Browser, served: str, city: City) -> None:
    page = open_page(browser, served, "mo")
    expect(page.locator("h1")).to_contain_text("questions wait")
    picture(page, "queue")
    page.keyboard.press("Enter")
    page.wait_for_selector("#value")
    seen = 0
    while page.locator("#ask").count() and seen < 40:
        seen += 1
        kind, title = page.locator(".crumbs").inner_text(), page.locator("h1").first.inner_text()
        if title.startswith("Parcel") and "Inspection" in kind:
            assert page.locator("rect.lit").count() == 1 and page.evaluate("document.activeElement.id") == "value"
            picture(page, "item")
            settle(page, "Alt+2")  # the second parcel candidate
        elif title.startswith("Parcel"):
            settle(page, "ArrowDown", "Enter")
        else:
            settle(page, "Enter")  # right as it stands
    expect(page.locator("h1")).to_have_text("All done here")
    assert answers(city, "visit")["parcel_id"] == ("correct", "12-4")
    assert answers(city, "handrail")["description"][0] == "confirm"
    assert all("parcel_id" in answers(city, f"tax{n}") for n in range(6))
    assert page.errors == []  # type: ignore[attr-defined]
    page.keyboard.press("Alt+z")
    page.wait_for_selector(".said >> text=Taken back")
    assert city.store.queue.counts(Filter()).items > 0


@PLAINLY
def test_the_evidence_is_in_view_and_the_page_can_be_moved(browser: Browser, served: str, city: City) -> None:
    page = open_page(browser, served, "ann")
    page.goto(f"{served}/item/{city.ids['handrail']}?field=description")
    lit, frame = page.locator("rect.lit").bounding_box(), page.locator("svg.page").bounding_box()
    assert lit and frame
    assert frame["x"] <= lit["x"] and lit["x"] + lit["width"] <= frame["x"] + frame["width"]
    assert frame["y"] <= lit["y"] and lit["y"] + lit["height"] <= frame["y"] + frame["height"]
    page.keyboard.press("Escape")
    before = page.locator("svg.page").get_attribute("viewBox")
    page.keyboard.press("+")
    closer = page.locator("svg.page").get_attribute("viewBox")
    assert before and closer and float(closer.split()[2]) < float(before.split()[2])
    page.keyboard.press("0")
    assert page.locator("svg.page").get_attribute("viewBox") != closer
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    picture(page, "keys")
    page.keyboard.press("Escape")
    page.keyboard.press("PageDown")
    expect(page.locator(".pages")).to_contain_text("Page 2 of 2")


@PLAINLY
def test_two_reviewers_at_once(browser: Browser, served: str, city: City) -> None:
    ann, ben = open_page(browser, served, "ann"), open_page(browser, served, "ben")
    ann.goto(f"{served}/next")
    ben.goto(f"{served}/next")
    assert ann.url != ben.url
    there = f"{served}/item/{city.ids['handrail']}?field=description"
    ann.goto(there)
    ben.goto(there)
    expect(ben.locator(".side .problem")).to_contain_text("ann is at this record")
    ann.fill("#value", "handrail missing, cellar")
    settle(ann, "Enter")
    ben.fill("#value", "no rail on cellar stair")
    ben.keyboard.press("Enter")
    expect(ben.locator("[role=alert]")).to_contain_text("ann decided this")
    assert "handrail missing, cellar" in ben.locator(".both").inner_text()
    assert ben.locator("#value").input_value() == "no rail on cellar stair"
    picture(ben, "both-versions")
    assert answers(city, "handrail")["description"] == ("correct", "handrail missing, cellar")


def test_text_from_papers_never_runs(browser: Browser, served: str, city: City) -> None:
    page = open_page(browser, served, "mo")
    sha256 = city.ids["sha hostile visit"]
    for path in (
        "/", "/search?q=onerror", "/search?q=neil", f"/item/{city.ids['hostile']}?field=description", f"/record/{city.ids['hostile']}",
        f"/document/{sha256}", f"/report/{sha256}/0", f"/add/{sha256}/0", f"/arrange/{sha256}/0", "/parcel/9-1",
        f"/item/{city.ids['tax0']}?field=parcel_id", f"/item/{city.ids['tax0']}?field=owner", "/groups?by=phrase&all=1",
        "/codes", "/search?q=%3Cscript%3Edocument.title%3D%27owned%27%3C/script%3E", "/runs", "/log",
    ):  # fmt: skip
        page.goto(served + path)
        page.wait_for_load_state("networkidle")
        assert page.title() != "owned", path
        assert page.locator("img, main script, svg[onload]").count() == 0, path
        assert page.errors == [], (path, page.errors)  # type: ignore[attr-defined]


PATHS = (
    "/", "/item/{visit}?field=parcel_id", "/item/{faucet}?field=category", "/item/{handrail}?field=description", "/report/{sha hostile visit}/0",
    "/search?q=cary", "/record/{pane}", "/document/{sha visit}", "/parcel/7-22", "/groups", "/groups/address?value=300+BRODWAY",
    "/trust", "/coverage", "/coverage?by=state&month=2018-10&value=without_document", "/codes", "/runs", "/people", "/log", "/learn",
    "/add/{sha visit}/0", "/arrange/{sha visit}/0", "/password", "/nowhere",
)  # fmt: skip
PICTURES = {"/trust": "proof", "/coverage": "coverage", "/document/{sha visit}": "document", "/groups/address?value=300+BRODWAY": "group",
            "/record/{pane}": "record"}  # fmt: skip


@PLAINLY
def test_pages_for_the_docs_are_whole(browser: Browser, served: str, city: City) -> None:
    """Each page that the docs show comes up without a fault, with every picture on it loaded."""
    wide, phone = open_page(browser, served, "mo"), open_page(browser, served, "mo", width=390, height=844)
    for page, path, name in (*((wide, p, n) for p, n in PICTURES.items()), (phone, "/item/{visit}?field=parcel_id", "phone")):
        page.goto(served + filled(path, city))
        page.wait_for_load_state("networkidle")
        assert page.locator("main h1, .side h1").count(), path
        assert page.errors == [], (path, page.errors)  # type: ignore[attr-defined]
        picture(page, name)


def filled(path: str, city: City) -> str:
    return path.format_map({**city.ids})


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_no_page_has_an_accessibility_fault(browser: Browser, served: str, city: City, width: int, height: int) -> None:
    """axe on every page, at a desktop's width and a phone's."""
    axe, faults = Axe(), []
    page = open_page(browser, served, "root", width=width, height=height)
    for path in PATHS:
        page.goto(served + filled(path, city))
        found = axe.run(page)
        if found.violations_count:
            faults.append(f"{path}: {found.generate_report()}")
        if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            faults.append(f"{path} sticks out to the side")
    assert not faults, "\n".join(faults)


@PLAINLY
def test_samples_are_accessible_too(browser: Browser, served: str, city: City) -> None:
    page = open_page(browser, served, "mo")
    axe = Axe()
    for purpose in ("proof", "page"):
        page.goto(f"{served}/trust")
        with page.expect_navigation():
            page.locator(f"form:has([value={purpose}]) button").click()
        expect(page.locator("h1")).to_contain_text("Is ")
        found = axe.run(page)
        assert found.violations_count == 0, found.generate_report()
        if purpose == "proof":
            picture(page, "check")


@pytest.mark.parametrize("width", [390, 1440])
def test_the_core_works_without_scripts(browser: Browser, served: str, city: City, width: int) -> None:
    page = open_page(browser, served, "mo", width=width, script=False)
    page.goto(f"{served}/item/{city.ids['faucet']}?field=description")
    assert page.locator("svg.crop image").count() == 1
    page.fill("#value", "kitchen faucet drips")
    with page.expect_navigation():
        page.locator(".acts button.primary").click()
    assert answers(city, "faucet")["description"] == ("correct", "kitchen faucet drips")
    page.goto(f"{served}/item/{city.ids['hostile visit']}?field=inspection_date")
    with page.expect_navigation():
        page.press("#value", "Enter")
    assert answers(city, "hostile visit")["inspection_date"][0] == "confirm"
    with page.expect_navigation():
        page.locator(".said button").click()
    assert "inspection_date" not in answers(city, "hostile visit")
    page.goto(f"{served}/next")
    assert "/item/" in page.url or "/report/" in page.url


def test_at_200_percent_everything_can_be_reached(browser: Browser, served: str, city: City) -> None:
    """A window half as wide and high is what 200 % zoom leaves of it."""
    page = open_page(browser, served, "mo", width=720, height=450)
    page.goto(f"{served}/item/{city.ids['visit']}?field=parcel_id")
    for button in ("Right, next", "Can't be read", "No record", "Skip"):
        target = page.get_by_role("button", name=button)
        target.scroll_into_view_if_needed()
        assert target.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@PLAINLY
def test_a_missing_record_is_marked_with_the_mouse(browser: Browser, served: str, city: City) -> None:
    page = open_page(browser, served, "ines")
    page.goto(f"{served}/add/{city.ids['sha visit']}/0")
    frame = page.locator("svg.page").bounding_box()
    assert frame
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + 300
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y + 30)
    page.mouse.up()
    assert len(page.locator("[name=box]").input_value().split()) == 4
    page.fill("[name=f_description]", "rear door does not lock")
    picture(page, "mark")
    with page.expect_navigation():
        page.get_by_role("button", name="Add it", exact=True).click()
    assert any(line.label == "rear door does not lock" for line in city.store.desk.siblings(city.ids["sha visit"], 0, 0))
