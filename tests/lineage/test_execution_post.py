"""POST /executions: one, an array, NDJSON, gzip; every bad input gets its reason."""

import gzip
import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from lineage.models import Execution
from tests.conftest import Cast
from tests.lineage.worlds import posted, task_run

URL = "/api/v1/main/executions"
NDJSON = "application/x-ndjson"


def send(client: APIClient, body: Any, kind: str = "application/json", **headers: str) -> Any:
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.generic("POST", URL, data, content_type=kind, headers=headers)


def test_one_object_answers_the_stored_execution(cast: Cast) -> None:
    body = posted("e1", runs=[task_run("t1", reads=["raw"], writes=["orders"])])
    response = send(cast.api("ingest"), body)
    assert response.status_code == 200
    stored = response.json()
    assert (stored["id"], stored["state"]["current"]) == ("e1", "SUCCESS")
    assert [run["id"] for run in stored["taskRunList"]] == ["t1"]
    assert send(cast.api("ingest"), body).json() == stored  # read back from the database


def test_one_bad_object_answers_the_problem(cast: Cast) -> None:
    response = send(cast.api("ingest"), {"id": "e1", "namespace": "Company", "state": {}})
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    fields = [error["field"] for error in response.json()["errors"]]
    assert fields == ["namespace", "flowId", "state.current"]


def test_an_array_answers_a_result_each(cast: Cast) -> None:
    response = send(cast.api("ingest"), [posted("e1"), {"id": "e2"}, posted("e3")])
    assert response.status_code == 200
    answer = response.json()
    assert answer["status"] == "partial_success"
    assert answer["summary"] == {"received": 3, "successful": 2, "failed": 1}
    assert [result["status"] for result in answer["results"]] == ["created", "failed", "created"]
    assert answer["results"][1]["retriable"] is False


def test_when_none_goes_in_it_is_422(cast: Cast) -> None:
    response = send(cast.api("ingest"), [{"id": "e2"}, 7])
    assert response.status_code == 422
    assert response.json()["status"] == "failure"


def test_ndjson_with_a_broken_line_loses_only_that_line(cast: Cast) -> None:
    lines = [json.dumps(posted("e1")), "{nope", "", json.dumps(posted("e2"))]
    answer = send(cast.api("ingest"), "\n".join(lines), NDJSON).json()
    assert [result["status"] for result in answer["results"]] == ["created", "failed", "created"]
    assert "Line 2" in answer["results"][1]["reason"]


def test_gzip(cast: Cast) -> None:
    packed = gzip.compress(json.dumps([posted("e1")]).encode())
    response = send(cast.api("ingest"), packed, **{"Content-Encoding": "gzip"})
    assert response.json()["summary"]["successful"] == 1


def test_a_bomb_is_too_large_also_after_unpacking(cast: Cast, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    packed = gzip.compress(b" " * 50_000_000)
    response = send(cast.api("ingest"), packed, **{"Content-Encoding": "gzip"})
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("body", "kind", "headers", "status"),
    [
        (b"{", "application/json", {}, 400),
        (b"\xff\xfe", "application/json", {}, 400),
        (b"{}", "application/xml", {}, 415),
        (b"{}", "application/json", {"Content-Encoding": "br"}, 415),
        (b"not gzip", "application/json", {"Content-Encoding": "gzip"}, 400),
        (b"[" * 100_000, "application/json", {}, 400),
        (b'{"id": NaN}', "application/json", {}, 400),
    ],
)
def test_what_cannot_be_read(
    cast: Cast, body: bytes, kind: str, headers: dict[str, str], status: int
) -> None:
    response = send(cast.api("ingest"), body, kind, **headers)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["detail"]


def test_a_namespace_out_of_reach_is_403_for_one_and_a_failed_item_for_many(
    cast: Cast, grant: Any
) -> None:
    grant("bot", "Ingest", "company.finance")
    one = send(cast.api("bot"), posted("e1"))
    assert one.status_code == 403
    many = send(cast.api("bot"), [posted("e1"), posted("e2", namespace="company.finance")])
    assert [result["status"] for result in many.json()["results"]] == ["failed", "created"]
    assert Execution.objects.unscoped("test").count() == 1


@pytest.mark.parametrize(
    "value",
    [
        {"labels": 3},
        {"inputs": []},
        {"inputs": {"a": "\x00"}},
        {"taskRunList": {}},
        {"taskRunList": [{"id": "t"}]},
        {"state": {"current": "HAPPY"}},
        {"state": {"current": "SUCCESS", "endDate": "yesterday"}},
        {"state": {"current": "SUCCESS", "endDate": "9999-12-31T00:00:00Z"}},
        {"flowRevision": "two"},
        {"url": "javascript:alert(1)"},
        {"id": "a b"},
        {"id": "x" * 201},
        {"flowId": "<b>"},
        {"outputs": {"a": "\ud800"}},
    ],
)
def test_bad_values_name_their_field_and_store_nothing(cast: Cast, value: dict[str, Any]) -> None:
    response = send(cast.api("ingest"), posted("e1") | value)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"].startswith(next(iter(value)))
    assert not Execution.objects.unscoped("test").exists()


def test_no_secret_in_any_response(cast: Cast) -> None:
    flow = (
        "id: daily\nnamespace: company.data\ninputs:\n  - id: token\n    type: SECRET\n"
        "tasks:\n  - id: build\n    type: t\n    assets:\n      outputs:\n"
        "        - id: \"o_{{ secret('TOKEN') | length }}\"\n          type: T\n"
        "          description: \"{{ secret('TOKEN') }}\"\n"
    )
    client = cast.api("ingest")
    client.generic("POST", "/api/v1/main/flows", flow, content_type="application/x-yaml")
    body = posted("e1", inputs={"token": "hunter2hunter2"}, runs=[task_run("t1")])
    text = send(client, body).content.decode()
    assert "hunter2" not in text
