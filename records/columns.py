"""The columns of every exported table: name, type, allowed values and meaning, once, for CSV, Table Schema and docs.

The order is a contract: new columns are only appended. ``personal`` marks what must not leave in deliveries to others
(people, their homes' insides, free text, file names, exemption codes); profiles are checked against it when loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from records import vocabulary as v

CellType = Literal["text", "path", "id", "date", "money", "number", "integer", "confidence", "bbox", "choice"]
"""``text`` is guarded against spreadsheet formulas; ``id`` is written as it is while it looks like one; ``path`` is the
file's name, character for character, guarded at its start alone."""

Audience = Literal["open", "partner", "inside"]
"""Who may see a column: anyone, a system of the city's own platform vendor, the city alone."""

YES_NO = ("yes", "no")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``choices`` are the only values besides blank; ``required`` cells are never blank."""

    name: str
    type: CellType
    meaning: str
    choices: tuple[str, ...] = ()
    required: bool = False
    audience: Audience = "open"


@dataclass(frozen=True, slots=True)
class Table:
    """One exported table: file stem, primary key, columns that point to another table's column."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    refers: tuple[tuple[str, str, str], ...] = ()  # (column, table, column there)


def _choice(name: str, choices: tuple[str, ...], meaning: str, required: bool = False) -> Column:
    return Column(name, "choice", meaning, choices, required)


def _id(name: str, meaning: str, required: bool = False, audience: Audience = "open") -> Column:
    return Column(name, "id", meaning, (), required, audience)


def _text(name: str, meaning: str, audience: Audience = "open") -> Column:
    return Column(name, "text", meaning, (), False, audience)


_DOCUMENT = (
    _id("document_id", "First 16 hexadecimal digits of the file's SHA-256.", required=True),
    Column("source_file", "path", "Path of the file, relative to the input folder.", (), True, "inside"),
)
_PAGE = Column("page", "integer", "Page from 1 (sheet number in spreadsheets); blank where a file has no pages.")
_BBOX = Column("bbox", "bbox", "Place on the page: x0 y0 x1 y1 in points, origin top left of the page as shown.")
_ROUTE = (
    Column("confidence", "confidence", "Calibrated probability that the row is right; blank = not measured."),
    _choice("state", v.RECORD_STATES, "accepted = released; in_review = a person still has to look.", required=True),
    _choice("decided_by", v.DECIDED_BY, "Whether the machine alone or a person settled the row.", required=True),
)
_PARCEL = _id("parcel_id", "Parcel as the assessor wrote it in the file the row was linked with; blank = none or unsure.")
_CURRENT = _id("parcel_id_current", "The same parcel in the newest parcel file; blank = retired or never linked.")
_PERMIT = _id("permit_record", "Record number of the permit system that this visit belongs to; blank = none found.")
_ADDRESS = _text("address_as_written", "Address as the document has it.", "inside")

DOCUMENTS = Table("documents", "Every file that was given, and what became of it.", ("source_file",), (
    *_DOCUMENT,
    _id("sha256", "SHA-256 of the file's bytes.", required=True),
    Column("pages", "integer", "Pages of the file; blank where that could not be told."),
    _choice("doc_type", v.DOC_TYPES, "What kind of document it is.", required=True),
    _choice("text_source", v.TEXT_SOURCES, "Where the words came from."),
    _choice("state", v.DOCUMENT_STATES, "in_review as long as anything in it waits for a person.", required=True),
    _text("reason", "Why, in plain words.", "inside"),
    Column("duplicate_of", "path", "The file whose records stand for this one's.", (), False, "inside"),
))  # fmt: skip

