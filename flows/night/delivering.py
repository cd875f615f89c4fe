"""Deliveries to others: written whole beside the last one, checked against it, swapped in, with what changed and why.

``DIR/<profile>/`` is always the newest full delivery, ``DIR/<profile>-changes/0007/`` the seventh one's differences. The
store remembers every delivery, also a refused one.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flows.city import load_city
from flows.export.changes import Change, changes, write_changes
from flows.export.folder import MANIFEST, check_place, read_manifest, replace_folder
from flows.export.package import fact, write_json
from flows.export.privacy import Held, withheld_columns
from flows.export.profiles import Profile, load_profile
from flows.export.ready import Ready
from flows.export.writer import write_profile
from flows.home import Home
from flows.logbook import Logbook
from flows.night.settings import DeliverySettings, load_night, needed
from flows.night.upload import upload
from flows.ready_rows import ready_rows
from records.errors import DeliveryRefused, SetupError
from store import Store

_FEW_ROWS = 20
"""Below this a share says nothing: two rows of three are two thirds."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One profile's delivery. ``changed``: file -> change -> rows."""

    profile: str
    number: int
    folder: Path
    rows: Mapping[str, int]
    changed: Mapping[str, Mapping[str, int]]
    held_back: Mapping[str, int] = field(default_factory=dict)
    uploaded: str = ""

    @property
    def says(self) -> str:
        """One line for a person."""
        total = Counter[str]()
        for counts in self.changed.values():
            total.update(counts)
        moves = ", ".join(f"{total[k]} {k}" for k in ("added", "changed", "withdrawn"))
        rows = sum(self.rows.values())
        return f"{self.profile} no. {self.number}: {rows} rows, {moves}; {self.folder}" + (
            f", copied to {self.uploaded}" if self.uploaded else ""
        )


def deliver_all(
    home: Home,
    profiles: Sequence[str] = (),
    *,
    parent: Path | None = None,
    accept_counts: str = "",
) -> list[Delivered]:
    """Delivers each profile (default: those of ``lotline.toml``) into ``parent`` (default: ``folders.deliveries``).

    ``accept_counts`` is a manager's word that unusual counts are right. Raises DeliveryRefused before anything is touched
    where a kind is unproven or counts leave their bounds; the deliveries before it stand.
    """
    settings = load_night(home)
    place = parent or needed(settings, home, "deliveries").deliveries
    if place is None:
        raise SetupError("Say where to deliver: --out FOLDER, or folders.deliveries in lotline.toml.")
    with Store.open(home.database) as store:
        ready = ready_rows(home, store, settings.folders.parcels, settings.folders.log)
        layers = load_city(home.settings).patterns
        chosen = [load_profile(name, layers) for name in profiles or settings.delivery.profiles]
        delivered = []
        for profile in chosen:
            one = _Delivery(home, store, ready, profile, settings.delivery, place, layers)
            delivered.append(one.make(accept_counts))
        return delivered


