"""The dates of a cron expression."""

from datetime import UTC, datetime

import pytest

from lineage.demo.cron import dates

SINCE = datetime(2026, 11, 1, 12, tzinfo=UTC)  # a Sunday
UNTIL = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "count", "first"),
    [
        ("7 * * * *", 29 * 24, "2026-11-01T12:07"),
        ("0 */6 * * *", 29 * 4, "2026-11-01T18:00"),
        ("15 13,21 * * *", 58, "2026-11-01T13:15"),
        ("30 20 * * 1-5", 20, "2026-11-02T20:30"),
        ("0 5 * * 0", 4, "2026-11-08T05:00"),
        ("20 7 * * 2#3", 1, "2026-11-17T07:20"),
        ("0 9 10,24 * *", 2, "2026-11-10T09:00"),
        ("0 0 1 12 *", 0, None),
    ],
)
def test_dates(cron: str, count: int, first: str | None) -> None:
    found = list(dates(cron, SINCE, UNTIL))
    assert len(found) == count
    assert found == sorted(found)
    assert [f"{at:%Y-%m-%dT%H:%M}" for at in found[:1]] == ([first] if first else [])


def test_the_window_is_open_at_its_start_and_closed_at_its_end() -> None:
    assert list(dates("0 12 * * *", SINCE, UNTIL))[0].day == 2
    assert list(dates("0 12 * * *", SINCE, UNTIL))[-1] == UNTIL
