"""Water ledgers check themselves: a reading cycle starts where the last one ended, days and readings add up, a meter keeps
its number. What OCR misread is put right only where the neighbours say what it must be, always with the flag
``ocr_repair``; where they do not, the row waits for a person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from extractors.layout import Spot
from extractors.tables.sums import Counted
from records.record import Extraction, Reason, Record, Value

ALIKE = str.maketrans("OQDIlLSZBGg", "00011152869")
_FORMS = ("%m%d%Y", "%m%d%y")
_HOLDS = {"account": 0.7, "meter": 0.6}  # share of a ledger's numbers that have its usual form
_NEAR = 3  # signs of a date that may be misread (of six to eight)
_SAME_LENGTH = 15  # days by which the periods of one ledger differ
_SAME_METER = (2, 4)  # signs by which two readings of a meter's number differ whose counts go on: as a rule, or out of form
_SAME_PLACE = 60.0  # likeness of two readings of an address


@dataclass(slots=True)
class Cell:
    """What the paper shows for a field, before it is understood."""

    text: str
    spots: list[Spot] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """A row of the ledger being built: its record, its cells as printed, and the days it says its period has."""

    counted: Counted
    cells: Mapping[str, Cell]
    days: int | None
    charges: Decimal | None = None  # water and sewer together, where both are printed

    @property
    def record(self) -> Record:
        return self.counted.record

    def day(self, name: str) -> date | None:
        value = self.record.value(name)
        return value if isinstance(value, date) else None

    def amount(self, name: str) -> Decimal | None:
        value = self.record.value(name)
        return value if isinstance(value, Decimal) else None

    def repair(self, name: str, value: Value) -> None:
        """Sets a value that the neighbours prove; what stood there stays as evidence and alternative."""
        found = self.record.fields.get(name)
        if found is None:
            cell = self.cells.get(name, Cell(""))
            model = next(iter(self.record.fields.values()))
            known = [s.word.confidence for s in cell.spots if s.word.confidence is not None]
            rule = re.sub(r"[^/@]+@", f"{name}@", model.rule)
            found = Extraction(name, None, self.counted.row.evidence(cell.spots), min(known, default=0.5), 0.9, rule)
        before = () if found.value is None else (str(found.value),)
        flags = tuple(dict.fromkeys((*found.flags, "ocr_repair")))
        finding = min(found.finding or 0.0, 0.9)
        others = (*before, *found.alternatives)
        record = self.record.having(replace(found, value=value, finding=finding, flags=flags, alternatives=others))
        self.counted.record = replace(record, reasons=tuple(r for r in record.reasons if (r.field, r.code) != (name, "missing")))

    def doubt(self, name: str, detail: str) -> None:
        self.counted.record = self.record.doubting(Reason(name, "check", detail))


def settle(rows: Sequence[Reading]) -> None:
    """Checks all rows that OCR read against their neighbours; repairs or doubts them in place."""
    if not any(r.counted.row.ocr for r in rows):
        return
    _formed(rows, "account")
    form = _formed(rows, "meter")
    lengths = [(e - s).days for r in rows if (s := r.day("period_start")) and (e := r.day("period_end")) and e > s]
    usual = median(lengths) if len(lengths) >= 4 else None
    for chain in chains(rows):
        _meters(chain, form)
        _places(chain)
        for at, row in enumerate(chain):
            if row.counted.row.ocr:
                before, after = chain[at - 1] if at else None, chain[at + 1] if at + 1 < len(chain) else None
                _dates(row, before, after, usual)


def chains(rows: Sequence[Reading]) -> Iterator[list[Reading]]:
    """Runs of rows of one meter: same account, and a reading that goes on or a number that is nearly the same."""
    chain: list[Reading] = []
    for row in rows:
        if chain and not _goes_on(chain[-1], row):
            yield chain
            chain = []
        chain.append(row)
    if chain:
        yield chain


def _goes_on(one: Reading, other: Reading) -> bool:
    if one.record.text("account") != other.record.text("account"):
        return False
    left, right = _bare(one.record.text("meter")), _bare(other.record.text("meter"))
    continues = one.amount("current_reading") is not None and one.amount("current_reading") == other.amount("previous_reading")
    most = _SAME_METER[_shape(left) != _shape(right)]
    return left == right or (continues and Levenshtein.distance(left, right) <= most)


def _bare(text: str) -> str:
    return re.sub(r"^[^A-Za-z0-9]+|[^A-Za-z0-9]+$", "", text)


def _shape(text: str) -> str:
    return re.sub(r"[A-Za-z]", "A", re.sub(r"\d", "9", text))


def _formed(rows: Sequence[Reading], name: str) -> str:
    """Numbers of accounts, or of meters, of a ledger have one form; one that OCR gave another is mended by look-alikes, by
    leaving out what stands beside it or by joining its pieces. Where that fails an account is doubted. Gives the form, '' where
    there is none."""
    shapes = Counter(_shape(t) for t in {r.record.text(name) for r in rows} if t)
    if not shapes:
        return ""
    usual, count = shapes.most_common(1)[0]
    firm = count >= 4 and count >= _HOLDS[name] * shapes.total()
    for row in rows:
        text = row.record.text(name)
        if not text or not row.counted.row.ocr or _shape(text) == usual:
            continue
        plain = _bare(text)
        tries = [plain, plain.translate(ALIKE), *map(_bare, plain.split()), re.sub(r"\s", "", plain)]
        fits = list(dict.fromkeys(t for t in tries if _shape(t) == usual))
        if fits and (firm or fits[0] == plain):
            row.repair(name, fits[0])
        elif firm and name == "account":
            row.doubt(name, f"'{text}' is not in the form of the other accounts ({usual})")
        elif plain != text:
            row.repair(name, plain)
    return usual if firm else ""


def _places(chain: Sequence[Reading]) -> None:
    """A meter stays where it is: of several readings of its address the most frequent is taken, or none where they tie."""
    said = Counter(t for r in chain if (t := r.record.text("location")))
    if len(said) < 2:
        return
    (best, count), (_, second) = said.most_common(2)
    for row in chain:
        text = row.record.text("location")
        found = row.record.fields.get("location")
        if text == best or found is None or not row.counted.row.ocr or fuzz.ratio(text, best) < _SAME_PLACE:
            continue
        if count > second and count > 1:
            row.repair("location", best)
        else:
            row.doubt("location", f"the address of one meter is read as {' and '.join(sorted(said))}")


def _meters(chain: Sequence[Reading], usual: str) -> None:
    said = Counter(t for r in chain if (t := _bare(r.record.text("meter"))))
    if not said:
        return
    regular = {t for t in said if usual and _shape(t) == usual} or set(said)
    ranked = Counter({t: n for t, n in said.items() if t in regular}).most_common(2)
    tied = len(ranked) > 1 and ranked[0][1] == ranked[1][1]
    for row in chain:
        text = row.record.text("meter")
        if not text or not row.counted.row.ocr:
            continue
        if tied:
            row.doubt("meter", f"the number of one meter is read as {' and '.join(sorted(said))}")
        if (chosen := _bare(text) if tied else ranked[0][0]) != text:
            row.repair("meter", chosen)


def _dates(row: Reading, before: Reading | None, after: Reading | None, usual: float | None) -> None:
    start, end, days = row.day("period_start"), row.day("period_end"), row.days
    if "period_start" not in row.cells or "period_end" not in row.cells:
        return
    joint = before.day("period_end") if before else None
    onward = after.day("period_start") if after else None
    agreed = joint in (None, start) and onward in (None, end)
    if start and end and agreed and _support(start, end, row, None, None, None) == (0 if days is None else 1):
        return
    starts = {d for d in (start, joint) if d} | ({e - timedelta(days) for e in (end, onward) if e} if days else set())
    ends = {d for d in (end, onward) if d} | ({s + timedelta(days) for s in (start, joint) if s} if days else set())
    scored = sorted(
        (
            (_support(s, e, row, joint, onward, usual) + _own(s, start) + _own(e, end), s, e)
            for s in starts
            for e in ends
            if s < e
        ),
        reverse=True,
    )
    best = scored[0] if scored else None
    second = scored[1][0] if len(scored) > 1 else 0.0
    if best is not None and best[0] - second >= 0.5 and best[0] >= 2:
        for name, value, own, other in (("period_start", best[1], start, joint), ("period_end", best[2], end, onward)):
            proofs = (other == value) + (days is not None and (best[2] - best[1]).days == days)
            if value != own and proofs and (_looks_like(row.cells[name].text, value) or proofs > 1):
                row.repair(name, value)
    start, end = row.day("period_start"), row.day("period_end")
    for name, found in (("period_start", start), ("period_end", end)):
        if found is None and re.search(r"\w", row.cells[name].text):
            row.doubt(name, f"'{row.cells[name].text}' is no date")
    if start and end and days is not None and (end - start).days != days:
        row.doubt("period_end", f"{start} to {end} is not {days} days")
    elif start and joint and start != joint:
        row.doubt("period_start", f"the period starts on {start}, the one before ended on {joint}")


def _support(
    start: date, end: date, row: Reading, joint: date | None, onward: date | None, usual: float | None
) -> float:
    """How much speaks for a period, apart from its own words: the days printed, the neighbours, the usual length."""
    length = (end - start).days
    by_days = row.days is not None and length == row.days
    return by_days + (joint == start) + (onward == end) + 0.5 * (usual is not None and abs(length - usual) <= _SAME_LENGTH)


def _own(value: date, read: date | None) -> float:
    return 1.0 if value == read else 0.0


def _looks_like(text: str, value: date) -> bool:
    """Could the text be this date, with a few signs misread or lost?"""
    plain = re.sub(r"[^A-Za-z0-9]", "", text)
    plain = plain.translate(ALIKE)
    loose = (f"{value.month}{value.day}{value.year}", f"{value.month}{value.day}{value.year % 100:02d}")
    return any(Levenshtein.distance(plain, form) <= _NEAR for form in (*(value.strftime(f) for f in _FORMS), *loose))
