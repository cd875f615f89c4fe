"""Citations with one figure misread: repaired only to a section that exists, always flagged, never made of a number of something."""

from __future__ import annotations

from datetime import date

import pytest

from extractors.language.citations import parse_citations

ON = date(2019, 1, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(416.351)", "105 CMR 410.351"),
        ("105 CMR 440.504", "105 CMR 410.504"),
        ("470.501(B) windows do not close", "105 CMR 410.501(B)"),
        ("4lO.5OO", "105 CMR 410.500"),
        ("410,550", "105 CMR 410.550"),
        ("527 CMR 1.008.14.14", "527 CMR 1.00 s.14.14"),
    ],
)
def test_repaired(text: str, code: str) -> None:
    (found,) = parse_citations(text, ON)
    assert (found.code, found.repaired) == (code, True)


@pytest.mark.parametrize("text", ["$416.351", "water meter 440.500 gallons", "617.440.5040", "416.999", "reading 12416.351"])
def test_no_citation(text: str) -> None:
    assert parse_citations(text, ON) == ()


@pytest.mark.parametrize("text", ["105 CMR 460.000", "105 CMR 400.000", "105 CMR 590.004"])
def test_other_chapters_stay(text: str) -> None:
    (found,) = parse_citations(text, ON)
    assert (found.code, found.repaired) == (text, False)
