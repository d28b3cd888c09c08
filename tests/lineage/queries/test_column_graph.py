"""The walk over columns against a plain search, from either end, and what it hides from whom."""

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Asset
from lineage.models import ColumnEdge
from lineage.queries.column_graph import Column, ColumnGraph, column_lineage, walk_columns
from lineage.queries.horizon import HIDDEN_CAP, Direction, Horizon
from lineage.uids import namer
from tests.conftest import Cast
from tests.factories import NOW, make_asset, make_flow
from tests.lineage.column_graphs import add_column_edge, column_arrows
from tests.lineage.graphs import hide
from tests.statements import statements

UP, DOWN, BOTH = Direction.UPSTREAM, Direction.DOWNSTREAM, Direction.BOTH


def lineage(
    cast: Cast, asset: Asset, name: str = "x", who: str = "admin", **more: Any
) -> ColumnGraph:
    indirect = more.pop("indirect", True)
    horizon = Horizon(**{"direction": BOTH, "depth": None} | more)
    return column_lineage(cast.access(who), Column(asset.pk, name), horizon, indirect=indirect)


def said(graph: ColumnGraph) -> dict[str, int]:
    """`asset.column` → level; `?` stands for what is restricted."""
    return {
        f"{node.asset.public_id if node.asset else '?'}.{node.name}": node.level
        for node in graph.nodes
    }


def links(graph: ColumnGraph) -> set[tuple[str, str, bool]]:
    name = {
        node.uid: f"{node.asset.public_id if node.asset else '?'}.{node.name}"
        for node in graph.nodes
    }
    return {(name[link.source], name[link.target], link.indirect) for link in graph.links}


def test_levels_and_edges_over_several_steps(cast: Cast):
    assets = column_arrows(cast.main, "a.x>b.y b.y>c.z b.w>c.z a.q~>c.z c.z>d.v e.x>b.other")
    assert said(lineage(cast, assets["c"], "z")) == {
        "c.z": 0,
        "b.y": -1,
        "b.w": -1,
        "a.q": -1,
        "d.v": 1,
        "a.x": -2,
    }
    assert links(lineage(cast, assets["c"], "z", depth=1)) == {
        ("b.y", "c.z", False),
        ("b.w", "c.z", False),
        ("a.q", "c.z", True),
        ("c.z", "d.v", False),
    }


def test_without_what_is_indirect(cast: Cast):
    assets = column_arrows(cast.main, "a.x>b.y a.q~>b.y c.z>a.q")
    assert said(lineage(cast, assets["b"], "y", indirect=False)) == {"b.y": 0, "a.x": -1}


def test_an_edge_of_the_whole_dataset_holds_for_every_column(cast: Cast):
    assets = column_arrows(cast.main, "a.x~>b. a.>c.z b.y>d.v")
    assert said(lineage(cast, assets["b"], "y", direction=UP)) == {"b.y": 0, "a.x": -1, "b.": 0}
    assert links(lineage(cast, assets["b"], "y", direction=UP)) == {("a.x", "b.", True)}
    assert said(lineage(cast, assets["a"], "x", direction=DOWN)) == {
        "a.x": 0,
        "a.": 0,
        "b.": 1,
        "c.z": 1,
        "d.v": 2,
        "b.y": 1,
    }
    assert "c.z" not in said(lineage(cast, assets["b"], "", direction=DOWN))
    assert said(lineage(cast, assets["b"], "", direction=DOWN)) == {"b.": 0, "d.v": 1, "b.y": 0}


def test_a_deleted_asset_ends_the_walk(cast: Cast):
    assets = column_arrows(cast.main, "a.x>b.x b.x>c.x c.x>d.x")
    Asset.objects.unscoped("test").filter(pk=assets["b"].pk).update(deleted_at=NOW)
    assert said(lineage(cast, assets["c"])) == {"c.x": 0, "d.x": 1}


