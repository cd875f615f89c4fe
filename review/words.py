"""What fields, states and actions are called on the screen."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from typing import Final

from records.columns import TABLES
from records.export import TABLE_OF
from records.settle import DATES, NUMBERS, WHOLE_NUMBERS
from records.vocabulary import Kind

FIELD_WORDS: Final[Mapping[str, str]] = {
    "": "The whole record", "parcel_id": "Parcel", "department": "Department", "inspection_date": "Inspection date",
    "inspection_type": "Kind of visit", "result": "Result", "inspector": "Inspector", "case_number": "Case number",
    "address_as_written": "Address", "unit": "Unit", "permit_record": "Permit record", "match_basis": "Ties to permit",
    "original_inspection_date": "First inspection", "code": "Section", "code_title": "Title of the section",
    "category": "Category", "description": "Finding", "location": "Location", "status": "Status", "correct_by": "Correct by",
    "code_basis": "Basis of the section", "code_as_written": "Citation as written", "corrected_date": "Corrected on",
    "account": "Account", "owner": "Owner", "fiscal_year": "Fiscal year", "tax_type": "Kind of tax",
    "tax_type_as_written": "Kind as written", "code_meaning": "Meaning of the code", "principal": "Principal",
    "interest": "Interest", "fees": "Fees", "total": "Total", "as_of_date": "As of", "parcel_as_written": "Parcel as written",
    "meter": "Meter", "period_start": "From", "period_end": "To", "previous_reading": "Previous reading",
    "current_reading": "Current reading", "consumption": "Used", "read_type": "Reading", "amount": "Amount",
    "identity": "Which record it is", "same_as": "Same as", "inspection_id": "Visit", "city_status": "Status with the city",
}  # fmt: skip
KIND_WORDS: Final[Mapping[str, str]] = {
    "inspection": "Inspection", "violation": "Violation", "tax": "Tax row", "water": "Water row", "document": "Report",
}  # fmt: skip
REASON_WORDS: Final[Mapping[str, str]] = {
    "missing": "not found", "conflict": "two readings disagree", "unmeasured": "not measured", "weak": "not sure enough",
    "ambiguous": "several answers fit", "handwritten": "written by hand", "check": "a check failed",
    "possible_copy": "may repeat another report", "unknown_code": "unknown code",
}  # fmt: skip
QUESTION_WORDS: Final[Mapping[str, str]] = {"reading": "reading", "judgement": "judgement", "parcel": "parcel"}
WHO_WORDS: Final[Mapping[str, str]] = {
    "reading": "anyone", "judgement": "an inspector", "parcel": "the assessor or the data team",
}  # fmt: skip
STATE_WORDS: Final[Mapping[str, str]] = {
    "accepted": "released", "in_review": "in review", "rejected": "no record", "same_as": "counted elsewhere",
    "ignored": "not a finding", "vanished": "no longer found",
}  # fmt: skip
ACTION_WORDS: Final[Mapping[str, str]] = {
    "confirm": "confirmed", "correct": "corrected", "unreadable": "marked unreadable", "not_a_record": "marked as no record",
    "withdraw": "withdrew", "undo": "took back",
}  # fmt: skip

NOT_ASKED: Final = frozenset({"match_basis", "code_title", "code_basis", "tax_type_as_written", "code_meaning"})
"""Fields that follow from others or only say how something was found: shown, not edited."""


def field_words(field: str) -> str:
    return FIELD_WORDS.get(field, field.replace("_", " ").capitalize())


def choices_of(kind: str, field: str) -> Sequence[str]:
    """The only values a field may have; () where it is free."""
    table = TABLES.get(TABLE_OF.get(kind, ""))  # type: ignore[call-overload]
    column = None if table is None else next((c for c in table.columns if c.name == field), None)
    return () if column is None else column.choices


def input_kind(field: str) -> str:
    """How the value is typed: date, number, or text."""
    if field in DATES:
        return "date"
    return "number" if field in NUMBERS | WHOLE_NUMBERS else "text"


def choice_words(value: str) -> str:
    return value.replace("_", " ")


def duration(seconds: float) -> str:
    """"35 minutes", "under a minute", "2 hours 10 minutes"."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "under a minute" if seconds > 0 else "no time"
    if minutes < 60:
        return f"{minutes} minute{'s' if minutes != 1 else ''}"
    hours, rest = divmod(minutes, 60)
    return f"{hours} hour{'s' if hours != 1 else ''}" + (f" {rest} minutes" if rest else "")


def month_words(month: str) -> str:
    """2018-07 -> July 2018."""
    try:
        year, number = month.split("-")
        return f"{calendar.month_name[int(number)]} {year}"
    except (ValueError, IndexError):
        return month or "no date"


KINDS: Final[tuple[Kind, ...]] = ("inspection", "violation", "tax", "water")
