"""The walk against the plainest breadth-first search that Python can say."""

from collections import defaultdict
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Asset
from lineage.models import Edge
from lineage.queries.horizon import Direction, Horizon
from lineage.queries.walk import Growth, edges_among, grow, hidden_neighbours, walk
from tests.conftest import Cast
from tests.factories import NOW, make_asset
from tests.lineage.graphs import add_edge, arrows
from tests.statements import statements

NODES = 9
type Pairs = list[tuple[int, int]]
type Sides = dict[str, int]
pairs = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)), max_size=24)
depths = st.none() | st.integers(1, 5)
UP, DOWN, BOTH = Direction.UPSTREAM, Direction.DOWNSTREAM, Direction.BOTH


@pytest.fixture
def nodes(cast: Cast) -> list[Asset]:
    return [make_asset(cast.main, f"n{number}") for number in range(NODES)]


def levels(edges: Pairs, start: int, depth: int | None, dead: set[int]) -> dict[int, int]:
    """Node → steps from `start` along the edges; what is dead is never entered."""
    out = defaultdict(set)
    for source, target in edges:
        out[source].add(target)
    found, frontier, level = {start: 0}, {start}, 0
    while frontier and (depth is None or level < depth):
        level += 1
        frontier = {t for s in frontier for t in out[s] if t not in found and t not in dead}
        found |= dict.fromkeys(frontier, level)
    return found


def oracle(
    edges: Pairs, start: int, horizon: Horizon, dead: set[int]
) -> dict[int, dict[str, int]]:
    turned = [(target, source) for source, target in edges]
    found: dict[int, Sides] = defaultdict(dict)
    for side in horizon.direction.sides:
        walked = levels(edges if side == "downstream" else turned, start, horizon.depth, dead)
        for node, level in walked.items():
            found[node][side] = level
    return found


def store(nodes: list[Asset], edges: Pairs, dead: set[int]) -> None:
    Edge.objects.unscoped("test").all().delete()
    assets = Asset.objects.unscoped("test")
    assets.update(deleted_at=None)
    assets.filter(pk__in=[nodes[n].pk for n in dead]).update(deleted_at=NOW)
    for source, target in dict.fromkeys(edges):
        add_edge(nodes[source], nodes[target])


random_graphs = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@random_graphs
@given(
    edges=pairs,
    start=st.integers(0, NODES - 1),
    depth=depths,
    direction=st.sampled_from(Direction),
    dead=st.sets(st.integers(0, NODES - 1), max_size=2),
)
def test_any_graph(
    nodes: list[Asset],
    edges: Pairs,
    start: int,
    depth: int | None,
    direction: Direction,
    dead: set[int],
):
    dead -= {start}
    store(nodes, edges, dead)
    horizon = Horizon(direction, depth)
    met, truncated = walk(nodes[0].tenant, nodes[start].pk, horizon)
    place = {node.pk: number for number, node in enumerate(nodes)}
    found = {
        place[pk]: {
            side: level
            for side, level in (("upstream", at.upstream), ("downstream", at.downstream))
            if level is not None
        }
        for pk, at in met.items()
    }
    assert found == oracle(edges, start, horizon, dead)
    assert not truncated
    distances = [at.distance for at in met.values()]
    assert distances == sorted(distances)


@random_graphs
@given(edges=pairs, limit=st.integers(1, NODES + 1), direction=st.sampled_from(Direction))
def test_a_limit_keeps_the_nearest_and_says_so(
    nodes: list[Asset], edges: Pairs, limit: int, direction: Direction
):
    store(nodes, edges, set())
    whole = oracle(edges, 0, Horizon(direction, None), set())
    met, truncated = walk(nodes[0].tenant, nodes[0].pk, Horizon(direction, None, limit))
    assert len(met) == min(limit, len(whole))
    assert truncated == (limit < len(whole))
    nearest = sorted(min(sides.values()) for sides in whole.values())
    assert [at.distance for at in met.values()] == nearest[: len(met)]