def test_the_window(cast: Cast):
    assets = column_arrows(cast.main, "a.x>b.x")
    later = NOW.replace(year=2027)
    assert said(lineage(cast, assets["b"], since=later)) == {"b.x": 0}
    assert said(lineage(cast, assets["b"], as_of=NOW.replace(year=2025))) == {"b.x": 0}
    assert len(said(lineage(cast, assets["b"], since=NOW, as_of=later))) == 2


def test_limits_mark_what_they_cut_and_count_what_is_hidden(cast: Cast):
    sources = " ".join(f"s{n}.x>a.x" for n in range(9))
    assets = column_arrows(cast.main, sources)
    found = lineage(cast, assets["a"], limit=4)
    assert found.truncated
    assert len(found.nodes) == 4
    assert found.nodes[0].hidden == {"upstream": 6, "downstream": 0}
    assert not lineage(cast, assets["a"]).truncated


def test_a_limit_keeps_edges_rather_than_columns_without_any(cast: Cast):
    assets = column_arrows(cast.main, " ".join(f"a.x{n}>b.y{n}" for n in range(9)))
    found = lineage(cast, assets["b"], "", limit=7)
    assert found.truncated
    assert len(found.nodes) == 7
    assert len(found.links) == 3


def test_what_is_hidden_is_counted_to_a_cap(cast: Cast):
    hub = make_asset(cast.main, "hub")
    readers = [Asset(tenant=cast.main, public_id=f"r{n}", type="Table") for n in range(3)]
    Asset.objects.bulk_create(readers)
    ColumnEdge.objects.bulk_create(
        ColumnEdge(
            tenant=cast.main,
            upstream=hub,
            upstream_column="x",
            downstream=readers[n % 3],
            downstream_column=f"c{n}",
            first_seen=NOW,
            last_seen=NOW,
        )
        for n in range(HIDDEN_CAP + 50)
    )
    found = lineage(cast, hub, limit=1)
    assert found.nodes[0].hidden["downstream"] == HIDDEN_CAP


def test_a_restricted_column_keeps_its_place_and_tells_nothing(cast: Cast):
    assets = column_arrows(cast.main, "a.x>secret.password secret.password>c.z")
    hide([assets["secret"]])
    found = lineage(cast, assets["c"], "z", "viewer")
    assert said(found) == {"c.z": 0, "?.": -1, "a.x": -2}
    assert [link.how for link in found.links] == [None, None]
    text = repr(asdict(found))
    assert "secret" not in text
    assert "password" not in text
    own = {node.uid for node in lineage(cast, assets["c"], "z").nodes}
    assert own == {node.uid for node in found.nodes}, "names of nodes are the same for everybody"


def test_a_flow_out_of_reach_hides_how(cast: Cast):
    flow = make_flow(cast.main, "closing", "company.finance")
    assets = column_arrows(cast.main, "a.x>b.x", flow)
    ColumnEdge.objects.unscoped("test").update(description="secret * 2", task_id="books")
    [link] = lineage(cast, assets["b"], who="viewer").links
    assert link.how is None
    [link] = lineage(cast, assets["b"]).links
    assert link.how
    assert (link.how.description, link.how.task) == ("secret * 2", "books")
    assert link.how.flow
    assert link.how.flow.public_id == "closing"


def test_nothing_of_another_tenant(cast: Cast):
    assets = column_arrows(cast.main, "a.x>b.x")
    theirs = make_asset(cast.other, "theirs")
    add_column_edge(theirs, "x", assets["a"], "x", tenant=cast.other)
    assert said(lineage(cast, assets["b"])) == {"b.x": 0, "a.x": -1}


def test_columns_of_one_asset_share_a_card_and_know_their_types(cast: Cast):
    assets = column_arrows(cast.main, "a.x>b.x a.y>b.x")
    schema = [{"name": "x", "type": "bigint"}, {"name": "y"}]
    Asset.objects.unscoped("test").filter(pk=assets["a"].pk).update(columns=schema)
    found = lineage(cast, assets["b"])
    cards = {node.name: node.card for node in found.nodes if node.level < 0}
    assert cards == dict.fromkeys("xy", namer(cast.main.pk)("asset", assets["a"].pk))
    assert {node.type for node in found.nodes if node.level < 0} == {"bigint", ""}


