"""What a run ends with: the same facts as a summary a clerk understands and as JSON for a script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.markup import escape
from rich.table import Table

from records.export import TABLE_OF, ExportBundle
from records.record import Reason
from records.trust import CLAIM_WORDS, CLAIMS
from records.vocabulary import KINDS

_KIND_WORDS = {
    "housing_inspection": "housing inspections", "fire_inspection": "fire inspections",
    "tax_delinquency": "tax lists", "water_usage": "water ledgers", "mixed": "several kinds in one file",
    "other": "none of ours",
}  # fmt: skip
_RECORD_WORDS = {"inspection": "inspections", "violation": "violations", "tax": "tax rows", "water": "water rows"}
_MOST = 8


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts and places of one run. ``reasons``: why records wait, most frequent first, in plain words."""

    files: int
    read_now: int  # files worked on in this run; the rest was known
    kinds: Mapping[str, int]
    accepted: Mapping[str, int]
    in_review: Mapping[str, int]
    copies: int
    reasons: tuple[tuple[str, int], ...]
    unreadable: tuple[tuple[str, str], ...]  # (source_file, why)
    partly: tuple[tuple[str, str], ...]  # files of which some pages could not be read
    out: str
    tables: tuple[str, ...] = ()
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    proof: tuple[tuple[str, str], ...] = ()  # claim in words, how it stands: k wrong of n checked, or unproven

    def as_json(self) -> dict[str, object]:
        """Plain data for ``--json``."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Summary:
        """The summary that ``as_json`` gave."""
        pairs = ("reasons", "unreadable", "partly", "proof")
        lists = {name: tuple(tuple(pair) for pair in data[name]) for name in pairs}
        return cls(**{**data, **lists, "tables": tuple(data["tables"]), "notes": tuple(data["notes"])})


def summarise(
    bundle: ExportBundle, out: Path, *, read_now: int, seconds: float, notes: tuple[str, ...] = ()
) -> Summary:
    """The summary of an export that was just written to ``out``."""
    standing = bundle.standing
    waiting = [r for r in standing if r.state == "in_review"]
    why = Counter(words for r in waiting for words in {_why(reason) for reason in r.reasons})
    return Summary(
        files=len(bundle.documents),
        read_now=read_now,
        kinds=dict(Counter(d.doc_type for d in bundle.documents if d.read).most_common()),
        accepted={k: sum(r.kind == k for r in standing if r.state == "accepted") for k in KINDS},
        in_review={k: sum(r.kind == k for r in waiting) for k in KINDS},
        copies=sum(bool(d.duplicate_of) for d in bundle.documents) + _repeated_reports(bundle),
        reasons=tuple(sorted(why.items(), key=lambda item: (-item[1], item[0]))[:_MOST]),
        unreadable=tuple((d.source_file, d.failure or d.reason) for d in bundle.documents if not d.read),
        partly=tuple((d.source_file, d.failure) for d in bundle.documents if d.read and d.failure),
        out=str(out),
        tables=tuple(f"{TABLE_OF[k]}.csv" for k in KINDS),
        seconds=round(seconds, 1),
        notes=notes,
        proof=tuple((CLAIM_WORDS[c], bundle.provenance.standing[c]) for c in CLAIMS if c in bundle.provenance.standing),
    )


_WHY = {
    "missing": "not found on the paper", "conflict": "two readings disagree",
    "unmeasured": "how sure it is could not be measured", "weak": "read, but not surely enough",
    "ambiguous": "several answers fit", "handwritten": "written by hand", "check": "a check did not come out right",
    "possible_copy": "may repeat another report", "unknown_code": "a code that nobody has explained yet",
    "new_layout": "its layout is new and has to be seen first",
    "gate_closed": "checks found too many of its kind wrong",
}  # fmt: skip


def _why(reason: Reason) -> str:
    """A reason without its particulars, which review_queue.csv has."""
    words = _WHY.get(reason.code, reason.code.replace("_", " "))
    return f"{reason.field.replace('_', ' ')}: {words}" if reason.field else words


def _repeated_reports(bundle: ExportBundle) -> int:
    return sum(bool(r.same_as) for r in bundle.records if r.kind == "inspection")


def show(summary: Summary, console: Console) -> None:
    """Prints the summary for a person."""
    console.print(_render(summary))


def _render(s: Summary) -> Group:
    parts: list[Table | str] = []
    known = s.files - s.read_now
    parts.append(f"\n{_files(s.files)} looked at" + (f", {known} of them already known" if known else "") + ".")
    kinds = ", ".join(f"{_KIND_WORDS.get(k, k)} {n}" for k, n in s.kinds.items())
    if kinds:
        parts.append(f"What they are: {kinds}.")
    if s.copies:
        repeat = "repeats" if s.copies == 1 else "repeat"
        parts.append(f"{s.copies} {repeat} a report that is there already; such reports count once.")
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("Records")
    table.add_column("accepted", justify="right")
    table.add_column("for a person to look at", justify="right")
    for kind in KINDS:
        if s.accepted[kind] or s.in_review[kind]:
            table.add_row(_RECORD_WORDS[kind], str(s.accepted[kind]), str(s.in_review[kind]))
    parts.append("")
    parts.append(table if table.row_count else "No records were found.")
    parts += _listed("How right what is accepted is known to be", [f"{claim}: {says}" for claim, says in s.proof])
    parts += _listed("Why records wait (a record may have several reasons)", [f"{n:>5} × {w}" for w, n in s.reasons])
    parts += _listed("Files that could not be read", [f"{f}: {why}" for f, why in s.unreadable])
    parts += _listed("Files read in part", [f"{f}: {why}" for f, why in s.partly])
    parts += [f"\nNote: {note}" for note in s.notes]
    parts.append(f"\nWritten to {s.out} ({', '.join(s.tables)}, review_queue.csv and more) in {s.seconds:.0f} s.")
    return Group(*(_plain(p) for p in parts))


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _listed(title: str, lines: list[str]) -> list[Table | str]:
    if not lines:
        return []
    rest = len(lines) - 2 * _MOST
    shown = lines[: 2 * _MOST] if rest > 0 else lines
    return [f"\n{title}:", *(f"  {line}" for line in shown), *([f"  … and {rest} more, see documents.csv"] if rest > 0 else [])]


def _plain(part: Table | str) -> Table | str:
    """Names of files may hold square brackets, which are mark-up to rich."""
    return part if isinstance(part, Table) else escape(str(part))
