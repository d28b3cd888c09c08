"""Flows in: revisions by content, and declarations for executions that came before the YAML."""

from pathlib import Path

import pytest

from accounts.models import User
from catalog.models import Asset
from lineage.dsl import InvalidFlow
from lineage.models import AssetUsage, Execution, Flow, TaskRun
from lineage.recording import record_executions
from lineage.registering import FlowExists, FlowForbidden, register_flow
from tests.conftest import Cast
from tests.lineage.snapshots import snapshot
from tests.lineage.test_recording import edges
from tests.lineage.worlds import posted, task_run

SEEDS = Path(__file__).parents[3] / "shared" / "fixtures" / "seed-flows"
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed flows are not here")
YAML = """
id: daily
namespace: company.data
tasks:
  - id: build
    type: io.kestra.plugin.jdbc.duckdb.Query
    assets:
      inputs:
        - id: raw
      outputs:
        - id: "orders_{{ inputs.region }}"
          type: io.kestra.plugin.ee.assets.Table
          metadata: {model_layer: staging}
"""


def test_a_revision_only_when_the_content_differs(cast: Cast) -> None:
    access = cast.access("editor")
    assert register_flow(access, YAML).revision == 1
    with pytest.raises(FlowExists):
        register_flow(access, YAML)
    assert register_flow(access, YAML, replace=True).revision == 1
    assert register_flow(access, YAML + "# changed\n", replace=True).revision == 2
    assert Flow.objects.unscoped("test").get().revision == 2


def test_declarations_apply_to_executions_that_came_first(cast: Cast) -> None:
    access = cast.access("ingest")
    body = posted("e1", inputs={"region": "eu"}, runs=[task_run("t1")])
    record_executions(access, [body])
    assert not Flow.objects.unscoped("test").get().is_registered
    register_flow(access, YAML)
    assert edges(cast.main) == {("raw", "orders_eu", 1)}
    assert Execution.objects.unscoped("test").get().applied_revision == 1


def test_the_yaml_first_or_last_makes_no_difference(cast: Cast) -> None:
    bodies = [
        posted(f"e{n}", inputs={"region": "eu"}, runs=[task_run(f"t{n}", minutes=n)])
        for n in (1, 2, 3)
    ]
    early, late = cast.access("ingest"), cast.access("outsider", cast.other)
    register_flow(early, YAML)
    for body in bodies:
        record_executions(early, [body])
        record_executions(late, [body])
    register_flow(late, YAML)
    assert snapshot(early.tenant) == snapshot(late.tenant)


def test_an_execution_that_names_its_revision_waits_for_it(cast: Cast) -> None:
    access = cast.access("ingest")
    register_flow(access, YAML)
    second = YAML.replace("orders_", "sales_")
    body = posted("e1", inputs={"region": "eu"}, flowRevision=2, runs=[task_run("t1")])
    record_executions(access, [body])
    assert edges(cast.main) == {("raw", "orders_eu", 1)}
    register_flow(access, second, replace=True)
    assert edges(cast.main) == {("raw", "sales_eu", 1)}
    orders = Asset.objects.unscoped("test").select_related("state").get(public_id="orders_eu")
    assert (orders.state.writes, orders.state.last_written_at) == (0, None)


def test_bad_yaml_stores_nothing(cast: Cast) -> None:
    with pytest.raises(InvalidFlow) as caught:
        register_flow(cast.access("editor"), "id: daily\nnamespace: Company\ntasks: 3\n")
    assert {problem.line for problem in caught.value.problems} == {2, 3}
    assert not Flow.objects.unscoped("test").exists()


def test_a_namespace_out_of_reach_is_refused(cast: Cast, grant) -> None:
    user: User = grant("dora", "Editor", "company.finance")
    assert user
    with pytest.raises(FlowForbidden):
        register_flow(cast.access("dora"), YAML)


def test_a_failing_expression_never_loses_the_execution(cast: Cast) -> None:
    access = cast.access("ingest")
    register_flow(access, YAML)
    [result] = record_executions(access, [posted("e1", runs=[task_run("t1")])])
    assert result.status == "created"
    run = TaskRun.objects.unscoped("test").get()
    assert (run.state, run.shown_state) == ("SUCCESS", "WARNING")
    [error] = run.asset_errors
    assert error["field"] == "outputs[0].id"
    assert "region" in error["message"]
    assert AssetUsage.objects.unscoped("test").get().asset_id


@needs_seeds
@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_seed_flows_register_unchanged(cast: Cast, path: Path) -> None:
    revision = register_flow(cast.access("admin"), path.read_bytes())
    assert revision.source == path.read_text()


@needs_seeds
def test_the_founding_pipeline(cast: Cast) -> None:
    """Issue 2 §3: iterations over two columns yield taxi → trips → both averages."""
    access = cast.access("ingest")
    register_flow(access, (SEEDS / "data_pipeline_assets.yaml").read_text())
    runs = [
        task_run("r1", "create_staging_layer_asset"),
        task_run("r2", "for_each"),
        *(
            task_run(
                f"i{n}", "create_mart_layer_asset", value=v, parentTaskRunId="r2", iteration=n
            )
            for n, v in enumerate(["passenger_count", "trip_distance"])
        ),
    ]
    body = posted("exec1", "data_pipeline_assets", "kestra.company.data", runs=runs)
    assert record_executions(access, [body])[0].status == "created"
    found = {
        asset.public_id: (asset.type.rsplit(".", 1)[-1], asset.metadata)
        for asset in Asset.objects.unscoped("test")
    }
    assert found == {
        "sample_data.nyc.taxi": ("External", {}),
        "trips": ("Table", {"model_layer": "staging"}),
        "avg_passenger_count": ("Table", {"model_layer": "mart"}),
        "avg_trip_distance": ("Table", {"model_layer": "mart"}),
    }
    assert edges(cast.main) == {
        ("sample_data.nyc.taxi", "trips", 1),
        ("trips", "avg_passenger_count", 1),
        ("trips", "avg_trip_distance", 1),
    }
