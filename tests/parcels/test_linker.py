from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.parcels import Linker
from records.parcel import Parcel
from records.settings import City
from tests.parcels.conftest import PARCELS


@pytest.mark.parametrize(
    ("address", "unit", "parcel_id"),
    [
        ("12 Addison Street", "", "1-1"),
        ("12 Addison", "3", "1-1"),
        ("16 Addison St", "", "1-2"),
        ("14/18 Addison St", "", "1-2"),
        ("30 Addison St", "", "1-3"),
        ("Rear 30 Addison", "", "1-3A"),
        ("30R Addison Ave", "", "1-3A"),
        ("21 Library", "", "2-4"),
        ("21½ Libary St", "", "2-4A"),
        ("21% Library St", "", "2-4A"),  # a ½ as a scanner reads it
        ("40 6th St #2", "", "3-7-2"),
        ("40 Sixth St", "Apt 1", "3-7-1"),
        ("50 Sixth St", "", "3-8"),
        ("50 Sixth St", "1B", "3-8-1B"),
        ("100 Washington Ave", "", "4-3"),
        ("9 Washington", "", "5-17"),
        ("100 Wash. Av", "", "4-3"),
        ("77 Broadway Street", "", "17-5"),
        ("3 Lash Street", "", "17-5"),
        ("41 Grandview Rd", "", "7-9"),
        ("177 Marlboro St", "", "59-10"),
        ("177 Marlborogh", "", "59-10"),
    ],
)
def test_the_parcel_is_found(linker: Linker, address: str, unit: str, parcel_id: str) -> None:
    match = linker.match_address(address, unit)
    assert match.parcel_id == parcel_id, match
    assert not match.question


@pytest.mark.parametrize(
    ("address", "unit", "candidates"),
    [
        ("100 Washington", "", {"4-3", "5-37"}),  # avenue or street
        ("40 Sixth St", "", {"3-7-1", "3-7-2"}),  # condo units without a main lot
        ("62 Central Ave", "", {"6-1", "6-1A"}),  # two lots with one address
        ("30 Addison St (rear)", "1", {"1-3", "1-3A"}),  # the back flat or the lot behind
        ("21* Library St", "", {"2-4", "2-4A"}),  # what stands at the number can't be read
        ("40 Sixth St", "3rd floor", {"3-7-1", "3-7-2"}),
    ],
)
def test_where_two_fit_a_person_is_asked(linker: Linker, address: str, unit: str, candidates: set[str]) -> None:
    match = linker.match_address(address, unit)
    assert match.parcel_id is None and not match.certain
    assert {c.parcel_id for c in match.candidates} == candidates
    assert all(c in match.question for c in candidates)


@pytest.mark.parametrize("address", ["13 Addison St", "1 Nowhere Blvd", "Addison St", "", "the old mill"])
def test_no_parcel_is_an_answer(linker: Linker, address: str) -> None:
    match = linker.match_address(address)
    assert match.parcel_id is None and match.question


def test_owner_decides_between_two_lots(linker: Linker) -> None:
    assert linker.match_address("62 Central Ave", owner="Person, Other").parcel_id == "6-1A"
    assert linker.match_address("62 Central Ave", owner="Somebody Else").parcel_id is None


def test_a_row_is_checked_against_address_and_owner(linker: Linker) -> None:
    agreed = linker.match_row("005-0037", "100 WASHINGTON ST", "ROSSI CARLA")
    assert (agreed.parcel_id, agreed.certain, agreed.question) == ("5-37", True, "")
    contradicted = linker.match_row("5-37", "12 ADDISON ST", "MARTINEZ ANA & JOSE")
    assert contradicted.question and "id_differs" in contradicted.flags


def test_a_spreadsheet_date_is_decided_by_address_or_owner_only(linker: Linker) -> None:
    assert linker.match_row("17-May", "9 WASHINGTON ST", "").parcel_id == "5-17"
    assert linker.match_row("17-May", "", "BELL PETER").parcel_id == "17-5"
    unknown = linker.match_row("17-May", "", "")
    assert unknown.parcel_id is None and len(unknown.candidates) == 2


def test_a_blank_id_needs_address_and_owner(linker: Linker) -> None:
    found = linker.match_row("", "12 ADDISON ST", "MARTINEZ ANA")
    assert found.parcel_id == "1-1" and "no_id" in found.flags and not found.question
    assert linker.match_row("", "12 ADDISON ST", "CORNER BAKERY INC").question


def test_a_misread_id_is_repaired_where_address_and_owner_agree(linker: Linker) -> None:
    found = linker.match_row("69-10", "177 MARLBOROUGH ST", "DIAZ LUIS")
    assert found.parcel_id == "59-10" and "repaired_id" in found.flags


_KINDS = {"ST": ["ST", "St.", "Street", "str", ""], "AVE": ["AVE", "Av", "Avenue", "ave.", ""], "RD": ["Rd", "Road"]}


@given(st.sampled_from([p for p in PARCELS if not p.unit]), st.data())
def test_however_an_address_is_written_its_parcel_is_among_the_answers(listed: Parcel, data: st.DataObject) -> None:
    *name, kind = listed.address.split()[1:]
    spelled = data.draw(st.sampled_from(_KINDS.get(kind, [kind])))
    words = [listed.address.split()[0], *name, spelled]
    text = " ".join(w for w in words if w)
    text = data.draw(st.sampled_from([text, text.title(), text.lower(), f"{text}, Chelsea, MA 02150", f"{text} Chelsea MA"]))
    match = Linker(PARCELS, (), City()).match_address(text)
    assert listed.parcel_id in {match.parcel_id, *(c.parcel_id for c in match.candidates)}, (text, match)


@given(st.integers(1, 120), st.sampled_from(["Elm", "Elm St", "Elm Av"]), st.integers(0, 30))
def test_two_lots_of_one_address_are_never_guessed(number: int, street: str, span: int) -> None:
    address = f"{number}-{number + span} ELM ST" if span else f"{number} ELM ST"
    match = Linker((Parcel("1-1", address), Parcel("1-1A", address)), (), City()).match_address(f"{number} {street}")
    assert match.parcel_id is None and len(match.candidates) == 2
