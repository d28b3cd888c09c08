"""What of a body is at fault: all of it, or one event in it."""

import gzip
import json
from typing import Any

import pytest

from lineage.models import OpenLineageEvent
from tests.conftest import Cast
from tests.lineage.openlineage.samples import RUN_ID, run_event

EVENTS = "/api/v1/main/lineage"
pytestmark = pytest.mark.django_db


def post(cast: Cast, path: str, body: str | bytes, **headers: Any) -> Any:
    return cast.api("ingest").post(path, body, content_type="application/json", **headers)


@pytest.mark.parametrize("path", [EVENTS, f"{EVENTS}/batch", "/api/v1/lineage"])
def test_broken_json_says_line_and_column(cast: Cast, path: str):
    answer = post(cast, path, '{\n  "run": }')
    assert answer.status_code == 400
    assert "line 2 column 10" in answer.json()["detail"]


@pytest.mark.parametrize("value", ["NaN", "1e999", '"\\u0000"', '"\\ud800"', "9" * 5_000])
def test_what_cannot_be_kept_costs_one_event(cast: Cast, value: str):
    ids = [RUN_ID[:-1] + digit for digit in "0123"]
    events = json.dumps([run_event(run={"runId": id_}) | {"x": "here"} for id_ in ids])
    *_, last = events.rpartition('"here"')
    answer = post(cast, f"{EVENTS}/batch", events[: -len(last) - 6] + value + last)
    assert answer.status_code == 200
    body = answer.json()
    assert body["summary"]["successful"] == 3
    [failed] = body["failed_events"]
    assert (failed["index"], failed["retriable"]) == (3, False)
    assert failed["reason"].startswith("x: Cannot be stored")
    assert OpenLineageEvent.objects.unscoped("test").count() == 3


def test_numbers_with_more_digits_than_a_double_holds_are_taken(cast: Cast):
    text = json.dumps(run_event()).replace("{", '{"x": 0.12345678901234567890, ', 1)
    assert post(cast, EVENTS, text).status_code == 200


def test_gzip(cast: Cast):
    body = gzip.compress(json.dumps(run_event()).encode())
    assert post(cast, EVENTS, body, HTTP_CONTENT_ENCODING="gzip").status_code == 200
