"""Graphs to draw: a small story, and any graph at all for the properties."""

from xml.etree import ElementTree

from hypothesis import strategies as st

from lineage.drawing import GraphEdge, GraphNode

SVG = "{http://www.w3.org/2000/svg}"


def asset(uid: str, name: str = "", **fields: object) -> GraphNode:
    return GraphNode(uid, "asset", name or uid, href=f"/{uid}", icon="table-2", **fields)


def flow(uid: str, **fields: object) -> GraphNode:
    return GraphNode(uid, "flow", uid, href=f"/{uid}", **fields)


def parse(svg: str) -> ElementTree.Element:
    """The picture as XML, stricter than any browser; without a namespace, as inline in a page."""
    return ElementTree.fromstring(svg)


def classes(svg: str) -> dict[str, set[str]]:
    """The classes of every node that has a uid."""
    return {
        uid: set(element.get("class", "").split())
        for element in parse(svg).iter()
        if (uid := element.get("data-uid"))
    }


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[GraphNode], list[GraphEdge]]:
    """Up to a dozen nodes of all kinds, any edges: cycles, loops, duplicates, none."""
    uids = [f"n{i}" for i in range(draw(st.integers(0, 12)))]
    nodes = [
        GraphNode(
            uid,
            draw(st.sampled_from(["asset", "flow", "restricted"])),
            name=draw(st.text(max_size=40)),
            sub=draw(st.text(max_size=20)),
            icon="table-2",
            state=draw(st.sampled_from(["", "fresh", "FAILED", "no such state"])),
            age=draw(st.sampled_from(["", "2 min"])),
            href=draw(st.sampled_from(["", "/asset?a=1&b=2"])),
            label=draw(st.text(max_size=10)),
            selected=draw(st.booleans()),
            hidden_upstream=draw(st.integers(0, 3)),
            hidden_downstream=draw(st.integers(0, 3000)),
            expand_upstream_href="/up?x=1&y=2",
            expand_downstream_href="/down",
            group=draw(st.sampled_from(["", "data", "data.marts"])),
        )
        for uid in uids
    ]
    edge = st.builds(
        GraphEdge,
        source=st.sampled_from(uids or [""]),
        target=st.sampled_from(uids or [""]),
        bundle=st.sampled_from([None, 1, 2]),
        old=st.booleans(),
        kind=st.sampled_from(["", "sql", "declared"]),
    )
    return nodes, draw(st.lists(edge, max_size=24 if uids else 0))
