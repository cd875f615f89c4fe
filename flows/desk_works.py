"""What the desk sets in motion: proof, exports, uploads, a file read again, patterns that decisions taught."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from flows.home import Home
from flows.patterns_layers import OWN
from flows.pool import Lost, Pool
from flows.registers import Registers
from flows.work import Desk, Done, Job, prepare
from records.deciding import as_settled
from records.decision import standing
from records.document import SourceFile
from records.errors import DocumentError, SetupError
from records.export import LedgerEntry
from records.parcel import Parcel
from records.settle import settle, to_text
from records.trust import Purpose
from review.ports import CodeLine, Proof, Suggestion
from store import Store
from store.desk_rows import ADDRESS_OF, phrase_of, street_of

EXPORT = "desk-export"
UPLOADS = "uploads"
TWICE = 2
"""Decisions that must say the same before something is suggested from them."""
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]+")


class DeskWorks(ABC):
    """The part of ``review.ports.House`` that does things."""

    home: Home
    store: Store

    @abstractmethod
    def registers(self) -> Registers | None:
        """Parcels, log and rules of the last run; None before the first."""

    @abstractmethod
    def source(self, sha256: str) -> Path | None:
        """Where a file lies."""

    @abstractmethod
    def parcel(self, parcel_id: str) -> Parcel | None:
        """A parcel of the present file."""

    _ledger: tuple[object, tuple[LedgerEntry, ...]] = (None, ())

    def _needed(self) -> Registers:
        found = self.registers()
        if found is None:
            raise SetupError("Nothing was read yet: run 'lotline run INPUT... --parcels FILE' first.")
        return found

    # proof

    def proof(self) -> Proof:
        from flows.trust import trust

        found = self.registers()
        if found is None:
            return Proof(())
        whole = trust(self.store, found.city)
        audited, on_them, missed = whole.pages
        agree, made = whole.second
        return Proof(
            whole.claims,
            f"Whole pages looked at: {audited}; {missed} of {on_them + missed} records were missed." if audited else "",
            f"Decisions read a second time: {made}; {agree} agree." if made else "",
            tuple((layout, n, since) for layout, (n, since) in whole.new_layouts.items()),
            whole.origin,
        )

    def draw(self, purpose: Purpose, by: str) -> str:
        from flows.trust import draw

        # A seed of its own each time: a second sample is another one.
        seed = f"desk {datetime.now(UTC).isoformat()}"
        return draw(self.store, self._needed().city, purpose, by, seed=seed).sample_id

    def check(
        self, record_id: str, wrong: Mapping[str, str], by: str, sample_id: str, seconds: float | None, note: str
    ) -> None:
        from flows.trust import record_check

        record_check(self.store, self._needed().city, record_id, wrong, by, datetime.now(UTC), sample_id, seconds, note)

    def reopen(self, claim: str, why: str, by: str) -> None:
        from flows.trust import reopen

        reopen(self.store, self._needed().city, claim, why, by)

    # registers and exports

    def ledger(self) -> tuple[LedgerEntry, ...]:
        """Kept until a run or a decision changes something: it takes all records together."""
        from flows.bundle import make_bundle

        found = self.registers()
        if found is None:
            return ()
        stamp = (self.store.desk.last_decision(), len(self.store.runs()), found.files, found.rules.hash)
        if self._ledger[0] != stamp:
            bundle = make_bundle(self.store, _sources(self.store), found, {})
            self._ledger = (stamp, bundle.ledger)
        return self._ledger[1]

    def since_last_night(self) -> tuple[date, Mapping[str, int]] | None:
        from flows.night.ledger_nights import since_last_night

        found = since_last_night(self.home, self.ledger())
        return None if found is None else (found.day, found.states)

    def code_book(self) -> list[CodeLine]:
        from flows.codes_flow import codes_met

        if self.registers() is None or not self.store.paths():
            return []
        return [
            CodeLine(s.domain, s.column, s.code, s.meaning, s.guess, s.said_by, s.rows, next(iter(s.snippets), ""))
            for s in codes_met(self.home).seen
        ]

    def exports(self) -> list[Path]:
        folder = self.home.folder / EXPORT
        return sorted(p for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []

    def export_now(self) -> str:
        from flows.deliver import export_all

        out = self.home.folder / EXPORT
        files = export_all(self.home, out, profile="internal", parcels=None, log=None, include_review=True)
        return f"Exported: {len(files)} files, decisions up to now among them."

    # papers

    def take_upload(self, name: str, content: bytes) -> str:
        safe = _UNSAFE.sub("_", PurePosixPath(name.replace("\\", "/")).name).strip(". ")[:150] or "upload"
        if not content:
            raise DocumentError("the file is empty")
        folder = self.home.folder / UPLOADS
        folder.mkdir(exist_ok=True)
        digest = hashlib.sha256(content).hexdigest()
        target = folder / safe
        number = 1
        while target.exists():
            if hashlib.sha256(target.read_bytes()).hexdigest() == digest:
                return target.name  # the same file again
            number += 1
            target = folder / f"{PurePosixPath(safe).stem} ({number}){PurePosixPath(safe).suffix}"
        beside = folder / f".{digest[:16]}.part"
        beside.write_bytes(content)
        beside.replace(target)
        return target.name

    def read_uploads(self) -> str:
        """A run of its own, as the scheduler would start it: the desk goes on meanwhile."""
        found = self.registers()
        if found is None:
            return "They are read with the first run."
        parcels, log = found.files[0], found.files[1] if len(found.files) > 1 else None
        command = [
            sys.executable, "-m", "flows.cli", "--home", str(self.home.folder), "run", str(self.home.folder / UPLOADS),
            "--parcels", str(parcels), "--out", str(self.home.folder / "uploads-export"), "--include-review", "--plain",
            "--workers", "1",
        ]  # fmt: skip
        command += ["--log", str(log)] if log is not None else []
        with self.home.readers_log.open("ab") as told:
            subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=told, stderr=told, start_new_session=True,
                cwd=Path(__file__).resolve().parent.parent,
            )  # fmt: skip
        return "Reading begins; what is not sure shows in the queue."

    def read_again(self, sha256: str, dpi: int) -> str:
        from flows.crossings import cross_all

        found, file = self._needed(), self.source(sha256)
        if file is None:
            raise DocumentError("The file is not where it was read: put it back, or drag it in again.")
        head = self.store.desk.head(sha256)
        path = head.path if head is not None else file.name
        desk = replace(found.desk(), settings=replace(found.settings, dpi=dpi))
        pool: Pool[Job, Done] = Pool(prepare, _plain(desk), workers=1, seconds=600, log=self.home.readers_log)
        try:
            _, answer = next(iter(pool.run([Job(SourceFile(sha256, path, file.stat().st_size), file)])))
        finally:
            pool.close()
        if isinstance(answer, Lost):
            raise DocumentError(answer.reason)
        mark = f"again-{dpi}-{datetime.now(UTC):%Y%m%d%H%M%S}"
        answer.read.save(self.store, mark)
        self.store.save_outcome(sha256, mark, answer.outcome)
        cross_all(self.store, found.city)
        return f"Read again at {dpi} dots per inch: {len(answer.outcome.records)} records found."

    # learning

    def suggestions(self) -> list[Suggestion]:
        answered = {a.suggestion_id for a in self.store.desk.answered()}
        made = [*self._streets(), *self._phrases()]
        return [s for s in made if s.suggestion_id not in answered]

    def _decided(self) -> list[tuple[str, str, str, str]]:
        """(kind, field, what the paper says, what people decided) of decisions that stand: addresses and parcels, words and
        sections."""
        out: list[tuple[str, str, str, str]] = []
        touched = sorted({d.record_id for d in self.store.decisions()})
        for case in self.store.desk.cases(touched).values():
            stands = standing(case.decisions)
            known = as_settled(case.record, settle(case.record, case.decisions))
            for field, said in (("parcel_id", ADDRESS_OF[case.record.kind]), ("code", "description")):
                decision = stands.get(field)
                if decision is not None and decision.action == "correct" and decision.value:
                    out.append((case.record.kind, field, to_text(known.value(said)), decision.value))
        return out

    def _streets(self) -> list[Suggestion]:
        pairs: Counter[tuple[str, str]] = Counter()
        examples: dict[tuple[str, str], list[str]] = defaultdict(list)
        for _, field, said, value in self._decided():
            parcel = self.parcel(value) if field == "parcel_id" else None
            if parcel is None:
                continue
            written, listed = _name(street_of(said)), _name(street_of(parcel.address) or parcel.street.upper())
            if written and listed and written != listed:
                pairs[written, listed] += 1
                examples[written, listed].append(f"{said}: {parcel.address}")
        return [
            Suggestion(
                _id("street", written, listed), "street", f"{written.title()} means {listed.title()}",
                {"alias": written, "is": listed}, n, tuple(dict.fromkeys(examples[written, listed]))[:3],
            )
            for (written, listed), n in pairs.most_common()
            if n >= TWICE and sum(m for (w, _), m in pairs.items() if w == written) == n
        ]  # fmt: skip

    def _phrases(self) -> list[Suggestion]:
        pairs: Counter[tuple[str, str]] = Counter()
        for kind, field, said, value in self._decided():
            if kind == "violation" and field == "code" and 2 <= len(phrase_of(said).split()) <= 12:
                pairs[phrase_of(said), value] += 1
        return [
            Suggestion(
                _id("phrase", said, code), "phrase", f"'{said}' is {code}", {"phrase": said, "code": code}, n,
            )
            for (said, code), n in pairs.most_common()
            if n >= TWICE and sum(m for (s, _), m in pairs.items() if s == said) == n
        ]  # fmt: skip

    def learn(self, suggestion: Suggestion) -> str:
        """Writes it into the city's own layer, beside ``lotline.toml``, where it is laid over the shipped patterns."""
        folder = self.home.folder / OWN
        folder.mkdir(exist_ok=True)
        if suggestion.kind == "street":
            file = folder / "streets.yml"
            data = _read(file)
            names = data.setdefault("aliases", {}).setdefault(suggestion.said["is"], [])
            if suggestion.said["alias"] not in names:
                names.append(suggestion.said["alias"])
        else:
            from extractors.language.codebook import category_of_code

            file = folder / "phrases.yml"
            data = _read(file)
            rule = f"desk-{suggestion.suggestion_id}"
            words, code = suggestion.said["phrase"], suggestion.said["code"]
            data.setdefault("groups", {})[rule] = [words]
            entry = {
                "id": rule, "code": code, "category": category_of_code(code, None), "alternatives": [], "all": [rule],
                "priority": "96", "examples": [words],
            }  # fmt: skip
            data["rules"] = [r for r in data.get("rules", []) if r.get("id") != rule] + [entry]
        beside = file.with_suffix(".part")
        beside.write_text(
            "# What decisions at the desk taught, approved by a manager.\n"
            + yaml.dump(data, default_style='"', allow_unicode=True, sort_keys=True, width=120),
            encoding="utf-8",
        )
        beside.replace(file)
        return f"Written to {file.name} of the city's own patterns; it holds from the next run on."


def _read(file: Path) -> dict[str, Any]:
    found = yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else None
    return found if isinstance(found, dict) else {}


def _plain(desk: Desk) -> object:
    return desk


def _sources(store: Store) -> Sequence[SourceFile]:
    return [SourceFile(sha256, path, 1) for sha256, paths in store.paths().items() for path in paths]


def _name(street: str) -> str:
    """The name of a street without its kind: SHURTLEFF ST -> SHURTLEFF."""
    words = street.upper().replace(".", "").split()
    kinds = {"ST", "STREET", "AVE", "AV", "AVENUE", "RD", "ROAD", "PL", "PLACE", "TER", "TERRACE", "SQ", "SQUARE", "CT", "COURT",
             "DR", "DRIVE", "LN", "LANE", "WAY", "BLVD", "PKWY", "PARK"}  # fmt: skip
    return " ".join(words[:-1] if len(words) > 1 and words[-1] in kinds else words)


def _id(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
