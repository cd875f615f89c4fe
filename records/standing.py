"""What the checks say of the data as it stands: verdicts that still hold, breaches, and the next sample. Pure functions."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from records.proof import Proof, checks_needed, percent, prove, upper_bound
from records.trust import CLAIMS, Book, Check, Claim, Member, Purpose, Sample, name_of
from records.vocabulary import KINDS, Kind

RANDOM: Final = ("proof", "audit")
"""Samples whose checks count for a proof: drawn by chance. What somebody happened to look at proves nothing of the rest."""

FIRST_SAMPLE: Final = 150
"""Rows of the first sample: an hour's work, enough to prove 2 % of one kind if nothing is wrong."""
AUDIT_SHARE: Final = 0.02
"""Share of released rows that is looked at whatever was proven."""
NEW_AUDIT_SHARE: Final = 0.1
"""The same for a layout of which people have seen too little."""
KNOWN_LAYOUT: Final = 10
"""Rows of a layout that a person checked or decided from which on it is not new any more."""
BLIND_SHARE: Final = 0.05
"""Share of people's decisions that a second person reads again."""
_FEWEST_WRONG: Final = 2
SECONDS_A_CHECK: Final = 25.0
"""Time one check takes, until the desk has measured it."""

State = Literal["proven", "unproven", "closed"]


@dataclass(frozen=True, slots=True)
class Row:
    """A record as far as trust goes. ``released``: it left by itself, no person decided on it. ``shown``: the machine's
    values in export form. ``seen``: a person decided on it or checked it."""

    record_id: str
    kind: Kind
    sha256: str
    layout: str
    page: int | None
    shown: Mapping[str, str]
    released: bool
    seen: bool = False

    def has(self, claim: Claim) -> bool:
        """Whether the row makes this claim."""
        if claim == "code":
            return self.kind == "violation" and self.shown.get("code_basis") == "inferred"
        return self.kind == claim


@dataclass(frozen=True, slots=True)
class Verdict:
    """A check that still holds of what the machine says now."""

    right: bool
    row: Row
    check: Check


@dataclass(frozen=True, slots=True)
class Standing:
    """How one claim stands. ``first_sample``: whether a person has gone through all rows of a first sample of it."""

    claim: Claim
    target: float
    least: float | None  # where its gate stands
    released: int
    proof: Proof
    state: State
    why: str = ""
    first_sample: bool = False
    layouts: tuple[tuple[str, int, Proof], ...] = ()  # layout, rows released, proof
    origin: str = ""

    def says(self) -> str:
        """One line: what is proven, of how many."""
        if self.state == "closed":
            return f"closed: {self.why}"
        if self.state == "proven":
            return f"{self.proof.says()} (target {percent(self.target)})"
        shipped = f"; confidence from {self.origin}" if self.origin else ""
        return f"unproven: {self.proof.says()} (target {percent(self.target)}){shipped}"


def verdicts(book: Book, rows: Mapping[str, Row], claim: Claim) -> list[Verdict]:
    """The latest check of each record of this claim, where it was drawn by chance and the machine still says the same."""
    chance = {s.sample_id for s in book.samples if s.purpose in RANDOM}
    found = []
    for record_id, check in book.latest_checks().items():
        row = rows.get(record_id)
        if row is None or not row.has(claim) or check.sample_id not in chance or claim not in check.claims():
            continue
        if check.holds(row.shown, claim):
            found.append(Verdict(check.right(claim), row, check))
    return found


