"""GET of flows: shapes, scope, revisions, and that Kestra's client reads them."""

from typing import Any

from kestrapy.models.flow import Flow as KestraFlow
from kestrapy.models.flow_with_source import FlowWithSource
from kestrapy.models.paged_results_flow import PagedResultsFlow

from tests.factories import make_flow, make_revision
from tests.statements import statements
from tests.world import World

SOURCE = """
id: build_orders
namespace: company.data
description: Builds orders.
labels: {team: data}
tasks:
  - id: build
    type: io.kestra.plugin.core.log.Log
    message: hi
triggers:
  - {id: daily, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 0 * * *"}
"""


def get(world: World, path: str, who: str = "admin", **params: Any) -> Any:
    response = world.cast.api(who).get(f"/api/v1/main/flows/{path}", params)
    assert response.status_code == 200, response.content
    return response.json()


def register(world: World) -> None:
    make_revision(world.build_orders, SOURCE)
    make_revision(world.build_orders, SOURCE.replace("hi", "hello"))


def test_a_flow_has_kestras_shape(world: World):
    register(world)
    flow = get(world, "company.data/build_orders")
    assert (flow["id"], flow["namespace"], flow["revision"]) == ("build_orders", "company.data", 2)
    assert (flow["disabled"], flow["deleted"]) == (False, False)
    assert flow["tasks"][0]["message"] == "hello"
    assert "source" not in flow
    assert FlowWithSource.from_dict(flow).triggers[0].id == "daily"


def test_the_source_comes_as_posted_for_any_revision(world: World):
    register(world)
    flow = get(world, "company.data/build_orders", source="true", revision=1)
    assert (flow["revision"], flow["source"]) == (1, SOURCE)
    missing = world.cast.api("admin").get(
        "/api/v1/main/flows/company.data/build_orders?revision=3"
    )
    assert missing.status_code == 404
    assert "no revision 3" in missing.json()["detail"]


def test_revisions_come_the_oldest_first_with_their_sources(world: World):
    register(world)
    revisions = get(world, "company.data/build_orders/revisions")
    assert [revision["revision"] for revision in revisions] == [1, 2]
    assert "hello" in revisions[1]["source"]
    assert FlowWithSource.from_dict(revisions[0]).revision == 1


def test_an_unregistered_flow_has_neither_revision_nor_tasks(world: World):
    flow = get(world, "company.data/build_orders", source="true")
    assert (flow["revision"], flow["tasks"]) == (None, [])
    assert get(world, "company.data/build_orders/revisions") == []


def test_search_finds_by_namespace_label_and_text(world: World):
    register(world)
    world.build_orders.labels = {"team": "data"}
    world.build_orders.save()
    make_flow(world.cast.main, "zip_orders", "company.data.raw")

    def found(**params: str) -> list[str]:
        answer = get(
            world, "search", **{f"filters[{key}]": value for key, value in params.items()}
        )
        assert answer["total"] == len(answer["results"])
        return [flow["id"] for flow in answer["results"]]

    assert found() == ["build_orders", "close_books", "zip_orders"]
    assert found(**{"namespace][PREFIX": "company.data"}) == ["build_orders", "zip_orders"]
    assert found(**{"labels][EQUALS][team": "data"}) == ["build_orders"]
    assert found(**{"q][EQUALS": "ORDERS"}) == ["build_orders", "zip_orders"]
    assert PagedResultsFlow.from_dict(get(world, "search", size=1)).total == 3


def test_a_viewer_finds_what_their_namespaces_hold(world: World):
    assert [flow["id"] for flow in get(world, "search", "viewer")["results"]] == ["build_orders"]
    assert get(world, "company.finance", "viewer") == []


def test_flows_of_a_namespace_leave_out_its_children(world: World):
    register(world)
    make_flow(world.cast.main, "zip_orders", "company.data.raw")
    flows = get(world, "company.data")
    assert [flow["id"] for flow in flows] == ["build_orders"]
    assert KestraFlow.from_dict(flows[0]).tasks[0].id == "build"


def test_search_costs_the_same_for_one_and_for_sixty(world: World):
    for n in range(60):
        make_revision(
            make_flow(world.cast.main, f"flow_{n}"), SOURCE.replace("build_o", f"flow_{n}")
        )
    one, sixty = (
        statements(lambda size=size: get(world, "search", size=size)) for size in (1, 60)
    )
    assert one == sixty
