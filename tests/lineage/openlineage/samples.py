"""Events to start from, and the specification's own examples where they lie beside us."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

SPEC = Path(__file__).parents[4] / "shared" / "fixtures" / "openlineage" / "spec"
MARQUEZ = SPEC.parents[1] / "marquez" / "metadata.template.json"

with_spec = pytest.mark.skipif(
    not SPEC.exists(), reason="OpenLineage's specification is not beside this checkout"
)
with_marquez = pytest.mark.skipif(
    not MARQUEZ.exists(), reason="Marquez' seed is not beside this checkout"
)

RUN_ID = "4d3b8069-69b6-4708-ade0-3275112c9f04"
BASE = {"_producer": "https://example.com/client", "_schemaURL": "https://example.com/facet"}

RUN: dict[str, Any] = {
    "eventType": "COMPLETE",
    "eventTime": "2026-11-21T08:30:00.5Z",
    "producer": "https://example.com/client",
    "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    "run": {"runId": RUN_ID, "facets": {}},
    "job": {"namespace": "food_delivery", "name": "etl_menus", "facets": {}},
    "inputs": [{"namespace": "postgres://w:5432", "name": "shop.public.orders"}],
    "outputs": [{"namespace": "s3://lake", "name": "menus"}],
}


def run_event(**changes: Any) -> dict[str, Any]:
    """RUN with members replaced; None leaves one out."""
    event = deepcopy(RUN) | changes
    return {key: value for key, value in event.items() if value is not None}


def job_event(**changes: Any) -> dict[str, Any]:
    return run_event(**{"run": None, "eventType": None} | changes)


def dataset_event(facets: Any = None, **changes: Any) -> dict[str, Any]:
    dataset = {"namespace": "postgres://w:5432", "name": "shop.public.orders", "facets": facets}
    gone = dict.fromkeys(("run", "eventType", "job", "inputs", "outputs"))
    return run_event(**gone | {"dataset": dataset} | changes)


def spec_example(name: str) -> Any:
    """`SchemaDatasetFacet/1` → the facet object, without the key it stands under."""
    (facet,) = json.loads((SPEC / "tests" / f"{name}.json").read_text()).values()
    return facet


def example_names() -> list[str]:
    """Every example facet of the specification; none where it is not there."""
    tests = SPEC / "tests"
    return sorted(f"{file.parent.name}/{file.stem}" for file in tests.glob("*/*.json"))
