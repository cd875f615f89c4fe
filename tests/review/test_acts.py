"""What is pressed is what is stored: each act, its undo, what it reaches, what was faster."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient

from records.decision import standing
from records.settle import settle
from store.desk_queue import Filter
from tests.review.conftest import enter
from tests.review.made import City, rebuild
from tests.review.test_security import act_form

ALL = Filter()


def press(client: TestClient, there: str, **values: str) -> str:
    """Opens an item and presses a button; returns the page that comes."""
    page = client.get(there)
    assert page.status_code == 200, page.text
    answer = client.post(there.split("?")[0], data=act_form(page.text, **values))
    assert answer.status_code == 200, answer.text
    return answer.text


def undo(client: TestClient, html: str) -> str:
    target = re.search(r'name="target" value="([^"]+)"', html)
    assert target is not None, "nothing to undo is offered"
    csrf = re.search(r'name="csrf" value="([^"]+)"', html)
    assert csrf is not None
    return client.post("/undo", data={"csrf": csrf[1], "target": target[1]}).text


def stands(city: City, name: str) -> dict[str, tuple[str, str]]:
    """field -> (action, value) of what stands on a record."""
    made = city.store.decisions(city.ids[name])
    return {f: (d.action, d.value) for f, d in standing(made).items()}


def waiting(city: City) -> int:
    return city.store.queue.counts(ALL).items


def test_what_was_right_is_confirmed_with_what_was_seen(client: TestClient, city: City) -> None:
    enter(client, "ann")
    press(client, f"/item/{city.ids['handrail']}?field=description", action="save", value="no handrail on cellar stairs")
    made = city.store.decisions(city.ids["handrail"])
    assert [(d.action, d.field, d.seen_value, d.by) for d in made] == [
        ("confirm", "description", "no handrail on cellar stairs", "ann")
    ]
    assert made[0].seen_region.startswith("1 72.0 260.0")


def test_a_changed_value_is_a_correction_and_a_form_sent_twice_is_one(client: TestClient, city: City) -> None:
    enter(client, "ann")
    page = client.get(f"/item/{city.ids['handrail']}?field=description").text
    form = act_form(page, action="save", value="no handrail, cellar")
    for _ in range(3):
        client.post(f"/item/{city.ids['handrail']}", data=form)
    assert stands(city, "handrail") == {"description": ("correct", "no handrail, cellar")}
    assert len(city.store.decisions()) == 1


def test_the_visits_parcel_settles_its_findings(client: TestClient, city: City) -> None:
    enter(client, "mo")
    before = waiting(city)
    html = press(client, f"/item/{city.ids['visit']}?field=parcel_id", pick="12-4")
    assert "12-4" in html and "3 more with it" in html
    for name in ("visit", "smoke", "faucet", "handrail"):
        assert stands(city, name)["parcel_id"] == ("correct", "12-4")
    assert waiting(city) < before
    undo(client, html)
    assert waiting(city) == before and all(not stands(city, n) for n in ("visit", "smoke", "faucet", "handrail"))


def test_a_finding_decided_by_itself_does_not_follow_its_visit(client: TestClient, city: City) -> None:
    enter(client, "mo")
    press(client, f"/item/{city.ids['smoke']}?field=parcel_id", pick="12-3")
    press(client, f"/item/{city.ids['visit']}?field=parcel_id", pick="12-4")
    assert stands(city, "smoke")["parcel_id"] == ("correct", "12-3")
    assert stands(city, "faucet")["parcel_id"] == ("correct", "12-4")


def test_settled_records_leave_the_queue_and_are_released(client: TestClient, city: City) -> None:
    enter(client, "mo")
    press(client, f"/item/{city.ids['visit']}?field=parcel_id", pick="12-4")
    press(client, f"/item/{city.ids['handrail']}?field=description", action="save", value="no handrail on cellar stairs")
    line = city.store.desk.line(city.ids["handrail"])
    assert line is not None and line.state == "accepted" and line.decided_by == "review"
    counts = city.store.queue.counts(ALL)
    rebuild(city.store)  # worked out anew from everything it is the same
    again = city.store.queue.counts(ALL)
    assert (counts.items, counts.questions) == (again.items, again.questions)
    assert {k: dict(v) for k, v in counts.facets.items()} == {k: dict(v) for k, v in again.facets.items()}


def test_empty_is_no_answer_to_what_a_record_needs(client: TestClient, city: City) -> None:
    enter(client, "mo")
    page = client.get(f"/item/{city.ids['tax0']}?field=parcel_id")
    answer = client.post(f"/item/{city.ids['tax0']}", data=act_form(page.text, action="save", value=""))
    assert answer.status_code == 400 and "is empty" in answer.text and not city.store.decisions()


def test_a_value_that_does_not_fit_comes_back_with_what_was_typed(client: TestClient, city: City) -> None:
    enter(client, "mo")
    page = client.get(f"/item/{city.ids['hostile visit']}?field=inspection_date")
    answer = client.post(
        f"/item/{city.ids['hostile visit']}", data=act_form(page.text, action="save", value="4th of September")
    )
    assert answer.status_code == 400 and 'value="4th of September"' in answer.text and "2019-05-23" in answer.text


def test_unreadable_holds_a_record_back_without_asking_again(client: TestClient, city: City) -> None:
    enter(client, "mo")
    press(client, f"/item/{city.ids['tax0']}?field=parcel_id", action="unreadable")
    line = city.store.desk.line(city.ids["tax0"])
    assert line is not None and line.state == "in_review"
    assert city.store.queue.of_record(city.ids["tax0"]) == []


def test_no_record_and_back(client: TestClient, city: City) -> None:
    enter(client, "ann")
    html = press(client, f"/item/{city.ids['faucet']}?field=status", action="not_a_record")
    line = city.store.desk.line(city.ids["faucet"])
    assert line is not None and line.state == "rejected"
    undo(client, html)
    line = city.store.desk.line(city.ids["faucet"])
    assert line is not None and line.state == "in_review"


def test_the_rest_of_the_report_is_right(client: TestClient, city: City) -> None:
    enter(client, "ann")
    html = press(client, f"/item/{city.ids['hostile visit']}?field=inspection_date", action="rest")
    left = city.store.queue.of_report(city.ids["sha hostile visit"], 0)
    assert all(i.kind == "document" or i.question != "reading" for i in left)
    groups = {d.group for d in city.store.decisions()}
    assert len(groups) == 1 and "" not in groups
    undo(client, html)
    assert all(not standing(city.store.decisions(city.ids[n])) for n in ("hostile visit", "hostile"))


def test_who_was_slower_sees_both_versions_and_loses_nothing(client: TestClient, city: City) -> None:
    enter(client, "ann")
    there = f"/item/{city.ids['handrail']}"
    slow = act_form(client.get(f"{there}?field=description").text, action="save", value="handrail is missing (mine)")
    enter(client, "ben")
    press(client, f"{there}?field=description", action="save", value="no rail (ben's)")
    csrf = enter(client, "ann")
    answer = client.post(there, data={**slow, "csrf": csrf})
    assert answer.status_code == 409
    assert "handrail is missing (mine)" in answer.text and "no rail (ben" in answer.text
    again = act_form(answer.text, action="save", value="handrail is missing (mine)", csrf=csrf)
    assert client.post(there, data=again).status_code == 200
    assert stands(city, "handrail")["description"] == ("correct", "handrail is missing (mine)")
    assert len(city.store.decisions()) == 2


def test_a_reading_that_changed_meanwhile_is_not_decided_on_blindly(client: TestClient, city: City) -> None:
    from dataclasses import replace

    enter(client, "ann")
    there = f"/item/{city.ids['handrail']}"
    form = act_form(client.get(f"{there}?field=description").text, action="save", value="no handrail on cellar stairs")
    sha256 = city.ids["sha visit"]
    outcome = city.store.outcome(sha256)
    assert outcome is not None
    records = [
        replace(r, fields={**r.fields, "description": replace(r.fields["description"], value="no handrail on attic stairs")})
        if r.record_id == city.ids["handrail"] else r
        for r in outcome.records
    ]  # fmt: skip
    city.store.save_outcome(sha256, "find-2", replace(outcome, reports=(replace(outcome.reports[0], records=tuple(records)),)))
    rebuild(city.store)
    assert client.post(there, data=form).status_code == 409 and not city.store.decisions()


def test_asking_a_colleague_puts_it_on_their_list(client: TestClient, city: City) -> None:
    enter(client, "ann")
    press(client, f"/item/{city.ids['handrail']}?field=description", action="ask", note="is this a 5 or a 6?", to="ines")
    enter(client, "ines")
    assert "is this a 5 or a 6?" in client.get("/").text


def test_two_people_are_led_to_different_items(client: TestClient, city: City) -> None:
    first = city.store.queue.next_item("ann", Filter(questions=("reading",)))
    second = city.store.queue.next_item("ben", Filter(questions=("reading",)))
    assert first is not None and second is not None and first.lease_key != second.lease_key
    assert first.report_key != second.report_key  # not even in the same report while there are others


def test_skipped_comes_last(client: TestClient, city: City) -> None:
    seen = []
    for _ in range(3):
        item = city.store.queue.next_item("ann", ALL)
        assert item is not None
        seen.append(item.item_id)
        city.store.queue.skip(item.item_id, "ann")
    assert len(set(seen)) == 3


def test_a_missing_record_is_added_where_it_was_marked(client: TestClient, city: City) -> None:
    enter(client, "ines")
    sha256 = city.ids["sha visit"]
    page = client.get(f"/add/{sha256}/0?kind=violation&page=1").text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.split("<h1>Add a record")[1]))
    form = {**fields, "box": "72 300 300 315", "visit": city.ids["visit"], "f_description": "rear door does not lock",
            "f_category": "security", "f_status": "open"}  # fmt: skip
    for _ in range(2):
        html = client.post(f"/add/{sha256}/0", data=form).text
    document = next(city.store.current([sha256]))
    assert document.outcome is not None
    added = [r for r in document.outcome.records if r.value("description") == "rear door does not lock"]
    assert len(added) == 1 and added[0].parent == city.ids["visit"] and added[0].anchor.box is not None
    settled = settle(added[0], document.decisions[added[0].record_id])
    assert settled.confirmed and settled.value("inspection_date") is not None
    undo(client, html)
    line = city.store.desk.line(added[0].record_id)
    assert line is not None and line.state == "ignored"


def test_a_report_is_split_and_put_together_again(client: TestClient, city: City) -> None:
    enter(client, "mo")
    there = f"/arrange/{city.ids['sha visit']}/0"
    page = client.get(there).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.split("Split</h2>")[1].split("</form>")[0]))
    form = {**hidden, "action": "split", "from": city.ids["faucet"], "f_inspection_date": "2018-10-01"}
    html = client.post(there, data=form).text
    assert "2 findings moved" in html
    visits = city.store.desk.visits_in(city.ids["sha visit"])
    new = next(v for v in visits if v.record_id != city.ids["visit"])
    assert new.day == "2018-10-01"
    assert {n for n in ("smoke", "faucet", "handrail") if stands(city, n).get("inspection_id", ("", ""))[1] == new.record_id} == {
        "faucet", "handrail"
    }  # fmt: skip
    undo(client, html)
    assert not stands(city, "faucet") and [v.record_id for v in city.store.desk.visits_in(city.ids["sha visit"])] == [
        city.ids["visit"]
    ]


def test_a_group_is_previewed_applied_and_taken_back_as_one(client: TestClient, city: City) -> None:
    enter(client, "mo")
    press(client, f"/item/{city.ids['tax5']}?field=parcel_id", action="save", value="7-21")  # decided by itself
    there = "/groups/address"
    page = client.get(f"{there}?value=300+BRODWAY").text
    form = act_form(page)
    form |= dict(re.findall(r'name="(seq_\w+)" value="(\d+)"', page))
    members = re.findall(r'name="member" value="(\w+)"[^>]* checked', page)
    assert len(members) == 5 and city.ids["tax5"] not in members
    preview = client.post(there, data={**form, "member": members, "pick": "9-1"})
    assert "5 records" in preview.text and not stands(city, "tax0")
    form = {**act_form(preview.text), **dict(re.findall(r'name="(seq_\w+)" value="(\d+)"', preview.text))}
    done = client.post(there, data={**form, "member": members, "to": "9-1", "action": "apply"}).text
    assert all(stands(city, f"tax{n}")["parcel_id"] == ("correct", "9-1") for n in range(5))
    assert stands(city, "tax5")["parcel_id"] == ("correct", "7-21")
    press(client, f"/item/{city.ids['tax1']}?field=parcel_id", action="save", value="7-22")  # a later single decision wins
    undo(client, done)
    assert stands(city, "tax1")["parcel_id"] == ("correct", "7-22") and not stands(city, "tax0")


def test_what_was_decided_elsewhere_is_offered(client: TestClient, city: City) -> None:
    enter(client, "mo")
    press(client, f"/item/{city.ids['tax0']}?field=parcel_id", action="save", value="9-1")
    page = client.get(f"/item/{city.ids['tax1']}?field=parcel_id").text
    assert "decided so before" in page and 'name="pick" value="9-1"' in page


def test_a_released_record_is_withdrawn_with_a_reason(client: TestClient, city: City) -> None:
    enter(client, "mo")
    page = client.get(f"/record/{city.ids['pane']}").text
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.split("Take it back")[1].split("</form>")[0]))
    there = f"/item/{city.ids['pane']}"
    assert client.post(there, data={**form, "action": "withdraw", "note": ""}).status_code == 400
    answer = client.post(there, data={**form, "action": "withdraw", "note": "cited in error"})
    assert answer.status_code == 200 and "withdrawn" in answer.text
    line = city.store.desk.line(city.ids["pane"])
    assert line is not None and line.state == "rejected"


def test_search_finds_by_address_owner_case_and_parcel(client: TestClient, city: City) -> None:
    enter(client, "ann")
    for words in ("broken pane", "7-22 window"):
        assert city.ids["pane"] in client.get("/search", params={"q": words}).text
    assert city.ids["done"] in client.get("/search", params={"q": "12 cary"}).text
    assert city.ids["done"] in client.get("/search", params={"q": "BHI-18-0999"}).text
    assert city.ids["tax0"] in client.get("/search", params={"q": "o'neil 300"}).text
    assert "No record holds" in client.get("/search", params={"q": "100%_nothing"}).text


def test_a_doubt_about_a_report_is_answered_once(client: TestClient, city: City) -> None:
    enter(client, "ann")
    sha256 = city.ids["sha hostile visit"]
    there = f"/report/{sha256}/0"
    html = press(client, there, action="confirm")
    assert [i.kind for i in city.store.queue.of_report(sha256, 0)].count("document") == 0
    rebuild(city.store)
    assert [i.kind for i in city.store.queue.of_report(sha256, 0)].count("document") == 0
    undo(client, html)
    assert [i.kind for i in city.store.queue.of_report(sha256, 0)].count("document") == 1


def test_uploads_land_safely(client: TestClient, city: City) -> None:
    csrf = enter(client, "ann")
    files = [("files", ("../../evil.pdf", b"%PDF-1.4 one", "application/pdf")), ("files", ("evil.pdf", b"%PDF-1.4 two", "x/y")),
             ("files", ("empty.pdf", b"", "application/pdf"))]  # fmt: skip
    answer = client.post("/uploads", data={"csrf": csrf, "then": "keep"}, files=files)
    assert "2 files taken in" in answer.text and "empty" in answer.text
    assert sorted(p.name for p in (city.home.folder / "uploads").iterdir()) == ["evil (2).pdf", "evil.pdf"]
    assert not (city.home.folder.parent.parent / "evil.pdf").exists()


def test_proof_is_gathered_at_the_desk(client: TestClient, city: City) -> None:
    csrf = enter(client, "mo")
    page = client.post("/trust/draw", data={"csrf": csrf, "purpose": "proof"})
    assert "Is this" in page.text
    sample = city.store.trust.book().samples[-1]
    for _ in sample.members:
        form = act_form(page.text)
        form |= dict(re.findall(r'<input name="(f_\w+)" value="([^"]*)"', page.text))
        form |= dict(re.findall(r'<textarea name="(f_\w+)"[^>]*>([^<]*)<', page.text))
        for name, options in re.findall(r'<select name="(f_\w+)">(.*?)</select>', page.text, re.S):
            chosen = re.search(r'value="([^"]*)"(?: selected)', options) or re.search(r'value="([^"]*)"', options)
            form[name] = chosen[1] if chosen else ""
        page = client.post(f"/check/{sample.sample_id}", data=form)
    checks = city.store.trust.book().checks
    assert len(checks) == len(sample.members) and all(not c.wrong for c in checks)
    assert f"wrong of {len([c for c in checks if c.kind == 'violation'])} checked" in client.get("/trust").text


def test_coverage_leads_to_the_rows_that_are_missing(client: TestClient, city: City) -> None:
    enter(client, "mo")
    page = client.get("/coverage?by=state&month=2018-10&value=without_document")
    assert page.status_code == 200 and "2018" in page.text


def test_a_skip_can_be_taken_back(client: TestClient, city: City) -> None:
    enter(client, "mo")
    there = f"/item/{city.ids['handrail']}?field=description"
    html = press(client, there, action="skip")
    assert "Skipped" in html
    assert "it waits again" in undo(client, html)
    assert not city.store.decisions()
    assert "no handrail" in client.get("/").text
