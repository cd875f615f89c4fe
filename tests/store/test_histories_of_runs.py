"""Random lives of a document: runs with moved boxes, misread words, re-splitting, findings that go and come, decisions,
group decisions and undos. Whatever happens, ids and decisions hold."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from records.decision import Decision, standing
from records.record import Outcome, Record, Report
from records.settle import region_of, seen_value, settle
from store import Store
from tests.store.made import NOW, SHA, finding, source, visit

PAPER = {
    100.0: "no heat in the front bedroom",
    118.0: "broken window sash kitchen",
    136.0: "mice droppings under sink",
    154.0: "missing smoke detector rear hall",
    172.0: "loose handrail on stairs",
    190.0: "peeling paint at ceiling",
}
"""What really stands on the page, line by line: the truth that ids have to follow."""
LETTERS = {"o": "0", "i": "1", "s": "5"}


class Life(RuleBasedStateMachine):
    """The model keeps, per line of the paper, the id it was first given."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.store = Store.open(self.folder / "a.db")
        self.store.register([source()], "run")
        self.ids: dict[float, str] = {}
        self.records: dict[str, Record] = {}
        self.made: list[Decision] = []
        self.runs = 0
        self.last: tuple[str, Outcome] | None = None

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)

    @rule(
        lines=st.sets(st.sampled_from(sorted(PAPER)), min_size=1),
        shift=st.integers(-4, 4),
        misread=st.sets(st.sampled_from(sorted(LETTERS))),
        two_reports=st.booleans(),
    )
    def run(self, lines: set[float], shift: int, misread: set[str], two_reports: bool) -> None:
        """A new reading or pattern: another shift, other letters misread, other lines found, split otherwise."""
        found = []
        for n, top in enumerate(sorted(lines)):
            words = PAPER[top]
            for letter in misread:
                words = words.replace(letter, LETTERS[letter], 1)
            found.append(finding(n, top + shift, words))
        cut = len(found) // 2 if two_reports else len(found)
        parts = [tuple(found[:cut]), tuple(found[cut:])]
        parts[0] = (visit(), *parts[0])
        outcome = Outcome(
            "housing_inspection",
            tuple(Report(n, "housing_inspection", (1,), (), part) for n, part in enumerate(parts) if part),
        )
        self.runs += 1
        self.last = (f"f{self.runs}", outcome)
        self.store.save_outcome(SHA, *self.last)
        stored = self.store.outcome(SHA)
        assert stored is not None
        inspection, *violations = stored.records
        assert len(violations) == len(lines)
        for top, record in zip(sorted(lines), violations, strict=True):
            assert self.ids.setdefault(top, record.record_id) == record.record_id, "a line of the paper changed its id"
            assert record.parent == inspection.record_id
            assert not record.reasons
            self.records[record.record_id] = record

    @precondition(lambda self: self.last)
    @rule()
    def same_again(self) -> None:
        assert self.last is not None
        before = self.store.outcome(SHA)
        self.store.save_outcome(SHA, *self.last)
        assert self.store.outcome(SHA) == before

    @precondition(lambda self: self.records)
    @rule(data=st.data(), action=st.sampled_from(["confirm", "correct", "not_a_record"]), grouped=st.booleans())
    def decide(self, data: st.DataObject, action: str, grouped: bool) -> None:
        some = st.lists(st.sampled_from(sorted(self.records)), min_size=1, max_size=4 if grouped else 1, unique=True)
        field = "" if action == "not_a_record" else "description"
        act = [
            Decision(
                decision_id=f"d{len(self.made) + n}",
                record_id=record_id,
                field=field,
                action=action,  # type: ignore[arg-type]
                value=f"answer {len(self.made)}" if action == "correct" else "",
                seen_value=seen_value(self.records[record_id], field),
                seen_region=region_of(self.records[record_id], field),
                by="ana",
                at=NOW,
                group=f"g{len(self.made)}" if grouped else "",
            )
            for n, record_id in enumerate(data.draw(some))
        ]
        self.store.decide(act)
        self.store.decide(act)  # a retry
        self.made += act

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        target = data.draw(st.sampled_from(sorted({d.group or d.decision_id for d in self.made})))
        before = {i: standing(self.store.decisions(i)) for i in self.records}
        made = self.store.undo(target, "bo", NOW.replace(microsecond=len(self.made)))
        self.made += made
        touched = {d.record_id for d in made}
        for record_id in self.records.keys() - touched:
            assert standing(self.store.decisions(record_id)) == before[record_id]

    @invariant()
    def nothing_is_lost(self) -> None:
        if not hasattr(self, "store"):
            return
        assert self.store.decisions() == self.made
        for document in self.store.current():
            held = [*document.outcome.records, *document.vanished] if document.outcome else []
            ids = [r.record_id for r in held]
            assert len(ids) == len(set(ids))
            assert set(self.ids.values()) <= set(ids)
            for record in held:
                made = document.decisions.get(record.record_id, ())
                settled = settle(record, made)
                for field, decision in standing(made).items():
                    if field == "description":
                        said = decision.value if decision.action == "correct" else decision.seen_value
                        assert settled.value(field) == said, "a decided value was overwritten"
                    elif field == "":
                        assert settled.rejected


Life.TestCase.settings = settings(
    max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLife = Life.TestCase
