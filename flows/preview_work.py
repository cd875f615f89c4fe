"""What a child does with one document of a preview: extract it under the changed rules and say only what came out otherwise.

A document that the change can't reach is not worked through: a changed tax file says nothing about an inspection report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.work import Desk, Job, prepare
from records.document import SourceFile
from records.record import Outcome

if TYPE_CHECKING:
    from extractors.rulebook import RuleBook

LISTS = {"tax": "tax_delinquency", "water": "water_usage"}
_FINDINGS = ("phrases", "negation", "locations", "results", "statuses", "sentences", "checklists")
"""Pattern files that only reports of findings are read with; lists are told apart before."""


GONE = "its file is not where it was, so it can't be read again"


@dataclass(frozen=True, slots=True)
class Reach:
    """What a change can touch. ``everything``: all documents. Else the kinds of document, and papers on which one of
    ``layouts`` is recognised, before or after."""

    everything: bool = True
    kinds: frozenset[str] = frozenset()
    layouts: frozenset[str] = frozenset()

    def may_touch(self, kind: str) -> bool:
        """Whether a document of this kind has to be looked at."""
        return self.everything or kind == "mixed" or kind in self.kinds or bool(self.layouts)


@dataclass(frozen=True, slots=True)
class Scene:
    """The changed world and the one before it."""

    desk: Desk
    before: RuleBook
    reach: Reach


@dataclass(frozen=True, slots=True)
class Look:
    """One document to look at. ``reading`` as stored; None = read it anew from ``file``. ``kind`` and ``digest`` are those of
    what was found in it last."""

    source: SourceFile
    file: Path | None
    reading: bytes | None
    kind: str
    digest: str


@dataclass(frozen=True, slots=True)
class Saw:
    """What came of it: an outcome if it differs from the stored one. ``problem``: it could not be looked at."""

    outcome: Outcome | None = None
    problem: str = ""


def reach_of(sections: Mapping[str, object], layouts: frozenset[str], domains: frozenset[str]) -> Reach:
    """What changes in these pattern files, layouts and code-book domains can touch."""
    kinds: set[str] = {LISTS[d] for d in domains if d in LISTS}
    for name in sections:
        if name in LISTS:
            kinds.add(LISTS[name])
        elif name in _FINDINGS:
            kinds |= {"housing_inspection", "fire_inspection", "other"}
        elif name not in ("codes", "use_codes", "profiles", "rulebook"):
            return Reach()
    return Reach(False, frozenset(kinds), layouts)


def prepare_look(scene: object) -> Callable[[Look], Saw]:
    """Loads what extraction needs, once per child, and gives the function that looks at one document."""
    from extractors.forms.recognise import fits
    from extractors.read.serial import document_from_json
    from store.extractions import digest_of

    assert isinstance(scene, Scene)
    do = prepare(scene.desk)

    def touched(look: Look) -> bool:
        reach = scene.reach
        if reach.everything or look.reading is None or look.kind == "mixed" or look.kind in reach.kinds:
            return True
        if not reach.layouts:
            return False
        try:
            document = document_from_json(look.reading)
        except ValueError:
            return True
        found = {f.form for rules in (scene.before, scene.desk.rules) for f in fits(document, rules) if f.fits}
        return bool(found & reach.layouts)

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
