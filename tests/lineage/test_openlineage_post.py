"""Posting OpenLineage events: the answers, and bodies that cannot be read."""

import gzip
import json
from typing import Any

import pytest

from lineage.models import Execution, OpenLineageEvent
from tests.conftest import Cast
from tests.lineage.events import (
    BATCH,
    ONE,
    ORDERS,
    dataset,
    dataset_event,
    event,
    job_event,
    run_id,
    send,
    stored_runs,
)


def test_one_event_is_answered_200(cast: Cast) -> None:
    answer = send(cast.api("ingest"), ONE, event("COMPLETE", 1, 1, outputs=[dataset(ORDERS)]))
    assert (answer.status_code, answer.json()) == (200, {"status": "success"})
    assert stored_runs() == {run_id(1)}


def test_a_bad_event_is_answered_with_every_field(cast: Cast) -> None:
    answer = send(cast.api("ingest"), ONE, {"run": {"runId": "x"}, "eventTime": "soon"})
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    fields = {problem["field"] for problem in answer.json()["errors"]}
    assert {"run.runId", "eventTime", "job"} <= fields


@pytest.mark.parametrize(("url", "body"), [(ONE, []), (BATCH, {}), (ONE, 7), (BATCH, "x")])
def test_one_is_an_object_and_a_batch_a_list(cast: Cast, url: str, body: Any) -> None:
    answer = send(cast.api("ingest"), url, json.dumps(body))
    assert answer.status_code == 422
    assert "detail" in answer.json()


def test_a_batch_that_goes_in_is_answered_204(cast: Cast) -> None:
    bodies = [
        event("START", 1, 1),
        event("COMPLETE", 2, 1),
        job_event(1, "design"),
        dataset_event(1, ORDERS, documentation={"description": "Orders."}),
    ]
    answer = send(cast.api("ingest"), BATCH, bodies)
    assert (answer.status_code, answer.content) == (204, b"")
    assert OpenLineageEvent.objects.unscoped("test").count() == 4


def test_an_empty_batch_is_answered_204(cast: Cast) -> None:
    assert send(cast.api("ingest"), BATCH, []).status_code == 204


def test_one_bad_event_of_500_leaves_499(cast: Cast) -> None:
    bodies: list[Any] = [event("COMPLETE", n % 60, n) for n in range(500)]
    bodies[250] = {"eventType": "COMPLETE"}
    answer = send(cast.api("ingest"), BATCH, bodies)
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "partial_success"
    assert body["summary"] == {
        "received": 500,
        "successful": 499,
        "failed": 1,
        "retriable": 0,
        "non_retriable": 1,
    }
    [failed] = body["failed_events"]
    assert (failed["index"], failed["retriable"]) == (250, False)
    assert failed["reason"]
    assert Execution.objects.unscoped("test").count() == 499


@pytest.mark.parametrize(
    ("body", "kind", "headers", "status"),
    [
        (b"{", "application/json", {}, 400),
        (b"\xff\xfe", "application/json", {}, 400),
        (b"not gzip", "application/json", {"Content-Encoding": "gzip"}, 400),
        (
            gzip.compress(b"[]" * 100, mtime=0)[:-9],
            "application/json",
            {"Content-Encoding": "gzip"},
            400,
        ),
        (b"<x/>", "application/xml", {}, 415),
        (b"{}", "application/json", {"Content-Encoding": "br"}, 415),
        (b"{}", "application/json; charset=latin-1", {}, 415),
    ],
)
@pytest.mark.parametrize("url", [ONE, BATCH])
def test_bodies_that_cannot_be_read(
    cast: Cast, url: str, body: bytes, kind: str, headers: dict[str, str], status: int
) -> None:
    answer = send(cast.api("ingest"), url, body, kind, **headers)
    assert answer.status_code == status
    assert answer.json()["detail"]


@pytest.mark.parametrize("url", [ONE, BATCH])
def test_malformed_json_names_line_and_column(cast: Cast, url: str) -> None:
    answer = send(cast.api("ingest"), url, '[\n  {"run": {}},\n  {"run" 1}\n]')
    assert answer.status_code == 400
    assert "line 3 column 10" in answer.json()["detail"]


def test_gzip(cast: Cast) -> None:
    packed = gzip.compress(json.dumps([event("START", 1, 1)]).encode())
    answer = send(cast.api("ingest"), BATCH, packed, **{"Content-Encoding": "gzip"})
    assert answer.status_code == 204
    assert stored_runs() == {run_id(1)}


def test_what_is_too_large_is_413_packed_or_not(cast: Cast, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    plain = b" " * 20_000 + json.dumps(event("START", 1, 1)).encode()
    for body, headers in ((plain, {}), (gzip.compress(plain), {"Content-Encoding": "gzip"})):
        answer = send(cast.api("ingest"), ONE, body, **headers)
        assert answer.status_code == 413
        assert "MAX_BODY_BYTES" in answer.json()["detail"]


def test_a_batch_of_too_many_is_413(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineage.api.openlineage.MAX_EVENTS", 2)
    bodies = [event("START", n, n) for n in range(3)]
    assert send(cast.api("ingest"), BATCH, bodies).status_code == 413
    assert send(cast.api("ingest"), BATCH, bodies[:2]).status_code == 204
