"""The API's own description: valid, complete, and the same shape of errors everywhere."""

import json

import pytest
import yaml
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from openapi_spec_validator import OpenAPIV31SpecValidator

from config import openapi
from tests.routes import METHODS, ROUTES

DOCUMENT = openapi.document()
OPERATIONS = [
    (method, path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]

#: Several items, none of which went in: 422 with the result of each (DESIGN §6).
TAKE_SEVERAL = {"createExecutions", "createAssets", "createEdges", "importCatalog"}


def test_the_document_is_valid_openapi_31():
    OpenAPIV31SpecValidator(DOCUMENT).validate()
    assert DOCUMENT["openapi"].startswith("3.1")


def test_nothing_in_it_is_guessed():
    """drf-spectacular warns where it cannot tell what a view takes or answers."""
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache


def test_every_api_route_is_in_it():
    described = {(path, method.upper()) for method, path, _ in OPERATIONS}
    for route in ROUTES.values():
        if route.is_api and route.view_class:
            path = openapi_path(route.path)
            own = {method for method in METHODS if hasattr(route.view_class, method.lower())}
            assert {(path, method) for method in own} <= described, route.name


def test_operation_ids_are_unique_and_tidy():
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)
    assert not [name for name in names if not name.isalnum() or not name[0].islower()]


def test_every_operation_has_a_summary_and_one_known_tag():
    known = {tag["name"] for tag in DOCUMENT["tags"]}
    for method, path, operation in OPERATIONS:
        assert operation.get("summary"), f"{method} {path}"
        assert len(operation["tags"]) == 1 and set(operation["tags"]) <= known, f"{method} {path}"


def test_every_error_is_a_problem():
    for method, path, operation in OPERATIONS:
        errors = {code: said for code, said in operation["responses"].items() if code >= "400"}
        assert {"401", "403", "404"} <= set(errors), f"{method} {path}"
        for code, said in errors.items():
            several = operation["operationId"] in TAKE_SEVERAL and code == "422"
            results = {"application/json"} if several else set()
            assert content_types(said) == {"application/problem+json"} | results, f"{path} {code}"


def test_every_operation_lists_the_errors_that_it_may_answer():
    """A body can be too large, of the wrong type or wrong; anybody may be too many."""
    for method, path, operation in OPERATIONS:
        expected = {"400", "401", "403", "404", "406", "429"}
        if "requestBody" in operation:
            expected |= {"413", "415", "422"}
        assert expected <= set(operation["responses"]), f"{method} {path}"


def test_token_or_session_opens_every_operation():
    assert DOCUMENT["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    for method, path, operation in OPERATIONS:
        assert operation["security"] == [{"bearer": []}, {"cookieAuth": []}], f"{method} {path}"


def test_json_and_yaml_say_the_same(client: Client):
    as_json = client.get("/api/v1/openapi.json")
    as_yaml = client.get("/api/v1/openapi.yaml")
    assert as_json["Content-Type"] == "application/json"
    assert as_yaml["Content-Type"] == "application/yaml"
    assert json.loads(as_json.content) == yaml.safe_load(as_yaml.content)


@pytest.mark.django_db
def test_the_docs_page_names_the_document(client: Client):
    page = client.get("/api/docs")
    assert 'data-api-docs="/api/v1/openapi.json"' in page.content.decode()
    assert "img-src 'self' data:" in page["Content-Security-Policy"]


def openapi_path(path: str) -> str:
    """`api/v1/<slug:tenant>/flows` → `/api/v1/{tenant}/flows`."""
    parts = path.replace("<", "{").replace(">", "}").split("{")
    return "/" + "{".join(part.split(":")[-1] if "}" in part else part for part in parts)


def content_types(response: dict) -> set[str]:
    if "$ref" in response:
        response = DOCUMENT["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return set(response["content"])


def test_every_body_and_every_answer_has_an_example():
    lacking = []
    for method, path, operation in OPERATIONS:
        bodies = operation.get("requestBody", {}).get("content", {})
        answers = operation["responses"].get("200", {}).get("content", {})
        shown = [*bodies.items(), *answers.items()]
        lacking += [(method, path, kind) for kind, body in shown if "examples" not in body]
    assert lacking == []
