"""A city's settings (``lotline.toml``), parcel file and permit log."""

from __future__ import annotations

import logging
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from extractors.parcels.mapblock import damaged, date_keys, id_key
from extractors.rulebook import RuleBook
from flows.night.settings import SECTIONS
from flows.patterns_layers import own_layers
from flows.reader_settings import KEYS
from flows.register_file import Table, read_table
from records.errors import SetupError
from records.parcel import LogRow, Parcel
from records.settings import LOG_FIELDS, PARCEL_FIELDS, City

_logger = logging.getLogger("lotline")
_SETTINGS = {
    "city": {"name", "state", "zip_codes", "patterns", "gap_from", "gap_to"},
    "parcels": {"columns"},
    "log": {"columns"},
    "gates": {"tax", "water", "inspection", "violation", "code"},
    "trust": {"hold_new_layouts"},
    "reader": set(KEYS),
    **SECTIONS,
}
_NAMES = {"parcels": "parcel file", "log": "permit log"}
_DATE_FORMS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%Y/%m/%d", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%B %d, %Y", "%Y%m%d")


def load_city(path: Path | None) -> City:
    """The settings in ``path``, or the built-in ones of Chelsea where there is no such file. Raises SetupError that names
    the setting and the remedy."""
    if path is None or not path.exists():
        return City() if path is None else City(patterns=own_layers(path.parent, City().patterns))
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"{path} is not valid TOML: {error}. Correct it, or draft it anew with lotline init.") from error
    for section, settings in found.items():
        if section not in _SETTINGS or not isinstance(settings, dict):
            raise SetupError(f"{path}: unknown setting '{section}'; there are the sections {', '.join(_SETTINGS)}. Delete it.")
        for key in settings:
            if key not in _SETTINGS[section]:
                known = ", ".join(sorted(_SETTINGS[section]))
                raise SetupError(f"{path}: unknown setting '{section}.{key}'; known are {known}. Correct or delete it.")
    city = found.get("city", {})
    if not isinstance(city.get("name"), str) or not city["name"].strip():
        raise SetupError(f'{path}: the setting city.name is missing. Add under [city]: name = "Chelsea"')
    default = City()
    return City(
        name=city["name"],
        state=_text(path, "city.state", city.get("state", default.state)),
        zip_codes=_texts(path, "city.zip_codes", city.get("zip_codes", default.zip_codes)),
        patterns=own_layers(path.parent, _texts(path, "city.patterns", city.get("patterns", default.patterns))),
        gap_from=_day(path, "city.gap_from", city.get("gap_from", default.gap_from)),
        gap_to=_day(path, "city.gap_to", city.get("gap_to", default.gap_to)),
        parcel_columns=_columns(path, "parcels", found, PARCEL_FIELDS),
        log_columns=_columns(path, "log", found, LOG_FIELDS),
        gates={**default.gates, **_gates(path, found.get("gates", {}))},
        hold_new_layouts=_held(path, found.get("trust", {}).get("hold_new_layouts", default.hold_new_layouts)),
    )


def load_parcels(path: Path, city: City) -> tuple[Parcel, ...]:
    """The assessor's file. What had to be repaired is logged; see :func:`read_parcels`."""
    parcels, warnings = read_parcels(path, city)
    for warning in warnings:
        _logger.warning("%s", warning)
    return parcels


def read_parcels(path: Path, city: City) -> tuple[tuple[Parcel, ...], tuple[str, ...]]:
    """Parcels, and a sentence for each thing that was repaired or left out. Raises SetupError for a wrong file."""
    table = _table(path, "parcels", city)
    columns = recognised(table.columns, "parcels", city)
    if "parcel_id" not in columns or not ("address" in columns or {"number", "street"} <= columns.keys()):
        raise _wrong_columns(path, "parcels", table, "a parcel id and an address", city)
    warnings: list[str] = []
    taken = {id_key(_cell(row, columns, "parcel_id")) for row in table.rows if not damaged(_cell(row, columns, "parcel_id"))}
    parcels: dict[str, Parcel] = {}
    repeated = 0
    for place, row in enumerate(table.rows, table.first_row):
        written = _cell(row, columns, "parcel_id")
        if not any(row):
            continue
        if not written:
            warnings.append(f"{path.name} row {place}: no parcel id; the row is left out.")
            continue
        parcel_id = _repaired(written, taken)
        if parcel_id != written:
            warnings.append(f"{path.name} row {place}: a spreadsheet made '{written}' of the parcel id; read as {parcel_id}.")
        elif damaged(written):
            warnings.append(f"{path.name} row {place}: '{written}' looks like a date, not a parcel id; check it.")
        parcel = _parcel(parcel_id, row, columns)
        if parcel_id not in parcels:
            parcels[parcel_id] = parcel
        else:
            # one row per owner, building or condo unit under one id: still one parcel, with more addresses
            repeated += 1
            parcels[parcel_id] = _with_address(parcels[parcel_id], parcel)
    if repeated:
        warnings.append(f"{path.name}: {repeated} rows repeat a parcel id; the first counts, other addresses were added to it.")
    if not parcels:
        raise SetupError(f"The parcel file {path} has a header but no parcels. Export it again from the assessor's system.")
    return tuple(parcels.values()), tuple(warnings)


