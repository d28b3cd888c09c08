"""Bars over time: what is drawn, how high, and what it says."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from lineage.drawing import Stack, histogram


def rects(svg: str) -> list[dict[str, str]]:
    return [element.attrib for element in ET.fromstring(svg).iter("rect")]


def test_the_highest_bar_fills_the_picture_and_others_keep_their_share():
    drawn = rects(histogram([Stack("a", {"SUCCESS": 10}), Stack("b", {"SUCCESS": 5})], label="x"))
    assert [(r["y"], r["height"]) for r in drawn] == [("0", "58"), ("29", "29")]


def test_what_failed_stands_on_top_and_has_a_tick_below_the_axis():
    drawn = rects(histogram([Stack("a", {"FAILED": 5, "SUCCESS": 5})], label="x"))
    assert [(r["data-state"], r["y"]) for r in drawn] == [
        ("success", "29"),
        ("failed", "0"),
        ("failed", "61"),
    ]


def test_a_single_failure_among_many_still_shows():
    drawn = rects(histogram([Stack("a", {"SUCCESS": 10_000, "FAILED": 1})], label="x"))
    assert all(int(r["height"]) >= 1 for r in drawn if r["data-state"] == "failed")


def test_steps_without_anything_keep_their_place():
    drawn = rects(histogram([Stack("a", {}), Stack("b", {"SUCCESS": 1})], label="x"))
    assert [r["x"] for r in drawn] == ["50.00%"]


def test_the_pointer_and_assistive_technology_are_told():
    svg = histogram([Stack("<Fri>", {"SUCCESS": 2, "FAILED": 1})], label='runs & "more"')
    root = ET.fromstring(svg)
    assert root.get("aria-label") == 'runs & "more"'
    assert next(root.iter("title")).text == "<Fri>: 2 success, 1 failed"


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["SUCCESS", "FAILED", "RUNNING", "odd"]), st.integers(0, 9)
        ),
        max_size=5,
    )
)
def test_no_bar_leaves_the_picture(counts: list[dict[str, int]]):
    for rect in rects(histogram([Stack("t", c) for c in counts], label="x")):
        assert int(rect["y"]) >= 0
        assert int(rect["y"]) + int(rect["height"]) <= 64