@dataclass(frozen=True)
class _Delivery:
    home: Home
    store: Store
    ready: Ready
    profile: Profile
    settings: DeliverySettings
    parent: Path
    layers: Sequence[str]

    def make(self, accept_counts: str) -> Delivered:
        target = self.parent / self.profile.name
        check_place(target)
        number = self.store.deliveries.next_number(self.profile.name)
        staging = self.home.folder / "staging" / self.profile.name
        try:
            self._refuse_unproven(number)
            summary = write_profile(staging, self.ready, self.profile.name, self.layers)
            before = target if read_manifest(target) else None
            if not accept_counts:
                self._refuse_counts(number, before, summary.rows)
            found = changes(self.profile, lambda: self.ready.causes, before, staging)
            differences = self.parent / f"{self.profile.name}-changes" / f"{number:04}"
            replace_folder(differences, self._changes_writer(found, before, staging))
            replace_folder(target, _copier(staging))
            self._report(summary.personal)
            uploaded = upload(self.settings.upload, target) if self.settings.upload else ""
            self.store.deliveries.save(
                self.profile.name, number, manifest_sha256=summary.manifest_sha256, rows=summary.rows, folder=str(target),
                note=accept_counts,
                changes=[(name, " ".join(c.key), c.kind, c.cause) for name, some in found.items() for c in some],
            )  # fmt: skip
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        Logbook(self.home.folder).note(
            "delivery made", profile=self.profile.name, number=number, rows=sum(summary.rows.values()),
            held_back=len(summary.personal),
        )  # fmt: skip
        counts = {name: dict(Counter[str](c.kind for c in some)) for name, some in found.items()}
        return Delivered(self.profile.name, number, target, summary.rows, counts, summary.held_back, uploaded)

    def _refuse_unproven(self, number: int) -> None:
        if self.profile.audience == "inside" or self.settings.release_unproven:
            return
        unproven = sorted(set(self.ready.kinds) - self.ready.provenance.proof.keys())
        if unproven:
            self._refused(number, (
                f"{', '.join(unproven)}: how right these rows are was not checked in this city yet. Check the first sample "
                "(lotline trust sample, then the desk), or set release_unproven = true under [delivery] in lotline.toml."
            ))  # fmt: skip

    def _refuse_counts(self, number: int, before: Path | None, rows: Mapping[str, int]) -> None:
        manifest = None if before is None else read_manifest(before)
        if manifest is None:
            return
        odd = []
        for name, fact_of in manifest["files"].items():
            was, now = fact_of.get("rows"), rows.get(name)
            if was is None or now is None or was < _FEW_ROWS:
                continue
            if not self.settings.least_share * was <= now <= self.settings.most_share * was:
                odd.append(f"{name} would hold {now} rows, the last delivery held {was}")
        if odd:
            self._refused(number, (
                f"{'; '.join(odd)}: outside the bounds of lotline.toml ([delivery] least_share, most_share). See lotline preview "
                "or the desk for why; if it is right, deliver with --accept-counts \"why\"."
            ))  # fmt: skip

    def _refused(self, number: int, why: str) -> None:
        self.store.deliveries.save(self.profile.name, number, note=why, refused=True)
        Logbook(self.home.folder).note("delivery refused", level="warning", profile=self.profile.name, number=number)
        raise DeliveryRefused(f"The delivery '{self.profile.name}' was refused. {why}")

    def _changes_writer(
        self, found: Mapping[str, Sequence[Change]], before: Path | None, staging: Path
    ) -> Callable[[Path], None]:
        def write(folder: Path) -> None:
            counts = write_changes(folder, self.profile, found)
            files = {name: fact(folder / name, n) for name, n in sorted(counts.items())}
            write_json(folder / MANIFEST, {
                "product": "lotline", "format": 1, "profile": f"{self.profile.name} changes", "files": files,
                "from_manifest_sha256": fact(before / MANIFEST)["sha256"] if before else None,
                "to_manifest_sha256": fact(staging / MANIFEST)["sha256"],
            })  # fmt: skip

        return write

    def _report(self, personal: Sequence[Held]) -> None:
        """What this delivery keeps back of people, for the city's own eyes."""
        lines = ["file,column,rows_held,why"]
        for file in self.profile.files:
            lines += [f"{file.name},{column},,not part of this profile" for column in withheld_columns(file)]
        held = Counter((h.file, h.column, h.looks_like) for h in personal)
        lines += [f"{name},{column},{n},holds a {looks}" for (name, column, looks), n in sorted(held.items())]
        folder = self.home.folder / "redactions"
        folder.mkdir(exist_ok=True)
        (folder / f"{self.profile.name}.csv").write_text("\r\n".join(lines) + "\r\n", encoding="utf-8", newline="")


def _copier(staging: Path) -> Callable[[Path], None]:
    def copy(folder: Path) -> None:
        for file in sorted(staging.iterdir()):
            shutil.copyfile(file, folder / file.name)

    return copy
