"""The names that an execution gives to expressions."""

import time
from typing import Any

import pytest

from lineage.dsl import Flow, execution_context, parse_flow, render

FLOW = parse_flow("""
id: daily
namespace: company.data
inputs:
  - {id: day, type: DATE, defaults: 2024-01-01}
  - {id: token, type: SECRET}
  - {id: form.region, type: STRING, defaults: eu}
  - {id: later, type: STRING, defaults: "{{ now() }}"}
variables: {schema: raw}
tasks:
  - {id: load, type: x.Load}
  - id: outer
    type: x.ForEach
    tasks:
      - id: inner
        type: x.ForEach
        tasks: [{id: make, type: x.Make}, {id: use, type: x.Use}]
""")
STATE = {
    "current": "SUCCESS",
    "startDate": "2024-05-01T10:00:00Z",
    "endDate": "2024-05-01T11:00:00Z",
}
EXECUTION: dict[str, Any] = {
    "id": "exec1",
    "namespace": "company.data",
    "flowId": "daily",
    "flowRevision": 3,
    "tenantId": "main",
    "state": STATE,
    "inputs": {"token": "hunter2", "extra": [1]},
    "outputs": {"total": 9},
    "labels": [{"key": "team", "value": "data"}, {"key": "system.kind", "value": "x"}],
    "trigger": {"id": "t", "variables": {"date": "2024-04-30"}},
    "taskRunList": [
        {
            "id": "1",
            "taskId": "load",
            "state": {**STATE, "endDate": "2024-05-01T10:30:00.123456789Z"},
            "outputs": {"uri": "s3://x", "vars": {"n": 5}},
            "attempts": [{}, {}],
        },
        {"id": "2", "taskId": "outer", "state": STATE},
        {"id": "3", "taskId": "inner", "parentTaskRunId": "2", "value": "a", "state": STATE},
        {
            "id": "4",
            "taskId": "make",
            "parentTaskRunId": "3",
            "value": "x",
            "iteration": 0,
            "state": STATE,
            "outputs": {"uri": "made-a-x"},
        },
        {"id": "5", "taskId": "use", "parentTaskRunId": "3", "value": "x", "state": STATE},
    ],
}


def rendered(text: str, run: int = 0, flow: Flow | None = FLOW) -> str:
    context = execution_context(flow, EXECUTION, {"slack": {"webhook": "https://hook"}})
    task_run = EXECUTION["taskRunList"][run]
    task = flow.task(task_run["taskId"]) if flow else None
    return render(text, context.for_task_run(task_run, task))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ flow.id }}/{{ flow.namespace }}/{{ flow.revision }}", "daily/company.data/3"),
        ("{{ flow.tenantId }}", "main"),
        ("{{ execution.id }} {{ execution.state }}", "exec1 SUCCESS"),
        ("{{ execution.startDate }}", "2024-05-01T10:00:00Z"),
        ("{{ execution.originalId }} {{ execution.outputs.total }}", "exec1 9"),
        ("{{ task.id }} {{ task.type }}", "load x.Load"),
        ("{{ taskrun.id }} {{ taskrun.attemptsCount }}", "1 2"),
        ("{{ taskrun.startDate }}", "2024-05-01T10:00:00Z"),
        ("{{ inputs.day }} {{ inputs.extra[0] }}", "2024-01-01 1"),
        ("{{ inputs.form.region }}", "eu"),
        ("{{ inputs.later is defined }}", "false"),
        ("{{ outputs.load.uri }}", "s3://x"),
        ("{{ outputs.load.vars.n }}", "5"),
        ("{{ vars.schema }}", "raw"),
        ("{{ labels.team }}", "data"),
        ("{{ labels.system.kind }} {{ labels['system.kind'] }}", "x x"),
        ("{{ trigger.date }}", "2024-04-30"),
        ("{{ namespace.slack.webhook }}", "https://hook"),
        ("{{ tasks.load.state }} {{ tasks.make['x'].state }}", "SUCCESS SUCCESS"),
        ("{{ now() }}", "2024-05-01T10:30:00.123456Z"),
        ("{{ parents }}", "[]"),
    ],
)
def test_names_as_kestra_documents_them(text: str, expected: str) -> None:
    assert rendered(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ taskrun.value }} {{ taskrun.iteration }}", "x 0"),
        ("{{ taskrun.parentId }}", "3"),
        ("{{ parent.taskrun.value }} {{ parent.task.id }}", "a inner"),
        ("{{ parents | length }} {{ parents[1].task.id }}", "2 outer"),
        ("{{ outputs.make['a']['x'].uri }}", "made-a-x"),
        ("{{ outputs.make[taskrun.value].uri }}", "made-a-x"),
    ],
)
def test_names_inside_loops(text: str, expected: str) -> None:
    assert rendered(text, run=3) == expected


