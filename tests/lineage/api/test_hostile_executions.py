"""Hostile executions, posted: one bad value refuses the execution; one bad asset only itself."""

import json
from typing import Any

import pytest

from catalog.models import Asset
from lineage.kestra import limits
from lineage.models import Execution
from tests.conftest import Cast
from tests.lineage.hostile import EXECUTIONS, Attacker, leaks, refused, rows
from tests.lineage.worlds import posted, task_run

LONG = "x" * 3_000
ENDS = {"current": "SUCCESS"}
MANY = [{"inputs": [{"id": "a"}]}] * 10_001


def emitting(**output: Any) -> dict[str, Any]:
    return task_run("t1", writes=[{"id": "orders", "type": "Table"} | output])


# What is posted over a sound execution → the field that the problem names.
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "id with a quote": ({"id": "a'b"}, "id"),
    "id with markup": ({"id": "<b>"}, "id"),
    "id with a newline": ({"id": "a\nb"}, "id"),
    "id with bidi": ({"id": "a\u202eb"}, "id"),
    "id with zero width": ({"id": "a\u200bb"}, "id"),
    "id with an invisible letter": ({"id": "a\u3164b"}, "id"),
    "id that is no text": ({"id": {"a": 1}}, "id"),
    "namespace with bidi": ({"namespace": "a\u202e"}, "namespace"),
    "flow with markup": ({"flowId": "<script>"}, "flowId"),
    "flow with a surrogate": ({"flowId": "\ud800"}, "flowId"),
    "kind too long": ({"kind": LONG}, "kind"),
    "kind with markup": ({"kind": "<b>"}, "kind"),
    "parent too long": ({"parentId": LONG}, "parentId"),
    "trigger's execution too long": (
        {"trigger": {"type": "x.Subflow", "variables": {"executionId": LONG}}},
        "trigger.variables.executionId",
    ),
    "script as url": ({"url": "javascript:alert(1)"}, "url"),
    "NUL": ({"inputs": {"a": "\x00"}}, "inputs"),
    "surrogate": ({"outputs": {"a": "\ud800"}}, "outputs"),
    "year 0": ({"state": ENDS | {"endDate": "0000-01-01T00:00:00Z"}}, "state.endDate"),
    "year 1, zone": ({"state": ENDS | {"endDate": "0001-01-01T00:00:00+14:00"}}, "state.endDate"),
    "year 9999": ({"state": ENDS | {"endDate": "9999-12-31T23:59:59-14:00"}}, "state.endDate"),
    "year 99999": ({"state": ENDS | {"startDate": "99999-01-01T00:00:00Z"}}, "state.startDate"),
    "history out of range": (
        {"state": ENDS | {"histories": [{"state": "RUNNING", "date": "1400-01-01T00:00:00Z"}]}},
        "state.histories[0].date",
    ),
    "task run's id": ({"taskRunList": [task_run("t\u2066")]}, "taskRunList[0].id"),
    "task run's parent": (
        {"taskRunList": [task_run("t", parentTaskRunId=LONG)]},
        "taskRunList[0].parentTaskRunId",
    ),
    "iteration": (
        {"taskRunList": [task_run("t", iteration=2**31)]},
        "taskRunList[0].iteration",
    ),
    "bundles without end": (
        {"taskRunList": [task_run("t") | {"assetEmits": MANY}]},
        "taskRunList[0]",
    ),
    "log lines without end": (
        {"taskRunList": [task_run("t", logs=['::{"assets":{}}::' + " " * 3_000_000])]},
        "taskRunList[0]",
    ),
    "revision": ({"flowRevision": 2**31}, "flowRevision"),
}
BODIES: dict[str, tuple[str, int]] = {
    "deep": ("[" * 10_000 + "]" * 10_000, 400),
    "deep inputs": (json.dumps(posted("e1")).replace("[]", "[" * 990 + "]" * 990), 400),
    "deeper inputs": (json.dumps(posted("e1")).replace("[]", "[" * 5_000 + "]" * 5_000), 400),
    "not a number": (json.dumps(posted("e1", inputs={"n": float("nan")})), 400),
    "infinity": (json.dumps(posted("e1", inputs={"n": float("inf")})), 400),
    "beyond a double": (json.dumps(posted("e1", inputs={"n": 0})).replace("0}", "1e400}"), 400),
    "more digits than a double": (
        json.dumps(posted("e1", inputs={"n": "@"})).replace('"@"', "0.1234567890123456789"),
        400,
    ),
    "endless integer": (
        json.dumps(posted("e1", inputs={"n": "@"})).replace('"@"', "9" * 100_000),
        400,
    ),
    "text": ('"e1"', 422),
    "two values": ("{}{}", 400),
}
# A bad asset among good ones → the field of its error.
BAD_ASSETS: dict[str, tuple[dict[str, Any], str]] = {
    "quote": ({"id": "a'b"}, "id"),
    "markup": ({"id": "a<b>"}, "id"),
    "newline": ({"id": "a\nb"}, "id"),
    "bidi": ({"id": "a\u202eb"}, "id"),
    "zero width": ({"id": "a\u200db"}, "id"),
    "type too long": ({"type": "T" * 251}, "type"),
    "type with markup": ({"type": "<img src=x>"}, "type"),
    "type with zero width": ({"type": "T\u200b"}, "type"),
    "namespace": ({"namespace": "a b"}, "namespace"),
    "deep metadata": ({"metadata": {"a": json.loads("[" * 33 + "]" * 33)}}, "metadata"),
    "large metadata": ({"metadata": {"a": "x" * 65_537}}, "metadata"),
    "large unknown field": ({"colour": "x" * 65_537}, "metadata"),
    "long name": ({"displayName": "x" * 501}, "displayName"),
}


