"""A preview in words: what people verified first, then rows by kind with examples, queue and released rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from flows.preview_diff import Change, Difference, Verified


def lines(found: Difference, examples: int) -> Iterator[str]:
    """The whole preview; ``examples`` rows of each kind are told."""
    yield f"{found.documents} documents looked at in {found.seconds:.0f} s; {found.touched} would come out otherwise."
    yield from (f"  note: {note}" for note in found.notes)
    if found.regressions:
        yield f"WORSE on {len(found.regressions)} values that people verified:"
        yield from _verified(found.regressions, max(examples, 20))
    if found.healed:
        yield f"Now as people said, {len(found.healed)} values:"
        yield from _verified(found.healed, examples)
    for path, before, after in found.kinds[: max(examples, 10)]:
        yield f"  {path}: {before} -> {after or 'nothing'}"
    for name, some in (("gained", found.gained), ("lost", found.lost), ("changed", found.changed)):
        by_kind = Counter(c.kind for c in some)
        told = ", ".join(f"{n} {kind}" for kind, n in sorted(by_kind.items())) or "none"
        yield f"Rows {name}: {told}"
        if name == "changed" and some:
            fields = Counter(f for c in some for f in c.fields)
            yield "  fields: " + ", ".join(f"{f} {n}" for f, n in fields.most_common(10))
        for kind in sorted(by_kind):
            yield from _rows([c for c in some if c.kind == kind][:examples])
    yield "Released: " + _moved(found.released)
    yield "In review: " + _moved(found.queue)
    for path, why in found.problems[:10]:
        yield f"  could not be looked at: {path}: {why}"
    if len(found.problems) > 10:
        yield f"  and {len(found.problems) - 10} more"
    yield "Nothing would change." if found.nothing else "lotline apply does it."


def _verified(some: Sequence[Verified], most: int) -> Iterator[str]:
    for v in some[:most]:
        yield f"  {v.path}: {v.field} is {v.person!r} (said by a person); machine {v.before!r} -> {v.after!r}   [{v.record_id}]"
    if len(some) > most:
        yield f"  and {len(some) - most} more"


def _rows(some: Sequence[Change]) -> Iterator[str]:
    for c in some:
        place = f"{c.path} p{c.page}" if c.page else c.path
        yield f"  {c.kind}  {c.label}   [{place}]"
        for name, (before, after) in list(c.fields.items())[:4]:
            yield f"      {name}: {before[:60] or '(blank)'} -> {after[:60] or '(blank)'}"


def _moved(counts: dict[str, tuple[int, int]]) -> str:
    told = [f"{kind} {a} -> {b} ({b - a:+d})" if a != b else f"{kind} {a}" for kind, (a, b) in counts.items()]
    return ", ".join(told) or "none"
