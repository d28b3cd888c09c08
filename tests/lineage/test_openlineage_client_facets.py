"""Every facet class of the published client, posted over HTTP and read back as it was sent."""

import json
from typing import Any
from uuid import uuid4

import pytest
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.serde import Serde

from tests.lineage.openlineage.built import built, facet_classes, name_of
from tests.lineage.sites import Site

pytestmark = pytest.mark.slow
CLASSES = list(facet_classes())


def event(position: str, name: str, facet: Any) -> RunEvent:
    """Of a run, a job and two datasets of its own, with the facet where it belongs."""
    own = uuid4().hex[:12]
    at: dict[str, Any] = {position: {name: facet}}
    reads = {"inputFacets": at.get("inputFacets", {})}
    writes = {key: at.get(key, {}) for key in ("facets", "outputFacets")}
    return RunEvent(
        eventType=RunState.COMPLETE,
        eventTime="2026-11-21T08:30:00Z",
        run=Run(runId=str(uuid4()), facets=at.get("run", {})),
        job=Job(namespace="company.data", name=f"j{own}", facets=at.get("job", {})),
        producer="https://example.com/tests",
        inputs=[InputDataset(namespace="s3://lake", name=f"in/{own}", **reads)],
        outputs=[OutputDataset(namespace="s3://lake", name=f"out/{own}", **writes)],
    )


def test_every_module_offers_one() -> None:
    assert len(CLASSES) >= 40
    assert {position for position, _ in CLASSES} == {
        *("facets", "inputFacets", "outputFacets", "run", "job")
    }


@pytest.mark.parametrize(("position", "kind"), CLASSES, ids=[kind.__name__ for _, kind in CLASSES])
def test_it_is_read_back_as_it_was_sent(site: Site, position: str, kind: type) -> None:
    name = name_of(kind)
    told = event(position, name, built(kind))
    client = site.client(compression="gzip")
    client.emit(told)
    client.close()
    sent = json.loads(Serde.to_json(told))
    run_id = sent["run"]["runId"]
    [came] = site.get("openlineage/events/search", runId=run_id)["results"]
    assert came["event"] == sent
    facet, found = kept(site, sent, position, name)
    assert len(facet) > 2, "only its producer and schema"
    assert found == facet
    assert no_problems(site, sent)


def kept(site: Site, sent: dict[str, Any], position: str, name: str) -> tuple[Any, Any]:
    """(as it was sent, as the API has it)"""
    if position == "run":
        facet = sent["run"]["facets"][name]
        runs = site.get(f"executions/{root_of(sent)}/openlineage-runs")["results"]
        [run] = [run for run in runs if run["runId"] == sent["run"]["runId"]]
        return facet, run["facets"][name]
    if position == "job":
        flow = f"flows/company.data/{sent['job']['name']}/openlineage-jobs"
        [job] = [one for one in site.get(flow)["results"] if one["taskId"] is None]
        return sent["job"]["facets"][name], job["facets"][name]
    side = "inputs" if position == "inputFacets" else "outputs"
    [dataset] = sent[side]
    id_ = f"{dataset['namespace']}/{dataset['name']}"
    where = {"facets": "dataset", "inputFacets": "input", "outputFacets": "output"}[position]
    [one] = site.get("assets/by-id/facets", id=id_, name=name, position=where)["results"]
    return dataset[position][name], one["body"]


def root_of(sent: dict[str, Any]) -> str:
    """The execution that the run belongs to."""
    parent = sent["run"].get("facets", {}).get("parent", {})
    root = parent.get("root") or parent
    return str(root["run"]["runId"] if root else sent["run"]["runId"])


def no_problems(site: Site, sent: dict[str, Any]) -> bool:
    """Whether all of it was understood."""
    runs = site.get(f"executions/{root_of(sent)}")["taskRunList"]
    [run] = [run for run in runs if run["id"] == sent["run"]["runId"]]
    assert run["assetErrors"] == []
    return True
