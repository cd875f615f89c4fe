"""Oldest month first, by what log, folder and name tell before anything is read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from flows.night.order import Calendar, oldest_first
from records.parcel import LogRow


def row(number: str, opened: date, *attachments: str) -> LogRow:
    return LogRow(row=1, record_no=number, record_type="", opened=opened, status="", address="", unit="", inspector="",
                  attachments=attachments)  # fmt: skip


LOG = (
    row("BHI-18-0002", date(2018, 9, 3), "attachment.pdf"),
    row("BHI-18-0001", date(2018, 7, 9), "attachment.pdf", "letter.docx"),
    row("BHI-19-0100", date(2019, 11, 2), "late.pdf"),
)


def test_a_day_is_told_by_folder_then_attachment_then_name() -> None:
    calendar = Calendar(LOG)
    assert calendar.day_of("BHI-18-0002/attachment.pdf") == date(2018, 9, 3)
    assert calendar.day_of("BHI-18-0001.pdf") == date(2018, 7, 9)
    assert calendar.day_of("mail/letter.docx") == date(2018, 7, 9)
    assert calendar.day_of("attachment.pdf") is None  # two rows name it
    assert calendar.day_of("16 Fremont Ave. 05-23-19.pdf") == date(2019, 5, 23)
    assert calendar.day_of("Scan_20181214_44.pdf") == date(2018, 12, 14)
    assert calendar.day_of("copier_2633.pdf") is None
    assert calendar.day_of("13-45-2019.pdf") is None


def test_oldest_month_first_and_other_times_left(tmp_path: Path) -> None:
    paths = ["unknown.pdf", "BHI-18-0002/a.pdf", "BHI-18-0001/b.pdf", "late.pdf", "2018-07-01 x.pdf"]
    ours, other = oldest_first([(p, tmp_path / p) for p in paths], LOG, date(2018, 7, 1), date(2019, 7, 31))
    assert [paths[i] for i in ours] == ["2018-07-01 x.pdf", "BHI-18-0001/b.pdf", "BHI-18-0002/a.pdf", "unknown.pdf"]
    assert [paths[i] for i in other] == ["late.pdf"]


@given(st.lists(st.text(alphabet="0123456789-_. abcdefBHI/", min_size=1, max_size=30), unique=True, max_size=20))
def test_nothing_is_lost_in_the_order(paths: list[str]) -> None:
    ours, other = oldest_first([(p, Path("nowhere")) for p in paths], LOG, date(2018, 7, 1), date(2019, 7, 31))
    assert sorted(ours + other) == list(range(len(paths)))
