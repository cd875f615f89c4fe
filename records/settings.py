"""What a city sets once, as plain values. Read from ``lotline.toml`` by the flows; unknown settings fail loudly there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class City:
    """Names and places that differ from city to city. ``patterns`` lists pattern layers, base first."""

    name: str = "Chelsea"
    state: str = "MA"
    zip_codes: tuple[str, ...] = ("02150",)
    patterns: tuple[str, ...] = ("us-ma", "chelsea")
    gap_from: date = date(2018, 7, 1)
    gap_to: date = date(2019, 7, 31)
    parcel_columns: Mapping[str, str] = field(default_factory=dict)  # our name -> the file's column
    log_columns: Mapping[str, str] = field(default_factory=dict)
    gates: Mapping[str, float] = field(
        default_factory=lambda: {"tax": 0.005, "water": 0.005, "inspection": 0.02, "violation": 0.02, "code": 0.05}
    )
    hold_new_layouts: int = 0  # rows of a layout that people must have seen before others of it leave; 0 = none


PARCEL_FIELDS = ("parcel_id", "address", "number", "street", "unit", "owner", "use_code", "units", "loc_id", "aliases")
LOG_FIELDS = ("record_no", "record_type", "opened", "status", "address", "unit", "inspector", "attachments")
"""What ``parcel_columns`` and ``log_columns`` may map."""
