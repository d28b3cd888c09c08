"""Events without a run: what a job is meant to do, and what somebody says of a dataset.

They state lineage that holds without any run (`Edge.stated`), and describe assets as run events
do. One that says something about an asset out of its poster's reach is refused as a whole.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accounts.access import Access
from accounts.bulk import run_together
from catalog.declaring import apply_touches
from catalog.finding import KnownAsset, create_assets, find_assets
from catalog.moments import moment
from catalog.naming import ensure_namespaces
from catalog.touches import Touch
from lineage.openlineage.accumulated import MAX_DATASETS, said_by
from lineage.openlineage.events import DATASET, JobName, PostedEvent
from lineage.openlineage.headwater import job_told
from lineage.openlineage.naming import task_id
from lineage.openlineage.registers import Registers, said_at
from lineage.recording import stated
from lineage.recording.flows import KnownFlow, ensure_flows
from lineage.recording.inferred import ORIGIN as SQL
from lineage.recording.openlineage import extras
from lineage.recording.openlineage.datasets import Said, said_of_datasets
from lineage.recording.openlineage.others import Others, others_of
from lineage.recording.openlineage.speaking import Speaker
from lineage.recording.openlineage.sql import add_sql_of_designs
from lineage.recording.resolving import (
    declared_namespaces,
    mentioned,
    namespaces_of,
    out_of_reach,
)
from lineage.recording.stated import Stating
from lineage.unifying import unify_names

if TYPE_CHECKING:
    from lineage.recording.openlineage.record import Recording


@dataclass(frozen=True, slots=True)
class Word:
    """One event and what it says; `flow` is None for a dataset event."""

    event: PostedEvent
    flow: KnownFlow | None
    said: Said
    speaker: Speaker
    others: Others

    @property
    def source(self) -> Mapping[str, Any]:
        return self.speaker.source

    @property
    def task_id(self) -> str:
        told = job_told(self.event.job_facets)
        if told:
            return told[1]
        return task_id(self.event.job.name) if self.event.job else ""

    @property
    def statings(self) -> list[Stating]:
        """What it says of its job, and what of no job at all."""
        flow, at = self.flow.pk if self.flow else None, self.event.at
        own = [Stating(flow, self.task_id, at, self.said.bundles)] if flow else []
        told = zip(self.said.stated, self.said.stated_by, strict=True)
        places = ((self.others.place(job), one) for one, (_, job) in told)
        return own + [Stating(*place, at, [one]) for place, one in places if place]

    @property
    def named(self) -> set[str]:
        """Ids of the assets that it speaks of."""
        return mentioned(self.said.all_bundles) | self.said.names

    @property
    def namespace(self) -> str | None:
        return self.flow.namespace if self.flow else None


def record_standing(recording: "Recording", events: Sequence[PostedEvent]) -> None:
    """Job events and dataset events, in a constant number of statements."""
    access, tenant = recording.access, recording.access.tenant
    words = _words(recording, events)
    namespaces = _namespaces(access, words)
    words = _unified(recording, words)
    known = find_assets(tenant, {id_ for word in words for id_ in word.named})
    namespaces |= namespaces_of(known)
    words = [word for word in words if _within_reach(recording, word, known, namespaces)]
    first: dict[str, int] = {}
    touches: defaultdict[str, list[Touch]] = defaultdict(list)
    for word in words:
        for id_, said in word.said.touches.items():
            touches[id_] += said
        for id_ in word.named:
            first[id_] = min(first.get(id_, word.event.at), word.event.at)
    new = {id_: moment(at) for id_, at in first.items() if id_ not in known}
    assets = {id_: asset.pk for id_, asset in known.items()} | create_assets(tenant, new)
    statings = [stating for word in words for stating in word.statings]
    by_row: defaultdict[int, list[Touch]] = defaultdict(list)
    for id_, said in touches.items():
        by_row[assets[id_]] += said
    run_together(
        [stated.edges(tenant, statings, assets), stated.column_edges(tenant, statings, assets)]
    )
    apply_touches(tenant, by_row, namespaces)
    run_together(
        [
            extras.facets(tenant, (f for word in words for f in word.said.facets), assets),
            extras.measurements(
                tenant,
                ((m, word.source) for word in words for m in word.said.measurements),
                assets,
            ),
            extras.events(tenant, (_placed(word, assets) for word in words)),
            extras.jobs(tenant, _jobs(words)),
        ]
    )


def _words(recording: "Recording", events: Sequence[PostedEvent]) -> list[Word]:
    """What the events say, of those whose job the poster may post for."""
    jobs = {}
    for event in events:
        if event.job is not None:
            namespace = recording.rules.job_namespace(event.job.namespace)
            if recording.may_post(event.job):
                key, told = recording.flow_key(event.job), job_told(event.job_facets)
                jobs[event.digest] = (key[0], told[0]) if told else key
            else:
                reason = f"This token may not post for jobs in namespace “{namespace}”."
                recording.fail(event, "job.namespace", reason, forbidden=True)
    flows = ensure_flows(recording.access.tenant, jobs.values(), declares=False)
    permitted = (event for event in events if event.job is None or event.digest in jobs)
    others = others_of(recording.access, recording.rules, permitted, whole=True)
    words = []
    for event in events:
        if len(event.inputs) + len(event.outputs) > MAX_DATASETS:
            most = f"At most {MAX_DATASETS} inputs and outputs together of a job event."
            recording.fail(event, "inputs", most, forbidden=False)
            continue
        refused = others.refused_in(event)
        if refused:
            reason = f"{refused[0]}, and a Lineage facet names a job of it."
            recording.fail(event, "facets.lineage", reason, forbidden=refused[1])
            continue
        flow = flows.get(jobs[event.digest]) if event.digest in jobs else None
        if event.job is not None and event.digest in jobs and flow is None:
            namespace = jobs[event.digest][0]
            reason = f"The tenant requires existing namespaces and “{namespace}” is not one."
            recording.fail(event, "job.namespace", reason, forbidden=False)
        elif event.job is None or flow is not None:
            words.append(_word(recording, event, flow, others))
    designs = ((word.event, word.said, word.speaker) for word in words)
    add_sql_of_designs(recording.access, recording.rules, designs)
    return words


def _word(
    recording: "Recording", event: PostedEvent, flow: KnownFlow | None, others: Others
) -> Word:
    source = {"kind": "event", "id": event.digest, "label": event.producer}
    if flow:
        source |= {"namespace": flow.namespace, "flowId": flow.public_id}
    speaker = Speaker(
        id="event",
        execution="",
        source=source,
        job_namespace=flow.namespace if flow else None,
        earliest=event.at,
        at=event.at,
        part=None,
    )
    said = said_of_datasets(said_by(event), [event], recording.rules, speaker)
    return Word(event, flow, said, speaker, others)


def _unified(recording: "Recording", words: Sequence[Word]) -> list[Word]:
    """Those whose names lead to one asset each; the others fail, and say why."""
    links = (link for word in words for link in word.said.links)
    refused = {one.link: one for one in unify_names(recording.access, links)}
    kept = []
    for word in words:
        why = next((refused[link] for link in word.said.links if link in refused), None)
        if why is None:
            kept.append(word)
        else:
            recording.fail(word.event, "dataset", why.reason, forbidden=why.forbidden)
    return kept


def _namespaces(access: Access, words: Sequence[Word]) -> dict[str, int]:
    ruled = {
        touch.rule_namespace
        for word in words
        for said in word.said.touches.values()
        for touch in said
    }
    declared = declared_namespaces(access, (b for word in words for b in word.said.all_bundles))
    flows = {word.flow.namespace: word.flow.namespace_pk for word in words if word.flow}
    wanted = {name for name in ruled | declared if name} - flows.keys()
    return flows | ensure_namespaces(access.tenant, wanted)


def _within_reach(
    recording: "Recording",
    word: Word,
    known: Mapping[str, KnownAsset],
    namespaces: Mapping[str, int],
) -> bool:
    for bundle in word.said.all_bundles:
        for said in (*bundle.outputs, *bundle.describes):
            asset = known.get(said.id)
            reason = out_of_reach(recording.access, said, asset, word.namespace, namespaces)
            if reason:
                path = "dataset" if word.event.kind == DATASET else "outputs"
                path = "job.facets.sql" if bundle.origin == SQL else path
                recording.fail(word.event, path, reason, forbidden=True)
                return False
    return True


def _placed(word: Word, assets: Mapping[str, int]) -> tuple[PostedEvent, int | None, int | None]:
    """The event with the flow or the asset that it is shown with."""
    if word.flow:
        return word.event, word.flow.pk, None
    named = (said.id for bundle in word.said.bundles for said in bundle.describes)
    return word.event, None, next((assets[id_] for id_ in named), None)


def _jobs(words: Sequence[Word]) -> dict[tuple[int, str], tuple[JobName, Registers]]:
    found = dict(words[0].others.jobs) if words else {}
    for word in sorted(words, key=lambda word: (word.event.at, word.event.digest)):
        if word.flow and word.event.job:
            key = (word.flow.pk, "")
            said = said_at(word.event.job_facets, (word.event.at, word.event.digest))
            held = found[key][1] if key in found else {}
            found[key] = (word.event.job, {**held, **said})
    return found
