"""GET dependencies: Kestra's shape, its parameters and ours, and nothing of what is hidden."""

import json
from typing import Any

import pytest
from kestrapy.models.asset_topology_graph import AssetTopologyGraph

from catalog.models import Asset
from tests.conftest import Cast
from tests.factories import NOW, make_asset, make_flow
from tests.lineage.graphs import add_edge, arrows, hide
from tests.statements import statements
from tests.world import World

BASE = "/api/v1/main/assets"


def get(cast: Cast, asset_id: str, who: str = "admin", status: int = 200, **params: Any) -> Any:
    response = cast.api(who).get(f"{BASE}/{asset_id}/dependencies", params)
    assert response.status_code == status, response.content
    return response.json()


def ids(answer: dict[str, Any], kind: str = "ASSET") -> list[str | None]:
    return sorted(
        (node.get("id") for node in answer["nodes"] if node["type"] == kind), key=lambda i: i or ""
    )


def named_edges(answer: dict[str, Any]) -> set[tuple[str, str, str]]:
    name = {node["uid"]: node.get("id", "?") for node in answer["nodes"]}
    return {(name[e["source"]], e["relation"], name[e["target"]]) for e in answer["edges"]}


def test_direct_neighbours_in_kestras_shape(world: World):
    answer = get(world.cast, "orders")
    assert answer["nodes"][0] == {
        "uid": answer["nodes"][0]["uid"],
        "type": "ASSET",
        "restricted": False,
        "level": 0,
        "hidden": {"upstream": 0, "downstream": 0},
        "id": "orders",
        "namespace": "company.data",
        "displayName": "Orders",
        "assetType": "io.kestra.plugin.ee.assets.Table",
        "updated": "2026-11-20T12:00:00Z",
        "lastWrittenAt": None,
        "deleted": False,
    }
    assert named_edges(answer) == {
        ("stg_orders", "USED_BY", "orders"),
        ("stg_orders", "USED_BY", "build_orders"),
        ("build_orders", "UPSERT", "orders"),
        ("orders", "USED_BY", "ledger"),
        ("orders", "USED_BY", "close_books"),
        ("close_books", "UPSERT", "ledger"),
    }
    assert answer["truncated"] is False
    [upstream] = [n for n in answer["nodes"] if n.get("id") == "ledger"]
    assert upstream["hidden"] == {"upstream": 1, "downstream": 0}


def test_kestras_own_client_reads_it(world: World):
    """kestrapy keeps what it does not know under additional_properties."""
    text = world.cast.api("viewer").get(f"{BASE}/orders/dependencies").content.decode()
    graph = AssetTopologyGraph.from_json(text)
    assert graph and graph.nodes and graph.edges
    assert {node.id for node in graph.nodes} == {"orders", "stg_orders", "build_orders", None}
    assert {node.type.value for node in graph.nodes if node.type} == {"ASSET", "FLOW"}
    assert {edge.relation.value for edge in graph.edges if edge.relation} == {"USED_BY", "UPSERT"}
    assert graph.additional_properties["truncated"] is False


def test_what_is_hidden_is_named_nowhere(world: World):
    response = world.cast.api("viewer").get(f"{BASE}/orders/dependencies", {"depth": "all"})
    text = response.content.decode()
    for word in ("ledger", "finance", "close_books", "bucket", "Dataset"):
        assert word not in text
    hidden = [node for node in response.json()["nodes"] if node["restricted"]]
    assert [set(node) for node in hidden if node["type"] == "ASSET"] == [
        {"uid", "type", "restricted", "level", "hidden"}
    ]
    assert [set(node) for node in hidden if node["type"] == "FLOW"] == [
        {"uid", "type", "restricted"}
    ]
    for edge in response.json()["edges"]:
        if {edge["source"], edge["target"]} & {node["uid"] for node in hidden}:
            assert set(edge) == {"source", "target", "relation"}


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, "bcd"),
        ({"destinationOnly": "true"}, "cd"),
        ({"expandAll": "true"}, "abcde"),
        ({"destinationOnly": "true", "expandAll": "true"}, "cde"),
        ({"direction": "upstream"}, "bc"),
        ({"direction": "upstream", "depth": "2"}, "abc"),
        ({"direction": "upstream", "depth": "all"}, "abc"),
        ({"direction": "DOWNSTREAM", "depth": 99}, "cde"),
        ({"type": "none such"}, "c"),
        ({"since": "2026-11-20T12:00:01Z"}, "c"),
        ({"asOf": "2026-11-19"}, "c"),
        ({"asOf": "2026-11-20"}, "bcd"),
    ],
)
def test_parameters(cast: Cast, params: dict[str, Any], found: str):
    arrows(cast.main, "a>b>c>d>e")
    assert ids(get(cast, "c", **params)) == sorted(found)


def test_a_limit_is_marked(cast: Cast):
    arrows(cast.main, "a>b>c")
    assert get(cast, "a", expandAll="true", limit=2)["truncated"] is True
    assert get(cast, "a", expandAll="true", limit=3)["truncated"] is False


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"depth": "0"}, "depth"),
        ({"depth": "-1"}, "depth"),
        ({"depth": "many"}, "depth"),
        ({"depth": "9" * 30}, "depth"),
        ({"limit": "0"}, "limit"),
        ({"limit": "5001"}, "limit"),
        ({"direction": "sideways"}, "direction"),
        ({"since": "yesterday"}, "since"),
        ({"asOf": "2026-13-01"}, "asOf"),
        ({"destinationOnly": "1"}, "destinationOnly"),
        ({"expandAll": "ja"}, "expandAll"),
        ({"destinationOnly": "true", "direction": "upstream"}, "direction"),
        ({"expandAll": "true", "depth": "2"}, "depth"),
        ({"since": "2026-11-20", "asOf": "2026-11-01"}, "since"),
    ],
)
def test_bad_parameters_are_named(world: World, params: dict[str, str], field: str):
    problem = get(world.cast, "orders", status=400, **params)
    assert [error["field"] for error in problem["errors"]] == [field]


def test_ids_of_any_kind(cast: Cast):
    odd = make_asset(cast.main, "s3://bucket/100%/dependencies?x=1")
    add_edge(odd, make_asset(cast.main, "plain"), make_flow(cast.main, "f"))
    encoded = "s3:%2F%2Fbucket%2F100%25%2Fdependencies%3Fx=1"
    assert ids(get(cast, encoded)) == ["plain", odd.public_id]
    by_id = cast.api("admin").get(f"{BASE}/by-id/dependencies", {"id": odd.public_id})
    assert by_id.json() == get(cast, encoded)


def test_a_deleted_asset_is_not_found(world: World):
    Asset.objects.unscoped("test").filter(pk=world.orders.pk).update(deleted_at=NOW)
    get(world.cast, "orders", status=404)


def test_a_constant_number_of_statements(cast: Cast):
    assets = arrows(cast.main, "a>b")
    client = cast.api("viewer")

    def ask() -> object:
        return client.get(f"{BASE}/b/dependencies", {"expandAll": "true"})

    before = statements(ask)
    for number in range(20):
        add_edge(
            assets["b"], make_asset(cast.main, f"n{number}"), make_flow(cast.main, f"f{number}")
        )
    hide([assets["a"]])
    assert statements(ask) == before
    assert len(json.loads(ask().content)["nodes"]) == 43  # type: ignore[attr-defined]
