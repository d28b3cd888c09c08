"""Structural relations in the lineage graph: drawn, and in the API for who asks (K1.10)."""

import re
from typing import Any

from catalog.models import Asset
from tests.lineage.pages import visit
from tests.world import World

KINDS = re.compile(r'<path class="edge structural[^"]*" data-kind="([a-z-]+)"')


def relate(world: World) -> None:
    """stg_orders → orders by a flow; orders is part of bucket, and related to stg_orders."""
    rows = Asset.objects.unscoped("test")
    rows.filter(pk=world.orders.pk).update(
        part_of={"id": "bucket", "role": "content"}, related_to=[{"id": "stg_orders"}]
    )
    rows.filter(pk=world.stg_orders.pk).update(related_to=[{"id": "orders"}, {"id": "gone"}])
    rows.filter(pk=world.ledger.pk).update(part_of={"id": "orders"})


def relations(world: World, who: str, **params: str) -> set[tuple[str, str, str]]:
    answer = world.cast.api(who).get(
        "/api/v1/main/assets/orders/dependencies", {"direction": "upstream"} | params
    )
    graph = answer.json()
    names = {node["uid"]: node.get("id", "?") for node in graph["nodes"]}
    edges: list[dict[str, Any]] = graph["edges"]
    return {(names[edge["source"]], edge["relation"], names[edge["target"]]) for edge in edges}


LINEAGE = {
    ("stg_orders", "USED_BY", "orders"),
    ("stg_orders", "USED_BY", "build_orders"),
    ("build_orders", "UPSERT", "orders"),
}


def test_k1_10_kestras_client_gets_no_relation_that_it_does_not_know(world: World) -> None:
    relate(world)
    assert relations(world, "admin") == LINEAGE


def test_k1_10_who_asks_gets_them_with_the_relatives(world: World) -> None:
    relate(world)
    found = relations(world, "admin", relations="true") - LINEAGE
    assert {edge for edge in found if edge[1] in ("PART_OF", "RELATED")} == {
        ("orders", "PART_OF", "bucket"),
        ("ledger", "PART_OF", "orders"),
        ("stg_orders", "RELATED", "orders"),
    }


def test_k1_10_relatives_out_of_reach_are_left_out(world: World) -> None:
    relate(world)
    found = relations(world, "viewer", relations="true") - LINEAGE
    assert {edge[1] for edge in found} == {"RELATED"}


def test_k1_10_the_graph_draws_them_without_an_arrow(world: World) -> None:
    relate(world)
    html = visit(world, "/lineage?asset=orders&direction=upstream").html
    drawn, legend = html.split('<div class="float legend', 1)
    assert sorted(KINDS.findall(drawn)) == ["part-of", "part-of", "related"]
    assert "Part of</span>" in legend
    tips = re.findall(r'<path class="tip[^"]*" d="([^"]*)"', drawn)
    lines = re.findall(r'<path class="edge(?! structural)', drawn)
    assert sum(tip.count("M") for tip in tips) == len(lines) == 5, "of the lineage alone"


def test_k1_10_an_asset_without_lineage_still_shows_what_it_is_part_of(world: World) -> None:
    Asset.objects.unscoped("test").filter(pk=world.bucket.pk).update(related_to=[{"id": "x"}])
    relate(world)
    html = visit(world, "/assets/bucket/-/lineage?direction=upstream").html
    assert "Orders" in html
    assert 'data-kind="part-of"' in html


def test_k1_10_nobody_is_an_ancestor_by_a_relation(world: World) -> None:
    relate(world)
    html = visit(world, "/lineage?asset=bucket&direction=upstream").html
    drawn = html.split('<div class="float legend', 1)[0]
    assert 'data-kind="part-of"' in drawn
    assert "edge up" not in drawn and "edge down" not in drawn
