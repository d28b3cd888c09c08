"""Durations in words."""

import pytest

from lineage.drawing import duration_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.012, "12 ms"),
        (0.9996, "1 s"),
        (4.23, "4.2 s"),
        (9.96, "10 s"),
        (59.6, "1 min"),
        (101, "1 min 41 s"),
        (3599.7, "1 h"),
        (8880, "2 h 28 min"),
        (86_399.9, "1 d"),
        (266_400, "3 d 2 h"),
        (-20, "\u221220 s"),
    ],
)
def test_two_units_are_enough(seconds, text):
    assert duration_text(seconds) == text
