"""Bodies of the asset API: YAML or JSON in, what they stand for out, mistakes by their place."""

from collections.abc import Iterable
from typing import Any

from rest_framework.request import Request

from accounts.bodies import read_body as read_text
from accounts.problems import Problem
from catalog.api.batches import NotRead, few_enough, read_json, read_lines
from catalog.reading.bodies import AssetBody, read_body, yaml_values
from catalog.reading.declared import AssetError
from catalog.reading.rules import validate_text
from catalog.reading.yaml_nodes import InvalidYaml
from catalog.reading.yaml_text import MAX_BYTES, parse_yaml, parse_yaml_documents

YAML_TYPES = (
    "application/x-yaml",
    "application/yaml",
    "text/yaml",
    "text/x-yaml",
    "text/plain",
    "application/octet-stream",
)
LINE_TYPES = ("application/x-ndjson", "application/jsonl")
PATCH_TYPES = ("application/merge-patch+json", "application/json")


def posted_asset(request: Request) -> tuple[AssetBody, Any]:
    """(the asset in a YAML or JSON body, the body's plain value). Problems 400, 415 and 422."""
    kind, text = read_text(request, (*YAML_TYPES, "application/json"))
    value = read_json(text) if kind == "application/json" else yaml_values(read_yaml(text)[0])
    body, errors = read_body(value)
    if body is None:
        raise invalid(errors)
    return body, value


def posted_assets(request: Request) -> list[Any]:
    """The plain values of many: a JSON array, a YAML list or documents, NDJSON."""
    kind, text = read_text(request, ("application/json", *LINE_TYPES, *YAML_TYPES))
    if kind in LINE_TYPES:
        items = read_lines(text)
    elif kind in YAML_TYPES:
        items = yaml_items(text)
    else:
        items = read_json(text)
    if not isinstance(items, list):
        raise Problem(400, "Send a list of assets; POST to “assets” takes one.")
    few_enough(items, "assets")
    return items


def read_item(value: Any) -> tuple[AssetBody | None, Iterable[AssetError]]:
    if isinstance(value, NotRead):
        return None, (AssetError("", str(value)),)
    return read_body(value)


def posted_patch(request: Request) -> Any:
    return read_json(read_text(request, PATCH_TYPES)[1])


def posted_ids(request: Request) -> list[str]:
    """A JSON array of ids."""
    value = read_json(read_text(request, ("application/json",))[1])
    if not isinstance(value, list) or not value or not all(isinstance(id_, str) for id_ in value):
        raise Problem(400, "Send a JSON array of asset ids.")
    if wrong := next(filter(None, map(validate_text, value)), None):
        raise Problem(422, f"An id {wrong}.")
    few_enough(value, "ids")
    return value


def yaml_items(text: str) -> list[Any]:
    """One document that is a list, or an asset a document."""
    nodes = read_yaml(text, several=True)
    if len(nodes) == 1 and isinstance(nodes[0].value, list):
        nodes = nodes[0].value
    return [yaml_values(node) for node in nodes]


def read_yaml(text: str, *, several: bool = False) -> list[Any]:
    """The nodes of the documents. Problem 413, or 400 naming each line that cannot be read."""
    if len(text) > MAX_BYTES or len(text.encode()) > MAX_BYTES:
        raise Problem(
            413, f"Assets in YAML are at most {MAX_BYTES:,} bytes: send fewer, or JSON to “bulk”."
        )
    try:
        return parse_yaml_documents(text) if several else [parse_yaml(text)]
    except InvalidYaml as exc:
        errors = [
            {"field": p.path, "message": p.message, "line": p.line, "column": p.column}
            for p in exc.problems
        ]
        raise Problem(400, f"The YAML cannot be read: {exc}.", errors=errors) from exc


def invalid(errors: Iterable[AssetError]) -> Problem:
    return Problem(422, "The asset has invalid fields.", errors=errors_json(errors))


def errors_json(errors: Iterable[AssetError]) -> list[dict[str, Any]]:
    return [{"field": error.field, "message": error.message} for error in errors]