@random_graphs
@given(edges=pairs, depth=depths)
def test_neighbours_and_edges_of_any_graph(nodes: list[Asset], edges: Pairs, depth: int | None):
    store(nodes, edges, set())
    tenant, horizon = nodes[0].tenant, Horizon(BOTH, depth)
    met, _ = walk(tenant, nodes[0].pk, horizon)
    place = {node.pk: number for number, node in enumerate(nodes)}
    inside = {place[pk] for pk in met}
    hidden = hidden_neighbours(tenant, met, horizon)
    for pk, counts in hidden.items():
        node = place[pk]
        assert counts == {
            "upstream": len({s for s, t in edges if t == node} - inside),
            "downstream": len({t for s, t in edges if s == node} - inside),
        }
    for hubs in ([], list(met)):
        rows, complete = edges_among(tenant, met, horizon, hubs)
        assert complete
        drawn = [(place[row.upstream], place[row.downstream]) for row in rows]  # type: ignore[index]
        assert sorted(drawn) == sorted({e for e in edges if inside.issuperset(e)})


def test_one_statement_whatever_the_depth(cast: Cast):
    assets = arrows(cast.main, "a>b>c>d>e>f>g>h")
    for depth in (1, 3, None):
        horizon = Horizon(BOTH, depth)
        assert statements(lambda horizon=horizon: walk(cast.main, assets["d"].pk, horizon)) == 1


def test_a_window_leaves_out_edges_not_seen_in_it(cast: Cast):
    day = timedelta(days=1)
    a, b, c, d = (make_asset(cast.main, name) for name in "abcd")
    add_edge(a, b, first_seen=NOW - 9 * day, last_seen=NOW - 8 * day)
    add_edge(a, c, first_seen=NOW - 5 * day, last_seen=NOW)
    add_edge(a, d, first_seen=NOW - day, last_seen=NOW)

    def met(**window: object) -> set[int]:
        return set(walk(cast.main, a.pk, Horizon(DOWN, None, **window))[0]) - {a.pk}  # type: ignore[arg-type]

    assert met() == {b.pk, c.pk, d.pk}
    assert met(since=NOW - 6 * day) == {c.pk, d.pk}
    assert met(as_of=NOW - 2 * day) == {b.pk, c.pk}
    assert met(since=NOW - 6 * day, as_of=NOW - 2 * day) == {c.pk}


def test_what_was_deleted_later_was_still_there(cast: Cast):
    assets = arrows(cast.main, "a>b>c")
    Asset.objects.unscoped("test").filter(pk=assets["b"].pk).update(deleted_at=NOW)
    start = assets["a"].pk
    assert set(walk(cast.main, start, Horizon(DOWN, None))[0]) == {start}
    earlier = Horizon(DOWN, None, as_of=NOW)
    assert set(walk(cast.main, start, earlier)[0]) == {start}
    Asset.objects.unscoped("test").filter(pk=assets["b"].pk).update(
        deleted_at=NOW + timedelta(days=1)
    )
    assert len(walk(cast.main, start, earlier)[0]) == 3


def test_another_tenants_edges_are_never_walked(cast: Cast):
    assets = arrows(cast.main, "a>b")
    stranger = make_asset(cast.other, "stranger")
    add_edge(assets["b"], stranger, tenant=cast.other)
    for tenant, found in ((cast.main, {"a", "b"}), (cast.other, {"a"})):
        met, _ = walk(tenant, assets["a"].pk, Horizon(BOTH, None))
        assert set(met) == {assets[name].pk for name in found}
    horizon = Horizon(BOTH, None)
    hidden = hidden_neighbours(cast.main, [assets["b"].pk], horizon)
    assert hidden[assets["b"].pk]["downstream"] == 0


def test_growths_may_build_on_each_other(cast: Cast):
    assets = arrows(cast.main, "a>b>c>d c>e")
    key = {name: asset.pk for name, asset in assets.items()}
    horizon = Horizon(BOTH, 1)
    met, _ = walk(cast.main, key["a"], horizon)
    grow(
        cast.main,
        met,
        horizon,
        [
            Growth(key["b"], "downstream"),
            Growth(key["c"], "downstream", 1),
            Growth(key["e"], "upstream"),
        ],
    )
    assert set(met) == {key[name] for name in "abcd"}
    assert met[key["d"]].signed == 3
