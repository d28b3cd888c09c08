"""Ages, durations and lifetimes in words."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from accounts import words

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "past", "future"),
    [
        (0, "just now", "just now"),
        (59, "just now", "just now"),
        (60, "1 min ago", "in 1 min"),
        (24 * 60 + 59, "24 min ago", "in 24 min"),
        (3_600, "1 h ago", "in 1 h"),
        (86_399, "23 h ago", "in 23 h"),
        (9 * 86_400, "9 d ago", "in 9 d"),
        (31 * 86_400, "1 mo ago", "in 1 mo"),
        (800 * 86_400, "2 y ago", "in 2 y"),
    ],
)
def test_ago_rounds_down_to_one_unit(seconds: int, past: str, future: str):
    span = timedelta(seconds=seconds)
    assert words.ago(NOW - span, NOW) == past
    assert words.ago(NOW + span, NOW) == future


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (0, "0 ms"),
        (0.34, "340 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1 s"),
        (4.21, "4.2 s"),
        (9.96, "10 s"),
        (58, "58 s"),
        (60, "1 min"),
        (252, "4 min 12 s"),
        (8_880, "2 h 28 min"),
        (3_600, "1 h"),
        (90_000, "1 d 1 h"),
        (timedelta(minutes=1, seconds=8), "1 min 8 s"),
    ],
)
def test_durations_have_at_most_two_units(seconds: float | timedelta | None, said: str):
    assert words.duration(seconds) == said


def test_exact_is_in_utc():
    berlin = timezone(timedelta(hours=1))
    assert words.exact(datetime(2026, 11, 20, 13, 5, tzinfo=berlin)) == "2026-11-20 12:05:00 UTC"


def test_numbers_are_grouped():
    assert words.number(12400) == "12,400"
    assert words.number(10000, about=True) == "about 10,000"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90d", timedelta(days=90)),
        ("12 h", timedelta(hours=12)),
        ("30min", timedelta(minutes=30)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_lifetimes(text: str, length: timedelta):
    assert words.lifetime(text) == length


@pytest.mark.parametrize("text", ["", "d", "0d", "-1d", "1.5h", "soon", "90", "9999999d", "1d2h"])
def test_other_lifetimes_are_refused(text: str):
    with pytest.raises(ValueError, match="such as 90d"):
        words.lifetime(text)
