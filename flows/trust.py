"""How right the data is, as far as people have looked: the state of every claim, samples, checks, gates closed and reopened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from extractors.confidence import Calibration, gates
from flows.crossings import calibration_of, close_breaches, cross_all, rows_of
from records.decision import Decision
from records.decision import standing as in_force
from records.errors import SetupError
from records.settings import City
from records.settle import WHOLE, region_of, seen_value
from records.standing import (
    BLIND_SHARE,
    FIRST_SAMPLE,
    Price,
    Row,
    Standing,
    draw_audit,
    draw_pages,
    draw_proof,
    new_layouts,
    pace,
    price,
    sample,
    standing,
)
from records.trust import CLAIM_WORDS, CLAIMS, NO_RECORD, Check, Claim, GateAct, Member, Purpose, Sample, name_of
from store import Store, StoredDocument

SEED = "lotline"
_MOST_LAYOUTS = 10


@dataclass(frozen=True, slots=True)
class Trust:
    """The whole picture. ``new_layouts``: layout -> documents and the day the first of them came; ``examples``: layout -> one of
    its files; ``held``: rows of such a layout that people must see before others leave, 0 = they are not held back."""

    claims: tuple[Standing, ...]
    new_layouts: Mapping[str, tuple[int, str]]
    pages: tuple[int, int, int]  # audited, records on them, missed
    second: tuple[int, int]  # agree, made
    origin: str
    examples: Mapping[str, str] = field(default_factory=dict)
    held: int = 0

    def lines(self) -> list[str]:
        """The same for a person."""
        told = []
        for s in self.claims:
            gate = "no gate" if s.least is None else f"from confidence {s.least:.3f}"
            told.append(f"{CLAIM_WORDS[s.claim]}: {s.released} released by themselves, {gate}")
            told.append(f"    {s.says()}")
            told += [f"    layout {n or 'unnamed'}: {count} released, {p.says()}" for n, count, p in s.layouts if p.checked]
        told += self._layouts()
        audited, on_them, missed = self.pages
        told.append(
            f"Whole pages looked at: {audited}, {missed} of {on_them + missed} records were missed"
            if audited else "Whole pages looked at: none yet"
        )  # fmt: skip
        agree, made = self.second
        told.append(f"Decisions read a second time: {made}, {agree} agree" if made else "Decisions read a second time: none yet")
        return told

    def _layouts(self) -> list[str]:
        """What is new, the most frequent first."""
        some = sorted(self.new_layouts.items(), key=lambda layout: (-layout[1][0], layout[0]))
        told = [
            f"New layout {layout or 'unnamed'}: {_files(documents)}{f' since {since}' if since else ''}, "
            f"such as {self.examples[layout]}"
            for layout, (documents, since) in some[:_MOST_LAYOUTS]
        ]
        if len(some) > _MOST_LAYOUTS:
            told.append(f"and {len(some) - _MOST_LAYOUTS} more new layouts (--json names all)")
        if some and self.held:
            told.append(f"Their rows wait until people have seen {self.held} of a layout (trust.hold_new_layouts, lotline.toml).")
        elif some:
            told.append("Their rows leave like all others; trust.hold_new_layouts in lotline.toml can hold them back.")
        return told

    def as_json(self) -> dict[str, object]:
        """Plain data for ``--json``."""
        data = asdict(self)
        for told, s in zip(data["claims"], self.claims, strict=True):
            told["says"] = s.says()
        return data


def trust(store: Store, city: City, documents: Iterable[StoredDocument] | None = None) -> Trust:
    """The state of every claim of the whole database; ``documents`` are all of it, where they are at hand."""
    rows, book, calibration = rows_of(store, documents=documents), store.trust.book(), calibration_of(store)
    kinds = gates(calibration, city.gates, tuple(book.closed))
    seen = store.trust.first_seen()
    fresh = {}
    for layout, files in new_layouts(rows.values()).items():
        days = sorted(seen[r.sha256][:10] for r in rows.values() if r.layout == layout and r.sha256 in seen)
        fresh[layout] = (files, days[0] if days else "")
    audits, readings = book.page_audits, book.second_readings
    return Trust(
        tuple(
            standing(claim, city.gates[claim], _least(calibration, claim, city), book, rows, calibration.origin)
            for claim in CLAIMS
            if claim in city.gates and (claim == "code" or claim in kinds)
        ),
        fresh,
        (len(audits), sum(a.recorded for a in audits), sum(n for a in audits for n in a.missed.values())),
        (sum(r.agrees for r in readings), len(readings)),
        calibration.origin,
        _examples(store, rows.values(), fresh),
        city.hold_new_layouts,
    )


def _examples(store: Store, rows: Iterable[Row], layouts: Iterable[str]) -> dict[str, str]:
    """The first file of each layout by name."""
    paths, wanted = store.paths(), frozenset(layouts)
    found: dict[str, str] = {}
    for row in rows:
        path = min(paths.get(row.sha256, ("",)))
        if row.layout in wanted and path and path < found.get(row.layout, "\U0010ffff"):
            found[row.layout] = path
    return {layout: found.get(layout, "a file that is gone") for layout in wanted}


def prices(store: Store, city: City) -> list[Price]:
    """What proving each target still costs."""
    seconds = pace(store.trust.book())
    return [price(s, seconds) for s in trust(store, city).claims if s.released]


def draw(
    store: Store,
    city: City,
    purpose: Purpose,
    by: str,
    size: int | None = None,
    seed: str = SEED,
    claims: Sequence[Claim] = CLAIMS,
) -> Sample:
    """Draws a sample and keeps it. Rows that were checked already and still read the same are not drawn for proof again.

    Raises SetupError where there is nothing to draw from."""
    rows = [r for r in rows_of(store).values() if not (purpose == "proof" and r.seen)]
    at = datetime.now(UTC)
    if purpose == "proof":
        members = draw_proof(rows, size or FIRST_SAMPLE, seed, claims)
    elif purpose == "audit":
        members = draw_audit(rows)
    elif purpose == "page":
        members = draw_pages(rows, size or 20, seed)
    else:
        members = _blind(store, rows, seed)
    if not members:
        raise SetupError("There is nothing to draw from: no released rows that were not looked at yet. Run lotline run first.")
    drawn = sample(purpose, seed, members, at, by)
    store.trust.save_sample(drawn)
    return drawn


def record_check(
    store: Store,
    city: City,
    record_id: str,
    wrong: Mapping[str, str],
    by: str,
    at: datetime,
    sample_id: str = "",
    seconds: float | None = None,
    note: str = "",
) -> Check:
    """Keeps one verdict, corrects the data where it says so, and closes the gate where it is a breach."""
    case = store.desk.cases([record_id]).get(record_id)
    if case is None:
        raise SetupError(f"There is no record {record_id}: take the id from a CSV or from the sample.")
    row = rows_of(store, [case.sha256])[record_id]
    made = Check(
        name_of("check", sample_id, record_id, by, at.isoformat()), record_id, case.record.kind, wrong, row.shown, by, at,
        sample_id, seconds, note,
    )  # fmt: skip
    store.trust.check([made])
    decisions = [
        Decision(
            name_of("decision", made.check_id, name), record_id, name,
            "not_a_record" if name == NO_RECORD else "correct", value, seen_value(case.record, name),
            region_of(case.record, name), by, at, note or "found by a check",
        )
        for name, value in sorted(wrong.items())
    ]  # fmt: skip
    if decisions:
        store.decide(decisions)
    if close_breaches(store, city, at) or decisions:
        cross_all(store, city)
    return made


def reopen(store: Store, city: City, claim: str, why: str, by: str) -> None:
    """Opens a gate that a breach closed, on a person's word. Raises SetupError for one that is not closed or without a why."""
    at = datetime.now(UTC)
    if claim not in CLAIMS:
        raise SetupError(f"There is no gate '{claim}': use one of {', '.join(CLAIMS)}.")
    if claim not in store.trust.book().closed:
        raise SetupError(f"The gate of {claim} is not closed; lotline trust shows which are.")
    if not why.strip():
        raise SetupError('Say why it may be opened: --why "the column that was misread is mapped now".')
    store.trust.act_on_gate(GateAct(name_of("reopen", claim, by, at.isoformat()), claim, "reopen", why, by, at))
    cross_all(store, city)


def _blind(store: Store, rows: Sequence[Row], seed: str) -> tuple[Member, ...]:
    """People's decisions on single fields that a second person should read again: a share, drawn by hash."""
    known = {r.record_id: r for r in rows}
    read = {r.decision_id for r in store.trust.book().second_readings}
    by_record: dict[str, list[Decision]] = {}
    for decision in store.decisions():
        by_record.setdefault(decision.record_id, []).append(decision)
    chosen = []
    for record_id, made in sorted(by_record.items()):
        row = known.get(record_id)
        for name, d in sorted(in_force(made).items()):
            if row is None or name == WHOLE or d.action not in ("confirm", "correct") or d.decision_id in read:
                continue
            if int(name_of(seed, d.decision_id), 16) / 16**16 < BLIND_SHARE:
                chosen.append(Member(row.kind, row.sha256, row.layout, record_id, row.page, d.decision_id))
    return tuple(chosen)


def _least(calibration: Calibration, claim: Claim, city: City) -> float | None:
    model = calibration.claims.get(claim)
    return None if model is None else model.least(city.gates[claim])


def _files(count: int) -> str:
    return "1 document" if count == 1 else f"{count} documents"
