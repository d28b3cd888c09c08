"""What the official Python client writes is understood, and so is what our page tells to write."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
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

from lineage.openlineage.events import JobName, PostedEvent, parse_event
from lineage.openlineage.facets import described
from lineage.openlineage.links import explicit_links
from lineage.openlineage.state import accumulate
from lineage.openlineage.summaries import job_summary, run_summary
from tests.lineage.openlineage.samples import RUN_ID

ROOT = Path(__file__).parents[3]
AT = "2026-11-21T08:30:00Z"


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Has the client write to a file; a function that reads the events back."""
    log = tmp_path / "events.jsonl"
    transport = {"type": "file", "log_file_path": str(log), "append": True}
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT", json.dumps(transport))
    return lambda: [json.loads(line) for line in log.read_text().splitlines()]


def events(written: Any) -> list[PostedEvent]:
    return [parse_event(event) for event in written()]


def test_the_lines_of_our_page(written: Any):
    (snippet,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs/openlineage.md").read_text(), re.S
    )
    exec(snippet, {})
    (event,) = events(written)
    assert (event.event_type, event.job) == ("COMPLETE", JobName("shop", "orders"))
    assert [one.name for one in event.outputs] == ["shop.public.orders"]


def test_a_run_with_facets(written: Any):
    columns = facets.schema_dataset.SchemaDatasetFacet(
        fields=[facets.schema_dataset.SchemaDatasetFacetFields(name="id", type="int")]
    )
    source = facets.column_lineage_dataset.InputField(
        namespace="s3://raw",
        name="orders",
        field="id",
        transformations=[
            facets.column_lineage_dataset.Transformation(type="DIRECT", subtype="IDENTITY")
        ],
    )
    lineage = facets.column_lineage_dataset.ColumnLineageDatasetFacet(
        fields={"id": facets.column_lineage_dataset.Fields(inputFields=[source])}
    )
    statistics = facets.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
        rowCount=7, size=9
    )
    parent = facets.parent_run.ParentRunFacet(
        run=facets.parent_run.Run(runId="f99310b4-3c3c-1a1a-2b2b-c1b95c24ff11"),
        job=facets.parent_run.Job(namespace="airflow", name="dag"),
    )
    error = facets.error_message_run.ErrorMessageRunFacet(
        message="broken", programmingLanguage="python"
    )
    sql = {"sql": facets.sql_job.SQLJobFacet(query="select 1")}
    job = Job(namespace="shop", name="load", facets=sql)
    output = OutputDataset(
        namespace="postgres://db:5432",
        name="shop.public.orders",
        facets={"schema": columns, "columnLineage": lineage},
        outputFacets={"outputStatistics": statistics},
    )
    client = OpenLineageClient()
    for kind, told, inputs, outputs in (
        (RunState.START, {"parent": parent}, [InputDataset(namespace="s3://raw", name="o")], []),
        (RunState.FAIL, {"errorMessage": error}, [], [output]),
    ):
        run = Run(runId=RUN_ID, facets=told)
        event = RunEvent(
            eventType=kind, eventTime=AT, run=run, job=job, inputs=inputs, outputs=outputs
        )
        client.emit(event)

    one, other = events(written)
    known = accumulate(accumulate(None, other), one)
    assert (known.state, known.parent and known.parent.job) == (
        "FAILED",
        JobName("airflow", "dag"),
    )
    assert run_summary(known.run_facets).error == "broken"
    assert job_summary(known.job_facets).sql == "select 1"
    said = described(known.outputs[0], "output")
    assert said.fields["columns"] == [{"name": "id", "type": "int"}]
    assert said.measurements[0].values == {"rowCount": 7, "size": 9}
    (link,) = explicit_links(known).columns
    assert (link.upstream, link.upstream_column, link.subtype) == (
        ("s3://raw", "orders"),
        "id",
        "IDENTITY",
    )


def test_job_and_dataset_events(written: Any):
    client = OpenLineageClient()
    documentation = facets.documentation_dataset.DocumentationDatasetFacet(description="Orders.")
    dataset = StaticDataset(
        namespace="s3://raw", name="orders", facets={"documentation": documentation}
    )
    reads = [InputDataset(namespace="s3://raw", name="orders")]
    client.emit(JobEvent(eventTime=AT, job=Job(namespace="shop", name="load"), inputs=reads))
    client.emit(DatasetEvent(eventTime=AT, dataset=dataset))
    job, told = events(written)
    assert (job.kind, told.kind) == ("job", "dataset")
    assert told.dataset
    assert described(told.dataset, "dataset").fields["description"] == "Orders."
