"""Addresses, units, names and record numbers as people type them in a report's head."""

from __future__ import annotations

import re

_SUFFIX = (
    r"(?:street|str|st|avenue|ave|av|road|rd|place|pl|court|ct|terrace|terr|ter|lane|ln|drive|dr|square|sq|way|circle|cir|"
    r"boulevard|blvd|parkway|pkwy|highway|hwy|alley|park|row|broadway|path|wharf|extension|ext|landing|plaza)"
)
_NUMBER = r"\d{1,5}[A-Za-z]?(?:\s?-?\s?1/2|½)?(?:\s?(?:[-–/&]|to|and)\s?\d{1,5}[A-Za-z]?)*"
_UNIT = (
    r"(?:(?:apt|apartment|unit|suite|ste|room|rm)\b\.?\s*(?:no\.?)?\s*#?\s*[\w-]{1,6}|#\s?[\w-]{1,6}|"
    r"(?:\d(?:st|nd|rd|th)|first|second|third|fourth|ground|top|1sl|lst)\s+fl(?:oor|r)?\b\.?|basement|rear)"
)
_NAME_WORD = r"(?:[A-Z][\w'’]*\.?|\d(?:st|nd|rd|th))"
WITH_SUFFIX = re.compile(
    rf"(?:\b(?:rear|front)\s+(?:of\s+)?)?\b{_NUMBER}\s+(?:rear\s+)?{_NAME_WORD}(?:\s+{_NAME_WORD}){{0,3}}?\s+{_SUFFIX}\b\.?"
    rf"(?:\s*[-–]\s?\d{{0,3}}[A-Za-z]?\b(?!\s*\w*\s*{_SUFFIX}))?(?:\s*[,–-]?\s*{_UNIT})?(?:\s*\([^)]*(?:bldg|building|rear|front)[^)]*\))?",
    re.IGNORECASE,
)
BROADWAY = re.compile(
    rf"\b{_NUMBER}\s+(?:broadway|the fenway)\b(?:\s*[-–]\s?\d{{0,3}}[A-Za-z]?\b)?(?:\s*[,–-]?\s*{_UNIT})?", re.IGNORECASE
)
BARE = re.compile(
    rf"(?<![\d/.:-]){_NUMBER}\s+{_NAME_WORD}(?:\s+[A-Z][a-z'’]+)?(?![\w.])(?:\s*[-–]\s?\d{{0,3}}[A-Za-z]\b)?(?:\s*[,–-]?\s*(?i:{_UNIT}))?"
)
# "Q2 / 2019 Form 4", "1 City Hall Square": a period of time, and where the city itself sits
_NO_PLACE = re.compile(r"\d\s?/\s?(?:19|20)\d\d\b|\b(?:city|town) hall\b", re.IGNORECASE)
# A labelled address that lost its number under a stain ("Medford Street")
NUMBERLESS = re.compile(rf"^\W*[A-Z][a-z'’]{{2,}}(?:\s+[A-Z][a-z'’]+){{0,2}}\s+(?i:{_SUFFIX})\b\.?")
_UNIT_IN = re.compile(
    r"(?:\b(?:apt|apartment|unit|suite|ste|room|rm)\b\.?\s*(?:no\.?\s*)?#?\s*|#\s?)([A-Za-z0-9][\w-]{0,5})\b", re.IGNORECASE
)
_FLOOR_IN = re.compile(
    r"[,–-]?\s*\b((?:\d(?:st|nd|rd|th)|first|second|third|fourth|ground|top|basement))\s+fl(?:oor|r)?\b\.?", re.IGNORECASE
)
_DASHED = re.compile(rf"(?:{_SUFFIX}\.?|[a-z]{{3,}})\s?[-–]\s?(\d{{1,3}}[A-Za-z]?|[A-Za-z])\s*(?:$|[,(])", re.IGNORECASE)
_PERSON = re.compile(
    r"(?:(?:[A-Z]\.\s?)+|[A-Z][a-zà-ÿ'’]+(?:-[A-Z][a-z]+)?\s+(?:[A-Z]\.?\s+)?)(?:(?:de|da|van|von|del|la|le|dos)\s+)*(?:[A-Z]['’])?[A-Z][a-zà-ÿ'’]+(?:-[A-Z][a-z]+)?"
    r"|(?:Wm|Geo|Chas|Jas|Jos|Thos|Robt|Edw|Benj)\.\s+(?:[A-Z]\.\s)?[A-Z][a-z'’]+"
    r"|(?:[A-Z]\.\s?)+[A-Z][A-Z'’]{2,}(?:-[A-Z]+)?\b"
)
NOT_NAMES = frozenset(
    [
        "street",
        "st",
        "avenue",
        "ave",
        "road",
        "rd",
        "apt",
        "unit",
        "place",
        "court",
        "terrace",
        "chelsea",
        "the",
        "this",
        "city",
        "report",
        "date",
        "inspector",
        "officer",
        "sanitary",
        "code",
        "enforcement",
        "housing",
        "health",
        "agent",
        "director",
        "inspection",
        "initial",
        "complaint",
        "certificate",
        "property",
        "owner",
        "dear",
        "unit",
        "building",
        "department",
        "floor",
        "case",
        "kitchen",
        "bathroom",
        "bedroom",
        *(
            "letter",
            "compliance",
            "quarterly",
            "fire",
            "deputy",
            "chief",
            "captain",
            "visit",
            "summary",
            "card",
            "sheet",
            "record",
        ),
        # offices and firms stand where a torn form has its names
        *("inspectional", "services", "service", "division", "office", "prevention", "bureau", "board", "town", "county"),
        *("commonwealth", "massachusetts", "notice", "violation", "violations", "order", "memo", "memorandum", "phone", "fax"),
        *("lodging", "realty", "llc", "inc", "corp", "trust", "apartments", "condominium", "associates", "management"),
        *("january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december"),
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    ]
)


