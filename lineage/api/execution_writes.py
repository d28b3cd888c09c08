"""POST of executions: one object, an array or NDJSON (DESIGN §6)."""

from collections.abc import Sequence
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantAPIView
from accounts.bodies import read_body
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from catalog.api.batches import (
    NotRead,
    failed_json,
    few_enough,
    read_json,
    read_lines,
    summary,
)
from lineage.api.documents import EXECUTION_POST
from lineage.kestra.limits import MAX_ASSETS, count_assets
from lineage.queries.posted import posted_execution
from lineage.recording import Result, record_executions

MEDIA_TYPES = ("application/json", "application/x-ndjson", "application/jsonl")


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
        refuse_too_many([posted])
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
        few_enough(posted, "executions")
        refuse_too_many(posted)
        readable = [n for n, item in enumerate(posted) if not isinstance(item, NotRead)]
        recorded = record_executions(self.access, [posted[n] for n in readable])
        results = {n: item_json(n, result) for n, result in zip(readable, recorded, strict=True)}
        for n, item in enumerate(posted):
            if isinstance(item, NotRead):
                results[n] = failed_json(n, "", str(item))
        answer = summary([results[n] for n in range(len(posted))])
        return Response(answer, status=422 if answer["status"] == "failure" else 200)


def refuse_too_many(posted: Sequence[Any]) -> None:
    """413 where the bundles name more assets than one request may bring."""
    if (found := count_assets(posted)) > MAX_ASSETS:
        raise Problem(
            413, f"{found} assets in one request; send at most {MAX_ASSETS}, in smaller batches."
        )


def item_json(index: int, result: Result) -> dict[str, Any]:
    if result.status == "failed":
        errors = list(result.problems)
        return failed_json(index, result.id, result.reason, errors, retriable=result.retriable)
    return {"index": index, "id": result.id, "status": result.status}
