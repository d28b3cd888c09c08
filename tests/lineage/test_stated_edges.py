"""Edges that people state, in graphs: drawn without a flow, kept by every time window."""

import re
from datetime import timedelta
from typing import Any

import pytest

from lineage.queries.graph import Graph, dependencies
from lineage.queries.horizon import Horizon
from lineage.queries.impact import reach
from tests.conftest import Cast
from tests.factories import NOW, make_asset, make_stated_edge
from tests.lineage.graphs import add_edge, arrows, hide

YEAR = timedelta(days=365)


def around(cast: Cast, start: Any, who: str = "admin", **horizon: Any) -> Graph:
    return dependencies(cast.access(who), start.pk, Horizon(**{"depth": None} | horizon))


def ends(graph: Graph) -> set[tuple[str, str]]:
    names = {node.uid: node.asset.public_id if node.asset else "?" for node in graph.assets}
    return {(names[link.source or ""], names[link.target or ""]) for link in graph.links}


def test_an_edge_without_a_flow_is_part_of_the_graph(cast: Cast):
    assets = arrows(cast.main, "a>b")
    hand = make_asset(cast.main, "hand")
    make_stated_edge(hand, assets["a"], note="Every Monday.")
    graph = around(cast, assets["b"])
    assert ends(graph) == {("hand", "a"), ("a", "b")}
    [link] = [link for link in graph.links if link.flow is None]
    assert link.whole and (link.whole.kind, link.whole.note) == ("manual", "Every Monday.")
    assert reach(cast.access("admin"), hand.pk, "downstream").assets == 2


def test_each_belongs_to_no_bundle_but_its_own(cast: Cast):
    a, b, c, d = (make_asset(cast.main, name) for name in "abcd")
    make_stated_edge(a, b)
    make_stated_edge(c, b)
    make_stated_edge(b, d)
    graph = around(cast, b)
    assert len({link.bundle for link in graph.links}) == 3


@pytest.mark.parametrize(
    ("horizon", "is_there"),
    [
        ({"since": NOW + YEAR}, True),
        ({"as_of": NOW + YEAR}, True),
        ({"as_of": NOW}, True),
        ({"as_of": NOW - YEAR}, False),
        ({"since": NOW, "as_of": NOW - timedelta(seconds=1)}, False),
    ],
)
def test_what_is_stated_holds_without_being_seen_again(
    cast: Cast, horizon: dict[str, Any], is_there: bool
):
    a, b, c = (make_asset(cast.main, name) for name in "abc")
    make_stated_edge(a, b)
    add_edge(b, c, seen=NOW - 2 * YEAR)
    graph = around(cast, b, **horizon)
    assert (("a", "b") in ends(graph)) is is_there
    if "since" in horizon:
        assert ("b", "c") not in ends(graph), "seen too long ago"


def test_the_note_is_for_who_may_see_both_ends(cast: Cast):
    a, b = make_asset(cast.main, "a"), make_asset(cast.main, "b")
    make_stated_edge(a, b, note="secret")
    hide([b])
    [link] = around(cast, a, "viewer").links
    assert link.whole is None
    api = cast.api("viewer").get("/api/v1/main/assets/a/dependencies").json()
    assert "secret" not in str(api)
    [edge] = cast.api("admin").get("/api/v1/main/assets/a/dependencies").json()["edges"]
    assert (edge["relation"], edge["kinds"], edge["notes"]) == ("USED_BY", ["manual"], ["secret"])


def test_it_is_drawn_with_a_dash_of_its_own_and_its_note(cast: Cast):
    assets = arrows(cast.main, "a>b")
    hand = make_asset(cast.main, "hand")
    make_stated_edge(hand, assets["b"], note="Every <Monday>.")
    browser = cast.browser("admin")
    page = browser.get("/main/lineage", {"asset": "b"}).content.decode()
    assert len(re.findall(r'<path class="edge[^"]*" data-kind="manual" d="(?!M0 5)', page)) == 1
    assert "<title>Every &lt;Monday&gt;.</title>" in page
    assert "By hand" in page
    assert (
        "By hand" not in browser.get("/main/lineage", {"asset": "a", "depth": 1}).content.decode()
    )


def test_what_runs_show_as_well_is_drawn_as_theirs(cast: Cast):
    assets = arrows(cast.main, "a>b")
    make_stated_edge(assets["a"], assets["b"])
    drawn = cast.browser("admin").get("/main/lineage", {"asset": "b", "flows": 0}).content.decode()
    svg = drawn.partition('<svg class="graph" width')[2].partition("</svg>")[0]
    assert 'data-kind="manual"' not in svg
    assert len(re.findall(r'<path class="edge', svg)) == 1
