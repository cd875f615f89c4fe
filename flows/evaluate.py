"""Scores the data against documents that somebody labelled: what was found, what is right, where it goes wrong.

Found: matched to a labelled record of the same file, whatever its fields say. Right: matched, and every key field right. A row
that waits for a person counts as found and right too, but not as released. A file with its copies counts once, as the original.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from flows.labelled import Labelled, load_labelled
from flows.labelled_match import FIELDS, Pair, Row, match
from records.errors import SetupError
from records.export import TABLE_OF
from records.proof import percent, prove
from records.vocabulary import KINDS, Kind

_WORST = 8


@dataclass
class Score:
    """Counts of one slice: labelled records, rows, matched, right, released, and released that are right."""

    true: int = 0
    rows: int = 0
    found: int = 0
    right: int = 0
    released: int = 0
    released_right: int = 0

    @property
    def f1(self) -> float:
        """Of rows that are right: harmonic mean of their share of all rows and of all labelled records."""
        return 2 * self.right / (self.rows + self.true) if self.rows + self.true else 1.0

    def says(self) -> str:
        wrong = self.released - self.released_right
        left = f"{percent(self.released_right / self.true)} of those labelled" if self.true else "none labelled"
        return (
            f"{self.true} labelled, {self.rows} rows: {self.found} found, {self.right} right (F1 {self.f1:.3f}); "
            f"released {self.released}, {wrong} of them wrong; released and right {left}"
        )


@dataclass
class Evaluation:
    """Everything that is told of one comparison. ``slices``: "kind", "kind, layout", "kind, condition" -> score; ``fields``:
    kind -> field -> (right, judged); ``calibration``: (mean confidence, share right, rows) of matched rows; ``changes``: per kind
    and field gains and losses against an earlier export."""

    slices: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    fields: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    calibration: dict[str, list[tuple[float, float, int]]] = field(default_factory=dict)
    brier_skill: dict[str, float | None] = field(default_factory=dict)
    bounds: dict[str, str] = field(default_factory=dict)
    worst: list[tuple[str, int, int]] = field(default_factory=list)  # file, labelled, right
    changes: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    unlabelled: int = 0

    def as_json(self) -> dict[str, object]:
        """Plain data for ``--json``."""
        return asdict(self)

    def lines(self) -> list[str]:
        """The same for a person."""
        told = []
        for name, score in self.slices.items():
            told.append(f"{name}: {score.says()}" if "," not in name else f"    {name}: {score.says()}")
        for kind, says in self.bounds.items():
            told.append(f"{kind} released: {says}")
        for kind, skill in self.brier_skill.items():
            points = ", ".join(f"said {said:.2f} right {right:.2f} ({n})" for said, right, n in self.calibration[kind])
            told.append(f"{kind} calibration: Brier skill {'not measured' if skill is None else f'{skill:.2f}'}; {points}")
        for kind, fields in self.fields.items():
            shown = ", ".join(f"{name} {right}/{n}" for name, (right, n) in fields.items() if n)
            told.append(f"{kind} fields right: {shown}")
        if self.worst:
            told.append("Files with most that is not right:")
            told += [f"    {file}: {right} of {true} right" for file, true, right in self.worst]
        for kind, changed in self.changes.items():
            moved = ", ".join(f"{name} +{up} -{down}" for name, (up, down) in changed.items() if up or down)
            told.append(f"{kind} against the earlier export: {moved or 'nothing moved'}")
        if self.unlabelled:
            told.append(f"{self.unlabelled} rows stand in files that are not labelled; they were left out.")
        return told


def evaluate(labelled: Labelled, export: Path, against: Path | None = None) -> Evaluation:
    """Scores the export in ``export``; ``against`` is an earlier one of the same files. Raises SetupError for a missing CSV."""
    found = Evaluation()
    per_file: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for kind in KINDS:
        pairs, left = _pairs(labelled, export, kind)
        found.unlabelled += left
        _slices(found, labelled, kind, pairs, per_file)
        found.fields[kind] = _fields(kind, pairs)
        matched = [p for p in pairs if p.row is not None and (p.truth is not None or p.released)]
        said = [(p.confidence, p.right) for p in matched]
        if said:
            found.calibration[kind], found.brier_skill[kind] = _bins(said), _skill(said)
            verdicts = [(p.right, p.file) for p in matched if p.released]
            found.bounds[kind] = prove(verdicts).says()
        if against is not None:
            earlier, _ = _pairs(labelled, against, kind)
            found.changes[kind] = _changes(kind, earlier, pairs)
    ranked = sorted(per_file.items(), key=lambda item: (item[1][1] - item[1][0], item[0]))
    found.worst = [(file, true, right) for file, (true, right) in ranked if true > right][:_WORST]
    found.slices = {name: s for name, s in sorted(found.slices.items(), key=lambda i: _order(i[0])) if s.true or s.rows}
    return found


def _pairs(labelled: Labelled, export: Path, kind: Kind) -> tuple[list[Pair], int]:
    rows: dict[str, list[Row]] = defaultdict(list)
    left = 0
    for row in read_rows(export, kind):
        original = labelled.original(row["source_file"])
        if original is None:
            left += 1
        else:
            rows[original].append(row)
    pairs: list[Pair] = []
    for file in labelled.originals:
        pairs += match(kind, file, rows.get(file, []), labelled.records(file, kind), labelled.ignorable(file, kind))
    return pairs, left


def read_rows(export: Path, kind: Kind) -> list[Row]:
    """The rows of one kind of an export."""
    path = export / f"{TABLE_OF[kind]}.csv"
    if not path.is_file():
        raise SetupError(f"{path} is missing: name a folder that lotline run or lotline export wrote, with --include-review.")
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def _slices(
    found: Evaluation, labelled: Labelled, kind: Kind, pairs: Sequence[Pair], per_file: Mapping[str, list[int]]
) -> None:
    for p in pairs:
        about = labelled.about(p.file)
        names = [kind, *(f"{kind}, {what} {about[what]}" for what in ("layout", "condition") if about.get(what))]
        for name in names:
            score = found.slices[name]
            score.true += p.truth is not None
            score.rows += p.row is not None
            score.found += p.row is not None and p.truth is not None
            score.right += p.right
            score.released += p.released
            score.released_right += p.released and p.right
        if p.truth is not None:
            per_file[p.file][0] += 1
            per_file[p.file][1] += p.right


def _fields(kind: Kind, pairs: Sequence[Pair]) -> dict[str, tuple[int, int]]:
    right: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    for p in pairs:
        for name, ok in p.fields.items():
            right[name] += ok
            judged[name] += 1
    return {name: (right[name], judged[name]) for name in FIELDS[kind]}


def _changes(kind: Kind, before: Sequence[Pair], now: Sequence[Pair]) -> dict[str, tuple[int, int]]:
    """Field -> (labelled records for which it is right now and was not, and the other way round)."""
    was = {p.key: p for p in before if p.truth is not None}
    up: Counter[str] = Counter()
    down: Counter[str] = Counter()
    for p in now:
        earlier = was.get(p.key) if p.truth is not None else None
        if earlier is None:
            continue
        for name in ("found", "right", "released", *FIELDS[kind]):
            a, b = _holds(earlier, name), _holds(p, name)
            up[name] += b and not a
            down[name] += a and not b
    return {name: (up[name], down[name]) for name in ("found", "right", "released", *FIELDS[kind])}


def _holds(p: Pair, name: str) -> bool:
    if name in ("found", "right", "released"):
        return {"found": p.row is not None, "right": p.right, "released": p.released and p.right}[name]
    return p.fields.get(name, False)


def _bins(said: Sequence[tuple[float, bool]], bins: int = 5) -> list[tuple[float, float, int]]:
    ordered = sorted(said)
    size = max(1, -(-len(ordered) // bins))
    return [
        (round(sum(c for c, _ in some) / len(some), 3), round(sum(r for _, r in some) / len(some), 3), len(some))
        for some in (ordered[i : i + size] for i in range(0, len(ordered), size))
    ]


def _skill(said: Sequence[tuple[float, bool]]) -> float | None:
    """Brier skill against always saying the share that is right; None where all are alike."""
    share = sum(r for _, r in said) / len(said)
    plain = share * (1 - share)
    return None if not plain else round(1 - sum((c - r) ** 2 for c, r in said) / len(said) / plain, 4)


def _order(name: str) -> tuple[int, bool, str]:
    kind = name.split(",")[0]
    return KINDS.index(kind), "," in name, name


def evaluate_home(home: object, truth: Path, export: Path | None, against: Path | None) -> Evaluation:
    """The same for a city's home: without ``export``, what the database says now is written out and scored."""
    import tempfile

    from flows.deliver import export_all
    from flows.home import Home

    assert isinstance(home, Home)
    labelled = load_labelled(truth)
    if export is not None:
        return evaluate(labelled, export, against)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "now"
        export_all(home, out, profile="internal", parcels=None, log=None, include_review=True)
        return evaluate(labelled, out, against)
