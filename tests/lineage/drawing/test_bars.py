"""Small charts: each says in words what it shows."""

from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.drawing import HeatCell, Run, duration_bar, heat, run_bars, sparkline
from tests.lineage.drawing.samples import parse


def rects(svg: str) -> list[dict[str, str]]:
    return [element.attrib for element in parse(svg).iter("rect")]


def test_runs_are_as_high_as_they_were_long_and_failures_carry_a_tick():
    svg = run_bars([Run("SUCCESS", 30), Run("FAILED", 60), Run("RUNNING")], slots=4)
    success, failed, tick, running = rects(svg)
    assert (success["y"], success["height"]) == ("8", "8")
    assert (failed["y"], failed["height"]) == ("0", "16")
    assert (tick["y"], tick["x"]) == ("18", failed["x"])
    assert running["height"] == "2"
    assert running["x"] == "75.00%"
    assert parse(svg).get("aria-label") == "3 runs: 1 success, 1 failed, 1 running"
    assert [e.text for e in parse(svg).iter("title")] == [
        "success, 30 s",
        "failed, 1 min",
        "running",
    ]


def test_only_the_last_runs_are_shown():
    assert len(rects(run_bars([Run("SUCCESS", 1)] * 40, slots=16))) == 16


def test_no_runs_say_so():
    assert parse(run_bars([])).get("aria-label") == "no runs"


def test_trouble_stands_out_of_the_heat_strip():
    calm, bad = rects(heat([HeatCell("success", 1), HeatCell("failed", 9, "2 failed on Monday")]))
    assert (calm["y"], calm["height"], calm["data-l"]) == ("4", "12", "1")
    assert (bad["y"], bad["height"], bad["data-l"]) == ("0", "20", "3")
    assert (bad["x"], bad["width"]) == ("50.00%", "43.00%")


def test_a_sparkline_runs_from_low_to_high_with_gaps():
    root = parse(sparkline([0, 10, None, 5], label="Reads a day"))
    first, second = root.iter("polyline")
    assert first.get("points") == "0,19 24,1"
    assert (second.get("points") or "").startswith("72,10")
    assert root.get("aria-label") == "Reads a day"
    assert parse(sparkline([])).get("aria-label") == "no values"


@given(st.lists(st.none() | st.floats(-1e9, 1e9)))
@settings(max_examples=40, deadline=None)
def test_sparklines_stay_in_their_box(values):
    for line in parse(sparkline(values)).iter("polyline"):
        for point in (line.get("points") or "").split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= 73
            assert 1 <= y <= 19


def test_a_duration_fills_its_share():
    track, bar = rects(duration_bar(30, 120, "FAILED"))
    assert track["width"] == "100%"
    assert (bar["width"], bar["data-state"]) == ("25.00%", "failed")
    assert rects(duration_bar(None, 120, "QUEUED"))[1]["width"] == "0.00%"
    assert rects(duration_bar(300, 120, "SUCCESS"))[1]["width"] == "100.00%"
    assert rects(duration_bar(3, 0, "SUCCESS"))[1]["width"] == "0.00%"
