"""Values in cells: whatever goes out comes in the same, and no spreadsheet computes it."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.interchange import cells

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@given(st.text())
@example("")
@example("'")
@example("''=1")
@example("'tis")
@example(r"\N")
@example(" =1")
@example("＝1")
def test_a_text_survives_its_cell(text: str):
    cell = cells.guarded(text)
    assert cells.unguarded(cell) == text
    assert cell not in ("", cells.NULL)
    assert not cell.lstrip().startswith(cells.FORMULA_SIGNS)


@pytest.mark.parametrize(
    ("cell", "text"),
    [("'tis", "'tis"), ("=1+1", "=1+1"), ("'=1+1", "=1+1"), ("it's", "it's"), ("-5", "-5")],
)
def test_what_people_type_is_taken_as_they_mean_it(cell: str, text: str):
    assert cells.unguarded(cell) == text


@given(JSON)
@example("5")
@example("null")
@example(" 5 ")
@example('"')
def test_a_value_survives_its_text(value: Any):
    again = cells.read_value(cells.value_text(value))
    assert again == value and type(again) is type(value)


@given(st.lists(st.text()))
@example(["a;b"])
@example(["[a"])
@example([" a"])
@example([""])
def test_a_list_survives_its_text(items: list[str]):
    assert cells.read_list(cells.list_text(items)) == items


def test_lists_are_read_as_people_write_them():
    assert cells.read_list(" a ;b;; c ") == ["a", "b", "c"]
    assert cells.read_list('["a;b"]') == ["a;b"]
    assert cells.list_text(["a", "b"]) == "a; b"
