"""Profiles: which columns leave, under which names and in which forms. YAML data, checked against what may leave at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from extractors.rulebook import DEFAULT_LAYERS, RuleBook
from flows.export import delivery
from flows.export.delivery import REGISTER, DeliveryRules
from flows.export.tables import Sheet
from records.cells import guarded
from records.columns import TABLES, Audience, Column, Table
from records.errors import PatternError, SetupError

_RANK: Mapping[Audience, int] = {"open": 0, "partner": 1, "inside": 2}
# No edit of the YAML can widen what these deliveries hold.
_CEILING: Mapping[str, Audience] = {"public": "open", "buildingblocks": "partner"}
_RECORD_TABLES = ("inspections", "violations", "tax_delinquencies", "water_usage")
_DERIVED = {t.name: t for t in (delivery.HOUSING, delivery.FIRE, delivery.TAX, delivery.WATER, delivery.VISITS)}
_ID_FORMS = ("plain", "excel", "upper")


@dataclass(frozen=True, slots=True)
class ProfileColumn:
    """One column of a delivered file: our column, its header, and how its cells are written."""

    source: Column
    header: str
    date_form: str = "iso"
    id_form: str = "plain"
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def converted(self) -> bool:
        """Whether cells are no longer of the column's own type."""
        return bool(self.values) or self.date_form != "iso" or self.id_form != "plain"

    def written(self, text: str) -> str:
        """The delivered form of one of our cells."""
        if text in self.values:
            return guarded(self.values[text])
        if text and self.source.type == "date" and self.date_form != "iso":
            return date.fromisoformat(text).strftime(self.date_form)
        if text and self.id_form == "excel":
            return '="' + text.replace('"', '""') + '"'
        return text.upper() if self.id_form == "upper" else text


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """One file of a profile."""

    name: str
    table: Table
    columns: tuple[ProfileColumn, ...]

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(c.header for c in self.columns)

    def cells(self, sheet: Sheet) -> list[Sequence[str]]:
        """The cells of a sheet that holds these columns as they are delivered, column by column."""
        return [_as_delivered(c, sheet.column(c.source.name)) for c in self.columns]


