from __future__ import annotations

from datetime import date

from extractors.parcels import Linker
from extractors.parcels.permit_log import Join
from records.parcel import LogRow
from records.settings import City
from tests.parcels.conftest import PARCELS

LOG = (
    LogRow(2, "BHI-18-0100", "Rental Inspection", date(2018, 8, 1), "Open", "12 Addison St", "", "A. Reyes", ("scan1.pdf",)),
    LogRow(3, "BHI-18-0101", "Complaint", date(2018, 8, 2), "Open", "177 Marlboro St", "2", "A. Reyes", ("attachment.pdf",)),
    LogRow(4, "BHI-18-0102", "Complaint", date(2018, 8, 3), "Open", "9 Washington", "", "B. Stone", ("attachment.pdf",)),
    LogRow(5, "BHI-18-0103", "Complaint", date(2018, 9, 3), "Open", "9 Washington", "", "B. Stone", ()),
)
LINKER = Linker(PARCELS, LOG, City())


def join(path: str, address: str, case: str = "", when: date = date(2018, 8, 5), unit: str = "", inspector: str = "") -> Join:
    return LINKER.log.join(path, case, address, LINKER.match_address(address, unit), unit, when, inspector)


def test_each_basis_in_its_turn() -> None:
    found = [
        join("x.pdf", "12 Addison St", case="BHI 18-0100"),
        join("BHI-18-0101/attachment.pdf", "177 Marlborough St"),
        join("BHI-18-0102_scan.pdf", "9 Washington St"),
        join("scan1.pdf", "12 Addison St"),
        join("y.pdf", "177 Marlborough St", unit="2", inspector="Ana Reyes"),
    ]
    assert [(j.record_no, j.basis) for j in found] == [
        ("BHI-18-0100", "case_number"),
        ("BHI-18-0101", "folder"),
        ("BHI-18-0102", "file_name"),
        ("BHI-18-0100", "attachment"),
        ("BHI-18-0101", "address_date"),
    ]
    assert not any(j.reasons for j in found)


def test_a_wrong_attachment_name_gives_way_to_the_address() -> None:
    found = join("scan1.pdf", "177 Marlborough St")
    assert (found.record_no, found.basis) == ("BHI-18-0101", "address_date")
    assert "attachment_disagrees" in found.flags


def test_a_record_of_another_address_is_noticed() -> None:
    found = join("BHI-18-0100/attachment.pdf", "62 Central Ave")
    assert found.record_no == "BHI-18-0100"
    assert [r.code for r in found.reasons] == ["conflict"] and "12 Addison St" in found.reasons[0].detail


def test_a_misread_case_number_is_found_by_address_and_date() -> None:
    found = join("x.pdf", "9 Washington St", case="BHI-18-0182", when=date(2018, 8, 4))
    assert (found.record_no, found.flags) == ("BHI-18-0102", ("case_number_repaired",))


def test_records_far_from_the_visit_or_of_another_inspector_are_not_joined() -> None:
    assert join("x.pdf", "12 Addison St", when=date(2019, 5, 1)).record_no == ""
    assert join("x.pdf", "12 Addison St", inspector="B. Stone").record_no == ""


def test_two_records_that_fit_are_a_question() -> None:
    found = join("x.pdf", "9 Washington St", when=date(2018, 9, 5))
    assert found.record_no == "" and found.reasons[0].code == "ambiguous"
