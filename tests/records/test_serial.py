"""Records and outcomes go to JSON and come back exactly."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records.document import Box
from records.record import Evidence, Extraction, Outcome, Reason, Record, Report
from records.serial import (
    outcome_from_json,
    outcome_to_json,
    reasons_from_json,
    reasons_to_json,
    record_from_json,
    record_to_json,
)
from records.vocabulary import DOC_TYPES, KINDS

numbers = st.floats(allow_nan=False)
texts = st.text(st.characters(), max_size=12)  # lone surrogates and NUL too: text is kept as it was read
values = st.one_of(texts, st.integers(), st.decimals(allow_nan=False), st.dates(), st.none())
boxes = st.lists(st.builds(Box, numbers, numbers, numbers, numbers), max_size=2).map(tuple)
evidence = st.builds(Evidence, st.one_of(st.none(), st.integers(1, 99)), boxes, texts, texts)
strings = st.lists(texts, max_size=2).map(tuple)
share = st.one_of(st.none(), numbers)
extractions = st.builds(Extraction, texts, values, evidence, share, share, texts, strings, strings)
reasons = st.lists(st.builds(Reason, texts, texts, texts, st.one_of(st.none(), evidence)), max_size=2).map(tuple)
records = st.builds(
    Record,
    kind=st.sampled_from(KINDS),
    local_key=texts,
    fields=st.dictionaries(texts, extractions, max_size=3),
    anchor=evidence,
    report=st.integers(0, 9),
    parent=texts,
    record_id=texts,
    reasons=reasons,
    features=st.dictionaries(texts, numbers, max_size=3),
    confidence=share,
    ignorable=texts,
)
reports = st.builds(
    Report,
    ordinal=st.integers(0, 9),
    doc_type=st.sampled_from(DOC_TYPES),
    pages=st.lists(st.integers(1, 9), max_size=3).map(tuple),
    why=strings,
    records=st.lists(records, max_size=2).map(tuple),
    reasons=reasons,
    layout=texts,
    as_of=st.one_of(st.none(), st.dates()),
)
outcomes = st.builds(Outcome, st.sampled_from(DOC_TYPES), st.lists(reports, max_size=2).map(tuple), texts, texts)
relaxed = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None, max_examples=60)


@relaxed
@given(records)
def test_record(record: Record) -> None:
    back = record_from_json(record_to_json(record))
    assert back == record
    for name, extraction in record.fields.items():
        assert type(back.fields[name].value) is type(extraction.value)
        assert str(back.fields[name].value) == str(extraction.value)  # 1.0 and 1.00 are equal but not the same print
    assert list(back.fields) == list(record.fields)


@relaxed
@given(outcomes)
def test_outcome(outcome: Outcome) -> None:
    written = outcome_to_json(outcome)
    assert outcome_from_json(written) == outcome
    assert outcome_to_json(outcome_from_json(written)) == written
    assert written.isascii()


@given(reasons)
def test_reasons(given_reasons: tuple[Reason, ...]) -> None:
    assert reasons_from_json(reasons_to_json(given_reasons)) == given_reasons
