"""Names of any script fit their card, cut where a reader sees characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.drawing.text import fit, text_width


@given(st.text(), st.floats(20, 300))
def test_what_is_fitted_fits(text, room):
    assert text_width(fit(text, room, 13), 13) <= room


def test_what_fits_is_left_alone():
    assert fit("stg_orders", 100, 13.5) == "stg_orders"


def test_the_middle_is_left_out():
    assert fit("order_id_mapping_of_everything_v1", 140, 13.5) == "order_id_\u2026thing_v1"


@pytest.mark.parametrize(("wider", "narrower"), ["Wi", "漢a", "🚀漢", "éi"])
def test_wide_characters_count_as_wide(wider, narrower):
    assert text_width(wider, 10) > text_width(narrower, 10)


@pytest.mark.parametrize("cluster", ["e\u0301", "👨\u200d👩\u200d👧", "🇯🇵", "👍🏽"])
def test_what_reads_as_one_character_is_not_torn(cluster):
    shown = fit(cluster * 40, 120, 13)
    head, tail = shown.split("\u2026")
    assert head.replace(cluster, "") == ""
    assert tail.replace(cluster, "") == ""
    assert head
