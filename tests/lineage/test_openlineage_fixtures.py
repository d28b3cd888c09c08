"""What others have written: the spec's examples of facets, in their place, and Marquez's seed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catalog.models import Asset
from lineage.models import (
    AssetFacet,
    Edge,
    Execution,
    Flow,
    OpenLineageEvent,
    OpenLineageJob,
    OpenLineageRun,
)
from tests.conftest import Cast
from tests.lineage.events import BATCH, DAILY, ONE, ORDERS, dataset, event, send

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures"
EXAMPLES = FIXTURES / "openlineage" / "spec" / "tests"
#: Named by one columnLineage facet of the seed and by nothing else: it means public.menu_items.
MISSPELT = "food_delivery/public.menu_item_id"
SEED = FIXTURES / "marquez" / "metadata.template.json"


def examples() -> Iterator[Any]:
    """(file, example) of each; one that is skipped where the folder is absent."""
    files = sorted(EXAMPLES.glob("*/*.json"))
    if not files:
        yield pytest.param(None, id="absent", marks=pytest.mark.skip("no spec examples here"))
    for file in files:
        yield pytest.param(file, id=f"{file.parent.name}-{file.stem}")


def position_of(name: str) -> str:
    """Where facets of a schema of that name stand."""
    for ending, position in (
        ("InputDatasetFacet", "inputFacets"),
        ("OutputDatasetFacet", "outputFacets"),
        ("DatasetFacet", "facets"),
        ("RunFacet", "run"),
        ("JobFacet", "job"),
    ):
        if name.endswith(ending):
            return position
    return ""


def with_facets(position: str, facets: dict[str, Any]) -> dict[str, Any]:
    body = event("COMPLETE", 1, 1, inputs=[dataset(DAILY)], outputs=[dataset(ORDERS)])
    if position in ("run", "job"):
        body[position]["facets"] = facets
    elif position == "inputFacets":
        body["inputs"][0][position] = facets
    else:
        body["outputs"][0][position] = facets
    return body


@pytest.mark.parametrize("file", list(examples()))
def test_an_example_of_a_facet_goes_in_whole(cast: Cast, file: Path) -> None:
    example = json.loads(file.read_text())
    position = position_of(file.parent.name)
    body = example if "eventTime" in example else with_facets(position or "facets", example)
    answer = send(cast.api("ingest"), ONE, body)
    assert answer.status_code == 200, answer.json()
    assert OpenLineageEvent.objects.unscoped("test").get().body == body
    if "eventTime" not in example:
        for name, facet in example.items():
            assert kept(position or "facets", name) == facet


def kept(position: str, name: str) -> Any:
    if position == "job":
        return OpenLineageJob.objects.unscoped("test").get().facets[name][1]
    if position == "run":
        run = OpenLineageRun.objects.unscoped("test").exclude(accumulated__isnull=True).get()
        return run.accumulated["run"][name][1]
    where = {"facets": "dataset", "inputFacets": "input", "outputFacets": "output"}[position]
    return AssetFacet.objects.unscoped("test").get(position=where, name=name).body


def test_the_full_example_goes_in(cast: Cast) -> None:
    if not EXAMPLES.exists():
        pytest.skip("no spec examples here")
    body = json.loads((EXAMPLES / "example_full_event.json").read_text())
    answer = send(cast.api("ingest"), ONE, body)
    assert answer.status_code == 200, answer.json()


def seed() -> list[dict[str, Any]]:
    """Marquez's seed with times: each run starts ten minutes after the one before."""
    text, start = SEED.read_text(), datetime(2026, 11, 20, tzinfo=UTC)
    n = 0
    while "{{" in text:
        before, _, rest = text.partition("{{")
        at = start + timedelta(minutes=5 * n)
        text, n = before + at.isoformat() + rest.partition("}}")[2], n + 1
    found: list[dict[str, Any]] = json.loads(text)
    return found


@pytest.mark.skipif(not SEED.exists(), reason="Marquez's seed is not here")
@pytest.mark.parametrize("turned", [False, True])
def test_the_seed_of_marquez(cast: Cast, turned: bool) -> None:
    events = seed()
    assert len(events) == 26
    answer = send(cast.api("ingest"), BATCH, events[::-1] if turned else events)
    assert answer.status_code == 204, answer.content
    datasets = {
        f"{one['namespace']}/{one['name']}"
        for told in events
        for one in (*told.get("inputs", ()), *told.get("outputs", ()))
    }
    assets = set(Asset.objects.unscoped("test").values_list("public_id", flat=True))
    assert assets - {MISSPELT} == datasets
    flows = set(Flow.objects.unscoped("test").values_list("public_id", flat=True))
    assert flows == {told["job"]["name"] for told in events}
    assert (len(datasets), len(flows)) == (13, 13)
    edges = Edge.objects.unscoped("test").filter(upstream__isnull=False, downstream__isnull=False)
    ends = edges.values_list("flow__public_id", "upstream__public_id", "downstream__public_id")
    assert {end for end in ends if end[1] != MISSPELT} == expected(events)
    states = Execution.objects.unscoped("test").values_list("state", flat=True)
    assert len(states) == len({told["run"]["runId"] for told in events})


def expected(events: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    """Every input of a job into every output; a job that reads nothing makes none."""
    reads: dict[str, set[str]] = {}
    writes: dict[str, set[str]] = {}
    for told in events:
        for side, held in (("inputs", reads), ("outputs", writes)):
            names = {f"{one['namespace']}/{one['name']}" for one in told.get(side, ())}
            held.setdefault(told["job"]["name"], set()).update(names)
    return {
        (job, one, other) for job in reads for one in reads[job] for other in writes.get(job, ())
    }
