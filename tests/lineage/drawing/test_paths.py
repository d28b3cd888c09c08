"""Lines on paper: corners, tips and hops."""

from lineage.drawing.paths import draw_paths, tip


def test_a_straight_line_ends_where_its_tip_begins():
    assert draw_paths([[(0, 10), (50, 10), (100, 10)]]) == ["M0 10H94"]
    assert tip([(0, 10), (100, 10)]) == "M99 10l-7 -4v8z"


def test_a_tip_points_along_the_last_stretch():
    assert tip([(100, 10), (0, 10)]) == "M1 10l7 -4v8z"
    assert tip([(0, 0), (0, 50)]) == "M0 49l-4 -7h8z"
    assert tip([(0, 50), (0, 0)]) == "M0 1l-4 7h8z"


def test_corners_are_round():
    [shape] = draw_paths([[(0, 0), (40, 0), (40, 60), (100, 60)]])
    assert shape == "M0 0H32Q40 0 40 8V52Q40 60 48 60H94"


def test_a_line_hops_over_another_and_one_bridge_spans_neighbours():
    upright = [(50, -50), (50, 50)]
    beside = [(56, -50), (56, 50)]
    over, _ = draw_paths([[(0, 0), (100, 0)], upright])
    assert over == "M0 0H45a5 5 0 0 1 5 -5a5 5 0 0 1 5 5H94"
    bridge, *_ = draw_paths([[(0, 0), (100, 0)], upright, beside])
    assert bridge == "M0 0H45a5 5 0 0 1 5 -5H56a5 5 0 0 1 5 5H94"
    back, _ = draw_paths([[(100, 0), (0, 0)], upright])
    assert back == "M100 0H55a5 5 0 0 0 -5 -5a5 5 0 0 0 -5 5H6"


def test_a_line_does_not_hop_over_itself_or_over_what_only_touches_it():
    [loop] = draw_paths([[(0, 0), (100, 0), (100, 50), (50, 50), (50, -50)]])
    assert "a5" not in loop
    touched, _ = draw_paths([[(0, 0), (100, 0)], [(50, 0), (50, 50)]])
    assert "a5" not in touched


def test_in_a_thicket_nothing_hops():
    across = [[(0, 20 * i), (400, 20 * i)] for i in range(12)]
    upright = [[(40 + 25 * i, -20), (40 + 25 * i, 300)] for i in range(12)]
    assert not any("a5" in shape for shape in draw_paths(across + upright))