def standing(
    claim: Claim, target: float, least: float | None, book: Book, rows: Mapping[str, Row], origin: str = ""
) -> Standing:
    """How one claim stands now."""
    mine = [r for r in rows.values() if r.has(claim)]
    found = verdicts(book, rows, claim)
    proof = prove((v.right, v.row.sha256) for v in found)
    released = Counter(r.layout for r in mine if r.released)
    layouts = tuple(
        (layout, released[layout], prove((v.right, v.row.sha256) for v in found if v.row.layout == layout))
        for layout in sorted({r.layout for r in mine}, key=lambda name: (-released[name], name))
    )
    closed = book.closed.get(claim)
    state: State = "closed" if closed else "proven" if proof.meets(target) else "unproven"
    return Standing(
        claim, target, least, released.total(), proof, state, closed.why if closed else "",
        _first_sample_done(book, rows, claim), layouts, origin,
    )  # fmt: skip


def breach(claim: Claim, target: float, book: Book, rows: Mapping[str, Row]) -> str:
    """Why the gate of this claim has to be closed now; '' = it need not. One wrong row closes nothing: it may be the one that
    the target allows. Checks made before the gate was last reopened were known to the person who reopened it."""
    if claim in book.closed:
        return ""
    since = max((a.at for a in book.gate_acts if a.claim == claim and a.act == "reopen"), default=None)
    found = [v for v in verdicts(book, rows, claim) if since is None or v.check.at > since]
    proof = prove((v.right, v.row.sha256) for v in found)
    if proof.wrong < _FEWEST_WRONG:
        return ""
    if proof.least > target:
        return f"{proof.wrong} wrong of {proof.checked} checked: at least {percent(proof.least)}, {percent(target)} allowed"
    released = sum(r.released and r.has(claim) for r in rows.values())
    if proof.wrong > target * max(released, proof.checked):
        return f"{proof.wrong} wrong rows among {max(released, proof.checked)} released are more than {percent(target)} already"
    return ""


def seen_of_layouts(rows: Iterable[Row]) -> Counter[str]:
    """Layout -> how many of its rows people have decided on or checked."""
    seen: Counter[str] = Counter()
    for row in rows:
        seen[row.layout] += row.seen
    return seen


def new_layouts(rows: Iterable[Row]) -> dict[str, int]:
    """Layouts of which people have seen too few rows -> how many documents there are of it."""
    rows = list(rows)
    seen, documents = seen_of_layouts(rows), defaultdict[str, set[str]](set)
    for row in rows:
        documents[row.layout].add(row.sha256)
    return {layout: len(some) for layout, some in sorted(documents.items()) if seen[layout] < KNOWN_LAYOUT}


