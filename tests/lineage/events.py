"""OpenLineage events for tests, and posting them."""

import json
from typing import Any

from rest_framework.test import APIClient

from accounts.access import Access
from lineage.models import Execution
from lineage.recording.openlineage import record_events

PRODUCER = "https://example.com/producer"
ORDERS = ("postgres://db:5432", "shop.public.orders")
DAILY = ("s3://lake", "orders/daily")


def run_id(n: int) -> str:
    return f"0193a3f0-6d5c-7c4e-8e5a-{n:012d}"


def at(minute: int) -> str:
    return f"2026-11-20T12:{minute:02d}:00Z"


def dataset(name: tuple[str, str], position: str = "", /, **facets: Any) -> dict[str, Any]:
    """`position` "inputFacets" or "outputFacets": where the facets stand."""
    made: dict[str, Any] = {"namespace": name[0], "name": name[1]}
    return made | {position or "facets": facets} if facets else made


def event(
    kind: str,
    minute: int,
    run: int,
    job: str = "daily",
    *,
    namespace: str = "company.data",
    inputs: list[dict[str, Any]] | None = None,
    outputs: list[dict[str, Any]] | None = None,
    parent: tuple[int, str] | None = None,
    root: tuple[int, str] | None = None,
    run_facets: dict[str, Any] | None = None,
    job_facets: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A run event; `parent` and `root` are (run, job)."""
    facets = dict(run_facets or {})
    if parent:
        facets["parent"] = reference(parent, namespace) | (
            {"root": reference(root, namespace)} if root else {}
        )
    return {
        "eventType": kind,
        "eventTime": at(minute),
        "producer": PRODUCER,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run_id(run), "facets": facets},
        "job": {"namespace": namespace, "name": job, "facets": job_facets or {}},
        "inputs": inputs or [],
        "outputs": outputs or [],
    }


def reference(run: tuple[int, str], namespace: str) -> dict[str, Any]:
    return {"run": {"runId": run_id(run[0])}, "job": {"namespace": namespace, "name": run[1]}}


def job_event(minute: int, job: str = "daily", **members: Any) -> dict[str, Any]:
    return {
        "eventTime": at(minute),
        "producer": PRODUCER,
        "job": {"namespace": "company.data", "name": job},
        **members,
    }


def dataset_event(minute: int, name: tuple[str, str], **facets: Any) -> dict[str, Any]:
    return {
        "eventTime": at(minute),
        "producer": PRODUCER,
        "dataset": dataset(name, **facets),
    }


def post(access: Access, *events: dict[str, Any]) -> None:
    """Posts them together; all must go in."""
    reasons = [one.reason for one in record_events(access, events) if one.reason]
    assert not reasons, reasons


ONE, BATCH = "/api/v1/main/lineage", "/api/v1/main/lineage/batch"


def send(
    client: APIClient, url: str, body: Any, kind: str = "application/json", **headers: str
) -> Any:
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.generic("POST", url, data, content_type=kind, headers=headers)


def stored_runs() -> set[str]:
    """Ids of all executions."""
    return set(Execution.objects.unscoped("test").values_list("public_id", flat=True))