def load_log(path: Path, city: City) -> tuple[LogRow, ...]:
    """The permit system's log. Raises SetupError for a wrong file."""
    table = _table(path, "log", city)
    columns = recognised(table.columns, "log", city)
    if "record_no" not in columns or "address" not in columns:
        raise _wrong_columns(path, "log", table, "a record number and an address", city)
    return tuple(
        LogRow(
            row=place,
            record_no=_cell(row, columns, "record_no"),
            record_type=_cell(row, columns, "record_type"),
            opened=_date(_cell(row, columns, "opened")),
            status=_cell(row, columns, "status"),
            address=_cell(row, columns, "address"),
            unit=_cell(row, columns, "unit"),
            inspector=_cell(row, columns, "inspector"),
            attachments=tuple(a.strip() for a in re.split(r"[;|\n]", _cell(row, columns, "attachments")) if a.strip()),
        )
        for place, row in enumerate(table.rows, table.first_row)
        if _cell(row, columns, "record_no")
    )


def recognised(columns: Sequence[str], kind: str, city: City) -> dict[str, int]:
    """Our name -> place of the column: by the mapping of ``lotline.toml``, else by the names that cities use."""
    mapping = city.parcel_columns if kind == "parcels" else city.log_columns
    plain = [_bare(c) for c in columns]
    found: dict[str, int] = {}
    for field, names in RuleBook.load(city.patterns).section("registers")[kind].items():
        if field in mapping:
            names = [mapping[field]]
        place = next((plain.index(_bare(n)) for n in names if _bare(n) and _bare(n) in plain), None)
        if place is not None:
            found[field] = place
    return found


def draft_mapping(parcels: Path, log: Path | None = None, name: str = "Chelsea", inbox: Path | None = None) -> str:
    """The text of a first ``lotline.toml``: which of the files' columns were recognised, and which are left to map; and where
    things lie for the work at night."""
    city = City(name=name)
    default = City()
    lines = [
        "# Settings of one city. Lotline stops at a setting that it does not know.",
        "[city]",
        f"name = {_quoted(name)}",
        f"state = {_quoted(default.state)}",
        f"zip_codes = [{', '.join(map(_quoted, default.zip_codes))}]",
        "# pattern layers under patterns/, the state's first",
        f"patterns = [{', '.join(map(_quoted, default.patterns))}]",
        "# the time in which the permit system holds no violations",
        f"gap_from = {default.gap_from.isoformat()}",
        f"gap_to = {default.gap_to.isoformat()}",
    ]
    for kind, path in (("parcels", parcels), ("log", log)):
        if path is None:
            continue
        table = _table(path, kind, city)
        columns = recognised(table.columns, kind, city)
        lines += ["", f"# Columns of the {_NAMES[kind]} {path.name}: our name = the file's column.", f"[{kind}.columns]"]
        for field in PARCEL_FIELDS if kind == "parcels" else LOG_FIELDS:
            known = field in columns
            lines.append(f"{field} = {_quoted(table.columns[columns[field]])}" if known else f'# {field} = ""  # not found')
        unused = [c for i, c in enumerate(table.columns) if i not in columns.values()]
        if unused:
            lines.append(f"# not used: {', '.join(unused)}".replace("\n", " "))
    lines += ["", "# Highest share of wrong records among the released ones, per kind.", "[gates]"]
    lines += [f"{kind} = {share}" for kind, share in default.gates.items()]
    lines += ["", "# Rows of a new layout that people must have seen before others of it leave; 0 = none.", "[trust]"]
    lines.append(f"hold_new_layouts = {default.hold_new_layouts}")
    lines += ["", "# Where things lie for the work at night; relative ones start at the home folder.", "[folders]"]
    lines.append(f"inbox = [{_quoted(str(inbox.absolute()))}]" if inbox else '# inbox = ["/srv/lotline/inbox"]')
    lines += [f"{kind} = {_quoted(str(path.absolute()))}" for kind, path in (("parcels", parcels), ("log", log)) if path]
    lines += ['exports = "exports"', 'deliveries = "deliveries"']
    return "\n".join(lines) + "\n"


def preview(parcels: Path, log: Path | None, city: City, rows: int = 10) -> str:
    """The first rows as Lotline understands them, for a person to look at."""
    lines = ["Parcels:"]
    for parcel in read_parcels(parcels, city)[0][:rows]:
        unit = f"  unit {parcel.unit}" if parcel.unit else ""
        lines.append(f"  {parcel.parcel_id:<12} {parcel.address}{unit}  owner {parcel.owner or 'not given'}")
    if log is not None:
        lines.append("Permit log:")
        for row in load_log(log, city)[:rows]:
            opened = row.opened.isoformat() if row.opened else "no date"
            unit = f"  unit {row.unit}" if row.unit else ""
            lines.append(f"  {row.record_no:<14} {opened:<10}  {row.address}{unit}  {row.inspector}")
    return "\n".join(lines) + "\n"