def find_address(text: str, bare: bool = False) -> tuple[int, int] | None:
    """Where the first street address stands. ``bare``: one without "Street" is good enough ("124 Warren")."""
    for pattern in (WITH_SUFFIX, BROADWAY, *((BARE,) if bare else ())):
        for found in pattern.finditer(text):
            if not _NO_PLACE.search(found[0]):
                return found.start(), found.end()
    return None


def unit_of(address: str) -> str:
    """The unit that an address names, as one would say it: ``3L``, ``1st floor``; '' for none."""
    found = _UNIT_IN.search(address)
    if found is not None:
        # A lone I or l before a side's letter is the 1 of "1L" as OCR reads it.
        return re.sub(r"^[Il|](?=[LRFBlrfb]$)", "1", found[1].rstrip("-"))
    floor = _FLOOR_IN.search(address)
    if floor is not None:
        return f"{floor[1].lower()} floor"
    dashed = _DASHED.search(address.strip())
    return dashed[1] if dashed is not None else ""


def clean_unit(value: str) -> str:
    """A unit field's value without the word unit: ``Apt #4`` → ``4``; words that mean none → ''."""
    value = value.strip(" ,.;:#_-–—")
    if not re.search(r"[A-Za-z0-9]", value) or value.lower() in {
        "n/a",
        "na",
        "none",
        "all",
        "whole",
        "entire",
        "building",
        "whole building",
    }:
        return ""
    return unit_of(value) or re.sub(r"^(?:apt|apartment|unit|no)\b\.?\s*#?\s*", "", value, flags=re.IGNORECASE)


def find_person(text: str) -> tuple[int, int] | None:
    """Where the first name of a person stands ("J. Rivera", "Timothy O'Brien")."""
    at = 0
    while found := _PERSON.search(text, at):
        words = [w.lower().strip(".,") for w in found[0].split()]
        if not set(words) & NOT_NAMES:
            return found.start(), found.end()
        at = found.start() + len(found[0].split()[0])  # "Inspector J. Rivera": the name begins a word later
    return None
