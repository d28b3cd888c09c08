"""GET column-lineage: its shape, its parameters, and nothing of what is hidden."""

import json
from typing import Any

from catalog.models import Asset
from tests.conftest import Cast
from tests.factories import make_flow
from tests.lineage.column_graphs import add_column_edge, column_arrows
from tests.lineage.graphs import hide
from tests.statements import statements
from tests.world import World

BASE = "/api/v1/main/assets"


def get(cast: Cast, asset_id: str, who: str = "admin", status: int = 200, **params: Any) -> Any:
    response = cast.api(who).get(f"{BASE}/{asset_id}/column-lineage", params)
    assert response.status_code == status, response.content
    return response.json()


def test_columns_and_how_they_are_made(world: World):
    schema = [{"name": "amount_eur", "type": "numeric"}]
    Asset.objects.unscoped("test").filter(pk=world.orders.pk).update(columns=schema)
    add_column_edge(
        world.stg_orders,
        "amount",
        world.orders,
        "amount_eur",
        world.build_orders,
        task_id="build",
        subtype="TRANSFORMATION",
        description="amount / 100",
        kind="sql",
    )
    answer = get(world.cast, "orders", column="amount_eur")
    start, source = answer["nodes"]
    assert start == {
        "uid": start["uid"],
        "type": "COLUMN",
        "assetUid": start["assetUid"],
        "restricted": False,
        "level": 0,
        "hidden": {"upstream": 0, "downstream": 0},
        "id": "orders",
        "namespace": "company.data",
        "displayName": "Orders",
        "assetType": "io.kestra.plugin.ee.assets.Table",
        "column": "amount_eur",
        "columnType": "numeric",
    }
    assert (source["id"], source["column"], source["level"]) == ("stg_orders", "amount", -1)
    assert answer["edges"] == [
        {
            "source": source["uid"],
            "target": start["uid"],
            "type": "DIRECT",
            "restricted": False,
            "subtype": "TRANSFORMATION",
            "description": "amount / 100",
            "masking": False,
            "kind": "sql",
            "flow": {"namespace": "company.data", "id": "build_orders"},
            "taskId": "build",
            "firstSeen": "2026-11-20T12:00:00Z",
            "lastSeen": "2026-11-20T12:00:00Z",
        }
    ]
    assert answer["truncated"] is False


def test_the_whole_dataset_and_indirect_edges(cast: Cast):
    column_arrows(cast.main, "a.status~>b. a.x>b.y")
    answer = get(cast, "b", column="y")
    assert {(n["type"], n.get("column")) for n in answer["nodes"] if n["id"] == "b"} == {
        ("COLUMN", "y"),
        ("DATASET", None),
    }
    assert sorted(edge["type"] for edge in answer["edges"]) == ["DIRECT", "INDIRECT"]
    answer = get(cast, "b", column="y", indirect="false")
    assert [edge["type"] for edge in answer["edges"]] == ["DIRECT"]
    answer = get(cast, "b")
    assert answer["nodes"][0]["type"] == "DATASET"
    assert len(answer["edges"]) == 2, "without a column, of all of them"


def test_depth_direction_and_limit(cast: Cast):
    column_arrows(cast.main, "a.x>b.x b.x>c.x c.x>d.x")

    def ids(**params: Any) -> list[str]:
        return [node["id"] for node in get(cast, "b", column="x", **params)["nodes"]]

    assert ids() == ["b", "a", "c"]
    assert ids(direction="downstream", depth="all") == ["b", "c", "d"]
    assert ids(direction="upstream", depth="all") == ["b", "a"]
    cut = get(cast, "b", column="x", depth="all", limit=2)
    assert len(cut["nodes"]) == 2
    assert cut["truncated"] is True


def test_what_cannot_be_asked(cast: Cast):
    column_arrows(cast.main, "a.x>b.x")
    problem = get(cast, "b", column="x", depth="0", direction="sideways", status=400)
    assert {error["field"] for error in problem["errors"]} == {"depth", "direction"}
    problem = get(cast, "b", column="x", indirect="perhaps", status=400)
    assert problem["errors"][0]["field"] == "indirect"
    for name in ("nothing", "x\0", "X"):
        get(cast, "b", column=name, status=404)
    get(cast, "nothing", status=404)


def test_ids_that_a_path_cannot_carry(cast: Cast):
    column_arrows(cast.main, "a.x>b.x")
    by_id = f"{BASE}/by-id/column-lineage"
    client = cast.api("admin")
    assert client.get(by_id, {"id": "b", "column": "x"}).json() == get(cast, "b", column="x")
    assert client.get(by_id, {"column": "x"}).status_code == 400


def test_a_restricted_column_has_no_names(cast: Cast):
    flow = make_flow(cast.main, "closing", "company.finance")
    assets = column_arrows(cast.main, "a.x>secret.password secret.password>c.z", flow)
    hide([assets["secret"]])
    answer = get(cast, "c", "viewer", column="z", depth="all")
    hidden = answer["nodes"][1]
    assert set(hidden) == {"uid", "type", "assetUid", "restricted", "level", "hidden"}
    assert {tuple(sorted(edge)) for edge in answer["edges"]} == {
        ("restricted", "source", "target", "type")
    }
    assert not {word for word in ("secret", "password", "closing") if word in json.dumps(answer)}
    get(cast, "secret", "viewer", status=404, column="password")


def test_constant_statements(cast: Cast):
    column_arrows(cast.main, "a.x>b.x")
    column_arrows(
        cast.main, " ".join(f"s{n}.x>t.x" for n in range(40)), make_flow(cast.main, "many")
    )
    costs = {statements(lambda asset=asset: get(cast, asset, column="x")) for asset in "bt"}
    assert len(costs) == 1, costs
