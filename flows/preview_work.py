"""What a child does with one document of a preview: extract it under the changed rules and say only what came out otherwise.

A document that the change can't reach is not worked through: a changed tax file says nothing about an inspection report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from extractors.read.serial import document_from_json, words_from_json
from flows.preview_words import Need, Paper
from flows.work import Desk, Job, prepare
from records.document import SourceFile
from records.record import Outcome

if TYPE_CHECKING:
    from extractors.rulebook import RuleBook

LISTS = {"tax": "tax_delinquency", "water": "water_usage"}
_OF_REPORTS = frozenset({"housing_inspection", "fire_inspection", "other"})
_FINDINGS = ("phrases", "negation", "locations", "results", "statuses", "sentences", "checklists")
"""Pattern files that only reports of findings are read with; lists are told apart before."""


GONE = "its file is not where it was, so it can't be read again"


@dataclass(frozen=True, slots=True)
class Reach:
    """What a change can touch. ``everything``: all documents. Else kinds of document, each where one of its needs is met
    (None: wherever), and papers on which one of ``layouts`` is recognised, before or after."""

    everything: bool = True
    kinds: Mapping[str, tuple[Need, ...] | None] = field(default_factory=dict)
    layouts: frozenset[str] = frozenset()

    def touches(self, kind: str, reading: bytes) -> bool:
        """Whether a document of this kind may come out otherwise for what stands on it, layouts left aside."""
        if self.everything:
            return True
        kinds = self.kinds.keys() if kind == "mixed" else self.kinds.keys() & {kind}
        if any(self.kinds[k] is None for k in kinds):
            return True
        needs = tuple(dict.fromkeys(need for k in kinds for need in self.kinds[k] or ()))
        try:
            return bool(needs) and Paper(words_from_json(reading)).meets(needs)
        except ValueError:  # stored by another version of the reader
            return True


@dataclass(frozen=True, slots=True)
class Scene:
    """The changed world and the one before it."""

    desk: Desk
    before: RuleBook
    reach: Reach


@dataclass(frozen=True, slots=True)
class Look:
    """One document to look at. ``reading`` as stored; None = read it anew from ``file``. ``digest`` is that of what was found
    in it last. ``sure``: it is to be worked through; else only where a changed layout is recognised."""

    source: SourceFile
    file: Path | None
    reading: bytes | None
    digest: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Saw:
    """What came of it: an outcome if it differs from the stored one. ``problem``: it could not be looked at."""

    outcome: Outcome | None = None
    problem: str = ""


def reach_of(sections: Mapping[str, tuple[Need, ...] | None], layouts: frozenset[str], domains: frozenset[str]) -> Reach:
    """What changes in these pattern files (with what each needs to act), layouts and code-book domains can touch."""
    kinds: dict[str, tuple[Need, ...] | None] = {}
    for name, needs in sections.items():
        if name == "codes":  # answers about codes; what they mean is laid into the files of tax and water
            touched = frozenset(LISTS[d] for d in domains if d in LISTS) or frozenset(LISTS.values())
        elif name in LISTS:
            touched = frozenset({LISTS[name], "other"}) | (_OF_REPORTS if needs is not None else frozenset())
        elif name in _FINDINGS:
            touched = _OF_REPORTS
        elif needs is None:
            return Reach()
        else:
            touched = _OF_REPORTS | frozenset(LISTS.values())
        for kind in touched:
            before = kinds.get(kind, ())
            kinds[kind] = None if needs is None or before is None else (*before, *needs)
    return Reach(False, kinds, layouts)


def prepare_look(scene: object) -> Callable[[Look], Saw]:
    """Loads what extraction needs, once per child, and gives the function that looks at one document."""
    from extractors.forms.recognise import fits
    from store.extractions import digest_of

    assert isinstance(scene, Scene)
    do = prepare(scene.desk)

    def touched(look: Look) -> bool:
        if look.sure or look.reading is None:
            return True
        try:
            document = document_from_json(look.reading)
        except ValueError:
            return True
        found = {f.form for rules in (scene.before, scene.desk.rules) for f in fits(document, rules) if f.fits}
        return bool(found & scene.reach.layouts)

    def answer(look: Look) -> Saw:
        if not touched(look):
            return Saw()
        if look.reading is None and look.file is None:
            return Saw(problem=GONE)
        try:
            done = do(Job(look.source, look.file or Path(look.source.path), look.reading))
        except ValueError:  # stored by another version of the reader
            if look.file is None:
                return Saw(problem=GONE)
            done = do(Job(look.source, look.file))
        return Saw(None if digest_of(done.outcome) == look.digest else done.outcome)

    return answer
