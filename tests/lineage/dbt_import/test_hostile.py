"""Artifacts with anything anywhere: taken as far as they are understood, else refused by name."""

import json
from copy import deepcopy
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage.dbt import InvalidArtifact, Options, read_artifacts
from lineage.dbt_import import ImportRefused, import_dbt, result_json
from tests.conftest import Cast
from tests.lineage.dbt.builders import (
    Json,
    as_file,
    catalog,
    manifest,
    model,
    node,
    result,
    run_results,
    source,
)

scalars = st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3)
    ),
    max_leaves=8,
)
#: A project with something of everything; anything may stand in any place of it.
WHOLE: Json = {
    "manifest": manifest(
        source("s"),
        model("a", ["source.shop.crm.s"], columns={"id": {"name": "id"}}, compiled_code="select 1",
              extra_ctes=[{"id": "x", "sql": "y"}], meta={"owner": "o"}, group="g"),
        node("exposure.shop.e", ["model.shop.a"], owner={"email": "e"}, url="u", type="dashboard"),
        node("test.shop.t", ["model.shop.a"], test_metadata={"name": "n", "kwargs": {}},
             config={"severity": "warn"}),
        groups={"g": {"name": "g", "owner": {"name": "n"}}},
        parent_map={"model.shop.a": []},
    ),
    "catalog": catalog(a={"id": "INTEGER"}),
    "run_results": run_results(
        result("model.shop.a", adapter_response={"rows_affected": 1}),
        result("test.shop.t", "fail", failures=1, message="no"),
    ),
}  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything inside."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, item in inner:
        found.append((*path, key))
        if isinstance(item, dict | list):
            found += places(item, (*path, key))
    return found


PLACES = [place for place in places(WHOLE) if len(place) > 1]


def altered(changes: list[tuple[tuple[Any, ...], Any]]) -> Json:
    whole = deepcopy(WHOLE)
    for path, value in changes:
        inside: Any = whole
        try:
            for key in path[:-1]:
                inside = inside[key]
            inside[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change has taken that place away
    return whole


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.sampled_from(PLACES), anything), min_size=1, max_size=4))
def test_anything_anywhere(cast: Cast, changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    whole = altered(changes)
    with transaction.atomic():
        try:
            artifacts = read_artifacts({name: as_file(part) for name, part in whole.items()})
            found = import_dbt(cast.access("ingest"), artifacts, Options("company.data"))
        except (InvalidArtifact, ImportRefused) as exc:
            assert str(exc)
        else:
            assert json.loads(json.dumps(result_json(found)))
            again = import_dbt(cast.access("ingest"), artifacts, Options("company.data"))
            assert again.is_unchanged
        transaction.set_rollback(True)
