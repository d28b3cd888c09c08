"""Lineage that holds without any run, as OpenLineage's job events and dataset events."""

from typing import Any

from openlineage.client.event_v2 import DatasetEvent, Job, JobEvent, StaticDataset
from openlineage.client.serde import Serde

from lineage.openlineage.headwater import JOB_FACET
from lineage.openlineage.outgoing.datasets import Datasets
from lineage.openlineage.outgoing.events import Message, job_of
from lineage.openlineage.outgoing.links import Links
from lineage.openlineage.outgoing.making import PRODUCER, Facets, HeadwaterJobFacet, facet
from lineage.openlineage.outgoing.mappings import Mappings
from lineage.openlineage.outgoing.shipped import ShippedJob, ShippedStatement, Source


def statement_messages(
    source: Source, said: ShippedStatement, mappings: Mappings
) -> list[Message]:
    """One event of a job; without a job one of each dataset, since an event of a dataset tells of
    no other. The unit is (flow, task id, asset)."""
    datasets = Datasets(source, said, mappings)
    links = Links(said.bundles, datasets.name)
    if said.job is not None:
        bodies = [job_event(source, said, said.job, datasets, links)]
    else:
        inputs = dict.fromkeys(id_ for bundle in said.bundles for id_ in bundle.inputs)
        outputs = dict.fromkeys(id_ for bundle in said.bundles for id_ in bundle.outputs)
        bodies = [dataset_event(said, id_, datasets, {}) for id_ in inputs if id_ not in outputs]
        bodies += [dataset_event(said, id_, datasets, links.dataset_facet(id_)) for id_ in outputs]
    return [Message((said.flow, said.task_id, said.asset), body) for body in bodies]


def job_event(
    source: Source, said: ShippedStatement, job: ShippedJob, datasets: Datasets, links: Links
) -> dict[str, Any]:
    inputs = dict.fromkeys(id_ for bundle in said.bundles for id_ in bundle.inputs)
    outputs = dict.fromkeys(id_ for bundle in said.bundles for id_ in bundle.outputs)
    told = job_of(job, links.job_facet() | job_facet(source, job))
    event = JobEvent(
        eventTime=said.at.isoformat(),
        job=Job(namespace=told["namespace"], name=told["name"]),
        producer=PRODUCER,
    )
    return Serde.to_dict(event) | {
        "job": told,
        "inputs": [datasets.dataset(id_, "input", {}) for id_ in inputs],
        "outputs": [datasets.dataset(id_, "output", links.facets_of(id_)) for id_ in outputs],
    }


def dataset_event(
    said: ShippedStatement, id_: str, datasets: Datasets, lineage: Facets
) -> dict[str, Any]:
    """What an asset is, and what it came out of, which no job is known to have done."""
    namespace, name = datasets.name(id_)
    event = DatasetEvent(
        eventTime=said.at.isoformat(),
        dataset=StaticDataset(namespace=namespace, name=name),
        producer=PRODUCER,
    )
    return Serde.to_dict(event) | {"dataset": datasets.dataset(id_, "output", lineage)}


def job_facet(source: Source, job: ShippedJob) -> Facets:
    body = facet(
        HeadwaterJobFacet,
        tenant=source.tenant,
        flowId=job.flow_id,
        taskId=job.task_id or None,
    )
    return {JOB_FACET: body}
