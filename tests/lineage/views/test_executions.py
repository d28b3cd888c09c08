"""The list of executions: filters, chips, pages, scope, and what it costs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lineage.models import Execution
from tests.factories import make_bundle, make_execution, make_flow, make_task_run
from tests.lineage.pages import Seen, cost, piece, visit
from tests.world import World

HOSTILE = '"><script>alert(1)</script>'


def listed(page: Seen) -> list[str]:
    """Ids of the executions that the page links to, in order."""
    start = "/main/executions/"
    return [link.removeprefix(start) for link in page.links if link.startswith(start)]


def make_runs(world: World) -> dict[str, Execution]:
    now = timezone.now()
    return {
        "late": make_execution(
            world.build_orders, "late", state="FAILED", started_at=now, labels={"env": "prod"}
        ),
        "early": make_execution(
            world.build_orders, "early", state="WARNING", started_at=now - timedelta(days=3)
        ),
        "child": make_execution(
            make_flow(world.cast.main, "load", "company.data.raw"),
            "child",
            state="RUNNING",
            started_at=now - timedelta(hours=2),
            ended_at=None,
        ),
    }


def test_the_list_shows_what_ran_the_newest_first(world: World):
    make_runs(world)
    newest = listed(visit(world, "/executions"))
    assert newest[:3] == ["late", "child", "early"]
    assert {"run-orders", "run-ledger"} == set(newest[3:])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=FAILED", ["late"]),
        ("state=FAILED&state=WARNING", ["late", "early"]),
        ("period=24h", ["late", "child"]),
        ("period=24h&state=RUNNING", ["child"]),
        ("ns=company.data.raw", ["child"]),
        ("flow=build_orders&period=7d", ["late", "early"]),
        ("label=env%3Dprod", ["late"]),
        ("label=env", ["late"]),
        ("q=child", ["child"]),
        ("q=load", ["child"]),
        ("q=prod", ["late"]),
        ("q=state:failed", ["late"]),
        ("q=ns:company.data.raw load", ["child"]),
        ("q=label.env:prod", ["late"]),
        ("q=nothing", []),
        ("q=%00&state=HAPPY&period=ever&cursor=nonsense&state=WARNING", ["early"]),
    ],
)
def test_filters_narrow_the_list(world: World, query: str, found: list[str]):
    make_runs(world)
    assert listed(visit(world, f"/executions?{query}")) == found


def test_chips_count_what_the_other_filters_leave(world: World):
    make_runs(world)
    html = " ".join(visit(world, "/executions?period=7d&state=FAILED").html.split())
    assert 'All <span class="faint">3</span>' in html
    assert 'Failed <span class="faint">1</span>' in html
    assert 'Success <span class="faint">0</span>' in html
    assert "1 in all" in html


def test_a_chip_adds_its_state_and_takes_it_away_again(world: World):
    make_runs(world)
    links = visit(world, "/executions?state=FAILED").links
    assert "?state=FAILED&state=WARNING" in links
    assert "?" in links


def test_the_list_pages_back_and_forth(world: World):
    start = timezone.now()
    for n in range(60):
        make_execution(world.build_orders, f"run-{n:02}", started_at=start - timedelta(minutes=n))
    first = visit(world, "/executions?flow=build_orders")
    assert len(listed(first)) == 50
    [older] = [link for link in first.links if "cursor=" in link]
    second = visit(world, f"/executions{older}")
    assert listed(second) == [f"run-{n}" for n in range(50, 60)] + ["run-orders"]
    [newer] = [link for link in second.links if "cursor=" in link]
    assert listed(visit(world, f"/executions{newer}")) == listed(first)


def test_a_viewer_lists_their_namespaces_only(world: World):
    page = visit(world, "/executions", "viewer")
    assert listed(page) == ["run-orders"]
    assert "ledger" not in page.html
    assert "close_books" not in page.html


def test_htmx_gets_the_results_alone(world: World):
    part = piece(world, "/executions?q=orders").html
    assert part.lstrip().startswith('<div class="stack" id="results"')
    assert "<main" not in part


def test_the_list_looks_for_news_only_while_something_runs(world: World):
    assert "data-refresh=" not in visit(world, "/executions").html
    make_runs(world)
    assert "data-refresh=" in visit(world, "/executions").html
    assert "data-refresh=" not in visit(world, "/executions?state=FAILED").html


def test_an_empty_list_says_what_to_do(world: World):
    outsider = world.cast.browser("outsider").get(
        "/other/executions", headers={"host": "localhost"}
    )
    assert "curl -sS http://localhost/api/v1/other/executions" in outsider.content.decode()
    assert "Show all executions" in visit(world, "/executions?q=nothing").html


def test_hostile_text_is_escaped(world: World):
    make_execution(
        world.build_orders,
        "hostile",
        labels={"x": HOSTILE},
        trigger={"id": HOSTILE, "type": HOSTILE},
    )
    make_execution(world.build_orders, HOSTILE.replace("/", "|"))
    page = visit(world, "/executions?q=" + HOSTILE + "&ns=" + HOSTILE + "&label=" + HOSTILE)
    assert "<script>alert" not in page.html
    assert "<script>alert" not in visit(world, "/executions").html


def test_the_list_costs_the_same_for_one_and_for_sixty(world: World):
    few = cost(world, "/executions")
    for n in range(60):
        execution = make_execution(make_flow(world.cast.main, f"flow_{n}"))
        make_bundle(make_task_run(execution), [world.orders], [world.bucket])
    assert cost(world, "/executions") == few
    assert few <= 15
