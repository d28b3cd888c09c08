"""The page of one execution: the chart, assets by task run, problems, values, relatives."""

from datetime import timedelta

from lineage.dsl import SECRET_MASK
from lineage.models import TaskRun
from lineage.views.execution_detail import segments
from tests.factories import (
    NOW,
    make_asset,
    make_bundle,
    make_execution,
    make_flow,
    make_revision,
    make_task_run,
)
from tests.lineage.pages import cost, piece, visit
from tests.world import World

HOSTILE = '"><script>alert(1)</script>'


def attempt(state: str, start: int, end: int) -> dict[str, object]:
    """As Kestra posts it; seconds after NOW."""
    times = {"startDate": start, "endDate": end}
    return {
        "state": {"current": state}
        | {key: (NOW + timedelta(seconds=s)).isoformat() for key, s in times.items()}
    }


def test_it_shows_task_runs_in_their_tree(world: World):
    execution = make_execution(world.build_orders, "loop")
    each = make_task_run(execution, "each", started_at=NOW)
    for n, value in enumerate(("eu", "us")):
        make_task_run(
            execution,
            "load",
            value=value,
            iteration=n,
            parent_public_id=each.public_id,
            started_at=NOW + timedelta(seconds=n + 1),
        )
    make_task_run(execution, "publish", started_at=NOW + timedelta(seconds=9))
    html = visit(world, "/executions/loop").html
    assert html.index(">each<") < html.index(">eu<") < html.index(">us<") < html.index(">publish<")
    assert html.count('class="line d1"') == 2
    assert "2 inside" in html


def test_it_links_the_assets_that_each_task_run_touched(world: World):
    page = visit(world, "/executions/run-orders")
    assert "/main/assets/orders" in page.links
    assert "/main/assets/stg_orders" in page.links


def test_assets_out_of_reach_are_counted_and_not_named(world: World):
    make_bundle(make_task_run(world.run_orders, "audit"), [world.bucket], [world.ledger])
    html = visit(world, "/executions/run-orders", "viewer").html
    assert "ledger" not in html
    assert "bucket" not in html
    assert html.count("1 restricted") == 2


def test_a_failed_write_is_marked(world: World):
    run = make_task_run(world.run_orders, "load", state="FAILED", error="lock wait timeout")
    make_bundle(run, [world.stg_orders], [world.orders])
    html = visit(world, "/executions/run-orders").html
    assert 'class="tag" href="/main/assets/orders" title="orders" data-state="failed"' in html
    assert 'title="stg_orders" data-state' not in html
    assert "lock wait timeout" in html


def test_asset_errors_say_which_behavior_applied(world: World):
    make_task_run(
        world.run_orders,
        "load",
        value="basel",
        shown_state="WARNING",
        asset_errors=[{"field": "outputs[0].id", "message": "no basel", "behavior": "WARN"}],
    )
    html = visit(world, "/executions/run-orders").html
    assert "outputs[0].id" in html
    assert "ended as warning" in html
    assert "assetFailureBehavior WARN: the state SUCCESS is shown as WARNING." in html


def test_an_error_stands_there_once(world: World):
    execution = make_execution(world.build_orders, "broken", state="FAILED", error="boom!")
    make_task_run(execution, "load", error="boom!")
    assert visit(world, "/executions/broken").html.count(">boom!<") == 1


def test_attempts_are_segments_with_the_waiting_between():
    run = TaskRun(
        task_id="load",
        state="SUCCESS",
        shown_state="SUCCESS",
        attempts=[attempt("FAILED", 0, 10), attempt("SUCCESS", 30, 40), {"state": "odd"}, None],
    )
    assert [(s.state, s.start and (s.start - NOW).seconds) for s in segments(run)] == [
        ("FAILED", 0),
        ("QUEUED", 10),
        ("SUCCESS", 30),
    ]


def test_a_run_without_times_has_a_segment_that_has_not_begun():
    [segment] = segments(TaskRun(task_id="load", state="CREATED", shown_state="CREATED"))
    assert segment.start is None


