"""Artifacts of any size are read member by member, and say where they are broken."""

import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.dbt import streaming
from lineage.dbt.streaming import InvalidArtifact, read_members

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10
)


def collected(stream: io.BytesIO) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, inner, value in read_members(stream):
        if inner is None:
            found[key] = value
        elif isinstance(inner, int):
            assert len(found.setdefault(key, [])) == inner
            found[key].append(value)
        else:
            found.setdefault(key, {})[inner] = value
    return found


class Dribble(io.BytesIO):
    """Hands out a few bytes at a time, as a network would."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(3)


@given(st.dictionaries(st.text(), values), st.booleans(), st.sampled_from([None, 2]))
def test_reads_what_any_json_reader_reads(
    value: dict[str, Any], plain: bool, indent: int | None
) -> None:
    raw = json.dumps(value, ensure_ascii=plain, indent=indent).encode("utf-8", "surrogatepass")
    try:
        raw.decode()
    except UnicodeDecodeError:
        with pytest.raises(InvalidArtifact, match="not UTF-8"):
            collected(io.BytesIO(raw))
        return
    kept = {key: item for key, item in value.items() if item not in ({}, [])}
    assert collected(io.BytesIO(raw)) == kept
    assert collected(Dribble(raw)) == kept


@pytest.mark.parametrize(
    ("raw", "line", "column"),
    [
        ('{"a": {"b": 1,}}', 1, 15),
        ('{"a": {\n  "b" 1}}', 2, 7),
        ("[1]", 1, 1),
        ("", 1, 1),
        ('{"a": {"b": 1}', 1, 15),
        ('{"a": {}} x', 1, 11),
        ('{"a": {"b": tru}}', 1, 13),
        ('{\n\n"a": {"b": "\n"}}', 3, 13),
        ('{"a": ' + "[" * 100_000, 1, 8),
        ('{"a": {"b": ' + "7" * 5_000 + "}}", 1, 13),
    ],
)
def test_says_where_it_is_broken(raw: str, line: int, column: int) -> None:
    with pytest.raises(InvalidArtifact) as caught:
        collected(io.BytesIO(raw.encode()))
    assert (caught.value.line, caught.value.column) == (line, column), str(caught.value)


def test_place_counts_what_was_read_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "CHUNK", 64)
    raw = '{"nodes": {\n' + "".join(f'"n{n}": {{"x": {n}}},\n' for n in range(500)) + "oops}}"
    with pytest.raises(InvalidArtifact, match="line 502, column 1"):
        collected(io.BytesIO(raw.encode()))


def test_numbers_that_json_does_not_know_are_none() -> None:
    assert collected(io.BytesIO(b'{"a": {"b": NaN, "c": 1e999, "d": -Infinity}}')) == {
        "a": {"b": None, "c": None, "d": None}
    }


def test_one_member_has_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "CHUNK", 1_000)
    monkeypatch.setattr(streaming, "MAX_MEMBER", 10_000)
    with pytest.raises(InvalidArtifact, match="longer than 10,000 characters"):
        collected(io.BytesIO(b'{"a": {"b": "' + b"x" * 50_000 + b'"}}'))


class Endless:
    """A manifest of so many nodes, made while it is read."""

    def __init__(self, nodes: int) -> None:
        body = json.dumps({"compiled_code": "select 1 -- " + "x" * 20_000})
        self.parts = (f'"n{n}": {body},' for n in range(nodes))
        self.rest = b'{"nodes": {'
        self.is_ended = False

    def read(self, size: int, /) -> bytes:
        while len(self.rest) < size and not self.is_ended:
            part = next(self.parts, None)
            self.is_ended = part is None
            self.rest += part.encode() if part else b'"last": {}}}'
        given, self.rest = self.rest[:size], self.rest[size:]
        return given


@pytest.mark.slow
def test_a_hundred_megabytes_take_a_few() -> None:
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_members(Endless(5_000))) == 5_001
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
