"""The published Python client, unmodified, against a served Headwater: what it emits is there."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import requests
from openlineage.client import OpenLineageClient
from openlineage.client import facet_v2 as facets
from openlineage.client.event_v2 import (
    DatasetEvent,
    InputDataset,
    Job,
    JobEvent,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
    StaticDataset,
)
from openlineage.client.serde import Serde

from tests.lineage.sites import Site

pytestmark = pytest.mark.slow
RAW = "s3://lake/raw/orders"
TRANSFORM = "openlineage.client.transport.transform"
AT = "2026-11-21T08:30:00Z"


def told(table: str, dag: str) -> list[RunEvent]:
    """A DAG and its task, which reads RAW and writes `table`."""
    dag_run, task_run = str(uuid4()), str(uuid4())
    parent = facets.parent_run.ParentRunFacet(
        run=facets.parent_run.Run(runId=dag_run),
        job=facets.parent_run.Job(namespace="company.data", name=dag),
    )
    columns = facets.schema_dataset.SchemaDatasetFacet(
        fields=[facets.schema_dataset.SchemaDatasetFacetFields(name="id", type="int")]
    )
    source = facets.column_lineage_dataset.InputField(
        namespace="s3://lake",
        name="raw/orders",
        field="order_id",
        transformations=[
            facets.column_lineage_dataset.Transformation(type="DIRECT", subtype="IDENTITY")
        ],
    )
    lineage = facets.column_lineage_dataset.ColumnLineageDatasetFacet(
        fields={"id": facets.column_lineage_dataset.Fields(inputFields=[source])}
    )
    statistics = facets.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
        rowCount=7
    )
    reads = [InputDataset(namespace="s3://lake", name="raw/orders")]
    writes = [
        OutputDataset(
            namespace="postgres://db:5432",
            name=f"shop.public.{table}",
            facets={"schema": columns, "columnLineage": lineage},
            outputFacets={"outputStatistics": statistics},
        )
    ]
    return [
        RunEvent(
            eventType=state,
            eventTime=datetime.now(UTC).isoformat(),
            run=Run(runId=run, facets=said),
            job=Job(namespace="company.data", name=job),
            producer="https://example.com/tests",
            inputs=reads if state == RunState.START and said else [],
            outputs=writes if state == RunState.COMPLETE and said else [],
        )
        for run, job, said in (
            (dag_run, dag, {}),
            (task_run, f"{dag}.load", {"parent": parent}),
        )
        for state in (RunState.START, RunState.COMPLETE)
    ]


def check(site: Site, events: list[RunEvent], table: str, dag: str) -> None:
    """The execution, its task run, the asset with its columns, and both kinds of edges."""
    dag_run, task_run = events[0].run.runId, events[-1].run.runId
    execution = site.get(f"executions/{dag_run}")
    assert (execution["flowId"], execution["state"]["current"]) == (dag, "SUCCESS")
    [run] = execution["taskRunList"]
    assert (run["id"], run["taskId"], run["state"]["current"]) == (
        task_run,
        f"{dag}.load",
        "SUCCESS",
    )
    assert run["assetErrors"] == []
    id_ = f"postgres://db:5432/shop.public.{table}"
    [column] = site.get("assets/by-id/columns", id=id_)["results"]
    assert (column["path"], column["type"]) == ("id", "int")
    [above] = column["upstream"]["direct"]["columns"]
    assert above == {"id": RAW, "column": "order_id", "subtypes": ["IDENTITY"]}
    graph = site.get("assets/by-id/dependencies", id=id_)
    names = {node["uid"]: node["id"] for node in graph["nodes"]}
    ends = {(names[edge["source"]], names[edge["target"]]) for edge in graph["edges"]}
    assert {(RAW, id_), (dag, id_)} <= ends
    [measured] = site.get("assets/by-id/measurements", id=id_)["results"]
    assert measured["values"] == {"rowCount": 7}
    assert len(site.get(f"executions/{dag_run}/openlineage-events")["results"]) == 4


@pytest.mark.parametrize(
    ("transport", "more"),
    [
        ("http", {}),
        ("http", {"compression": "gzip"}),
        ("http", {"endpoint": "api/v1/main/lineage"}),
        ("async_http", {}),
        ("async_http", {"compression": "gzip", "max_concurrent_requests": 4}),
    ],
    ids=["sync", "gzip", "tenant", "async", "async-gzip"],
)
def test_what_it_emits_is_there(site: Site, transport: str, more: dict[str, Any]) -> None:
    name = f"t{uuid4().hex[:8]}"
    events = told(f"orders_{name}", name)
    client = site.client(transport, **more)
    for event in events:
        client.emit(event)
    assert client.close(timeout=30)
    check(site, events, f"orders_{name}", name)


def emit(client: OpenLineageClient, events: list[RunEvent]) -> None:
    for event in events:
        client.emit(event)
    assert client.close(timeout=30)


def test_two_transports_at_once_tell_it_once(site: Site) -> None:
    """Both deliver every event to the same tenant, the second while the first may not be done."""
    both = {
        "first": site.http("async_http", compression="gzip"),
        "second": site.http(),
        "third": site.http("async_http", endpoint="api/v1/main/lineage"),
    }
    events = told("orders_twice", "twice")
    emit(site.through({"type": "composite", "transports": both}), events)
    check(site, events, "orders_twice", "twice")


def test_a_transport_that_fails_leaves_the_others(site: Site) -> None:
    wrong = site.http(auth={"type": "api_key", "apiKey": "hw_wrong"}, retry={"total": 0})
    events = told("orders_partly", "partly")
    emit(site.through({"type": "composite", "transports": [wrong, site.http()]}), events)
    check(site, events, "orders_partly", "partly")


@pytest.mark.parametrize("kind", ["http", "async_http"])
def test_a_transport_that_renames_the_namespace(site: Site, kind: str) -> None:
    config = {
        "type": "transform",
        "transport": site.http(kind, compression="gzip"),
        "transformer_class": f"{TRANSFORM}.JobNamespaceReplaceTransformer",
        "transformer_properties": {"new_job_namespace": "Company Renamed://EU"},
    }
    dag = f"renamed_{kind}"
    events = told(f"orders_{dag}", dag)
    emit(site.through(config), events)
    check(site, events, f"orders_{dag}", dag)
    execution = site.get(f"executions/{events[0].run.runId}")
    assert execution["namespace"] == "company-renamed-eu"


def test_many_runs_at_once(site: Site) -> None:
    """As many requests as the client makes by itself; what they share are the tables."""
    client = site.client("async_http", compression="gzip")
    runs = [told(f"orders_many{n}", f"many{n}") for n in range(20)]
    for kind in range(4):
        for events in runs:
            client.emit(events[kind])
    assert client.close(timeout=60)
    for n, events in enumerate(runs):
        check(site, events, f"orders_many{n}", f"many{n}")


def test_its_events_go_in_as_a_batch(site: Site) -> None:
    events = told("orders_batch", "batched")
    body = "[" + ",".join(Serde.to_json(event) for event in events) + "]"
    headers = {
        "Authorization": f"Bearer {site.tokens['ingest']}",
        "Content-Type": "application/json",
    }
    url = f"{site.origin}/api/v1/lineage/batch"
    assert requests.post(url, data=body, headers=headers, timeout=30).status_code == 204
    check(site, events, "orders_batch", "batched")


def test_jobs_and_datasets_without_runs(site: Site) -> None:
    client = site.client()
    reads = [InputDataset(namespace="s3://lake", name="raw/orders")]
    writes = [OutputDataset(namespace="postgres://db:5432", name="shop.public.designed")]
    job = Job(namespace="company.data", name="designed")
    client.emit(JobEvent(eventTime=AT, job=job, inputs=reads, outputs=writes))
    said = facets.documentation_dataset.DocumentationDatasetFacet(description="By design.")
    dataset = StaticDataset(
        namespace="postgres://db:5432", name="shop.public.designed", facets={"documentation": said}
    )
    client.emit(DatasetEvent(eventTime=AT, dataset=dataset))
    id_ = "postgres://db:5432/shop.public.designed"
    assert site.get("assets/by-id", id=id_)["description"] == "By design."
    graph = site.get("assets/by-id/dependencies", id=id_)
    assert RAW in {node["id"] for node in graph["nodes"]}


def test_a_refusal_is_heard(site: Site) -> None:
    client = OpenLineageClient(
        config={
            "transport": {
                "type": "http",
                "url": site.origin,
                "auth": {"type": "api_key", "apiKey": "hw_wrong"},
                "retry": {"total": 0},
            }
        }
    )
    [event, *_] = told("never", "never")
    with pytest.raises(requests.HTTPError, match="401"):
        client.emit(event)
