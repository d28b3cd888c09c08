"""The JSON of an execution, and that Kestra's published client reads it."""

import json
from datetime import timedelta

from kestrapy.base_api import BaseApi
from kestrapy.models.execution import Execution as KestraExecution

from lineage.dsl import SECRET_MASK
from lineage.kestra.execution_json import execution_json, light_execution_json
from lineage.models import Execution, TaskRun
from tests.factories import NOW, make_execution, make_flow, make_task_run
from tests.world import World


def execution_with_runs(world: World) -> tuple[Execution, list[TaskRun]]:
    execution = make_execution(
        world.build_orders,
        "run-1",
        flow_revision=3,
        labels={"env": "prod"},
        inputs={"city": "Oslo", "token": "hunter22"},
        outputs={"uri": "s3://x?sig=hunter22"},
        trigger={"id": "daily", "type": "io.kestra.plugin.core.trigger.Schedule"},
        histories=[{"state": "CREATED", "date": "2026-11-20T12:00:00Z"}],
        url="https://kestra.example/executions/run-1",
        parent_public_id="run-0",
    )
    loop = make_task_run(execution, "each")
    attempt = {"state": {"current": "FAILED", "histories": []}}
    item = make_task_run(
        execution,
        "load",
        parent_public_id=loop.public_id,
        value="eu",
        iteration=2,
        shown_state="WARNING",
        attempts=[attempt, attempt],
        ended_at=NOW + timedelta(seconds=2.5),
        asset_errors=[{"field": "outputs[0].id", "message": "undefined", "behavior": "WARN"}],
    )
    return execution, [loop, item]


def test_execution_has_kestras_shape(world: World):
    execution, runs = execution_with_runs(world)
    shown = execution_json(execution, runs, tenant="main")
    assert shown["id"] == shown["originalId"] == "run-1"
    assert (shown["tenantId"], shown["namespace"]) == ("main", "company.data")
    assert (shown["flowId"], shown["flowRevision"]) == ("build_orders", 3)
    assert shown["labels"] == [{"key": "env", "value": "prod"}]
    assert shown["state"] == {
        "current": "SUCCESS",
        "startDate": "2026-11-20T12:00:00Z",
        "endDate": "2026-11-20T12:01:00Z",
        "duration": "PT1M",
        "histories": [{"state": "CREATED", "date": "2026-11-20T12:00:00Z"}],
    }
    assert shown["parentExecutionId"] == "run-0"
    assert shown["url"].startswith("https://")


def test_a_task_run_shows_the_state_after_its_failure_behavior(world: World):
    execution, runs = execution_with_runs(world)
    item = execution_json(execution, runs, tenant="main")["taskRunList"][1]
    assert item["state"]["current"] == "WARNING"
    assert item["state"]["histories"] == [
        {"state": "WARNING", "date": "2026-11-20T12:00:02.500000Z"}
    ]
    assert (item["value"], item["iteration"]) == ("eu", 2)
    assert item["parentTaskRunId"] == runs[0].public_id
    assert item["assetErrors"][0]["behavior"] == "WARN"
    assert "assetEmits" not in item


def test_asset_emits_are_those_handed_in(world: World):
    execution, runs = execution_with_runs(world)
    emits = {runs[1].pk: [{"inputs": [{"id": "a"}], "outputs": []}]}
    shown = execution_json(execution, runs, tenant="main", emits=emits)["taskRunList"]
    assert [run["assetEmits"] for run in shown] == [[], emits[runs[1].pk]]


def test_secret_inputs_are_masked_wherever_they_stand(world: World):
    execution, runs = execution_with_runs(world)
    shown = execution_json(execution, runs, tenant="main", secrets={"token"})
    assert shown["inputs"] == {"city": "Oslo", "token": SECRET_MASK}
    assert "hunter22" not in json.dumps(shown)


def test_kestras_client_reads_an_execution(world: World):
    execution, runs = execution_with_runs(world)
    posted = json.loads(json.dumps(execution_json(execution, runs, tenant="main", emits={})))
    read = BaseApi._deserialize(posted, KestraExecution)
    assert isinstance(read, KestraExecution)
    assert (read.id, read.flow_id, read.flow_revision) == ("run-1", "build_orders", 3)
    assert read.state.current == "SUCCESS"
    assert read.state.start_date == NOW
    assert read.labels[0].key == "env"
    assert read.trigger.id == "daily"
    assert [run.task_id for run in read.task_run_list] == ["each", "load"]
    assert read.task_run_list[1].state.current == "WARNING"
    assert len(read.task_run_list[1].attempts) == 2


def test_a_running_execution_has_neither_end_nor_duration(world: World):
    running = make_execution(make_flow(world.cast.main, "slow"), state="RUNNING", ended_at=None)
    state = light_execution_json(running, tenant="main")["state"]
    assert (state["endDate"], state["duration"]) == (None, None)
    read = BaseApi._deserialize(execution_json(running, [], tenant="main"), KestraExecution)
    assert read.state.current == "RUNNING"
