"""Instants and durations in Kestra's words."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from lineage.kestra.times import instant, period


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(), "PT0S"),
        (timedelta(milliseconds=40), "PT0.04S"),
        (timedelta(minutes=1), "PT1M"),
        (timedelta(hours=26, minutes=3, seconds=4.5), "PT26H3M4.5S"),
    ],
)
def test_period_is_iso_without_needless_zeros(length: timedelta, text: str):
    assert period(length) == text


def test_period_of_nothing_is_nothing():
    assert period(None) is None


def test_instants_are_utc():
    at = datetime(2026, 11, 20, 13, 0, 0, 250_000, tzinfo=timezone(timedelta(hours=1)))
    assert instant(at) == "2026-11-20T12:00:00.250000Z"
    assert instant(datetime(2026, 11, 20, tzinfo=UTC)) == "2026-11-20T00:00:00Z"
    assert instant(None) is None
