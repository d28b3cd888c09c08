"""What a reader gets of a graph: nodes, flows and links, redacted, in a few statements."""

from dataclasses import asdict
from typing import Any

from catalog.models import Asset
from lineage.models import Flow
from lineage.queries.graph import Graph, dependencies
from lineage.queries.horizon import Direction, Horizon
from lineage.queries.walk import LOOSE_ENDS
from lineage.uids import namer
from tests.conftest import Cast
from tests.factories import make_asset, make_execution, make_flow, make_namespace
from tests.lineage.graphs import add_edge, arrows, hide
from tests.statements import statements


def graph(cast: Cast, start: Asset, who: str = "admin", **horizon: Any) -> Graph:
    wanted = {"direction": Direction.BOTH, "depth": None} | horizon
    return dependencies(cast.access(who), start.pk, Horizon(**wanted))


def names(found: Graph) -> dict[str, str]:
    """uid → name, `?` for what is restricted."""
    assets = {n.uid: n.asset.public_id if n.asset else "?" for n in found.assets}
    return assets | {n.uid: n.flow.public_id if n.flow else "?" for n in found.flows}


def links(found: Graph) -> set[tuple[str | None, str | None, str | None]]:
    known = names(found) | {None: None}
    return {(known[link.source], known[link.flow], known[link.target]) for link in found.links}  # type: ignore[index]


def test_a_diamond_with_a_cycle_and_a_self_loop(cast: Cast):
    assets = arrows(cast.main, "a>b>d a>c>d d>a b>b")
    found = graph(cast, assets["a"])
    assert sorted(names(found).values()) == ["a", "b", "c", "d", "mover"]
    assert links(found) == {
        (source, "mover", target) for source, target in ("ab", "ac", "bd", "cd", "da", "bb")
    }
    assert found.assets[0].uid == found.start
    assert not found.truncated


def test_levels_are_signed_by_side(cast: Cast):
    assets = arrows(cast.main, "a>b>c>d")
    found = graph(cast, assets["b"])
    assert {names(found)[n.uid]: n.level for n in found.assets} == {
        "a": -1,
        "b": 0,
        "c": 1,
        "d": 2,
    }


def test_both_is_not_the_whole_component(cast: Cast):
    """A sibling shares an ancestor, and is neither ancestor nor descendant."""
    assets = arrows(cast.main, "root>a root>sibling a>leaf other>leaf")
    assert {n.asset.public_id for n in graph(cast, assets["a"]).assets if n.asset} == {
        "root",
        "a",
        "leaf",
    }


def test_flows_that_only_read_or_only_write(cast: Cast):
    assets = arrows(cast.main, "a>b>c")
    for name, ends in {
        "source": (None, assets["a"]),
        "report": (assets["c"], None),
        "other source": (None, assets["c"]),
    }.items():
        add_edge(*ends, make_flow(cast.main, name))
    assert ("c", "report", None) in links(graph(cast, assets["b"]))
    assert (None, "source", "a") in links(graph(cast, assets["b"]))
    assert "other source" not in names(graph(cast, assets["b"])).values(), "it feeds no ancestor"
    downstream = graph(cast, assets["a"], direction=Direction.DOWNSTREAM)
    assert "source" not in names(downstream).values()
    assert "report" not in names(graph(cast, assets["b"], depth=1)).values(), "one step further"
    assert "report" in names(graph(cast, assets["c"], depth=1)).values()


def test_so_many_loose_flows_that_some_are_left_out(cast: Cast):
    a = make_asset(cast.main, "a")
    for number in range(LOOSE_ENDS + 2):
        add_edge(a, None, make_flow(cast.main, f"reader-{number}"))
    found = graph(cast, a)
    assert len(found.flows) == LOOSE_ENDS
    assert found.truncated


def test_what_may_not_be_seen_keeps_its_place_and_nothing_else(cast: Cast):
    assets = arrows(cast.main, "a>secret>b", namespace="company.finance")
    hide([assets["secret"]])
    found = graph(cast, assets["a"], "viewer")
    assert links(found) == {("a", "?", "?"), ("?", "?", "b")}
    for link in found.links:
        assert (link.whole, link.reading, link.writing) == (None, None, None)
    told = str(asdict(found))
    for word in ("secret", "mover", "finance", "task"):
        assert word not in told.replace("'task'", "")
    whole = graph(cast, assets["a"], "admin")
    assert {node.uid for node in whole.assets} == {node.uid for node in found.assets}
    assert [link.whole is not None for link in whole.links] == [True, True]


def test_a_flow_in_reach_tells_of_what_it_does_to_assets_in_reach(cast: Cast):
    assets = arrows(cast.main, "secret>b")
    hide([assets["secret"]])
    [link] = graph(cast, assets["b"], "viewer").links
    assert (link.whole, link.reading) == (None, None)
    assert link.writing and link.writing.runs == 1


def test_uids_are_of_one_tenant_and_kind(cast: Cast):
    mine, theirs = namer(cast.main.pk), namer(cast.other.pk)
    assert mine("asset", 1) == namer(cast.main.pk)("asset", 1)
    assert len({mine("asset", 1), mine("asset", 2), mine("flow", 1), theirs("asset", 1)}) == 4
    assert "1" not in {mine("asset", 1), mine("asset", 1)[1:]}


def test_a_type_filter_passes_through_and_never_tells_of_what_is_hidden(cast: Cast):
    assets = arrows(cast.main, "a>b>c>d")
    of_type = Asset.objects.unscoped("test")
    of_type.filter(pk__in=[assets["c"].pk, assets["d"].pk]).update(type="Dash%board")
    hide([assets["d"]])
    found = graph(cast, assets["a"], "viewer", types=("Dash%board",))
    assert sorted(names(found).values()) == ["a", "c"]
    whole = graph(cast, assets["a"], types=("Dash%board",))
    assert [node.asset and node.asset.public_id for node in whole.assets] == ["a", "c", "d"]
    assert links(whole) == {("c", "mover", "d")}


def test_the_state_of_a_flow_is_that_of_its_last_execution_in_reach(cast: Cast):
    assets = arrows(cast.main, "a>b")
    flow = Flow.objects.unscoped("test").get(public_id="mover")
    make_execution(flow, state="FAILED", namespace=make_namespace(cast.main, "company.finance"))
    make_execution(flow, state="WARNING", started_at=flow.created_at.replace(year=2020))
    for who, state in (("admin", "FAILED"), ("viewer", "WARNING")):
        [node] = graph(cast, assets["a"], who).flows
        assert node.flow and node.flow.state == state


def test_five_statements_whatever_the_size(cast: Cast):
    small = arrows(cast.main, "a>b")
    access = cast.access("viewer")

    def read(start: Asset) -> int:
        return statements(lambda: dependencies(access, start.pk, Horizon(Direction.BOTH, None)))

    before = read(small["a"])
    hub = small["b"]
    for number in range(30):
        made = make_asset(cast.main, f"n{number}")
        add_edge(hub, made, make_flow(cast.main, f"f{number}"))
    assert read(hub) == before == 5
