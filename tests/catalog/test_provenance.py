"""Who set a field, as far as the clock tells."""

from datetime import UTC, datetime

import pytest

from catalog.provenance import SetBy, metadata_entries, set_by
from catalog.touches import stamp

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
MICROS = int(AT.timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("source", "execution"),
    [("run-1/task-run-1", "run-1"), ("a|b/c/task-run", "a|b/c"), ("somebody", "")],
)
def test_a_stamp_names_the_moment_and_the_execution(source: str, execution: str):
    clock = {"type": stamp(MICROS, source, 3), "metadata": {"rows": stamp(MICROS, source)}}
    assert set_by(clock, "type") == set_by(clock, "metadata", "rows") == SetBy(AT, execution)


@pytest.mark.parametrize(
    "clock", [{}, {"metadata": None}, {"metadata": {"rows": 5}}, {"metadata": {"rows": "x|y|z"}}]
)
def test_a_clock_that_does_not_tell(clock: dict):
    assert set_by(clock, "metadata", "rows") is None


def test_the_type_s_own_keys_come_first():
    entries = metadata_entries(
        {"b": 1, "schema": 2, "a": 3, "system": 4}, ("system", "schema"), {}
    )
    assert [(e.key, e.known) for e in entries] == [
        ("system", True),
        ("schema", True),
        ("a", False),
        ("b", False),
    ]
