"""GET of executions: shapes, filters, scope, paging, and a constant number of statements."""

import json
from datetime import timedelta
from typing import Any

import pytest
from kestrapy.base_api import BaseApi
from kestrapy.models.execution import Execution as KestraExecution
from kestrapy.models.paged_results_api_light_execution import PagedResultsApiLightExecution

from lineage.dsl import SECRET_MASK
from tests.factories import (
    NOW,
    make_asset,
    make_bundle,
    make_execution,
    make_flow,
    make_revision,
    make_task_run,
)
from tests.statements import statements
from tests.world import World

SECRETIVE = """
id: secretive
namespace: company.data
inputs:
  - {id: token, type: SECRET}
tasks:
  - {id: build, type: io.kestra.plugin.core.log.Log, message: hi}
"""


def search(world: World, who: str = "admin", **params: Any) -> dict[str, Any]:
    response = world.cast.api(who).get("/api/v1/main/executions/search", params)
    assert response.status_code == 200, response.content
    return response.json()


def ids(answer: dict[str, Any]) -> list[str]:
    return [result["id"] for result in answer["results"]]


def get(world: World, execution_id: str, who: str = "admin") -> dict[str, Any]:
    response = world.cast.api(who).get(f"/api/v1/main/executions/{execution_id}")
    assert response.status_code == 200, response.content
    return response.json()


def test_search_lists_the_newest_first(world: World):
    make_execution(world.build_orders, "newer", started_at=NOW + timedelta(hours=1))
    answer = search(world)
    assert ids(answer) == ["newer", "run-ledger", "run-orders"]
    assert answer["total"] == 3
    assert "taskRunList" not in answer["results"][0]


def test_search_shows_a_viewer_their_namespaces_only(world: World):
    answer = search(world, "viewer")
    assert (ids(answer), answer["total"]) == (["run-orders"], 1)
    assert ids(search(world, "viewer", **{"filters[namespace][PREFIX]": "company.finance"})) == []


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("[namespace][PREFIX]", "company.data", ["child", "failed", "run-orders"]),
        ("[namespace][EQUALS]", "company.data", ["failed", "run-orders"]),
        ("[namespace][PREFIX]", "company.dat", []),
        ("[flowId][EQUALS]", "close_books", ["run-ledger"]),
        ("[flowId][NOT_EQUALS]", "build_orders", ["child", "run-ledger"]),
        ("[state][IN]", "FAILED,warning", ["failed"]),
        ("[startDate][GREATER_THAN]", NOW.isoformat(), ["child", "failed"]),
        ("[endDate][LESS_THAN_OR_EQUAL_TO]", "2026-11-20T12:01:00", ["run-ledger", "run-orders"]),
        ("[labels][EQUALS][env]", "prod", ["failed"]),
        ("[labels][NOT_EQUALS][env]", "prod", ["child", "run-ledger", "run-orders"]),
        ("[executionId][EQUALS]", "child", ["child"]),
        ("[parentExecutionId][EQUALS]", "failed", ["child"]),
        ("[q][EQUALS]", "ORDERS", ["failed", "run-orders"]),
        ("[q][EQUALS]", "prod", ["failed"]),
        ("[q][EQUALS]", "run-led", ["run-ledger"]),
        ("[q][EQUALS]", "%", []),
    ],
)
def test_search_filters(world: World, name: str, value: str, found: list[str]):
    make_execution(
        world.build_orders,
        "failed",
        state="FAILED",
        started_at=NOW + timedelta(hours=1),
        labels={"env": "prod"},
    )
    make_execution(
        make_flow(world.cast.main, "load", "company.data.raw"),
        "child",
        parent_public_id="failed",
        started_at=NOW + timedelta(hours=2),
    )
    assert ids(search(world, **{f"filters{name}": value})) == found


def test_search_names_what_is_wrong_with_a_filter(world: World):
    url = "/api/v1/main/executions/search"
    for params in (
        {"filters[colour][EQUALS]": "red"},
        {"filters[state][EQUALS]": "HAPPY"},
        {"page": "0"},
        {"size": "501"},
        {"sort": "mood:asc"},
        {"cursor": "%00nonsense"},
        {"page": "9999999", "size": "500"},
    ):
        response = world.cast.api("admin").get(url, params)
        assert response.status_code == 400, params
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["errors"][0]["field"] in params