INSPECTIONS = Table("inspections", "One row per visit.", ("inspection_id",), (
    _PARCEL,
    _id("inspection_id", "Id of the visit, minted once.", required=True),
    _choice("department", v.DEPARTMENTS, "Who inspected."),
    Column("inspection_date", "date", "Day of the visit."),
    _choice("inspection_type", v.INSPECTION_TYPES, "Why they came."),
    _choice("result", v.RESULTS, "What the visit found."),
    _text("inspector", "Inspector as written.", "partner"),
    _id("case_number", "Case number as written."),
    _ADDRESS,
    _text("unit", "Unit visited; blank for a whole building or several units.", "inside"),
    *_DOCUMENT, _PAGE, *_ROUTE, _PERMIT,
    _text("match_basis", "What ties the visit to the permit record.", "inside"),
    Column("violations_found", "integer", "Violations found at this visit, released or waiting.", (), True),
    Column("violations_pending", "integer", "Those of them that wait for a person.", (), True),
    _choice("complete", YES_NO, "yes = the visit is released and nothing about it waits.", required=True),
    _CURRENT,
))  # fmt: skip

VIOLATIONS = Table("violations", "One row per finding and visit.", ("violation_id",), (
    _PARCEL,
    _id("violation_id", "Id of the finding, minted once.", required=True),
    _id("inspection_id", "The visit; blank while that visit itself is not part of this export."),
    Column("inspection_date", "date", "Day of the visit."),
    _ADDRESS,
    _text("unit", "Unit; blank = common area or whole building.", "inside"),
    _text("code", "Section cited or assigned; several joined by '; '."),
    _text("code_title", "The exact BuildingBlocks label of the section."),
    _choice("category", v.CATEGORIES, "Kind of condition."),
    _text("description", "The finding in the inspector's words.", "inside"),
    _text("location", "Where in the building.", "inside"),
    _choice("status", v.STATUSES, "Status at this visit."),
    Column("correct_by", "date", "Deadline; relative ones are counted from the report's date."),
    *_DOCUMENT, _PAGE, _BBOX, *_ROUTE,
    _choice("code_basis", v.CODE_BASES, "cited on the paper, inferred by the machine, or reviewed by a person."),
    _text("code_as_written", "The citation exactly as read.", "inside"),
    Column("first_cited_date", "date", "The visit that first cited this violation."),
    _id("repeat_of", "violation_id of the first citation; blank on the first itself."),
    Column("corrected_date", "date", "The visit that found it corrected."),
    _PERMIT, _CURRENT,
    _choice("city_status", v.CITY_STATUSES, "What the city made of it since, said at the desk; blank = it stands."),
), (("inspection_id", "inspections", "inspection_id"),))  # fmt: skip

TAXES = Table("tax_delinquencies", "One row per printed amount owed.", ("tax_id",), (
    _PARCEL,
    _id("tax_id", "Id of the row, minted once.", required=True),
    _id("account", "Account or bill number as printed.", audience="partner"),
    _text("owner", "Owner as printed.", "inside"),
    Column("fiscal_year", "integer", "Fiscal year, four digits."),
    _choice("tax_type", v.TAX_TYPES, "What is owed."),
    _text("code", "Code as printed (may be an exemption: never leaves the city).", "inside"),
    _text("code_meaning", "What the code book says it means; blank = nobody has said.", "inside"),
    Column("principal", "money", "Dollars."),
    Column("interest", "money", "Dollars."),
    Column("fees", "money", "Dollars; every charge that is not interest."),
    Column("total", "money", "Dollars owed."),
    Column("as_of_date", "date", "Day the list speaks of."),
    *_DOCUMENT, _PAGE, _BBOX, *_ROUTE,
    _id("list_id", "The list (document and as-of date) the row stands on.", required=True),
    _choice("is_latest", YES_NO, "yes = no newer list of the same scope is known.", required=True),
    _CURRENT,
))  # fmt: skip

