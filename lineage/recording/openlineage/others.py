"""Other jobs than an event's own, of which its Lineage facets say what they read and write.

What is said of another job holds without any of its runs, as if an event of that job had said so:
its flow is found by the job's name, and whoever says so needs the right to post for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.access import Access
from accounts.permissions import Action, Resource
from lineage.openlineage.events import JobName
from lineage.openlineage.links import Said, other_jobs
from lineage.openlineage.naming import flow_id, task_id
from lineage.openlineage.registers import Registers
from lineage.openlineage.rules import Rules
from lineage.recording.flows import KnownFlow, ensure_flows


@dataclass(frozen=True, slots=True)
class Others:
    """The flows of other jobs that may be spoken of, and why the rest may not."""

    flows: dict[JobName, KnownFlow] = field(default_factory=dict)
    refused: dict[JobName, str] = field(default_factory=dict)
    #: Of those refused: for want of a grant.
    forbidden: set[JobName] = field(default_factory=set)

    def place(self, job: JobName | None) -> tuple[int | None, str] | None:
        """(flow row, task id) that what is said belongs to; None where it may not be said."""
        if job is None:
            return None, ""
        return (self.flows[job].pk, task_id(job.name)) if job in self.flows else None

    @property
    def jobs(self) -> dict[tuple[int, str], tuple[JobName, Registers]]:
        """What they are called, without any facet of theirs (`extras.jobs`)."""
        found: dict[tuple[int, str], tuple[JobName, Registers]] = {}
        for job in sorted(self.flows, key=lambda job: (job.namespace, job.name)):
            found.setdefault((self.flows[job].pk, ""), (job, {}))
        return found

    def refused_in(self, said: Said) -> tuple[str, bool] | None:
        """(why, whether for want of a grant) of the first job in it that may not be spoken of."""
        why = (
            (self.refused[job], job in self.forbidden)
            for job in other_jobs(said)
            if job in self.refused
        )
        return min(why, default=None)


def others_of(
    access: Access, rules: Rules, said: Iterable[Said], *, whole: bool = False
) -> Others:
    """No statement where no other job is named; else one, when all flows are known.

    `whole`: events that name a job out of reach fail, so they bring no flow of others either.
    """
    keys: dict[JobName, tuple[str, str]] = {}
    refused: dict[JobName, str] = {}
    for one in said:
        jobs = {job: rules.job_namespace(job.namespace) for job in other_jobs(one)}
        out = {
            job: f"This token may not post executions in namespace “{namespace}”"
            for job, namespace in jobs.items()
            if not access.may(Resource.EXECUTION, Action.INGEST, namespace)
        }
        refused |= out
        if not (whole and out):
            keys |= {job: (jobs[job], flow_id(job.name)) for job in jobs.keys() - out.keys()}
    found = ensure_flows(access.tenant, keys.values(), declares=False) if keys else {}
    forbidden = set(refused)
    for job, key in keys.items():
        if key not in found:
            refused[job] = f"The tenant requires existing namespaces and “{key[0]}” is not one"
    return Others(
        {job: found[key] for job, key in keys.items() if key in found}, refused, forbidden
    )
