"""Fit the confidence models on labelled documents:
``python -m benchmarks.fit_confidence STORE FOLDER [STORE FOLDER ...] [--others STORE FOLDER ...] [--also STORE FOLDER ...]``.

STORE is the database of a ``lotline run`` over the labelled FOLDER's ``files``. Every row is predicted by models fitted without
its layout (without its document, where a kind has one layout); gates and figures come from those alone. Models, gates,
figures and the hash of the rows go to ``patterns/models/confidence.json``, the reliability plot beside it.

``--others``: folders of papers by other hands, one hand each. All of a folder is left out at once, as one layout, and predicted
by models that never saw that hand; its rows count for gates and figures: what papers of layouts nobody has met deserve.

``--also``: more labelled folders, such as worn copies (``benchmarks.worn_copies``), to learn from; figures and gates are of the
others alone.

``--check`` writes nothing and also fits on the tuning part and measures on the held-out third (the documents whose name's SHA-256
is divisible by three), as sums.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.truth import Judged, judge, load_truth
from extractors.confidence import MODEL_FILE
from extractors.rulebook import pattern_dir
from extractors.trust.fitting import Case, cross_validated, fit, measure, predict
from extractors.trust.report import calibrate
from flows.trust_files import plot, save
from records.trust import Claim
from records.vocabulary import KINDS
from store import Store

HEIGHTS = (0.9, 0.93, 0.95, 0.97, 0.98, 0.99)
"""Gates for which ``--check`` tells what they would release."""
WAITING = ("weak", "unmeasured", "gate_closed")
"""Reasons that come from confidence itself; rows held by others never reach a gate."""


def held_out(name: str) -> bool:
    """A third of the documents, chosen by name, on which nothing was tuned."""
    return int(hashlib.sha256(Path(name).name.encode()).hexdigest(), 16) % 3 == 0


def collect(store: Store, folder: Path) -> list[tuple[Case, bool]]:
    """All records of a labelled folder, judged, and whether they are held out. Records that a crossing found to repeat others
    stay: each was read from its own paper."""
    truths = load_truth(folder)
    cases: list[tuple[Case, bool]] = []
    for document in store.current():
        truth = truths.get(min(document.paths))
        if truth is None or document.outcome is None or truth.get("duplicate_of"):
            continue
        original = truth.get("rescan_of") or truth["file"]
        held = {
            i: any(r.code not in WAITING or r.field == "result" for r in route.reasons) for i, route in document.routes.items()
        }
        for judged in judge(document.outcome.records, truth):
            findings = tuple(r for r in document.outcome.records if r.parent == judged.record.record_id != "")
            clear = not held.get(judged.record.record_id, True)
            case = as_case(judged, findings, f"{folder.name}/{judged.file}", clear)
            cases.append((case, held_out(original)))
    return cases


def as_case(judged: Judged, findings: Sequence[object], document: str, clear: bool) -> Case:
    """A judged record as the fit takes it."""
    record = judged.record
    right: dict[Claim, bool] = {record.kind: judged.right}
    if record.kind == "violation" and record.text("code_basis") == "inferred":
        right = {"violation": judged.right_but_for_code}
        if "category" in judged.fields or "code" in judged.fields:
            right["code"] = judged.fields.get("code", True) and judged.fields.get("category", True)
    return Case(record, judged.fields, right, judged.right, judged.layout, document, tuple(findings), clear)  # type: ignore[arg-type]


def _all(pairs: Sequence[str]) -> list[tuple[Case, bool]]:
    """The rows of several stores, each followed by its labelled folder."""
    rows: list[tuple[Case, bool]] = []
    for database, folder in zip(pairs[::2], pairs[1::2], strict=True):
        with Store.open(database) as store:
            rows += collect(store, Path(folder))
    return rows


def by_hands(cases: Sequence[Case], also: Sequence[Case]) -> list[str]:
    """What a gate at each height would release of papers whose hand, or whose layout, no model had seen."""
    found = cross_validated(cases, also=also).predicted
    lines = []
    for kind in KINDS:
        for whose in ("layouts left out", "hands left out"):
            strange = whose.startswith("hands")
            some = [p for p in found if p.case.record.kind == kind and p.case.layout.startswith("hand ") == strange]
            right = sum(p.case.whole for p in some)
            for least in HEIGHTS if right else ():
                out = [p.case.whole for p in some if p.case.clear and p.confidence >= least]
                if out:
                    share, covered = sum(out) / len(out), sum(out) / right
                    lines.append(
                        f"{whose}: {kind} from {least:.2f}: {len(out)} of {len(some)} released, {len(out) - sum(out)} wrong "
                        f"({share:.3f} right, {covered:.2f} of all right ones)"
                    )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the confidence models on labelled documents.")
    parser.add_argument("pairs", nargs="+", help="database of a run over labelled files, then their folder (with truth/*.json)")
    parser.add_argument("--others", nargs="+", default=[], help="the same of papers by other hands, each left out as a whole")
    parser.add_argument("--also", nargs="+", default=[], help="the same of rows that are learnt from and not measured")
    parser.add_argument("--check", action="store_true", help="write nothing; also fit on tuning, measure on held out")
    arguments = parser.parse_args()
    rows = _all(arguments.pairs)
    also = [case for case, _ in _all(arguments.also)]
    others = [replace(case, layout=f"hand {case.document.split('/')[0]}") for case, _ in _all(arguments.others)]
    cases = [*(case for case, _ in rows), *others]
    made = calibrate(cases, "made-up documents", "python -m benchmarks.fit_confidence", also=also)
    for line in made.lines():
        print(line)  # noqa: T201 - a command's output
    if arguments.check:
        for line in by_hands(cases, also):
            print(line)  # noqa: T201
        models = fit([*(case for case, held in rows if not held), *others, *also])
        unseen = [predict(case, models) for case, held in rows if held]
        for kind in KINDS:
            some = [(p.confidence, p.case.whole) for p in unseen if p.case.record.kind == kind]
            if some:
                print(f"fitted on tuning, measured on held out: {kind} {measure(some)}")  # noqa: T201
        return
    folder = pattern_dir() / "models"
    folder.mkdir(exist_ok=True)
    save(made, folder / MODEL_FILE)
    plot(made, folder / "confidence.svg")


if __name__ == "__main__":
    main()