def _as_delivered(column: ProfileColumn, cells: Sequence[str]) -> Sequence[str]:
    if not column.converted:
        return cells
    forms = {text: column.written(text) for text in set(cells)}  # a column holds the same cells over and over
    return [forms[text] for text in cells]


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of delivery. Only ``inside`` profiles may hold rows that wait for review."""

    name: str
    audience: Audience
    workbook: bool
    files: tuple[ProfileFile, ...]
    rules: DeliveryRules


def load_profile(name: str, layers: Sequence[str] = DEFAULT_LAYERS) -> Profile:
    """The profile of that name. Raises SetupError for an unknown name, PatternError for a wrong or a leaking file."""
    profiles = RuleBook.load(layers).section("profiles").get("profiles", {})
    if name not in profiles:
        raise SetupError(f"No profile '{name}'; there are: {', '.join(sorted(profiles))}.")
    return parse_profile(name, profiles[name])


def parse_profile(name: str, data: Mapping[str, Any]) -> Profile:
    """A profile from its YAML mapping."""
    _only(data, {"audience", "workbook", "files", "rules"}, name)
    audience = next((a for a in _RANK if a == data.get("audience")), None)
    if audience is None:
        raise _wrong(name, f"audience must be one of {', '.join(_RANK)}")
    if _RANK[audience] > _RANK[_CEILING.get(name, "inside")]:
        raise _wrong(name, f"audience can't be wider than '{_CEILING[name]}'")
    rules = _rules(name, data.get("rules", {}))
    if not isinstance(data.get("files", {}), Mapping):
        raise _wrong(name, "files must be a mapping of file names")
    files = tuple(_file(name, audience, rules, stem, entry) for stem, entry in data.get("files", {}).items())
    if not files:
        raise _wrong(name, "it has no files")
    return Profile(name, audience, _flag(name, data, "workbook", "no"), files, rules)


def _file(profile: str, audience: Audience, rules: DeliveryRules, name: str, data: Mapping[str, Any]) -> ProfileFile:
    at = f"{profile}, file {name}"
    _only(data, {"table", "columns", "order"}, at)
    if not name.endswith(".csv") or "/" in name or "\\" in name or name.startswith("."):
        raise _wrong(at, "file names must end in .csv and lie in the export's own folder")
    wanted = data.get("table", "")
    table = delivery.features_table(rules) if wanted == "parcel_features" else (
        TABLES.get(wanted) or _DERIVED.get(wanted))  # fmt: skip
    if table is None:
        raise _wrong(at, f"no table '{wanted}'; there are: {', '.join((*TABLES, *_DERIVED, 'parcel_features'))}")
    known = {c.name: c for c in (*(REGISTER if wanted in _RECORD_TABLES else ()), *table.columns)}
    listed = data.get("columns")
    entries = [{"id": c.name} for c in table.columns] if listed == "all" else listed
    if not isinstance(entries, list) or not entries:
        raise _wrong(at, 'columns must be a list or "all"')
    columns = [_column(at, known, entry) for entry in entries]
    if order := data.get("order"):
        ranks = {n.strip(): i for i, n in enumerate(str(order).split(","))}
        columns.sort(key=lambda c: ranks.get(c.source.name, len(ranks)))
    for column in columns:
        if _RANK[column.source.audience] > _RANK[audience]:
            raise _wrong(at, f"column '{column.source.name}' must not leave in an '{audience}' delivery")
    headers = [c.header for c in columns]
    if len(set(headers)) < len(headers):
        raise _wrong(at, "two columns have the same header")
    return ProfileFile(name, table, tuple(columns))


def _column(at: str, known: Mapping[str, Column], data: Mapping[str, Any]) -> ProfileColumn:
    _only(data, {"id", "header", "date_form", "id_form", "values"}, at)
    name = data.get("id", "")
    if name not in known:
        raise _wrong(at, f"no column '{name}'; there are: {', '.join(known)}")
    if not isinstance(data.get("values", {}), Mapping):
        raise _wrong(at, "values must be a mapping of our value to theirs")
    if data.get("id_form", "plain") not in _ID_FORMS:
        raise _wrong(at, f"id_form must be one of {', '.join(_ID_FORMS)}")
    return ProfileColumn(
        known[name], data.get("header", name), data.get("date_form", "iso"), data.get("id_form", "plain"),
        data.get("values", {}),
    )  # fmt: skip


def _rules(name: str, data: Mapping[str, Any]) -> DeliveryRules:
    fields = DeliveryRules.__dataclass_fields__
    _only(data, set(fields), f"{name}, rules")
    given: dict[str, Any] = dict(data)
    if "labels" in given:
        given["labels"] = tuple(given["labels"])
    for flag in ("hold_incomplete", "skip_known_visits"):
        given[flag] = _flag(name, data, flag, "yes")
    if "full_list_share" in given:
        try:
            given["full_list_share"] = Decimal(given["full_list_share"])
        except InvalidOperation:
            raise _wrong(name, "full_list_share must be a number such as 0.95") from None
    rules = DeliveryRules(**given)
    try:
        delivery.label_header(rules, "")
    except (KeyError, IndexError, ValueError):
        raise _wrong(name, "label_header may hold {dataset} and {label} alone") from None
    return rules


def _flag(at: str, data: Mapping[str, Any], key: str, default: str) -> bool:
    value = data.get(key, default)
    if value not in ("yes", "no"):
        raise _wrong(at, f'{key} must be "yes" or "no"')
    return bool(value == "yes")


def _only(data: Mapping[str, Any], allowed: set[str], at: str) -> None:
    if not isinstance(data, Mapping):
        raise _wrong(at, "it must be a mapping")
    if unknown := sorted(set(data) - allowed):
        raise _wrong(at, f"unknown {', '.join(unknown)}; allowed: {', '.join(sorted(allowed))}")


def _wrong(at: str, what: str) -> PatternError:
    return PatternError(f"profiles.yml, profile {at}: {what}.")
