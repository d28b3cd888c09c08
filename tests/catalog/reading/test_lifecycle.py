"""Lifecycle fields, actions and relations from plain values (K1.8, K1.9, K1.10)."""

from typing import Any

import pytest

from catalog.reading.assets import asset_problems, parse_asset

ASSET = {"id": "a", "type": "T"}


def read(**fields: Any) -> dict[str, Any]:
    asset, errors = parse_asset(ASSET | fields)
    assert errors == ()
    assert asset is not None
    assert asset.metadata == {}
    return dict(asset.lifecycle)


def test_k1_8_status_ttl_and_owner_are_fields_and_no_metadata() -> None:
    said = read(status="leased", ttl="2026-12-31T00:00:00.000Z", owner="user:mara")
    assert said == {
        "status": "leased",
        "ttl": "2026-12-31T00:00:00.000Z",
        "owners": ["user:mara"],
    }


def test_what_is_left_out_is_not_said() -> None:
    assert read() == {}


def test_k1_8_null_and_blank_take_back() -> None:
    said = {"status": "active", "ttl": None, "owners": []}
    assert read(status=None, ttl=None, owner=None) == said
    assert read(status="", ttl=" ", owner="") == said
    assert read(assetActions=None, partOf="", relatedTo=None) == {
        "assetActions": [],
        "partOf": None,
        "relatedTo": [],
    }


@pytest.mark.parametrize(
    ("ttl", "stored"),
    [
        ("2026-12-31T00:00:00Z", "2026-12-31T00:00:00.000Z"),
        ("2026-12-31T00:00:00.123456Z", "2026-12-31T00:00:00.123Z"),
    ],
)
def test_k1_8_a_ttl_is_kept_to_the_millisecond(ttl: str, stored: str) -> None:
    assert read(ttl=ttl) == {"ttl": stored}


@pytest.mark.parametrize(
    "ttl", ["2026-12-31T00:00:00+01:00", "2026-12-31", "2026-13-01T00:00:00Z", "P30D", "x"]
)
def test_k1_8_a_ttl_is_an_instant_in_utc(ttl: str) -> None:
    (error,) = asset_problems(ASSET | {"ttl": ttl})
    assert (error.field, "2026-12-31T00:00:00.000Z" in error.message) == ("ttl", True)


def test_owners_win_over_one_owner() -> None:
    assert read(owners=["a", "b", "a"], owner="user:mara") == {"owners": ["a", "b"]}
    assert read(owners=None, owner="user:mara") == {"owners": ["user:mara"]}


def test_k1_9_actions_with_conditions() -> None:
    action = {
        "namespace": "company.ops",
        "flowId": "resize",
        "label": "Resize…",
        "when": [
            {"field": "metadata.node_count", "op": "LT", "value": 5},
            {"field": "status", "op": "IN", "value": ["active", "leased"]},
            {"field": "ttl", "op": "IS_SET"},
        ],
    }
    assert read(assetActions=[action]) == {"assetActions": [action]}


def test_k1_9_what_an_action_does_not_know_is_not_kept() -> None:
    said = {"namespace": "a", "flowId": "b", "offered": True, "when": []}
    assert read(assetActions=[said]) == {"assetActions": [{"namespace": "a", "flowId": "b"}]}


@pytest.mark.parametrize(
    ("actions", "field"),
    [
        ("x", "assetActions"),
        (["x"], "assetActions[0]"),
        ([{"flowId": "b"}], "assetActions[0].namespace"),
        ([{"namespace": "a"}], "assetActions[0].flowId"),
        ([{"namespace": "A B", "flowId": "b"}], "assetActions[0].namespace"),
        ([{"namespace": "a", "flowId": "b", "when": {}}], "assetActions[0].when"),
    ],
)
def test_k1_9_bad_actions(actions: Any, field: str) -> None:
    assert [e.field for e in asset_problems(ASSET | {"assetActions": actions})] == [field]


@pytest.mark.parametrize(
    ("condition", "field", "message"),
    [
        ({"op": "EQ", "value": 1}, "field", "required"),
        ({"field": "status"}, "op", "required"),
        ({"field": "status", "op": "LIKE", "value": 1}, "op", "IS_NOT_SET"),
        ({"field": "status", "op": "EQ"}, "value", "required"),
        ({"field": "status", "op": "IN", "value": "a"}, "value", "list"),
        ({"field": "status", "op": "EQ", "value": {}}, "value", "not a map"),
    ],
)
def test_k1_9_bad_conditions(condition: Any, field: str, message: str) -> None:
    action = {"namespace": "a", "flowId": "b", "when": [condition]}
    errors = asset_problems(ASSET | {"assetActions": [action]})
    assert errors[0].field == f"assetActions[0].when[0].{field}"
    assert message in errors[0].message


def test_k1_10_relations() -> None:
    said = read(
        partOf={"id": "cluster", "role": "primary", "namespace": "company.ops"},
        relatedTo=[{"id": "b", "role": "backup"}, "c", {"id": "c"}],
    )
    assert said == {
        "partOf": {"id": "cluster", "namespace": "company.ops", "role": "primary"},
        "relatedTo": [{"id": "b", "role": "backup"}, {"id": "c"}],
    }
    assert read(partOf="cluster", relatedTo="b") == {
        "partOf": {"id": "cluster"},
        "relatedTo": [{"id": "b"}],
    }


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"partOf": 5}, "partOf"),
        ({"partOf": {"role": "x"}}, "partOf.id"),
        ({"partOf": {"id": "a b"}}, "partOf.id"),
        ({"partOf": {"id": "b", "role": "x" * 101}}, "partOf.role"),
        ({"relatedTo": 5}, "relatedTo"),
        ({"relatedTo": [{"id": "<b>"}]}, "relatedTo[0].id"),
    ],
)
def test_k1_10_bad_relations(fields: dict[str, Any], field: str) -> None:
    (error,) = asset_problems(ASSET | fields)
    assert error.field == field