def test_many_task_runs_are_shown_in_part_until_asked_for(world: World):
    execution = make_execution(world.build_orders, "wide")
    template = make_task_run(execution, "t0")
    TaskRun.objects.bulk_create(
        TaskRun(
            tenant=execution.tenant,
            execution=execution,
            public_id=f"more-{n}",
            task_id=f"t{n}",
            state="SUCCESS",
            shown_state="SUCCESS",
            started_at=template.started_at,
            ended_at=template.ended_at,
        )
        for n in range(1, 231)
    )
    html = visit(world, "/executions/wide").html
    assert html.count('id="run-') == 200
    assert "The first 200 of 231" in html
    more = piece(world, "/executions/wide?rows=all").html
    assert more.count('id="run-') == 231
    assert "<main" not in more


def test_values_are_readable_and_secrets_masked(world: World):
    flow = make_flow(world.cast.main, "secretive")
    make_revision(
        flow,
        "id: secretive\nnamespace: company.data\ninputs:\n  - {id: token, type: SECRET}\n"
        "tasks:\n  - {id: a, type: io.kestra.plugin.core.log.Log, message: hi}\n",
    )
    execution = make_execution(
        flow,
        "hush",
        applied_revision=1,
        inputs={"token": "hunter22", "city": "Oslo"},
        outputs={"uri": "https://x/?t=hunter22", "table": {"rows": [1, 2]}},
        labels={"by": "hunter22"},
        error="denied: hunter22",
    )
    make_task_run(execution, value="hunter22", error="hunter22 again")
    html = visit(world, "/executions/hush").html
    assert "hunter22" not in html
    assert SECRET_MASK in html
    assert "Oslo" in html
    assert "&quot;rows&quot;: [" in html


def test_subflows_and_parents_are_linked_both_ways(world: World):
    make_execution(world.build_orders, "child", parent_public_id="run-orders")
    assert "/main/executions/child" in visit(world, "/executions/run-orders").links
    assert "/main/executions/run-orders" in visit(world, "/executions/child").links


def test_relatives_out_of_reach_are_not_named(world: World):
    make_execution(world.close_books, "hidden-child", parent_public_id="run-orders")
    make_execution(world.build_orders, "child", parent_public_id="run-ledger")
    assert "hidden-child" not in visit(world, "/executions/run-orders", "viewer").html
    assert "run-ledger" not in visit(world, "/executions/child", "viewer").html


def test_it_links_out_to_the_orchestrator(world: World):
    make_execution(world.build_orders, "out", url="https://kestra.example/x?a=1&b=2")
    assert "https://kestra.example/x?a=1&b=2" in visit(world, "/executions/out").links


def test_hostile_text_is_escaped(world: World):
    execution = make_execution(
        world.build_orders,
        "hostile",
        inputs={HOSTILE: HOSTILE, "deep": {HOSTILE: [HOSTILE]}},
        labels={HOSTILE: HOSTILE},
        error=HOSTILE,
        url="https://x/" + HOSTILE,
    )
    run = make_task_run(
        execution,
        HOSTILE,
        value=HOSTILE,
        error=HOSTILE,
        asset_errors=[{"field": HOSTILE, "message": HOSTILE, "behavior": HOSTILE}],
    )
    make_bundle(run, [make_asset(world.cast.main, "a" + HOSTILE)], [])
    assert "<script>alert" not in visit(world, "/executions/hostile").html


def test_it_costs_the_same_for_one_and_for_sixty_task_runs(world: World):
    big = make_execution(world.build_orders, "big")
    for n in range(60):
        run = make_task_run(big, f"task-{n}", error="boom")
        make_bundle(run, [world.orders], [make_asset(world.cast.main, f"asset-{n}")])
        make_execution(world.build_orders, f"child-{n}", parent_public_id="big")
    few = cost(world, "/executions/run-orders")
    assert cost(world, "/executions/big") == few
    assert few <= 15
