"""When tasks ran, drawn: offsets, widths and words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.drawing import Bar, Segment, gantt_axis, gantt_rows
from lineage.drawing.gantt import LEAST
from tests.lineage.drawing.samples import parse

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def one(*segments: tuple, end: float = 100, **fields):
    [row] = gantt_rows(
        [Bar("t", "extract", segments=segments, **fields)], start=START, end=at(end)
    )
    return row


def test_a_bar_lies_where_its_task_ran():
    row = one(("SUCCESS", at(25), at(75)), state="SUCCESS")
    assert (row.x, row.width, row.took, row.state) == ("25.00%", "50.00%", "50 s", "success")
    assert 'data-state="success" x="25.00%" width="50.00%" y="9" height="12"' in row.svg


def test_attempts_and_waiting_are_segments():
    row = one(("QUEUED", at(0), at(10)), ("FAILED", at(10), at(40)), ("SUCCESS", at(50), at(100)))
    assert [(s.state, s.x, s.width) for s in row.segments] == [
        ("queued", "0.00%", "10.00%"),
        ("failed", "10.00%", "30.00%"),
        ("success", "50.00%", "50.00%"),
    ]
    assert row.took == "1 min 40 s"
    assert row.svg.count('y="14" height="2"') == 1


def test_a_running_task_reaches_to_the_end():
    row = one(Segment("RUNNING", at(40)))
    assert (row.x, row.width, row.running) == ("40.00%", "60.00%", True)


def test_a_task_that_has_not_started_has_no_bar():
    row = one(("CREATED", None, None), state="CREATED")
    assert (row.x, row.width, row.took, row.segments) == ("", "", "", ())
    assert "<rect" not in row.svg


def test_what_took_no_time_still_shows_within_the_axis():
    early, late = one(("SUCCESS", at(0), at(0))), one(("SUCCESS", at(100), at(100)))
    assert early.width == late.width == f"{LEAST * 100:.2f}%"
    assert late.x == f"{(1 - LEAST) * 100:.2f}%"


def test_an_execution_without_length_is_drawn():
    row = one(("SUCCESS", START, START), end=0)
    assert row.x == "0.00%"
    assert gantt_axis([], start=START, end=START)[1][0].label == "0 s"


def test_nothing_to_draw_is_no_error():
    assert gantt_rows([], start=None, end=None) == []
    assert gantt_axis([], start=None, end=None) == (
        '<svg class="bars" aria-hidden="true"></svg>',
        (),
    )
    [row] = gantt_rows([Bar("t", "extract")], start=None, end=None)
    assert row.x == ""


def test_a_task_before_its_execution_widens_the_axis():
    rows = [Bar("t", "extract", segments=[("SUCCESS", at(-25), at(0))])]
    [row] = gantt_rows(rows, start=START, end=at(75))
    assert (row.x, row.width) == ("0.00%", "25.00%")
    _, ticks = gantt_axis(rows, start=START, end=at(75))
    assert ("25.00%", "0 s") in ticks
    assert ticks[0].label == "\u221220 s"


def test_an_end_before_the_start_is_no_negative_width():
    assert one(("SUCCESS", at(50), at(40))).width == f"{LEAST * 100:.2f}%"


def test_a_task_that_holds_others_is_slim():
    rows = [
        Bar("p", "per_region", 0, "FAILED", [("FAILED", at(0), at(100))]),
        Bar("c", "us", 1, "SUCCESS", [("SUCCESS", at(0), at(50))]),
        Bar("d", "after", 0, "SUCCESS", [("SUCCESS", at(50), at(100))]),
    ]
    parents = [row.parent for row in gantt_rows(rows, start=START, end=at(100))]
    assert parents == [True, False, False]


@pytest.mark.parametrize(
    ("seconds", "labels"),
    [
        (0.04, ["0 s", "10 ms", "20 ms", "30 ms"]),
        (4, ["0 s", "1 s", "2 s", "3 s"]),
        (205, ["0 s", "1 min", "2 min", "3 min"]),
        (5 * 3600, ["0 s", "1 h", "2 h", "3 h", "4 h"]),
        (10 * 86400, ["0 s", "2 d", "4 d", "6 d", "8 d"]),
        (5000 * 86400, ["0 s", "1095 d", "2190 d", "3285 d", "4380 d"]),
    ],
)
def test_ticks_are_round(seconds, labels):
    _, ticks = gantt_axis([], start=START, end=at(seconds))
    assert [tick.label for tick in ticks] == labels


times = st.none() | st.integers(-(10**7), 10**7).map(at)
bars = st.builds(
    Bar,
    uid=st.text(max_size=5),
    name=st.text(max_size=5),
    depth=st.integers(0, 3),
    state=st.text(max_size=8),
    segments=st.lists(st.tuples(st.sampled_from(["SUCCESS", "<x>"]), times, times), max_size=3),
)


@given(st.lists(bars, max_size=4), times, times)
@settings(max_examples=40, deadline=None)
def test_bars_never_leave_the_axis(rows, start, end):
    drawn = gantt_rows(rows, start=start, end=end)
    assert [row.uid for row in drawn] == [row.uid for row in rows]
    for row in drawn:
        parse(row.svg)
        for x, width in [(s.x, s.width) for s in row.segments] + [(row.x, row.width)]:
            if x:
                left, wide = float(x.rstrip("%")), float(width.rstrip("%"))
                assert 0 <= left <= left + wide <= 100.02
                assert wide >= LEAST * 100
    parse(gantt_axis(rows, start=start, end=end)[0])
