"""The executions tab of an asset."""

from datetime import timedelta

import pytest

from tests.factories import NOW, make_bundle, make_execution, make_task_run
from tests.lineage.pages import cost, piece, visit
from tests.world import World

PATH = "/assets/orders/-/executions"


def runs(world: World, query: str = "", who: str = "admin") -> list[str]:
    start = "/main/executions/"
    links = visit(world, f"{PATH}{query}", who).links
    return [link.removeprefix(start) for link in links if link.startswith(start)]


def test_it_lists_reads_and_writes_the_latest_first(world: World):
    later = make_execution(world.build_orders, "later", started_at=NOW + timedelta(hours=1))
    make_bundle(make_task_run(later), [], [world.orders])
    assert runs(world)[0] == "later"
    assert set(runs(world)) == {"later", "run-orders", "run-ledger"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?direction=read", ["run-ledger"]),
        ("?direction=write", ["failed", "run-orders"]),
        ("?state=FAILED", ["failed"]),
        ("?direction=read&state=FAILED", []),
        ("?direction=sideways&state=HAPPY&direction=write", ["failed", "run-orders"]),
    ],
)
def test_it_filters_by_direction_and_state(world: World, query: str, found: list[str]):
    failed = make_execution(
        world.build_orders, "failed", state="FAILED", started_at=NOW + timedelta(hours=1)
    )
    make_bundle(make_task_run(failed), [], [world.orders])
    assert runs(world, query) == found


def test_a_viewer_sees_runs_of_their_namespaces_only(world: World):
    assert runs(world, who="viewer") == ["run-orders"]
    assert "close_books" not in visit(world, PATH, "viewer").html


def test_it_pages(world: World):
    for _ in range(60):
        make_bundle(make_task_run(make_execution(world.build_orders)), [], [world.orders])
    first = visit(world, PATH)
    [older] = [link for link in first.links if "cursor=" in link]
    assert len(runs(world)) == 50
    assert len(runs(world, older)) == 12
    assert world.cast.browser("admin").get(f"/main{PATH}?cursor=nonsense").status_code == 404


def test_an_asset_that_no_run_touched_says_how_that_changes(world: World):
    world.orders.usages.unscoped("test").delete()
    assert "No run has touched this asset" in visit(world, PATH).html


def test_htmx_gets_the_table_alone(world: World):
    assert "<main" not in piece(world, PATH).html


def test_it_costs_the_same_for_one_and_for_sixty(world: World):
    few = cost(world, PATH)
    for _ in range(60):
        make_bundle(make_task_run(make_execution(world.build_orders)), [], [world.orders])
    assert cost(world, PATH) == few
    assert few <= 15
