"""What people do so that the data can be believed: samples drawn, rows checked, pages audited, decisions read a second time,
gates closed and reopened. All of it is appended, never edited."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from records.routing import REQUIRED
from records.vocabulary import Kind

Claim = Literal["inspection", "violation", "tax", "water", "code"]
"""What is claimed to be right often enough: rows of a kind, or codes that the machine assigned where nothing was cited."""
CLAIMS: Final[tuple[Claim, ...]] = get_args(Claim)

CLAIM_WORDS: Final[Mapping[Claim, str]] = {
    "inspection": "inspections", "violation": "violations", "tax": "tax rows", "water": "water rows",
    "code": "codes assigned by machine",
}  # fmt: skip

Purpose = Literal["proof", "audit", "page", "blind"]
"""proof: released rows, stratified; audit: the standing share of released rows; page: whole pages; blind: people's decisions."""

KEY_FIELDS: Final[Mapping[Claim, tuple[str, ...]]] = {
    "inspection": REQUIRED["inspection"],
    "violation": ("parcel_id", "inspection_date", "status"),
    "tax": REQUIRED["tax"],
    "water": REQUIRED["water"],
    "code": ("code", "category"),
}
"""What has to be right for a row to count as right; a violation's code too where it was cited. Other fields that a person
corrects (a location, an owner's name) are counted per field, not against the row."""

NO_RECORD: Final = ""
"""The field under which a check says that there is no such record on the paper."""


@dataclass(frozen=True, slots=True)
class Member:
    """One thing to look at: a record, a page (``record_id`` ''), or the decision on a record. ``kind`` is the record's, or
    the page's kind of document."""

    kind: str
    sha256: str
    layout: str
    record_id: str = ""
    page: int | None = None
    decision_id: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn at one time. The same rows and the same ``seed`` draw the same sample."""

    sample_id: str
    purpose: Purpose
    seed: str
    drawn_at: datetime
    drawn_by: str
    members: tuple[Member, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One person's verdict on one released record. ``wrong``: field -> its right value as a person reads it (export form);
    empty = all right; ``{NO_RECORD: ''}`` = no such record. ``seen``: the values on screen. ``seconds``: how long it took."""

    check_id: str
    record_id: str
    kind: Kind
    wrong: Mapping[str, str]
    seen: Mapping[str, str]
    by: str
    at: datetime
    sample_id: str = ""
    seconds: float | None = None
    note: str = ""

    def claims(self) -> tuple[Claim, ...]:
        """What this check speaks of: its kind, and machine-assigned codes where the record has one."""
        return (self.kind, "code") if self.kind == "violation" and self.seen.get("code_basis") == "inferred" else (self.kind,)

    def right(self, claim: Claim) -> bool:
        """Whether the record is right as far as ``claim`` goes."""
        if NO_RECORD in self.wrong:
            return False
        keys = KEY_FIELDS[claim]
        if claim == "violation" and self.seen.get("code_basis") != "inferred":
            keys = (*keys, *KEY_FIELDS["code"])
        return not any(name in self.wrong for name in keys)

    def holds(self, shown: Mapping[str, str], claim: Claim) -> bool:
        """Whether the machine still says what was checked: a verdict on another reading proves nothing about this one."""
        keys = (*KEY_FIELDS[claim], *(("code",) if self.kind == "violation" else ()))
        return all(self.seen.get(name, "") == shown.get(name, "") for name in keys if name in self.seen or name in shown)


@dataclass(frozen=True, slots=True)
class PageAudit:
    """"Is everything on this page recorded?" ``recorded``: records that stand on it; ``missed``: kind -> how many do not."""

    audit_id: str
    sha256: str
    page: int
    recorded: int
    missed: Mapping[str, int]
    by: str
    at: datetime
    sample_id: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SecondReading:
    """What a second person reads where a first decided, without having seen the first answer."""

    reading_id: str
    decision_id: str
    value: str
    agrees: bool
    by: str
    at: datetime
    sample_id: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class GateAct:
    """A gate closed by a breach (``by`` "lotline") or reopened by a person with a reason."""

    act_id: str
    claim: Claim
    act: Literal["close", "reopen"]
    why: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Book:
    """All that people did for the proof, each in the order it was done."""

    samples: tuple[Sample, ...] = ()
    checks: tuple[Check, ...] = ()
    page_audits: tuple[PageAudit, ...] = ()
    second_readings: tuple[SecondReading, ...] = ()
    gate_acts: tuple[GateAct, ...] = ()

    @property
    def closed(self) -> Mapping[Claim, GateAct]:
        """Claims whose gate is closed, with the act that closed it."""
        last: dict[Claim, GateAct] = {}
        for act in self.gate_acts:
            last[act.claim] = act
        return {claim: act for claim, act in last.items() if act.act == "close"}

    def latest_checks(self) -> dict[str, Check]:
        """The check that stands for each record: the latest."""
        return {check.record_id: check for check in self.checks}


def name_of(*parts: str) -> str:
    """The id of an act: the same act has the same id, so that a repeated request doubles nothing."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:16]
