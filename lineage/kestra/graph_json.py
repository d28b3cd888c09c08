"""A graph in Kestra's shape: AssetTopologyGraph (K3), with what Kestra lacks beside it.

`{nodes: [{uid, namespace, id, type: ASSET|FLOW, …}], edges: [{source, target, relation}]}`:
an asset is USED_BY a flow, a flow UPSERTs an asset, and where a flow makes one asset of another,
the one is USED_BY the other as well. Kestra's client knows no other relations, so PART_OF and
RELATED come only with a graph that was asked for its relatives. A restricted node has its uid and
type, and nothing else that names it.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from lineage.kestra.times import instant
from lineage.queries.graph import AssetNode, FlowNode, Graph, Link, Relation, Sighting

USED_BY, UPSERT = "USED_BY", "UPSERT"


def graph_json(graph: Graph) -> dict[str, Any]:
    """`truncated`: limits left something out. The first node is the asset that was asked for."""
    return {
        "nodes": [
            *(asset_json(node) for node in graph.assets),
            *(flow_json(node) for node in graph.flows),
        ],
        "edges": [*edges_json(graph), *map(relation_json, graph.relations)],
        "truncated": graph.truncated,
    }


def asset_json(node: AssetNode) -> dict[str, Any]:
    placed = {
        "uid": node.uid,
        "type": "ASSET",
        "restricted": node.restricted,
        "level": node.level,
        "hidden": node.hidden,
    }
    if node.asset is None:
        return placed
    asset = node.asset
    return placed | {
        "id": asset.public_id,
        "namespace": asset.namespace,
        "displayName": asset.display_name,
        "assetType": asset.type,
        "updated": instant(asset.updated_at),
        "lastWrittenAt": instant(asset.last_written_at),
        "deleted": asset.deleted_at is not None,
    }


def flow_json(node: FlowNode) -> dict[str, Any]:
    placed = {"uid": node.uid, "type": "FLOW", "restricted": node.restricted}
    if node.flow is None:
        return placed
    flow = node.flow
    return placed | {"id": flow.public_id, "namespace": flow.namespace, "state": flow.state}


def edges_json(graph: Graph) -> list[dict[str, Any]]:
    """Each (source, target) once, with the sightings of all links behind it taken together."""
    found: dict[tuple[str, str, str], list[Sighting]] = {}
    for link in graph.links:
        for source, target, relation, sighting in arrows(link):
            seen = found.setdefault((source, target, relation), [])
            if sighting:
                seen.append(sighting)
    written = cache(instant)  # links of one run were seen at one time
    return [
        {"source": source, "target": target, "relation": relation, **sightings_json(seen, written)}
        for (source, target, relation), seen in found.items()
    ]


def relation_json(relation: Relation) -> dict[str, Any]:
    said = {"source": relation.source, "target": relation.target, "relation": relation.kind}
    return said | ({"role": relation.role} if relation.role else {})


def arrows(link: Link) -> Iterator[tuple[str, str, str, Sighting | None]]:
    if link.source and link.target:
        yield link.source, link.target, USED_BY, link.whole
    if link.source and link.flow:
        yield link.source, link.flow, USED_BY, link.reading
    if link.flow and link.target:
        yield link.flow, link.target, UPSERT, link.writing


def sightings_json(
    seen: list[Sighting], written: Callable[[datetime], str | None]
) -> dict[str, Any]:
    """Nothing when something restricted takes part in each."""
    if not seen:
        return {}
    first, last, kinds = seen[0].first_seen, seen[0].last_seen, [seen[0].kind]
    if len(seen) > 1:
        first = min(one.first_seen for one in seen)
        last = max(one.last_seen for one in seen)
        kinds = sorted({one.kind for one in seen})
    told = {"firstSeen": written(first), "lastSeen": written(last), "kinds": kinds}
    notes = [one.note for one in seen if one.note]
    return told | ({"notes": notes} if notes else {})
