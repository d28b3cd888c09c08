"""POST of executions: one object, an array or NDJSON (DESIGN §6)."""

from collections.abc import Sequence
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantAPIView
from accounts.bodies import read_body
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from lineage.api.documents import EXECUTION_POST
from lineage.dsl import InvalidJson, parse_json
from lineage.queries.posted import posted_execution
from lineage.recording import Result, record_executions

MEDIA_TYPES = ("application/json", "application/x-ndjson", "application/jsonl")
MAX_ITEMS = 1_000


class NotRead(str):
    """Why one line of NDJSON is no JSON: fails alone."""


@EXECUTION_POST
class ExecutionCollection(TenantAPIView):
    """Record executions; each item goes in or fails on its own, with its reason."""

    needs = {"POST": (Resource.EXECUTION, Action.INGEST)}

    def post(self, request: Request, tenant: str) -> Response:
        kind, text = read_body(request, MEDIA_TYPES)
        if kind != "application/json":
            return self.answer_many(read_lines(text))
        posted = read_json(text)
        if isinstance(posted, list):
            return self.answer_many(posted)
        return self.answer_one(posted)

    def answer_one(self, posted: Any) -> Response:
        """The stored execution, or the problem."""
        [result] = record_executions(self.access, [posted])
        if result.status == "failed":
            raise Problem(
                403 if result.forbidden else 422, result.reason, errors=list(result.problems)
            )
        return Response(posted_execution(self.access, result))

    def answer_many(self, posted: Sequence[Any]) -> Response:
        """200 with a result an item; 422 when none went in."""
        if len(posted) > MAX_ITEMS:
            raise Problem(
                413, f"{len(posted)} executions in one request; send at most {MAX_ITEMS}."
            )
        readable = [n for n, item in enumerate(posted) if not isinstance(item, NotRead)]
        recorded = record_executions(self.access, [posted[n] for n in readable])
        results = {n: item_json(n, result) for n, result in zip(readable, recorded, strict=True)}
        for n, item in enumerate(posted):
            if isinstance(item, NotRead):
                results[n] = failed_json(n, "", str(item))
        answer = summary([results[n] for n in range(len(posted))])
        return Response(answer, status=422 if answer["status"] == "failure" else 200)


def read_json(text: str) -> Any:
    try:
        return parse_json(text)
    except InvalidJson as exc:
        raise Problem(400, f"The body {exc}.") from exc


def read_lines(text: str) -> list[Any]:
    """One JSON value a line; empty lines do not count."""
    found: list[Any] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                found.append(parse_json(line))
            except InvalidJson as exc:
                found.append(NotRead(f"Line {number} {exc}."))
    return found


def summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    """The answer to many (DESIGN §6, contract details)."""
    failed = sum(result["status"] == "failed" for result in results)
    status = (
        "success" if not failed else "failure" if failed == len(results) else "partial_success"
    )
    return {
        "status": status,
        "summary": {
            "received": len(results),
            "successful": len(results) - failed,
            "failed": failed,
        },
        "results": results,
    }


def status_of(failed: int, received: int) -> str:
    if not failed:
        return "success"
    return "failure" if failed == received else "partial_success"


def item_json(index: int, result: Result) -> dict[str, Any]:
    if result.status == "failed":
        return failed_json(index, result.id, result.reason, list(result.problems))
    return {"index": index, "id": result.id, "status": result.status}


def failed_json(
    index: int, id_: str, reason: str, errors: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """None of today's reasons goes away by itself, so `retriable` is false."""
    return {
        "index": index,
        "id": id_,
        "status": "failed",
        "reason": reason,
        "retriable": False,
    } | ({"errors": errors} if errors else {})