WATER = Table("water_usage", "One row per meter reading.", ("usage_id",), (
    _PARCEL,
    _id("usage_id", "Id of the row, minted once.", required=True),
    _id("account", "Account as printed.", audience="partner"),
    _id("meter", "Meter as printed.", audience="partner"),
    Column("period_start", "date", "First day of the period."),
    Column("period_end", "date", "Last day of the period."),
    Column("previous_reading", "number", "Reading at the start."),
    Column("current_reading", "number", "Reading at the end."),
    Column("consumption", "number", "Used in the period, in `unit`."),
    _choice("unit", v.WATER_UNITS, "CCF = 100 cubic feet, CF = cubic feet."),
    _choice("read_type", v.READ_TYPES, "actual or estimated."),
    Column("amount", "money", "Dollars newly charged."),
    *_DOCUMENT, _PAGE, _BBOX, *_ROUTE, _CURRENT,
))  # fmt: skip

ITEM_KINDS = (*v.KINDS, "document")
REVIEW_QUEUE = Table("review_queue", "What waits for a person, one row per record and field.", ("item_id",), (
    _id("item_id", "Id of the question.", required=True),
    _choice("kind", ITEM_KINDS, "Kind of record, or document for a whole report or file.", required=True),
    _id("record_id", "The record; blank for a document.", audience="inside"),
    _text("field", "The field asked about; blank = the whole.", "inside"),
    _text("machine_value", "What the machine read.", "inside"),
    _text("reasons", "Why, in plain words, joined by '; '.", "inside"),
    Column("source_file", "path", "Path of the file, relative to the input folder.", (), True, "inside"),
    _PAGE, _BBOX,
))  # fmt: skip

LEDGER_STATES = ("extracted", "in_review", "unreadable", "without_document", "not_an_inspection")
LEDGER = Table("ledger", "One row per row of the permit log; complete only up to the log's own date.", ("log_row",), (
    Column("log_row", "integer", "Row of the log file, from 1.", (), True),
    _id("record_no", "Record number of the permit system."),
    _text("record_type", "Its type as the log has it."),
    Column("opened", "date", "Day it was opened."),
    _text("status", "Status as the log has it."),
    _text("address", "Address as the log has it.", "inside"),
    _text("unit", "Unit as the log has it.", "inside"),
    _text("inspector", "Inspector as the log has it.", "partner"),
    _choice("state", LEDGER_STATES, "What became of it.", required=True),
    _id("inspection_id", "The visit that was read for it; blank = none, or not part of this export."),
    _id("document_id", "Its document."),
    Column("source_file", "path", "Path of its document.", (), False, "inside"),
    _text("match_basis", "What ties row and document.", "inside"),
))  # fmt: skip

COVERAGE = Table("coverage", "Sums of the ledger, and documents that no log row explains.",
    ("month", "inspector", "record_type"), (
    Column("month", "text", "Year and month (2018-07); blank = unknown."),
    _text("inspector", "Inspector; blank = unknown.", "inside"),
    _text("record_type", "Type as the log has it; for documents without a log row the inspection type."),
    Column("log_rows", "integer", "Rows of the permit log.", (), True),
    *(Column(state, "integer", f"Log rows that are {state.replace('_', ' ')}.", (), True) for state in LEDGER_STATES),
    Column("visits_without_log_row", "integer", "Visits read from documents that no log row explains.", (), True),
))  # fmt: skip

CODEBOOK = Table("codebook", "Every code seen, and what it means where somebody has said so.", ("domain", "code"), (
    Column("domain", "text", "Where the code is used: tax, water, fire, use, housing.", (), True),
    Column("code", "text", "The code as printed.", (), True),
    _text("meaning", "Its meaning; blank = nobody has said yet."),
    _text("said_by", "Who said so.", "inside"),
    Column("said_on", "date", "When."),
    Column("rows", "integer", "Rows that carry it.", (), True),
))  # fmt: skip

TABLES: Mapping[str, Table] = {
    t.name: t
    for t in (DOCUMENTS, INSPECTIONS, VIOLATIONS, TAXES, WATER, REVIEW_QUEUE, LEDGER, COVERAGE, CODEBOOK)
}
COLUMNS: Mapping[str, tuple[str, ...]] = {
    f"{name}.csv": tuple(column.name for column in table.columns) for name, table in TABLES.items()
}
"""File name -> its columns in order."""
