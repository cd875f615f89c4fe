"""Pages per second of Lotline beside others, on the same files in turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import engines, stock
from benchmarks.engines import Registers, TextRead
from benchmarks.markdown import head
from benchmarks.measure import Cost

TEXT_READERS = ("lotline", "pdfplumber", "pdfplumber words", "docling-parse", "unstructured")


def portions_of(items: Sequence[Path], portions: int) -> list[list[Path]]:
    """So many parts of about the same size and mixture; none empty."""
    return [part for i in range(portions) if (part := list(items[i::portions]))]


def digital_table(
    files: Sequence[Path], pages: int, registers: Registers, work: Path, others: Path | None, portions: int
) -> list[str]:
    """Reading alone (text with places) of each reader, then Lotline's whole run with one worker: read, extract, link,
    check, compare, export, with its start. Processor seconds, since that is what a shared machine can measure."""
    work.mkdir(parents=True, exist_ok=True)
    documents = _enough(files, pages, work / "files")
    count = stock.pages_of(documents)
    sums: dict[str, TextRead | str] = {name: TextRead() for name in TEXT_READERS}
    whole = Cost()
    for number, part in enumerate(portions_of(documents, portions)):
        for name in TEXT_READERS:
            so_far = sums[name]
            if isinstance(so_far, str):
                continue
            found = engines.text_reader(name, part, work, others)
            if isinstance(found, str):
                sums[name] = found
            else:
                so_far.add(found)
        folder = _linked(part, work / f"part{number}")
        whole.add(engines.lotline_run(folder, registers, work / f"home{number}", 1))
    ours = sums["lotline"]
    rows = head("reader", "pages", "words", "CPU s", "wall s", "pages / CPU s", "Lotline's run / it", "peak MB")
    run_rate = count / whole.cpu if whole.cpu else 0.0
    for name, found in sums.items():
        if isinstance(found, str):
            rows.append(f"| {name} | {found} | | | | | | |")
            continue
        rate = found.pages / found.cpu if found.cpu else 0.0
        failed = f" ({found.failed} files failed)" if found.failed else ""
        ratio = "" if found is ours else f"{run_rate / rate:.2f}" if rate else ""
        label = "lotline, reading alone" if found is ours else name
        rows.append(
            f"| {label}{failed} | {found.pages} | {found.words} | {found.cpu:.1f} | {found.wall:.1f} | {rate:.1f} "
            f"| {ratio} | {found.largest_mb:.0f} |"
        )
    rows.append(
        f"| lotline, whole run, 1 worker | {count} | | {whole.cpu:.1f} | {whole.wall:.1f} | {run_rate:.1f} | "
        f"| {whole.largest_mb:.0f} ({whole.family_mb:.0f} in all) |{_failed(whole)}"
    )
    return rows


def scans_table(
    files: Sequence[Path],
    pages: int,
    registers: Registers,
    work: Path,
    others: Path | None,
    portions: int,
    slow_portions: int | None = None,
    processes: Sequence[int] = (2, 1),
    tell: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """The bare Tesseract command on the pages' pictures, Lotline's whole run on the documents, and OCRmyPDF on them, with so
    many ``processes``; OMP_THREAD_LIMIT=1 for all. OCRmyPDF gets the first ``slow_portions`` of the portions, and is compared
    with the bare command on those. ``tell`` hears how far it is after each portion, so that a run that was stopped was not for
    nothing. Wall and processor time apart: on a machine that others use only the second can be trusted."""
    documents, pictures = stock.scanned_pages(files, pages, work)
    rows = head(
        "system", "processes", "pages", "CPU s", "wall s", "CPU s / page", "CPU ÷ bare Tesseract", "wall ÷ bare", "peak MB"
    )
    walls: dict[tuple[str, int], float] = {}
    for workers in processes:
        sums: dict[str, Cost | None] = {"tesseract": Cost(), "lotline": Cost(), "ocrmypdf": Cost()}
        beside = Cost()  # bare Tesseract on the portions that OCRmyPDF got
        seen = {"tesseract": 0, "lotline": 0, "ocrmypdf": 0}
        for number, part in enumerate(portions_of(documents, portions)):
            mine = {p.stem for p in part}
            shown = [p for p in pictures if p.stem.rpartition("_")[0] in mine]
            plain = engines.tesseract(shown, workers)
            _add(sums, "tesseract", plain)
            folder = _linked(part, work / f"part{workers}-{number}")
            _add(sums, "lotline", engines.lotline_run(folder, registers, work / f"home{workers}-{number}", workers))
            seen["tesseract"] += len(shown)
            seen["lotline"] += len(shown)
            tell(_so_far(workers, seen["lotline"], sums))
            if sums["ocrmypdf"] is not None and (slow_portions is None or number < slow_portions):
                found = engines.ocrmypdf(part, work / "ocrmypdf", workers, others)
                if found is None:
                    sums["ocrmypdf"] = None
                else:
                    sums["ocrmypdf"].add(found)
                    beside.add(plain)
                    seen["ocrmypdf"] += len(shown)
        bare = sums["tesseract"]
        assert bare is not None
        for name, cost in sums.items():
            if cost is None or not seen[name]:
                rows.append(f"| {name} | {workers} | {'not installed' if cost is None else 'not run'} | | | | | | |")
                continue
            walls[name, workers] = cost.wall
            limit = beside if name == "ocrmypdf" else bare
            rows.append(
                f"| {name} | {workers} | {seen[name]} | {cost.cpu:.1f} | {cost.wall:.1f} | {cost.cpu / seen[name]:.2f} "
                f"| {cost.cpu / limit.cpu:.2f} | {cost.wall / limit.wall:.2f} | {cost.family_mb:.0f} |{_failed(cost)}"
            )
    if not {1, 2} <= set(processes):
        return rows
    scaling = {n: walls[n, 1] / walls[n, 2] for n in ("tesseract", "lotline")}
    rows += [
        "",
        f"2 processes are {scaling['tesseract']:.2f} x as fast as 1 for bare Tesseract, {scaling['lotline']:.2f} x for Lotline: "
        f"ratio {scaling['lotline'] / scaling['tesseract']:.2f}.",
    ]
    return rows


def _so_far(workers: int, pages: int, sums: dict[str, Cost | None]) -> str:
    bare, ours = sums["tesseract"], sums["lotline"]
    assert bare is not None and ours is not None
    return (
        f"{workers} processes, {pages} pages: CPU {ours.cpu:.0f} s ÷ {bare.cpu:.0f} s = {ours.cpu / bare.cpu:.3f}, "
        f"wall {ours.wall:.0f} s ÷ {bare.wall:.0f} s = {ours.wall / bare.wall:.3f}"
    )


def _add(sums: dict[str, Cost | None], name: str, cost: Cost) -> None:
    held = sums[name]
    if held is not None:
        held.add(cost)


def _failed(cost: Cost) -> str:
    return f" ended with code {cost.code}" if cost.code else ""


def _enough(files: Sequence[Path], pages: int, folder: Path) -> list[Path]:
    """Copies of the files in turn until there are so many pages."""
    if not files:
        raise ValueError("the corpus has no file of this kind")
    count, total, sizes = 0, 0, [stock.pages_of([f]) for f in files]
    while total < pages:
        total += sizes[count % len(files)]
        count += 1
    return stock.copies(files, count, folder)


def _linked(files: Sequence[Path], folder: Path) -> Path:
    """A folder with hard links to these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file.name).hardlink_to(file)
    return folder
