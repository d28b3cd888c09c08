"""The published Python client, unmodified, against a served Headwater: what it emits is there."""

from collections.abc import Iterator
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
from pytest_django.plugin import DjangoDbBlocker

from tests.browser.site import database_beside, served
from tests.conftest import make_cast

pytestmark = pytest.mark.slow
RAW = "s3://lake/raw/orders"
AT = "2026-11-21T08:30:00Z"


class Site:
    """A served Headwater, and what it answers."""

    def __init__(self, origin: str, tokens: dict[str, str]) -> None:
        self.origin = origin
        self.tokens = tokens

    def client(self, transport: str = "http", **more: Any) -> OpenLineageClient:
        """As the documentation of OpenLineage configures one."""
        auth = {"type": "api_key", "apiKey": self.tokens["ingest"]}
        config = {"type": transport, "url": self.origin, "auth": auth, **more}
        return OpenLineageClient(config={"transport": config})

    def get(self, path: str, **params: str) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens['editor']}"}
        url = f"{self.origin}/api/v1/main/{path}"
        answer = requests.get(url, params=params, headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def site(django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    with django_db_blocker.unblock(), database_beside() as database, served(database) as origin:
        cast = make_cast()
        yield Site(origin, {person: cast.token(person) for person in ("editor", "ingest")})


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
    ],
    ids=["sync", "gzip", "tenant", "async"],
)
def test_what_it_emits_is_there(site: Site, transport: str, more: dict[str, Any]) -> None:
    name = f"t{uuid4().hex[:8]}"
    events = told(f"orders_{name}", name)
    client = site.client(transport, **more)
    for event in events:
        client.emit(event)
    assert client.close(timeout=30)
    check(site, events, f"orders_{name}", name)


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