@pytest.fixture
def attacker(cast: Cast) -> Attacker:
    return Attacker(cast)


@pytest.mark.parametrize("case", WRONG)
def test_a_hostile_value_refuses_the_execution(attacker: Attacker, case: str) -> None:
    before, (fields, path) = rows(), WRONG[case]
    problem = refused(attacker.post_execution(posted("e1") | fields), 422)
    assert path in [error["field"] for error in problem["errors"]]
    assert rows() == before


@pytest.mark.parametrize("case", BODIES)
def test_a_hostile_body_is_refused(attacker: Attacker, case: str) -> None:
    before, (body, status) = rows(), BODIES[case]
    refused(attacker.post_execution(body), status)
    assert rows() == before


@pytest.mark.parametrize("case", BAD_ASSETS)
def test_a_hostile_asset_loses_itself_alone(attacker: Attacker, case: str) -> None:
    fields, field = BAD_ASSETS[case]
    run = emitting(**fields)
    run["assetEmits"][0]["outputs"].append({"id": "sound", "type": "Table"})
    answer = attacker.post_execution(posted("e1", runs=[run]))
    assert answer.status_code == 200
    [shown] = answer.json()["taskRunList"]
    assert [e["field"] for e in shown["assetErrors"]] == [f"assetEmits[0].outputs[0].{field}"]
    assert [asset.public_id for asset in Asset.objects.unscoped("test")] == ["sound"]
    assert not leaks(answer)


def test_more_assets_than_one_request_may_bring(attacker: Attacker) -> None:
    many = [{"id": f"a{n}"} for n in range(limits.MAX_ASSETS + 1)]
    before = rows()
    body = posted("e1", runs=[task_run("t1") | {"assets": {"inputs": many}}])
    assert "send at most 50000" in refused(attacker.post_execution(body), 413)["detail"]
    assert "send at most 50000" in refused(attacker.post_execution([body]), 413)["detail"]
    assert rows() == before


def test_numbers_are_kept_exactly(attacker: Attacker) -> None:
    """Beyond 2**53 a reader through doubles would change them; PostgreSQL keeps decimals."""
    numbers = {"big": 2**63 + 1, "huge": 10**299 + 7, "small": -(2**70), "real": 0.1, "exp": 1e300}
    run = emitting(metadata=numbers)
    assert attacker.post_execution(posted("e1", runs=[run], inputs=numbers)).status_code == 200
    client = attacker.cast.api("admin")
    stored = json.loads(client.get(f"{EXECUTIONS}/e1").content)
    numbers["exp"] = 10**300
    assert {key: stored["inputs"][key] for key in numbers} == numbers
    asset = json.loads(client.get("/api/v1/main/assets/orders").content)
    assert asset["metadata"] == numbers


def test_one_bad_execution_among_many_stores_nothing_of_itself(attacker: Attacker) -> None:
    body = [posted("e1"), posted("e2") | {"kind": LONG}, posted("e3", inputs={"a": "\x00"})]
    answer = attacker.post_execution(body)
    assert [result["status"] for result in answer.json()["results"]] == [
        "created",
        "failed",
        "failed",
    ]
    assert [e.public_id for e in Execution.objects.unscoped("test")] == ["e1"]
