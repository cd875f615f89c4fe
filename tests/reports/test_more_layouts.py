"""More layouts that no sample has: survey forms, memos, e-mails, orders with spans, cards of missed visits, prose."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from records.document import Page
from records.record import Record
from tests.reports.test_own_layouts import page, read, split, table


def with_table(lines: list[str], rows: list[list[str]]) -> Page:
    made = page(lines)
    return Page(1, 612, 792, "text_layer", made.words, blocks=(*made.blocks, table(rows)))


STACKED = page([
    "CODE ENFORCEMENT - DWELLING SURVEY", "Premises", "22 Alder Way, Unit 4", "Date of Survey", "9/14/2018", "Surveyor", "P. Nagle",
    "Reference", "CE18-00417", "Findings:", "a. Bathroom fan does not work", "b. Back door will not lock",
    "Owner to make repairs within 14 days.",
])  # fmt: skip
MEMO = page([
    "MEMORANDUM", "TO: File", "FROM: Insp. K. Boyle", "DATE: October 4, 2018", "RE: 61 Juniper Street, 2nd floor",
    "I visited the above property on October 3, 2018 in response to a complaint from the tenant.",
    "I found that the kitchen sink leaks into the cabinet and that there is no heat in the bedrooms.",
    "The owner was told to restore the heat within 24 hours.",
])  # fmt: skip
NOT_LET_IN = page([
    "NOTICE OF ATTEMPTED INSPECTION", "Property: 118 Poplar Avenue, Apt. 5", "Date of visit: 2/11/2019", "Officer: R. Stone",
    "An inspector called at the above address and was unable to gain entry.",
])  # fmt: skip
ALL_WELL = page([
    "Board of Health", "March 20, 2019", "Mary Hill", "40 Hawthorn Street", "RE: 40 Hawthorn Street, Unit 2", "Dear Ms. Hill:",
    "On March 19, 2019 Inspector D. Fox conducted an inspection of the above unit for a certificate of fitness.",
    "No violations of the State Sanitary Code were found.", "Sincerely,", "D. Fox", "Health Inspector",
])  # fmt: skip
ORDER = with_table(
    ["NOTICE OF VIOLATION AND ORDER TO CORRECT", "Address of premises: 77 Cedar St, Apt. 1R", "Inspected: May 2, 2019",
     "Case number: NOV-19-00231", "Inspector: H. Lund"],
    [["Violation", "Section", "Time to correct"], ["Smoke alarm missing in hall", "410.482", "24 hours"],
     ["Hole in bedroom wall", "410.500", "30 days"]],
)  # fmt: skip
AGAIN = with_table(
    ["RE-INSPECTION MEMO", "Location: 5 Maple Pl", "Original inspection: 4/1/2019", "Re-inspected: 5/6/2019 by J. Roe"],
    [["#", "Violation", "Status"], ["1", "Leaking faucet in kitchen", "Corrected"], ["2", "Broken step on rear stairs", "Not corrected"],
     ["3", "Peeling paint in hall", "Partially corrected"]],
)  # fmt: skip
CHECKED = with_table(
    ["RENTAL INSPECTION CHECKLIST", "Property address: 31 Spruce Rd", "Unit: 6", "Inspection date: 6/3/2019", "Inspected by: N. Ortiz",
     "Purpose: Certificate of Fitness"],
    [["Item", "Pass", "Fail", "N/A", "Notes"], ["Smoke detectors", "X", "", "", ""], ["Hot water", "", "X", "", "only 95 degrees"],
     ["Elevator", "", "", "X", ""]],
)  # fmt: skip
FIRE = page([
    "FIRE PREVENTION BUREAU", "Inspection Report", "Premises: 250 Harbor Street", "Date of inspection: 11/8/2018",
    "Inspected by: Lt. G. Ames", "Deficiencies noted:", "1. Exit sign not illuminated at rear door (527 CMR 1.00 s.14.14)",
    "2. Fire extinguisher past due for service", "Correct all deficiencies by 11/22/2018.",
])  # fmt: skip
PROSE = page([
    "Housing Division", "Inspection of 3 Willow Terrace, Apartment 2", "On 7 August 2018 the undersigned inspected the above apartment.",
    "The living room ceiling is water stained and sagging. Two windows in the front bedroom do not open.",
    "The toilet runs constantly.", "Respectfully submitted,", "L. Grant", "Housing Inspector",
])  # fmt: skip
MAIL = page([
    "From: T. Marsh", "Sent: Tuesday, January 15, 2019 4:12 PM", "Subject: 9 Laurel Ct #3 - HSG-19-0008",
    "Went out today, 1/15/2019, for the complaint at 9 Laurel Ct, Apt 3.", "- rubbish piled in rear yard",
    "- no carbon monoxide alarm on the first floor",
])  # fmt: skip

CASES: dict[str, tuple[Page, dict[str, Any], list[tuple[str, Any]]]] = {
    "stacked": (STACKED, {"inspection_date": date(2018, 9, 14), "inspector": "P. Nagle", "case_number": "CE18-00417", "unit": "4"},
                [("open", date(2018, 9, 28))] * 2),
    "memo": (MEMO, {"inspection_date": date(2018, 10, 3), "inspection_type": "complaint", "inspector": "K. Boyle"},
             [("open", None)] * 2),
    "not let in": (NOT_LET_IN, {"inspection_date": date(2019, 2, 11), "result": "no_entry", "inspector": "R. Stone", "unit": "5"}, []),
    "all well": (ALL_WELL, {"inspection_date": date(2019, 3, 19), "result": "no_violations", "inspection_type": "certificate"}, []),
    "order": (ORDER, {"case_number": "NOV-19-00231", "unit": "1R", "inspector": "H. Lund"},
              [("open", date(2019, 5, 3)), ("open", date(2019, 6, 1))]),
    "again": (AGAIN, {"inspection_date": date(2019, 5, 6), "inspection_type": "reinspection", "result": "partial", "inspector": "J. Roe"},
              [("corrected", None), ("open", None), ("open", None)]),
    "checked": (CHECKED, {"inspection_type": "certificate", "unit": "6", "result": "violations"}, [("open", None)]),
    "fire": (FIRE, {"inspector": "Lt. G. Ames", "department": "fire", "result": "violations"}, [("open", date(2018, 11, 22))] * 2),
    "prose": (PROSE, {"inspection_date": date(2018, 8, 7), "inspector": "L. Grant", "unit": "2"}, [("open", None)] * 3),
    "mail": (MAIL, {"inspection_date": date(2019, 1, 15), "case_number": "HSG-19-0008", "unit": "3"}, [("open", None)] * 2),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CASES))
def test_layout(name: str) -> None:
    made, wanted, findings = CASES[name]
    reports, why = read(made)
    assert len(reports) == 1, why
    visit, found = split(reports[0])
    assert {field: visit.value(field) for field in wanted} == wanted
    assert [_said(v) for v in found] == findings


def _said(record: Record) -> tuple[str, Any]:
    return record.text("status"), record.value("correct_by")
