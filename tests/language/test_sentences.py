import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.language.sentences import sentences


def split(text: str) -> list[str]:
    return [text[a:b].strip() for a, b in sentences(text)]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Smoke detector missing. Handrail loose.", ["Smoke detector missing.", "Handrail loose."]),
        ("Leak at 2nd fl. rear ceiling, approx. 4 ft. wide.", ["Leak at 2nd fl. rear ceiling, approx. 4 ft. wide."]),
        ("Inspected Apt. 3 on Sept. 4, 2018. No heat.", ["Inspected Apt. 3 on Sept. 4, 2018.", "No heat."]),
        ("Under M.G.L. c. 111, s. 127A. It failed.", ["Under M.G.L. c. 111, s. 127A.", "It failed."]),
        ("Section 410.500 and 410.501 apply.", ["Section 410.500 and 410.501 apply."]),
    ],
)
def test_abbreviations_end_no_sentence(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@given(st.text(max_size=200))
def test_no_character_is_lost(text: str) -> None:
    spans = list(sentences(text))
    assert "".join(text[a:b] for a, b in spans) == (text if text.strip() else "")
