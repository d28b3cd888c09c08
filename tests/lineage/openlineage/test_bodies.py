"""One odd number costs one event, and only broken JSON a whole batch."""

import json

import pytest

from catalog.reading.json_text import InvalidJson
from lineage.openlineage.bodies import read_events
from lineage.openlineage.events import InvalidEvent, parse_event
from tests.lineage.openlineage.samples import RUN


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "9" * 5_000])
def test_a_number_that_no_database_keeps_is_its_event_s_problem(number: str):
    text = json.dumps([RUN, RUN | {"x": "?"}]).replace('"?"', number)
    good, bad = read_events(text)
    assert parse_event(good).raw == RUN
    with pytest.raises(InvalidEvent, match="x: Cannot be stored as JSON"):
        parse_event(bad)


def test_more_digits_than_a_double_holds_are_rounded_as_everywhere():
    assert read_events('{"sum": 0.12345678901234567890}') == {"sum": 0.12345678901234568}
    assert read_events("123456789012345678901234567890") == 123456789012345678901234567890


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[{"a": 1},\n {"b": }]', "line 2 column 8"),
        ("", "line 1 column 1"),
        ("[" * 200_000, "nested too deeply"),
    ],
)
def test_broken_json_says_where(text: str, said: str):
    with pytest.raises(InvalidJson, match=said):
        read_events(text)
