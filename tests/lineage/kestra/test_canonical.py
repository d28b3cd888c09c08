"""One content has one digest, and what PostgreSQL cannot keep is known beforehand."""

import json
from math import isfinite
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from accounts.bulk import dump
from lineage.kestra.values import canonical

TEXT = st.text(st.characters(exclude_categories=[]), max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def storable(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(storable, [*value, *value.values()]))
    if isinstance(value, list):
        return all(map(storable, value))
    if isinstance(value, str):
        return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value)
    return not isinstance(value, float) or isfinite(value)


@given(VALUES)
def test_tells_what_can_be_stored(value: Any) -> None:
    content, can = canonical(value)
    assert can == storable(value)
    if can:
        assert json.loads(content) == value
        assert json.loads(dump(value)) == value


@given(st.dictionaries(TEXT, VALUES, max_size=4))
def test_the_order_of_keys_does_not_count(value: dict[str, Any]) -> None:
    assert canonical(value) == canonical(dict(reversed(value.items())))


def test_what_json_has_no_word_for() -> None:
    for value in (float("nan"), float("inf"), "\ud800"):
        assert canonical({"a": [value, None]}) == (b"", False)
    assert canonical({"a": 2**70})[1] and canonical({"a": [None, 1e300]})[1]
    assert canonical({"a": "\\u0000"})[1] and not canonical({"a": "\0"})[1]
