"""Finding records again: what moves, changes, splits, appears and goes keeps its id; what fits twice is asked."""

from __future__ import annotations

from dataclasses import replace

from records.record import Evidence, Record
from store.matching import Known, match
from tests.store.made import at, finding, record, tax


def _known(*records: Record, found: bool = True) -> list[Known]:
    return [Known(replace(r, record_id=f"id{n}"), found) for n, r in enumerate(records)]


def _ids(new: list[Record], known: list[Known]) -> list[str]:
    return list(match(new, known).ids)


def test_moved_boxes_and_repaired_text() -> None:
    known = _known(finding(0, 100, "no heet in bedrom"), finding(1, 118, "broken window, kitchen"))
    new = [finding(0, 104, "no heat in bedroom"), finding(1, 123, "broken window, kitchen")]
    assert match(new, known).ids == ("id0", "id1")
    assert match(new, known).ties == frozenset()


def test_one_found_before_the_others_shifts_nothing() -> None:
    known = _known(finding(0, 100, "no heat in bedroom"), finding(1, 118, "broken window"))
    new = [finding(0, 82, "mice droppings"), finding(1, 100, "no heat in bedroom"), finding(2, 118, "broken window")]
    assert _ids(new, known) == ["", "id0", "id1"]


def test_a_line_split_in_two_keeps_its_id_on_the_part_that_says_the_same() -> None:
    known = _known(finding(0, 100, "broken window in kitchen and no heat in bedroom", "105 CMR 410.501"))
    new = [finding(0, 100, "no heat", "105 CMR 410.201"), finding(1, 100, "broken window in kitchen", "105 CMR 410.501")]
    assert _ids(new, known) == ["", "id0"]


def test_neighbouring_tax_year_is_another_row() -> None:
    first = tax(1, 100, account="100200", fiscal_year=2017, owner="ROE JANE")
    neighbour = tax(2, 112, account="100200", fiscal_year=2018, owner="ROE JANE")
    assert _ids([neighbour], _known(first)) == [""]
    assert _ids([replace(first, anchor=at(300, page=2))], _known(first)) == ["id0"]  # the same row, anchored elsewhere


def test_another_finding_nearby_does_not_inherit_an_id() -> None:
    known = _known(finding(0, 100, "no heat in bedroom", "105 CMR 410.201"))
    assert _ids([finding(0, 116, "mice droppings under the sink", "105 CMR 410.550")], known) == [""]


def test_twins_keep_their_order() -> None:
    twins = [finding(n, 100, "no smoke detector") for n in range(3)]
    outcome = match(twins, _known(*twins))
    assert outcome.ids == ("id0", "id1", "id2") and not outcome.ties


def test_fewer_twins_than_before_is_a_question() -> None:
    twins = [finding(n, 100, "no smoke detector") for n in range(2)]
    outcome = match(twins[:1], _known(*twins))
    assert outcome.ids[0] in ("id0", "id1") and outcome.ties == {0}


def test_more_twins_than_before_is_a_question() -> None:
    twins = [finding(n, 100, "no smoke detector") for n in range(2)]
    outcome = match(twins, _known(twins[0]))
    assert sorted(outcome.ids) == ["", "id0"] and len(outcome.ties) == 1


def test_vanished_record_yields_to_the_one_found_last_time() -> None:
    here = finding(0, 100, "no heat in bedroom")
    known = [Known(replace(here, record_id="old"), False), Known(replace(here, record_id="new"), True)]
    assert match([here], known).ids == ("new",)


def test_paragraphs_and_cells_are_places() -> None:
    def para(name: str, words: str) -> Record:
        return record("violation", name, Evidence(None, (), words, name), description=words)

    known = _known(para("p3", "no heat"), para("p4", "mice"))
    assert _ids([para("p4", "mice in kitchen"), para("p3", "no heat at all")], known) == ["id1", "id0"]


def test_long_lists_are_matched_in_portions() -> None:
    rows = [record("water", f"w{n}", Evidence(None, (), "", f"Sheet1!A{n}"), account=str(n * 31)) for n in range(3200)]
    changed = [replace(r, fields={}) for r in rows]
    assert _ids(changed, _known(*rows)) == [f"id{n}" for n in range(3200)]