def test_statements_do_not_grow(cast: Cast):
    small = column_arrows(cast.main, "a.x>b.x")
    large = column_arrows(
        cast.main,
        " ".join(f"s{n}.x>s{n + 1}.x s{n}.y~>s{n + 1}." for n in range(30)),
        make_flow(cast.main, "longer"),
    )
    costs = {
        statements(lambda asset=asset: lineage(cast, asset)) for asset in (small["b"], large["s9"])
    }
    assert len(costs) == 1, costs


# --- any graph, from either end --------------------------------------------------------------

NODES, NAMES = 5, ("", "x", "y")
ends = st.tuples(st.integers(0, NODES - 1), st.sampled_from(NAMES))
arrows = st.lists(st.tuples(ends, ends), max_size=14, unique=True)
random_graphs = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def nodes(cast: Cast) -> list[Asset]:
    return [make_asset(cast.main, f"n{number}") for number in range(NODES)]


def store(nodes: list[Asset], edges: list[Any]) -> None:
    ColumnEdge.objects.unscoped("test").all().delete()
    for (up, up_name), (down, down_name) in edges:
        add_column_edge(nodes[up], up_name, nodes[down], down_name)


def meet(one: tuple[int, str], other: tuple[int, str]) -> bool:
    return one[0] == other[0] and (one[1] == other[1] or "" in (one[1], other[1]))


def levels(edges: list[Any], start: tuple[int, str], depth: int | None) -> dict[Any, int]:
    """What a plain breadth-first search along the edges finds."""
    found, frontier, level = {start: 0}, {start}, 0
    while frontier and (depth is None or level < depth):
        level += 1
        frontier = {t for s, t in edges if any(meet(s, at) for at in frontier)} - found.keys()
        found |= dict.fromkeys(frontier, level)
    return found


@random_graphs
@given(edges=arrows, start=ends, depth=st.none() | st.integers(1, 4))
def test_any_graph(nodes: list[Asset], cast: Cast, edges: list[Any], start: Any, depth: Any):
    store(nodes, edges)
    number = {asset.pk: n for n, asset in enumerate(nodes)}
    for direction, along in ((DOWN, edges), (UP, [(t, s) for s, t in edges])):
        found = lineage(cast, nodes[start[0]], start[1], direction=direction, depth=depth)
        wanted = levels(along, start, depth)
        got = {
            (number[node.asset.pk], node.name): abs(node.level)
            for node in found.nodes
            if node.asset
        }
        assert {node: got[node] for node in wanted} == wanted
        beside = got.keys() - wanted.keys()
        assert all(any(meet(one, other) for other in wanted) for one in beside)


@random_graphs
@given(edges=arrows, start=ends)
def test_the_same_from_either_end(nodes: list[Asset], cast: Cast, edges: list[Any], start: Any):
    """Where one column is so many steps below another, that one is as many above it."""
    store(nodes, edges)
    others = [(n, name) for n in range(NODES) for name in NAMES if not meet((n, name), start)]
    for other in others:
        below = steps(cast, nodes, start, DOWN, other)
        assert below == steps(cast, nodes, other, UP, start), (start, other)


def steps(cast: Cast, nodes: list[Asset], start: Any, direction: Any, to: Any) -> int | None:
    """From `start` to the nearest of `to`, the parts of it, and the whole that it is a part of."""
    number = {asset.pk: n for n, asset in enumerate(nodes)}
    horizon = Horizon(direction, depth=None)
    params = horizon.params(cast.main) | {"direct": False}
    met, _ = walk_columns(Column(nodes[start[0]].pk, start[1]), horizon, params)
    there = [at.distance for node, at in met.items() if meet((number[node.asset], node.name), to)]
    return min(there, default=None)
