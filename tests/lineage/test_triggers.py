"""What a trigger declares is registered with the execution that it started (K1.1)."""

from typing import Any

import pytest

from lineage.models import AssetUsage, Edge, TaskRun
from lineage.recording import record_executions
from lineage.registering import register_flow
from tests.conftest import Cast
from tests.factories import NOW
from tests.lineage.worlds import posted, task_run

FLOW = """
id: daily
namespace: company.data
tasks:
  - {id: build, type: T}
triggers:
  - id: on_file
    type: io.kestra.plugin.aws.s3.Trigger
    assets:
      inputs:
        - {id: "s3://inbox/{{ trigger.objects[0].key }}", type: File}
      outputs:
        - {id: "archive.{{ flow.id }}", type: File}
  - {id: nightly, type: Schedule}
"""
FIRED = {"id": "on_file", "type": "S3", "variables": {"objects": [{"key": "a.csv"}]}}


def usages() -> set[tuple[str, str, str]]:
    rows = AssetUsage.objects.unscoped("test")
    return set(rows.values_list("asset__public_id", "direction", "task_run__task_id"))


EXPECTED = {("s3://inbox/a.csv", "READ", "on_file"), ("archive.daily", "WRITE", "on_file")}


def post(cast: Cast, **fields: Any) -> None:
    [result] = record_executions(cast.access("ingest"), [posted("e1", **fields)])
    assert result.status != "failed"


def test_k1_1_a_triggers_declaration_is_registered_with_its_execution(cast: Cast) -> None:
    register_flow(cast.access("ingest"), FLOW)
    post(cast, trigger=FIRED, runs=[task_run("t1")])
    assert usages() == EXPECTED
    edge = Edge.objects.unscoped("test").get()
    assert (edge.task_id, edge.last_seen) == ("on_file", NOW)


def test_k1_1_the_trigger_has_fired_whatever_becomes_of_the_execution(cast: Cast) -> None:
    register_flow(cast.access("ingest"), FLOW)
    post(cast, trigger=FIRED, state="RUNNING")
    post(cast, trigger=FIRED, state="FAILED")
    post(cast, state="FAILED")
    assert usages() == EXPECTED
    assert Edge.objects.unscoped("test").get().runs == 1


def test_k1_1_a_declaration_that_comes_later_counts_too(cast: Cast) -> None:
    post(cast, trigger=FIRED)
    assert usages() == set()
    register_flow(cast.access("ingest"), FLOW)
    assert usages() == EXPECTED


def test_k1_1_only_the_trigger_that_started_it(cast: Cast) -> None:
    register_flow(cast.access("ingest"), FLOW)
    post(cast, trigger={"id": "nightly"})
    post(cast, trigger={"id": "unknown"})
    post(cast, trigger={"id": ["on_file"]})
    assert TaskRun.objects.unscoped("test").count() == 0


def test_k1_6_a_test_run_of_it_registers_nothing(cast: Cast) -> None:
    register_flow(cast.access("ingest"), FLOW)
    post(cast, trigger=FIRED, kind="TEST")
    assert usages() == set()


def test_k1_1_what_it_cannot_declare_is_told_and_mended_when_more_is_known(cast: Cast) -> None:
    register_flow(cast.access("ingest"), FLOW)
    post(cast, trigger={"id": "on_file"}, state="RUNNING")
    broken = cast.api("admin").get("/api/v1/main/executions/e1").json()["trigger"]
    assert [error["field"] for error in broken["assetErrors"]] == ["inputs[0].id"]
    post(cast, trigger=FIRED)
    assert usages() == EXPECTED


def test_k1_1_the_api_shows_it_under_the_trigger_and_the_page_by_name(cast: Cast) -> None:
    register_flow(cast.access("ingest"), FLOW)
    post(cast, trigger=FIRED, runs=[task_run("t1")])
    shown = cast.api("admin").get("/api/v1/main/executions/e1").json()
    assert [run["id"] for run in shown["taskRunList"]] == ["t1"]
    (bundle,) = shown["trigger"]["assetEmits"]
    assert [asset["id"] for asset in bundle["inputs"]] == ["s3://inbox/a.csv"]
    page = cast.browser("admin").get("/main/executions/e1").content.decode()
    assert 'on_file</a> <span class="tag">trigger</span>' in page


# A trigger that waits for a query (K1.12)

WAITING = """
id: daily
namespace: company.data
variables: {schema: raw}
tasks:
  - {id: build, type: T}
triggers:
  - id: new_rows
    type: io.kestra.plugin.jdbc.postgresql.Trigger
    sql: SELECT o.id FROM {{ vars.schema }}.orders o JOIN raw.shops s USING (shop)
"""
AUTO = "    assets: {enableAuto: %s}\n"
READ_BY_IT = {("raw.orders", "READ", "new_rows"), ("raw.shops", "READ", "new_rows")}
ROWS = {"id": "new_rows", "variables": {"rows": [{"id": 1}]}}


@pytest.mark.parametrize(
    ("asks", "tenant", "read"),
    [
        (AUTO % "true", False, True),
        (AUTO % "'{{ true }}'", False, True),
        (AUTO % "false", True, False),
        ("", True, True),
        ("", False, False),
    ],
)
def test_k1_12_what_the_query_of_a_trigger_reads_leads_to_its_flow(
    cast: Cast, asks: str, tenant: bool, read: bool
) -> None:
    cast.main.infers_sql = tenant
    cast.main.save()
    register_flow(cast.access("ingest"), WAITING + asks)
    post(cast, trigger=ROWS, runs=[task_run("t1")])
    assert usages() == (READ_BY_IT if read else set())
    edges = Edge.objects.unscoped("test").values_list("upstream__public_id", "kind", "downstream")
    assert set(edges) == ({(id_, "sql", None) for id_, _, _ in READ_BY_IT} if read else set())
    if read:
        shown = cast.api("admin").get("/api/v1/main/executions/e1").json()
        assert [run["id"] for run in shown["taskRunList"]] == ["t1"]


def test_k1_12_the_query_of_a_trigger_that_started_nothing_is_not_read(cast: Cast) -> None:
    register_flow(cast.access("ingest"), WAITING + AUTO % "true")
    post(cast, trigger={"id": "nightly"}, runs=[task_run("t1")])
    assert usages() == set()


def test_k1_12_a_query_of_a_flow_that_comes_later_is_read_too(cast: Cast) -> None:
    post(cast, trigger=ROWS)
    register_flow(cast.access("ingest"), WAITING + AUTO % "true")
    assert usages() == READ_BY_IT


def test_k1_12_what_is_not_understood_of_a_triggers_query_is_noted(cast: Cast) -> None:
    query = "SELECT 1 FROM {{ trigger.rows[0].gone }}.orders"
    source = WAITING[: WAITING.index("SELECT")] + f'"{query}"\n' + AUTO % "true"
    register_flow(cast.access("ingest"), source)
    post(cast, trigger=ROWS, state="RUNNING")
    [run] = TaskRun.objects.unscoped("test")
    assert [error["field"] for error in run.asset_errors] == ["triggers.new_rows.sql"]
    assert (run.is_trigger, run.shown_state) == (True, "SUCCESS")