def draw_proof(rows: Sequence[Row], size: int, seed: str, claims: Sequence[Claim] = CLAIMS) -> tuple[Member, ...]:
    """About ``size`` released rows, shared among the claims and within each among its layouts in proportion, at least one a
    layout. The same rows and seed give the same sample; a larger one holds the smaller."""
    wanted = [c for c in claims if any(r.released and r.has(c) for r in rows)]
    taken: dict[str, Member] = {}
    left = size
    for position, claim in enumerate(sorted(wanted, key=lambda c: sum(r.has(c) for r in rows))):
        mine = [r for r in rows if r.released and r.has(claim) and r.record_id not in taken]
        share = -(-left // (len(wanted) - position))
        chosen = _stratified(mine, min(share, len(mine)), seed)
        left -= len(chosen)
        taken |= {r.record_id: Member(r.kind, r.sha256, r.layout, r.record_id, r.page) for r in chosen}
    return tuple(sorted(taken.values(), key=lambda m: (KINDS.index(m.kind), m.sha256, m.page or 0, m.record_id)))


def draw_audit(rows: Sequence[Row], share: float = AUDIT_SHARE, new: float = NEW_AUDIT_SHARE) -> tuple[Member, ...]:
    """The standing audit: released rows whose id falls into the share, the larger one for layouts not known yet."""
    unknown = new_layouts(rows)
    return tuple(
        Member(r.kind, r.sha256, r.layout, r.record_id, r.page)
        for r in sorted(rows, key=lambda r: r.record_id)
        if r.released and _chance("audit", r.record_id) < (new if r.layout in unknown else share)
    )


def draw_pages(rows: Sequence[Row], size: int, seed: str) -> tuple[Member, ...]:
    """Whole pages that hold released rows, one document after the other, so that a long list does not fill the sample."""
    pages: dict[str, dict[int, Row]] = defaultdict(dict)
    for row in rows:
        if row.released and row.page is not None:
            pages[row.sha256].setdefault(row.page, row)
    turn = []
    for sha, of in pages.items():
        by_chance = sorted((_chance(seed, sha, str(page)), page) for page in of)
        turn += [(i, _chance(seed, sha), sha, page) for i, (_, page) in enumerate(by_chance)]
    turn.sort()
    chosen = [pages[sha][page] for _, _, sha, page in turn[:size]]
    return tuple(Member(r.kind, r.sha256, r.layout, "", r.page) for r in chosen)


def sample(purpose: Purpose, seed: str, members: tuple[Member, ...], at: datetime, by: str, note: str = "") -> Sample:
    """A sample under its own name: drawn again it is the same one."""
    ids = ",".join(m.record_id or m.decision_id or f"{m.sha256}:{m.page}" for m in members)
    return Sample(name_of("sample", purpose, seed, ids), purpose, seed, at, by, members, note)


@dataclass(frozen=True, slots=True)
class Price:
    """What proving a target costs. ``more``: checks still to make if nothing else is wrong; None: more than there are rows."""

    claim: Claim
    target: float
    proof: Proof
    more: int | None
    minutes: int
    reach: tuple[tuple[int, float], ...]  # checks in all, bound they would reach with no further wrong row
    needed: int = 0  # checks in all that the target takes
    released: int = 0


def price(stands: Standing, seconds: float, totals: Sequence[int] = (50, 150, 300, 600, 1000)) -> Price:
    """What is still to be done for one claim, at the pace measured."""
    proof = stands.proof
    needed = checks_needed(stands.target, proof.wrong, proof.effect)
    more = max(0, needed - proof.checked)
    possible = sorted({n for n in (*totals, stands.released) if proof.checked <= n <= stands.released})
    reach = tuple((n, upper_bound(proof.wrong / proof.effect, n / proof.effect)) for n in possible)
    return Price(
        stands.claim, stands.target, proof, more if needed <= stands.released else None, round(more * seconds / 60), reach,
        needed, stands.released,
    )  # fmt: skip


def pace(book: Book) -> float:
    """Seconds one check takes: the median of those measured, else what is assumed."""
    timed = sorted(c.seconds for c in book.checks if c.seconds is not None and c.seconds > 0)
    return timed[len(timed) // 2] if timed else SECONDS_A_CHECK


def _first_sample_done(book: Book, rows: Mapping[str, Row], claim: Claim) -> bool:
    checked = book.latest_checks().keys()
    for drawn in book.samples:
        members = [m for m in drawn.members if (row := rows.get(m.record_id)) is not None and row.has(claim)]
        if drawn.purpose == "proof" and members and all(m.record_id in checked for m in members):
            return True
    return False


def _stratified(rows: Sequence[Row], size: int, seed: str) -> list[Row]:
    layouts: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: _chance(seed, r.record_id)):
        layouts[row.layout].append(row)
    total = max(1, len(rows))
    chosen: list[Row] = []
    # The rounding that is left goes to the layouts with the largest remainder, in a fixed order.
    shares = {name: size * len(some) / total for name, some in layouts.items()}
    counts = {name: max(1, int(share)) for name, share in shares.items()}
    for name in sorted(shares, key=lambda n: (int(shares[n]) - shares[n], n)):
        if sum(counts.values()) >= size:
            break
        counts[name] += 1
    for name, some in sorted(layouts.items()):
        chosen += some[: counts[name]]
    return chosen


def _chance(*parts: str) -> float:
    """A number in 0..1 that is always the same for the same parts."""
    return int(hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12], 16) / 16**12
