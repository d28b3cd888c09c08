"""Highlighting and comparing YAML."""

import difflib

from hypothesis import given
from hypothesis import strategies as st

from lineage.highlighting import HIGHLIGHTED
from lineage.views.flow_source import COMPARED, diff, source_html


def test_yaml_is_marked_up_with_classes_only():
    html = source_html("id: a  # why\nn: 1\n")
    assert '<span class="nt">id</span>' in html
    assert "style=" not in html


def test_a_long_source_is_shown_plainly_and_escaped():
    html = source_html("# <b>\n" * HIGHLIGHTED)
    assert "&lt;b&gt;" in html
    assert "<" not in html


def test_too_much_is_not_compared():
    assert diff("a\n" * (COMPARED + 1), "b") is None


lines = st.lists(st.sampled_from(["a", "b", "c", "-x", "+y", " z", "@@", ""]), max_size=12)


@given(lines, lines)
def test_a_diff_tells_all_changes_with_their_line_numbers(before: list[str], after: list[str]):
    found = diff("\n".join([*before, "end"]), "\n".join([*after, "end"])) or []
    old, new = [*before, "end"], [*after, "end"]
    for line in found:
        if line.kind == "del":
            assert old[(line.number or 0) - 1] == line.text
        elif line.kind != "hunk":
            assert new[(line.number or 0) - 1] == line.text
    changed = [line for line in difflib.ndiff(old, new) if line[0] in "+-"]
    assert bool(changed) == bool(found)
