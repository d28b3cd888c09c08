"""The flows of the founding documents register unchanged, and mean what they say."""

from pathlib import Path

import pytest

from lineage.dsl import (
    AssetReference,
    Bundle,
    Flow,
    Functions,
    evaluate,
    evaluate_text,
    execution_context,
    parse_flow,
)

SEED_FLOWS = Path(__file__).parents[4] / "shared" / "fixtures" / "seed-flows"
NAMES = ("data_pipeline_assets", "duckdb_products", "hubspot", "list_aws_bucket", "slack_monitor")

pytestmark = pytest.mark.skipif(
    not SEED_FLOWS.exists(), reason="the founding documents are not beside this checkout"
)


def seed(name: str) -> Flow:
    return parse_flow((SEED_FLOWS / f"{name}.yaml").read_bytes())


@pytest.mark.parametrize("name", NAMES)
def test_registers_unchanged(name: str) -> None:
    flow = seed(name)
    assert flow.namespace
    assert all(flow.task(task.id) is task for task in flow.all_tasks())


def bundles_of(flow: Flow, *task_runs: dict[str, str]) -> list[Bundle | None]:
    runs = [{"state": {"current": "SUCCESS"}, **run} for run in task_runs]
    context = execution_context(flow, {"flowId": flow.id, "taskRunList": runs})
    found = []
    for run in runs:
        task = flow.task(str(run["taskId"]))
        assert task is not None
        if task.declaration:
            evaluation = evaluate(task.declaration, context.for_task_run(run, task))
            assert evaluation.errors == ()
            found.append(evaluation.bundle)
    return found


def test_data_pipeline_yields_staging_and_both_marts() -> None:
    staging, *marts = bundles_of(
        seed("data_pipeline_assets"),
        {"id": "1", "taskId": "create_staging_layer_asset"},
        {"id": "2", "taskId": "for_each"},
        {
            "id": "3",
            "taskId": "create_mart_layer_asset",
            "parentTaskRunId": "2",
            "value": "passenger_count",
        },
        {
            "id": "4",
            "taskId": "create_mart_layer_asset",
            "parentTaskRunId": "2",
            "value": "trip_distance",
        },
    )
    assert staging is not None
    assert staging.inputs == (AssetReference("sample_data.nyc.taxi"),)
    (trips,) = staging.outputs
    assert (trips.id, trips.namespace) == ("trips", "kestra.company.data")
    assert trips.type == "io.kestra.plugin.ee.assets.Table"
    assert trips.metadata == {"model_layer": "staging"}
    assert [bundle and bundle.inputs for bundle in marts] == [(AssetReference("trips"),)] * 2
    outputs = [asset for bundle in marts if bundle for asset in bundle.outputs]
    assert [asset.id for asset in outputs] == ["avg_passenger_count", "avg_trip_distance"]
    assert {asset.metadata["model_layer"] for asset in outputs} == {"mart"}


def test_subflow_task_tells_its_target() -> None:
    task = seed("hubspot").task("subflow")
    assert task is not None
    assert task.subflow is not None
    assert (task.subflow.namespace, task.subflow.flow_id) == ("data.utils", "pydata")


def test_dynamic_input_lists_the_bucket_ids() -> None:
    (field,) = seed("list_aws_bucket").inputs
    buckets = [{"id": "logs", "type": "AWS_BUCKET"}, {"id": "raw", "type": "AWS_BUCKET"}]

    def assets(**filters: str) -> list[dict[str, str]]:
        return [bucket for bucket in buckets if bucket["type"] == filters["type"]]

    assert field.expression is not None
    assert evaluate_text(field.expression, {}, Functions(assets=assets)) == ["logs", "raw"]


def test_monitor_conditions_evaluate_on_the_trigger() -> None:
    flow = seed("slack_monitor")
    context = execution_context(flow, {"trigger": {"variables": {"namespace": "data.sources"}}})
    answers = [
        evaluate_text(task.properties["runIf"], context.for_execution())
        for task in flow.all_tasks()
    ]
    assert answers == [True, False]
