"""The pages of flows: the list with its bars, and one with source, revisions and assets."""

import pytest

from tests.factories import (
    make_asset,
    make_bundle,
    make_execution,
    make_flow,
    make_revision,
    make_task_run,
)
from tests.lineage.pages import Seen, cost, piece, visit
from tests.world import World

HOSTILE = '"><script>alert(1)</script>'
SOURCE = """id: build_orders
namespace: company.data
tasks:
  - id: build
    type: io.kestra.plugin.core.log.Log
    message: hello
    assets:
      inputs:
        - id: stg_orders
        - id: ledger
      outputs:
        - id: "mart_{{ taskrun.value }}"
          type: TABLE
"""


def listed(page: Seen) -> list[str]:
    start = "/main/flows/"
    return [link.removeprefix(start) for link in page.links if link.startswith(start)]


def test_the_list_shows_flows_by_id_with_their_last_run(world: World):
    make_execution(world.build_orders, "latest", state="FAILED")
    page = visit(world, "/flows")
    assert listed(page) == ["company.data/build_orders", "company.finance/close_books"]
    assert "/main/executions/latest" in page.links
    assert 'aria-label="2 runs: 1 success, 1 failed"' in page.html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=CLOSE", ["close_books"]),
        ("q=ns:company.data", ["build_orders", "load"]),
        ("ns=company.data.raw", ["load"]),
        ("registered=yes", ["build_orders"]),
        ("registered=no", ["close_books", "load"]),
        ("q=loads+rivers", ["load"]),
        ("q=nothing", []),
        ("cursor=nonsense&q=load", ["load"]),
    ],
)
def test_filters_narrow_the_list(world: World, query: str, found: list[str]):
    make_revision(world.build_orders, SOURCE)
    make_flow(world.cast.main, "load", "company.data.raw", description="Loads rivers.")
    assert [link.split("/")[-1] for link in listed(visit(world, f"/flows?{query}"))] == found


def test_a_viewer_lists_their_namespaces_only(world: World):
    page = visit(world, "/flows", "viewer")
    assert listed(page) == ["company.data/build_orders"]
    assert "close_books" not in page.html


def test_the_list_costs_the_same_for_one_and_for_sixty(world: World):
    few = cost(world, "/flows")
    for n in range(60):
        make_execution(make_flow(world.cast.main, f"flow_{n}"))
    assert cost(world, "/flows") == few
    assert few <= 15


def test_a_flow_shows_its_source_highlighted(world: World):
    make_revision(world.build_orders, SOURCE)
    html = visit(world, "/flows/company.data/build_orders").html
    assert '<span class="nt">message</span>' in html
    assert " style=" not in html


def test_declared_assets_are_listed_and_linked_where_they_may_be_seen(world: World):
    make_revision(world.build_orders, SOURCE)
    path = "/flows/company.data/build_orders"
    admin, viewer = visit(world, path), visit(world, path, "viewer")
    assert "mart_{{ taskrun.value }}" in admin.html
    assert "/main/assets/ledger" in admin.links
    assert "/main/assets/ledger" not in viewer.links
    assert "/main/assets/stg_orders" in viewer.links


def test_two_revisions_are_compared_line_by_line(world: World):
    make_revision(world.build_orders, SOURCE)
    make_revision(world.build_orders, SOURCE.replace("hello", "good bye"))
    path = "/flows/company.data/build_orders"
    html = visit(world, f"{path}?revision=2&against=1").html
    assert '<tr class="del"><td>6</td><td>-</td><td>    message: hello</td></tr>' in html
    assert '<tr class="add"><td>6</td><td>+</td><td>    message: good bye</td></tr>' in html
    old = visit(world, f"{path}?revision=1").html
    assert "good bye" not in old
    part = piece(world, f"{path}?revision=2&against=1").html
    assert '<tr class="add">' in part
    assert "<main" not in part


@pytest.mark.parametrize("query", ["revision=9", "revision=x", "against=9", "revision=-1"])
def test_a_revision_that_is_not_there_is_not_found(world: World, query: str):
    make_revision(world.build_orders, SOURCE)
    browser = world.cast.browser("admin")
    assert browser.get(f"/main/flows/company.data/build_orders?{query}").status_code == 404


def test_an_unregistered_flow_says_how_to_register_it(world: World):
    html = visit(world, "/flows/company.data/build_orders").html
    assert "This flow is not registered" in html
    assert "curl -sS http://testserver/api/v1/main/flows" in html


def test_what_runs_read_and_wrote_is_listed(world: World):
    page = visit(world, "/flows/company.data/build_orders")
    assert "/main/assets/stg_orders" in page.links
    assert "/main/assets/orders" in page.links
    assert "/main/executions/run-orders" in page.links


def test_assets_out_of_reach_are_not_named(world: World):
    make_bundle(make_task_run(world.run_orders, "audit"), [world.bucket], [world.ledger])
    html = visit(world, "/flows/company.data/build_orders", "viewer").html
    assert "ledger" not in html
    assert "bucket" not in html
    assert html.count("Restricted") == 2


def test_hostile_text_is_escaped(world: World):
    flow = make_flow(world.cast.main, "hostile", description=HOSTILE, labels={HOSTILE: HOSTILE})
    make_revision(flow, SOURCE + f"description: '{HOSTILE}'\n")
    make_revision(flow, SOURCE + f"description: 'x{HOSTILE}'\n")
    page = visit(world, "/flows/company.data/hostile?revision=2&against=1")
    assert "<script>alert" not in page.html
    assert "<script>alert" not in visit(world, f"/flows?q=hostile&ns={HOSTILE}").html


def test_a_flow_costs_the_same_for_one_and_for_sixty(world: World):
    make_revision(world.build_orders, SOURCE)
    busy = make_flow(world.cast.main, "busy")
    for n in range(60):
        make_revision(busy, SOURCE.replace("hello", f"hello {n}"))
        run = make_task_run(make_execution(busy), f"task-{n}")
        make_bundle(run, [world.orders], [make_asset(world.cast.main, f"asset-{n}")])
    few = cost(world, "/flows/company.data/build_orders")
    assert cost(world, "/flows/company.data/busy") == few
    assert few <= 15