def _table(path: Path, kind: str, city: City) -> Table:
    table = read_table(path, _NAMES[kind], lambda row: len(recognised(row, kind, city)))
    mapping = city.parcel_columns if kind == "parcels" else city.log_columns
    plain = {_bare(c) for c in table.columns}
    for field, column in mapping.items():
        if _bare(column) not in plain:
            found = ", ".join(table.columns)
            raise SetupError(
                f"The {_NAMES[kind]} {path} has no column '{column}' ({kind}.columns.{field} in lotline.toml). It has: {found}. "
                "Correct the setting, or run lotline init to draft it anew."
            )
    return table


def _wrong_columns(path: Path, kind: str, table: Table, needed: str, city: City) -> SetupError:
    other = "log" if kind == "parcels" else "parcels"
    bare = City(name=city.name, patterns=city.patterns)
    looks_other = {"parcels": {"parcel_id", "owner"}, "log": {"record_no", "opened"}}[other]
    if looks_other <= recognised(table.columns, other, bare).keys():
        return SetupError(
            f"{path} looks like the {_NAMES[other]}, not the {_NAMES[kind]}. "
            f"Give it as --{other} and name the {_NAMES[kind]} as --{kind}."
        )
    found = ", ".join(table.columns)
    return SetupError(
        f"The {_NAMES[kind]} {path} needs {needed}, but among its columns none is recognised as such. It has: {found}. "
        "Run lotline init to map the columns."
    )


def _parcel(parcel_id: str, row: Sequence[str], columns: Mapping[str, int]) -> Parcel:
    number, street = _cell(row, columns, "number"), _cell(row, columns, "street")
    units = _cell(row, columns, "units")
    return Parcel(
        parcel_id=parcel_id,
        address=_cell(row, columns, "address") or f"{number} {street}".strip(),
        number=number,
        street=street,
        unit=_cell(row, columns, "unit"),
        owner=_cell(row, columns, "owner"),
        use_code=_cell(row, columns, "use_code"),
        units=int(float(units)) if re.fullmatch(r"\d+(?:\.0+)?", units) else None,
        loc_id=_cell(row, columns, "loc_id"),
        aliases=tuple(a.strip() for a in re.split(r"[;|\n]", _cell(row, columns, "aliases")) if a.strip()),
    )


def _with_address(parcel: Parcel, again: Parcel) -> Parcel:
    known = (parcel.address, *parcel.aliases)
    more = tuple(a for a in (again.address, *again.aliases) if a and a not in known)
    return replace(parcel, aliases=(*parcel.aliases, *more)) if more else parcel


def _repaired(written: str, taken: set[tuple[str, ...]]) -> str:
    """An id that a spreadsheet turned into a date, as it was typed: month first (set to US English), if that is free."""
    if not damaged(written):
        return written
    free = [key for key in date_keys(written) if key not in taken]
    return "-".join(free[0]) if free else written


def _cell(row: Sequence[str], columns: Mapping[str, int], field: str) -> str:
    return row[columns[field]].strip() if field in columns else ""


def _date(text: str) -> date | None:
    plain = re.sub(r"[ T]\d{1,2}:\d{2}.*$", "", text.strip())
    if re.fullmatch(r"[1-5]\d{4}(?:\.\d+)?", plain):
        return date(1899, 12, 30) + timedelta(days=int(float(plain)))  # a spreadsheet's day number
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(plain, form).date()
        except ValueError:
            continue
    return None


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9#]", "", name.lower())


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _text(path: Path, key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise SetupError(f'{path}: {key} must be text in quotes, like "MA".')
    return value


def _texts(path: Path, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not value or not all(isinstance(v, str) for v in value):
        raise SetupError(f'{path}: {key} must be a list of texts, like ["02150"].')
    return tuple(value)


def _day(path: Path, key: str, value: Any) -> date:
    if isinstance(value, str):
        value = _date(value)
    if not isinstance(value, date):
        raise SetupError(f"{path}: {key} must be a date like 2018-07-01.")
    return value


def _columns(path: Path, kind: str, found: Mapping[str, Any], known: Sequence[str]) -> dict[str, str]:
    columns = found.get(kind, {}).get("columns", {})
    for field, column in columns.items():
        if field not in known:
            names = ", ".join(known)
            raise SetupError(f"{path}: unknown setting '{kind}.columns.{field}'; known are {names}. Correct or delete it.")
        _text(path, f"{kind}.columns.{field}", column)
    return dict(columns)


def _held(path: Path, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise SetupError(f"{path}: trust.hold_new_layouts must be a number of rows, like 10, or 0 for none.")
    return value


def _gates(path: Path, gates: Mapping[str, Any]) -> dict[str, float]:
    for kind, share in gates.items():
        if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 < share < 1:
            raise SetupError(f"{path}: gates.{kind} must be a share between 0 and 1, like 0.02.")
    return {kind: float(share) for kind, share in gates.items()}
