"""Conditions of asset actions (K1.9)."""

from typing import Any

import pytest

from catalog.asset_actions import field_of, holds

ASSET = {
    "id": "vm1",
    "namespace": "company.ops",
    "type": "VM",
    "status": "active",
    "ttl": None,
    "owner": "user:mara",
    "state": "fresh",
    "tags": ["gpu", "eu"],
    "metadata": {
        "node_count": 3,
        "size": "12",
        "state": "running",
        "a.b": "dotted",
        "network": {"zone": "eu-1"},
        "on": True,
        "empty": "",
    },
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("namespace", "company.ops"),
        ("metadata.node_count", 3),
        ("node_count", 3),
        ("metadata.network.zone", "eu-1"),
        ("metadata.a.b", "dotted"),
        ("state", "running"),
        ("system.status", "active"),
        ("system.owner", "user:mara"),
        ("metadata.gone.deep", None),
        ("type.x", None),
    ],
)
def test_k1_9_a_field_is_a_path_into_the_asset(path: str, value: Any) -> None:
    assert field_of(ASSET, path) == value


def test_k1_9_the_state_without_one_in_metadata_is_the_freshness() -> None:
    assert field_of(ASSET | {"metadata": {}}, "state") == "fresh"


@pytest.mark.parametrize(
    ("field", "op", "value", "expected"),
    [
        ("status", "EQ", "active", True),
        ("status", "EQ", "Active", False),
        ("metadata.node_count", "EQ", "3", True),
        ("metadata.on", "EQ", True, True),
        ("metadata.on", "EQ", "true", True),
        ("metadata.on", "EQ", 1, False),
        ("gone", "EQ", "x", False),
        ("status", "NE", "active", False),
        ("gone", "NE", "x", True),
        ("status", "IN", ["leased", "active"], True),
        ("status", "IN", ["leased"], False),
        ("status", "NOT_IN", ["leased"], True),
        ("gone", "NOT_IN", ["leased"], True),
        ("metadata.node_count", "LT", 5, True),
        ("metadata.node_count", "LT", 3, False),
        ("metadata.node_count", "LTE", 3, True),
        ("metadata.size", "GT", 9, True),
        ("metadata.node_count", "GTE", 4, False),
        ("metadata.network.zone", "GT", "eu-0", True),
        ("gone", "LT", 5, False),
        ("namespace", "STARTS_WITH", "company.", True),
        ("gone", "STARTS_WITH", "", False),
        ("tags", "CONTAINS", "gpu", True),
        ("tags", "CONTAINS", "gp", False),
        ("namespace", "CONTAINS", "any.o", True),
        ("owner", "IS_SET", None, True),
        ("ttl", "IS_SET", None, False),
        ("metadata.empty", "IS_SET", None, False),
        ("ttl", "IS_NOT_SET", None, True),
        ("status", "IS_NOT_SET", None, False),
    ],
)
def test_k1_9_operators(field: str, op: str, value: Any, expected: bool) -> None:
    assert holds([{"field": field, "op": op, "value": value}], ASSET) is expected


def test_k1_9_all_conditions_must_hold_and_none_always_does() -> None:
    yes = {"field": "status", "op": "EQ", "value": "active"}
    no = {"field": "status", "op": "NE", "value": "active"}
    assert holds([], ASSET)
    assert holds([yes, yes], ASSET)
    assert not holds([yes, no], ASSET)
