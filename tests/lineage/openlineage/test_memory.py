"""What is remembered of facets is what reading them anew would tell."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.openlineage.memory import Memory
from lineage.recording.openlineage import datasets as recording
from tests.conftest import Cast
from tests.lineage.events import DAILY, ORDERS, dataset, event, post

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("ab\0é"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=8,
)


@given(one=JSON, other=JSON)
def test_only_the_same_json_is_the_same_question(one: Any, other: Any) -> None:
    memory = Memory[str](10_000)
    for question in (one, other, one):
        assert memory.recall(question, lambda: json.dumps(question)) == json.dumps(question)  # noqa: B023


def test_true_is_not_one_and_order_counts() -> None:
    memory = Memory[int](10_000)
    questions = [1, True, 1.0, "1", {"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1, "b": True}]
    answers = [memory.recall(one, lambda n=n: n) for n, one in enumerate(questions)]  # type: ignore[misc]
    assert answers == list(range(len(questions)))
    again = [memory.recall(one, lambda: -1) for one in questions]
    assert again == answers


def test_what_was_not_asked_for_again_makes_room() -> None:
    memory = Memory[int](800)
    asked = []

    def answer() -> int:
        asked.append(1)
        return 7

    for n in range(1_000):
        memory.recall(f"question {n:4}", answer)
        memory.recall("always", answer)
    assert len(asked) == 1_001
    assert len(memory._young) + len(memory._old) < 130
    memory.recall("x" * 500, answer)
    memory.recall("x" * 500, answer)
    assert len(asked) == 1_003, "a very long question is not kept"
    memory.recall(2**70, answer)
    assert len(asked) == 1_004


SCHEMA = {"fields": [{"name": "id", "type": "int"}, {"name": "total", "description": "sum"}]}
FACETS = {
    "schema": SCHEMA,
    "ownership": {"owners": [{"name": "team:a"}]},
    "tags": {"tags": [{"key": "pii"}, {"key": "gold", "field": "id"}]},
    "documentation": {"description": "Orders"},
    "dataSource": {"name": "db", "uri": "postgres://db:5432"},
    "lifecycleStateChange": {"lifecycleStateChange": "CREATE"},
    "columnLineage": {
        "fields": {
            "id": {"inputFields": [{"namespace": DAILY[0], "name": DAILY[1], "field": "a"}]}
        }
    },
}


@pytest.mark.django_db
def test_recording_changes_nothing_of_what_is_remembered(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The asset, its history and the next events use the same values."""
    kept: list[tuple[Any, str]] = []

    class Watched(Memory[Any]):
        def recall(self, question: object, answer: Any) -> Any:
            found = super().recall(question, answer)
            kept.append((found, repr(found)))
            return found

    monkeypatch.setattr(recording, "_meanings", Watched(1 << 20))
    monkeypatch.setattr(recording, "_links", Watched(1 << 20))
    access = cast.access("ingest")
    wider = {**FACETS, "schema": {"fields": [*SCHEMA["fields"], {"name": "new"}]}}
    renamed = {"identifiers": [{"namespace": "s3://lake", "name": "orders", "type": "TABLE"}]}
    for run, facets in enumerate([FACETS, wider, FACETS, {**FACETS, "symlinks": renamed}, wider]):
        for kind, minute in (("START", 2 * run), ("COMPLETE", 2 * run + 1)):
            outputs = [dataset(ORDERS, **facets)]
            post(access, event(kind, minute, run, inputs=[dataset(DAILY)], outputs=outputs))
    assert len(kept) > 20
    assert all(repr(found) == as_it_was for found, as_it_was in kept)