def test_a_sibling_reads_the_output_of_its_iteration() -> None:
    text = "{{ outputs.make[parent.taskrun.value][taskrun.value].uri }}"
    assert rendered(text, run=4) == "made-a-x"
    assert rendered("{{ currentEachOutput(outputs.make).uri }}", run=4) == "made-a-x"


def test_secret_inputs_are_masked() -> None:
    assert rendered("{{ inputs.token }}") == "******"


def test_without_the_flow_the_posted_names_remain() -> None:
    assert rendered("{{ flow.id }} {{ task.id }} {{ vars }}", flow=None) == "daily load {}"


def test_posted_data_is_never_changed() -> None:
    execution = {
        "taskRunList": [
            {"id": "1", "taskId": "t", "outputs": {"a": {"k": 1}}},
            {"id": "2", "taskId": "t", "value": "a", "outputs": {"m": 2}},
        ]
    }
    context = execution_context(None, execution)
    assert render("{{ outputs.t.a }}", context.for_execution()) == '{"k":1,"m":2}'
    assert execution["taskRunList"][0]["outputs"] == {"a": {"k": 1}}


@pytest.mark.parametrize(
    "execution",
    [
        {},
        {"taskRunList": 5, "labels": 5, "inputs": [1], "state": "x", "trigger": [], "outputs": 3},
        {
            "taskRunList": [
                None,
                {},
                {"id": {}, "taskId": [], "value": {"a": 1}, "outputs": {"b": 1}},
            ]
        },
        {"labels": [1, {"key": 5}, {"key": "a.b", "value": 1}, {"key": "a", "value": 2}]},
        {"taskRunList": [{"id": "1", "parentTaskRunId": "1", "taskId": "t", "value": "v"}]},
        {"state": {"endDate": "0001-01-01T00:00:00+23:59"}},
        {"state": {"endDate": "nonsense", "startDate": 5}},
    ],
)
def test_executions_of_any_shape_have_a_context(execution: dict[str, Any]) -> None:
    context = execution_context(FLOW, execution)
    for run in (
        [*(execution.get("taskRunList") or [])]
        if isinstance(execution.get("taskRunList"), list)
        else [{}]
    ):
        names = context.for_task_run(run or {}, None)
        assert render("{{ flow.id }}", names) == "daily"


def test_a_thousand_task_runs_cost_a_thousand_times_one() -> None:
    def seconds(count: int) -> float:
        runs: list[dict[str, Any]] = [{"id": "p", "taskId": "outer", "value": "o"}]
        runs += [
            {"id": str(n), "taskId": f"t{n % 500}", "parentTaskRunId": "p", "value": str(n),
             "outputs": {"n": n}}
            for n in range(count)
        ]  # fmt: skip
        started = time.process_time()
        context = execution_context(None, {"taskRunList": runs})
        for run in runs[1:]:
            text = render("{{ outputs[task.id][taskrun.value].n }}", context.for_task_run(run))
            assert text == run["value"]
        return time.process_time() - started

    seconds(200)
    assert seconds(4_000) < 10 * seconds(1_000) + 0.05
