"""Executions and task runs as OpenLineage run events."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
from openlineage.client.generated.documentation_job import DocumentationJobFacet
from openlineage.client.generated.error_message_run import ErrorMessageRunFacet
from openlineage.client.generated.job_type_job import JobTypeJobFacet
from openlineage.client.generated.parent_run import Job as ParentJob
from openlineage.client.generated.parent_run import ParentRunFacet, Root, RootJob, RootRun
from openlineage.client.generated.parent_run import Run as ParentRun
from openlineage.client.generated.sql_job import SQLJobFacet
from openlineage.client.generated.tags_job import TagsJobFacet, TagsJobFacetFields
from openlineage.client.generated.tags_run import TagsRunFacet, TagsRunFacetFields
from openlineage.client.serde import Serde

from lineage.openlineage.headwater import RUN_FACET
from lineage.openlineage.outgoing.datasets import SOURCE, Datasets
from lineage.openlineage.outgoing.links import Links
from lineage.openlineage.outgoing.making import PRODUCER, Facets, HeadwaterRunFacet, facet
from lineage.openlineage.outgoing.mappings import Mappings
from lineage.openlineage.outgoing.names import execution_run_id, job_name, task_run_id
from lineage.openlineage.outgoing.shipped import (
    ShippedExecution,
    ShippedJob,
    ShippedTaskRun,
    Source,
)
from lineage.openlineage.readable import masked

#: A state that is none of these is running.
TYPES: Mapping[str, RunState] = {
    "CREATED": RunState.OTHER,
    "QUEUED": RunState.OTHER,
    "SUCCESS": RunState.COMPLETE,
    "WARNING": RunState.COMPLETE,
    "FAILED": RunState.FAIL,
    "KILLED": RunState.ABORT,
    "CANCELLED": RunState.ABORT,
    "SKIPPED": RunState.ABORT,
}
#: Facets that are made anew, since they name other runs and assets.
TOLD_ANEW = frozenset({"parent", "parentRun", "lineage"})


@dataclass(frozen=True, slots=True)
class Message:
    """One event to be sent. `unit`: what it is part of, as whoever sends it knows it."""

    unit: tuple[Any, ...]
    body: Mapping[str, Any]

    @property
    def label(self) -> str:
        """How people find it again: `COMPLETE of company.data / daily.build`."""
        told = self.body.get("job") or self.body["dataset"]
        kind = self.body.get("eventType") or ("JOB" if "job" in self.body else "DATASET")
        return f"{kind} of {told['namespace']} / {told['name']}"


def execution_messages(source: Source, execution: ShippedExecution) -> list[Message]:
    """START, and how it ended or stands; the unit is (execution, 0)."""
    run_id = execution_run_id(source, execution)
    facets = told_facets(execution.told) | run_facets(execution.error, execution.labels)
    facets[RUN_FACET] = facet(
        HeadwaterRunFacet,
        origin=str(source.origin),
        tenant=source.tenant,
        executionId=execution.id,
        state=execution.state,
        url=execution.url or None,
        parentExecutionId=execution.parent_id or None,
    )
    job = job_of(execution.job)
    bodies = [
        event(started, execution.started_at, run_id, {}, job)
        for started in starts(execution.state, execution.started_at, execution.at)
    ]
    bodies.append(event(type_of(execution.state), execution.at, run_id, facets, job))
    return [Message((execution.pk, 0), body) for body in bodies]


def task_run_messages(source: Source, run: ShippedTaskRun, mappings: Mappings) -> list[Message]:
    """START, and how it ended or stands, with what it read and wrote; the unit is (execution,
    task run)."""
    datasets = Datasets(source, run, mappings)
    links = Links(run.bundles, datasets.name)
    run_id, parent = task_run_id(source, run), parent_facet(source, run)
    facets = told_facets(run.told) | run_facets(run.error, {}) | parent
    facets[RUN_FACET] = run_facet(source, run)
    job = job_of(run.job, links.job_facet() | sql_facet(run))
    bodies = [
        event(started, run.started_at, run_id, parent | begun(source, run), job_of(run.job))
        for started in starts(run.state, run.started_at, run.at)
    ]
    last = event(type_of(run.state), run.at, run_id, facets, job)
    inputs = dict.fromkeys(id_ for bundle in run.bundles for id_ in bundle.inputs)
    outputs = dict.fromkeys(id_ for bundle in run.bundles for id_ in bundle.outputs)
    last["inputs"] = [datasets.dataset(id_, "input", {}) for id_ in inputs]
    last["outputs"] = [datasets.dataset(id_, "output", links.facets_of(id_)) for id_ in outputs]
    return [Message((run.execution.pk, run.pk), body) for body in [*bodies, last]]


def type_of(state: str) -> RunState:
    return TYPES.get(state, RunState.RUNNING)


def starts(state: str, started_at: datetime | None, at: datetime) -> list[RunState]:
    """Whether it is known to have begun before it came to where it is."""
    if started_at is None or started_at > at or type_of(state) is RunState.OTHER:
        return []
    return [RunState.START]


def event(
    type_: RunState, at: datetime | None, run_id: str, facets: Facets, job: dict[str, Any]
) -> dict[str, Any]:
    """The official client sees to the shape; facets keep what it would take for nothing."""
    assert at is not None
    body = Serde.to_dict(
        RunEvent(
            eventType=type_,
            eventTime=at.isoformat(),
            run=Run(runId=run_id),
            job=Job(namespace=job["namespace"], name=job["name"]),
            producer=PRODUCER,
        )
    )
    body["run"]["facets"] = facets
    body["job"] = job
    return body


def job_of(job: ShippedJob, more: Facets | None = None) -> dict[str, Any]:
    name = job_name(job)
    facets = {n: masked(body) for n, body in job.facets.items() if n not in TOLD_ANEW}
    own: Facets = {}
    if job.description:
        own["documentation"] = facet(
            DocumentationJobFacet, description=job.description, contentType="text/markdown"
        )
    if job.labels:
        tags = [TagsJobFacetFields(k, v, SOURCE) for k, v in texts(job.labels)]
        own["tags"] = facet(TagsJobFacet, tags=tags)
    own["jobType"] = facet(
        JobTypeJobFacet,
        processingType="BATCH",
        integration=SOURCE,
        jobType="TASK" if job.task_id else "FLOW",
    )
    return {
        "namespace": name.namespace,
        "name": name.name,
        "facets": own | facets | (more or {}),
    }


def sql_facet(run: ShippedTaskRun) -> Facets:
    """The statements that the lineage was read from, each once."""
    statements = list(dict.fromkeys(bundle.sql for bundle in run.bundles if bundle.sql))
    return {"sql": facet(SQLJobFacet, query=";\n".join(statements))} if statements else {}


def told_facets(told: Any) -> Facets:
    """What its own OpenLineage events said of the run, secrets in it masked as on pages."""
    facets = told.run_facets if told else {}
    return {name: masked(body) for name, body in facets.items() if name not in TOLD_ANEW}


def run_facets(error: str, labels: Mapping[str, Any]) -> Facets:
    facets: Facets = {}
    if error:
        facets["errorMessage"] = facet(
            ErrorMessageRunFacet, message=error, programmingLanguage="unknown"
        )
    if labels:
        tags = [TagsRunFacetFields(k, v, SOURCE) for k, v in texts(labels)]
        facets["tags"] = facet(TagsRunFacet, tags=tags)
    return facets


def texts(labels: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (key, value if isinstance(value, str) else json.dumps(value))
        for key, value in labels.items()
    ]


def parent_facet(source: Source, run: ShippedTaskRun) -> Facets:
    """The execution; none for a task run that is its execution (an OpenLineage run of its own)."""
    root_id, job = execution_run_id(source, run.execution), job_name(run.execution.job)
    if root_id == task_run_id(source, run):
        return {}
    return {
        "parent": facet(
            ParentRunFacet,
            run=ParentRun(root_id),
            job=ParentJob(job.namespace, job.name),
            root=Root(RootRun(root_id), RootJob(job.namespace, job.name)),
        )
    }


def begun(source: Source, run: ShippedTaskRun) -> Facets:
    return {RUN_FACET: run_facet(source, run) | {"state": "RUNNING"}}


def run_facet(source: Source, run: ShippedTaskRun) -> Facets:
    return facet(
        HeadwaterRunFacet,
        origin=str(source.origin),
        tenant=source.tenant,
        executionId=run.execution.id,
        state=run.state,
        taskRunId=run.id,
        taskId=run.job.task_id,
        value=run.value or None,
        iteration=run.iteration,
        restricted=run.restricted or None,
    )
