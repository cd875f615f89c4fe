"""The closed vocabularies of the exports: a contract, exact to the letter."""

from __future__ import annotations

from typing import Final, Literal

Kind = Literal["inspection", "violation", "tax", "water"]
KINDS: Final[tuple[Kind, ...]] = ("inspection", "violation", "tax", "water")

DocType = Literal["housing_inspection", "fire_inspection", "tax_delinquency", "water_usage", "mixed", "other"]
DOC_TYPES: Final = ("housing_inspection", "fire_inspection", "tax_delinquency", "water_usage", "mixed", "other")
TEXT_SOURCES: Final = ("text_layer", "ocr", "mixed", "office", "none")
DOCUMENT_STATES: Final = ("exported", "in_review", "rejected", "unreadable", "duplicate")
RECORD_STATES: Final = ("accepted", "in_review")
DECIDED_BY: Final = ("auto", "review")
DEPARTMENTS: Final = ("inspectional_services", "fire")
INSPECTION_TYPES: Final = ("initial", "reinspection", "complaint", "certificate", "quarterly", "smoke_co", "other")
RESULTS: Final = ("violations", "no_violations", "no_entry", "corrected", "partial")
STATUSES: Final = ("open", "corrected")
CITY_STATUSES: Final = ("dismissed", "disputed")
CODE_BASES: Final = ("cited", "inferred", "reviewed")
CATEGORIES: Final = (
    "smoke_co", "egress", "structural", "plumbing", "heat", "electrical", "pests", "sanitation", "kitchen", "bathroom",
    "lead", "trash_exterior", "water", "ventilation", "lighting", "security", "permits", "other",
)  # fmt: skip
TAX_TYPES: Final = (
    "real_estate", "personal_property", "motor_vehicle_excise", "water_sewer_lien", "betterment", "other",
)  # fmt: skip
WATER_UNITS: Final = ("CCF", "gallons", "CF")
READ_TYPES: Final = ("actual", "estimated")
OTHER_LABEL: Final = "Other Violation"
