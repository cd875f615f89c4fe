from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.parcels.address import House, parse_addresses, unit_key


@pytest.mark.parametrize(
    ("written", "house", "street", "suffix", "unit"),
    [
        ("20-24 Pearl St, Apt. 3", House(20, 24), "PEARL", "ST", "3"),
        ("8 Rear Lincoln St", House(8, 8, rear=True), "LINCOLN", "ST", ""),
        ("Rear 44 Shawmut Av", House(44, 44, rear=True), "SHAWMUT", "AVE", ""),
        ("102-R Bloomingdale Street", House(102, 102, rear=True), "BLOOMINGDALE", "ST", ""),
        ("21½ Library St", House(21, 21, half="1/2"), "LIBRARY", "ST", ""),
        ("21-1/2 Library St.", House(21, 21, half="1/2"), "LIBRARY", "ST", ""),
        ("182 Broadway-1C", House(182, 182), "BROADWAY", "", "1C"),
        ("93-95 Spencer AVE - 1st floor", House(93, 95), "SPENCER", "AVE", "FL1"),
        ("108 Pearl Street, #2A (front bldg)", House(108, 108), "PEARL", "ST", "2A"),
        ("00026 ARLINGTON ST", House(26, 26), "ARLINGTON", "ST", ""),
        ("BELLINGHAM ST 174", House(174, 174), "BELLINGHAM", "ST", ""),
        ("BROADWAY 936 1/2", House(936, 936, half="1/2"), "BROADWAY", "", ""),
        ("125 to 139 Library Street", House(125, 139), "LIBRARY", "ST", ""),
        ("163-5 Congress Ave.", House(163, 165), "CONGRESS", "AVE", ""),
        ("141 4th St.", House(141, 141), "FOURTH", "ST", ""),
        ("28 Lincoln Street, Apartment 4, Chelsea, MA 02150", House(28, 28), "LINCOLN", "ST", "4"),
        ("276 Broadway Street", House(276, 276), "BROADWAY", "ST", ""),
        ("12A Second St", House(12, 12, letter="A"), "SECOND", "ST", ""),
        ("116-116A Chestnut St", House(116, 116, high_letter="A"), "CHESTNUT", "ST", ""),
        ("60 Park ST (3rd Floor)", House(60, 60), "PARK", "ST", "FL3"),
        ("Apt 3, 45 Chester Ave", House(45, 45), "CHESTER", "AVE", "3"),
        ("#2B - 20-24 Pearl St", House(20, 24), "PEARL", "ST", "2B"),
        ("Soldiers Home, 91 Crest Ave", House(91, 91), "CREST", "AVE", ""),
        ("15 Chestnut Hill Ave", House(15, 15), "CHESTNUT HILL", "AVE", ""),
        ("13 Pine Valley", House(13, 13), "PINE VALLEY", "", ""),
        ("2nd floor, 45 Pearl St", House(45, 45), "PEARL", "ST", "FL2"),
        ("18 M Street", House(18, 18), "M", "ST", ""),
        ("8 R Lincoln St", House(8, 8, rear=True), "LINCOLN", "ST", ""),
        ("No. 45 Pearl St", House(45, 45), "PEARL", "ST", ""),
        ("91 Walnut Steet, Ist fl", House(91, 91), "WALNUT", "ST", "FL1"),
        ("50 Chelsea St", House(50, 50), "CHELSEA", "ST", ""),
    ],
)
def test_an_address_is_taken_apart(written: str, house: House, street: str, suffix: str, unit: str) -> None:
    (found,) = parse_addresses(written, "Chelsea")
    assert (found.house, found.street, found.suffix, unit_key(found.unit)) == (house, street, suffix, unit)


def test_two_streets_are_two_addresses() -> None:
    found = parse_addresses("34-62 Winnisimmet Street & 14-20 Pembroke Street")
    assert [(a.house, a.street) for a in found] == [(House(34, 62), "WINNISIMMET"), (House(14, 20), "PEMBROKE")]


def test_a_street_without_number_has_no_house() -> None:
    assert [a.house for a in parse_addresses("0 Park St")] == [None]
    assert [a.house for a in parse_addresses("6th Street")] == [None]


@pytest.mark.parametrize("spelling", ["2R", "Apt 2R", "#2-R", "unit 2 rear", "Apt. #2 R", "2 right"])
def test_units_are_compared_whatever_their_spelling(spelling: str) -> None:
    assert unit_key(spelling) == "2R"


def test_a_range_covers_one_side_of_the_street() -> None:
    assert list(House(31, 37).numbers()) == [31, 33, 35, 37]
    assert list(House(31, 34).numbers()) == [31, 32, 33, 34]
    assert len(House(1, 9999).numbers()) == 2


@given(st.text(max_size=60))
def test_any_text_is_parsed_without_error(text: str) -> None:
    parse_addresses(text, "Chelsea")
    unit_key(text)


@given(
    st.integers(1, 9998), st.integers(0, 40), st.sampled_from(["-", " - ", "/", " to ", "–"]),
    st.sampled_from(["Street", "St.", "ST", "str", "St"]), st.sampled_from(["", ", Apt 2", " #2", "-2", " unit 2"]),
)  # fmt: skip
def test_every_way_to_write_a_range_means_the_same(low: int, more: int, dash: str, kind: str, unit: str) -> None:
    number = f"{low}{dash}{low + more}" if more else str(low)
    (found,) = parse_addresses(f"{number} Pearl {kind}{unit}, Chelsea MA", "Chelsea")
    assert (found.house, found.street, found.suffix) == (House(low, low + more), "PEARL", "ST")
    assert unit_key(found.unit) == ("2" if unit else "")


def test_a_half_that_lost_its_blank_is_no_range() -> None:
    for text, low in (("211/2 Library St", 21), ("1051/2 Pearl Street", 105), ("11/2 Elm St", 1)):
        house = parse_addresses(text)[0].house
        assert house is not None
        assert (house.low, house.high, house.half) == (low, low, "1/2")
    span = parse_addresses("211/213 Broadway")[0].house
    assert span is not None
    assert (span.low, span.high, span.half) == (211, 213, "")
