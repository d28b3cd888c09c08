"""Jobs that pass data on to each other with no dataset in between, as their Lineage facets tell.

Read from the latest facet of each job, so there is nothing to keep in step: a facet that is
replaced or deleted takes its links along. A link stands with both jobs and leads to what the
reader may see. It counts where it tells what feeds the job that tells it, or one in the namespace
of that job or below: whoever may post for the one may post for the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import JSONField, Q
from django.db.models.fields.json import KeyTransform

from accounts.access import Access
from lineage.models import Flow, OpenLineageJob
from lineage.naming import rules_of
from lineage.openlineage.events import JobName
from lineage.openlineage.lineage_facets import read_job_lineage
from lineage.openlineage.link_notes import Links
from lineage.openlineage.naming import flow_id
from lineage.openlineage.reading import facet
from lineage.openlineage.registers import standing

#: Jobs of a flow that are looked at, facets of others that are read, and links that are listed.
LOOKED_AT, READ, LISTED = 50, 200, 200


@dataclass(frozen=True, slots=True)
class LinkedJob:
    """The job at the other end. `flow` None: not known here, or out of reach.

    `task_id`: which job of the flow that was asked about it is linked to, "" the flow's own.
    """

    namespace: str
    name: str
    flow: tuple[str, str] | None
    task_id: str


@dataclass(frozen=True, slots=True)
class JobLinks:
    """Sorted by name."""

    fed_by: Sequence[LinkedJob] = ()
    feeds: Sequence[LinkedJob] = ()

    def __bool__(self) -> bool:
        return bool(self.fed_by or self.feeds)


def job_links(access: Access, flow: Flow) -> JobLinks | None:
    """Of a flow and its tasks; None where no client told of it, which takes one statement. Else
    four at the most."""
    jobs = OpenLineageJob.objects.visible_to(access).filter(flow=flow)
    own = {
        JobName(namespace, name): task_id
        for namespace, name, task_id in jobs.order_by("task_id").values_list(
            "namespace", "name", "task_id"
        )[:LOOKED_AT]
    }
    if not own:
        return None
    told = sorted(
        {
            (own[here], there.namespace, there.name, feeds)
            for upstream, downstream in _told(access, own)
            for here, there, feeds in ((upstream, downstream, True), (downstream, upstream, False))
            if here in own
        }
    )[:LISTED]
    flows = flows_of(access, {JobName(namespace, name) for _, namespace, name, _ in told})
    found: dict[bool, list[LinkedJob]] = {True: [], False: []}
    for task_id, namespace, name, feeds in told:
        place = flows.get(JobName(namespace, name))
        found[feeds].append(LinkedJob(namespace, name, place, task_id))
    return JobLinks(found[False], found[True])


def _told(access: Access, own: Iterable[JobName]) -> Iterable[tuple[JobName, JobName]]:
    """(upstream, downstream) of all links that facets tell which name one of these jobs, or are
    a facet of one."""
    rows = (
        OpenLineageJob.objects.visible_to(access)
        .filter(tenant=access.tenant, facets__has_key="lineage")
        .filter(_naming(own))
        .annotate(told=KeyTransform("lineage", "facets", output_field=JSONField()))
        .order_by("pk")
        .values_list("namespace", "name", "flow__namespace__name", "told")[:READ]
    )
    rules = rules_of(access.tenant)
    for namespace, name, space, told in rows:
        links = Links(JobName(namespace, name))
        read_job_lineage(facet(standing({"lineage": told}), "lineage", []), links)
        for link in links.jobs:
            fed = rules.job_namespace(link.downstream.namespace)
            if link.downstream == links.job or f"{fed}.".startswith(f"{space}."):
                yield link.upstream, link.downstream


def _naming(jobs: Iterable[JobName]) -> Q:
    """Facets of these jobs, and those that name one as a source or as a target."""
    asked = Q()
    for job in jobs:
        named: dict[str, Any] = {"namespace": job.namespace, "name": job.name}
        asked |= Q(**named)
        for entry in (named, {"inputs": [named]}):
            asked |= Q(facets__lineage__contains=[{"entries": [entry]}])
    return asked


def flows_of(access: Access, jobs: Iterable[JobName]) -> dict[JobName, tuple[str, str]]:
    """(namespace, flow id) of jobs that may be seen: by what clients told, else by their names.

    Two statements at the most.
    """
    wanted = list(jobs)
    if not wanted:
        return {}
    rules = rules_of(access.tenant)
    keys = {job: (rules.job_namespace(job.namespace), flow_id(job.name)) for job in wanted}
    by_key = Q()
    for namespace, public_id in set(keys.values()):
        by_key |= Q(namespace__name=namespace, public_id=public_id)
    flows = Flow.objects.visible_to(access).filter(by_key, tenant=access.tenant)
    there = set(flows.values_list("namespace__name", "public_id"))
    by_name = Q()
    for job in wanted:
        by_name |= Q(namespace=job.namespace, name=job.name)
    told = OpenLineageJob.objects.visible_to(access).filter(by_name, tenant=access.tenant)
    found = {job: key for job, key in keys.items() if key in there}
    for namespace, name, space, public_id in told.order_by("-pk").values_list(
        "namespace", "name", "flow__namespace__name", "flow__public_id"
    ):
        found[JobName(namespace, name)] = (space, public_id)
    return found
