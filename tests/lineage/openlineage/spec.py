"""OpenLineage's JSON schemas, to hold events and every facet in them against."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from tests.lineage.openlineage.samples import SPEC

ROOT = "https://openlineage.io/spec/2-0-2/OpenLineage.json"
FORMATS = Draft202012Validator.FORMAT_CHECKER


@cache
def registry() -> Registry:
    files = [SPEC / "OpenLineage.json", *sorted((SPEC / "facets").glob("*.json"))]
    schemas = [json.loads(file.read_text()) for file in files]
    return Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas
    )


@cache
def validator(url: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": url}, registry=registry(), format_checker=FORMATS)


def violations(event: Mapping[str, Any]) -> list[str]:
    """What the schemas of the event and of its facets complain of."""
    kind = "RunEvent" if "run" in event else "JobEvent" if "job" in event else "DatasetEvent"
    found = [*validator(f"{ROOT}#/$defs/{kind}").iter_errors(event)]
    for facet in facets(event):
        url = facet["_schemaURL"]
        if url.startswith("https://openlineage.io/"):
            found += validator(url).iter_errors(facet)
    return [words(error) for error in found]


def words(error: ValidationError) -> str:
    return f"{'.'.join(map(str, error.absolute_path))}: {error.message[:300]}"


def facets(event: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    told = [event[key] for key in ("run", "job", "dataset") if key in event]
    for holder in (*told, *event.get("inputs", ()), *event.get("outputs", ())):
        for key in ("facets", "inputFacets", "outputFacets"):
            yield from holder.get(key, {}).values()