def test_pages_by_number_and_by_cursor_find_the_same(world: World):
    for n in range(7):
        make_execution(world.build_orders, f"run-{n}", started_at=NOW)
    everything = ids(search(world, size=50))
    by_number = [i for page in (1, 2, 3) for i in ids(search(world, size=3, page=page))]
    by_cursor, answer = [], search(world, size=3)
    while True:
        by_cursor += ids(answer)
        if "nextCursor" not in answer:
            break
        answer = search(world, size=3, cursor=answer["nextCursor"])
    assert by_number == by_cursor == everything
    assert len(everything) == 9


def test_search_can_begin_with_the_oldest(world: World):
    make_execution(world.build_orders, "newer", started_at=NOW + timedelta(hours=1))
    first = search(world, sort="startDate:asc", size=1)
    assert ids(first) == ["run-orders"]
    assert ids(search(world, sort="startDate:asc", size=1, cursor=first["nextCursor"])) == [
        "run-ledger"
    ]


def test_search_costs_the_same_for_one_and_for_sixty(world: World):
    for n in range(60):
        flow = make_flow(world.cast.main, f"flow_{n}")
        make_revision(flow, SECRETIVE.replace("secretive", flow.public_id))
        make_execution(flow)
    one, sixty = (statements(lambda size=size: search(world, size=size)) for size in (1, 60))
    assert one == sixty


def test_an_execution_tells_its_task_runs_and_their_assets(world: World):
    shown = get(world, "run-orders")
    [run] = shown["taskRunList"]
    assert (run["taskId"], run["state"]["current"]) == ("build", "SUCCESS")
    table = "io.kestra.plugin.ee.assets.Table"
    assert run["assetEmits"] == [
        {
            "inputs": [{"id": "stg_orders", "type": table}],
            "outputs": [{"id": "orders", "type": table, "namespace": "company.data"}],
        }
    ]


def test_assets_out_of_reach_are_counted_and_not_named(world: World):
    make_bundle(make_task_run(world.run_orders, "audit"), [world.bucket], [world.ledger])
    shown = get(world, "run-orders", "viewer")
    assert shown["taskRunList"][1]["assetEmits"] == [
        {"inputs": [], "outputs": [], "restricted": {"inputs": 1, "outputs": 1}}
    ]
    text = json.dumps(shown)
    assert "ledger" not in text
    assert "bucket" not in text


def test_values_of_secret_inputs_never_leave(world: World):
    flow = make_flow(world.cast.main, "secretive")
    make_revision(flow, SECRETIVE)
    execution = make_execution(
        flow,
        "hush",
        applied_revision=1,
        inputs={"token": "hunter22", "city": "Oslo"},
        outputs={"uri": "https://x/?t=hunter22"},
    )
    make_task_run(execution, outputs={"echo": ["hunter22"]}, error="denied: hunter22")
    assert get(world, "hush")["inputs"] == {"token": SECRET_MASK, "city": "Oslo"}
    assert "hunter22" not in json.dumps(get(world, "hush"))
    assert "hunter22" not in json.dumps(search(world))


def test_an_execution_id_with_a_slash_is_found(world: World):
    make_execution(world.build_orders, "dag/run%20one")
    assert get(world, "dag%2Frun%2520one")["id"] == "dag/run%20one"


def test_kestras_client_reads_answers(world: World):
    make_bundle(make_task_run(world.run_orders), [], [make_asset(world.cast.main, "x")])
    one = BaseApi._deserialize(get(world, "run-orders"), KestraExecution)
    assert one.task_run_list[0].asset_emits[0].outputs[0].id == "orders"
    many = BaseApi._deserialize(search(world), PagedResultsApiLightExecution)
    assert [result.id for result in many.results] == ["run-ledger", "run-orders"]
    assert many.total == 2


def test_one_execution_costs_the_same_with_one_and_with_sixty_task_runs(world: World):
    big = make_execution(world.build_orders, "big")
    for n in range(60):
        make_bundle(
            make_task_run(big, f"task-{n}"), [world.orders], [make_asset(world.cast.main, f"a{n}")]
        )
    assert statements(lambda: get(world, "run-orders")) == statements(lambda: get(world, "big"))
