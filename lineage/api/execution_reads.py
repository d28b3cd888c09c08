"""GET of executions: search, and one with its task runs, in Kestra's shape (DESIGN §6)."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantAPIView
from accounts.conditional import conditional_json
from accounts.permissions import Action, Resource
from catalog.api.params import filters
from lineage.api.paging import Paging
from lineage.api.read_documents import EXECUTION_GET, EXECUTION_SEARCH
from lineage.kestra.execution_json import execution_json, light_execution_json
from lineage.masking import Masking
from lineage.models import Execution
from lineage.queries.keyset import NEWEST_FIRST, OLDEST_FIRST
from lineage.queries.run_detail import emits_of, find_execution, task_runs_of
from lineage.queries.run_search import EXECUTION_FIELDS, found_executions
from lineage.queries.runs import secrets_of

ORDERS = {
    "startDate:desc": NEWEST_FIRST,
    "startDate:asc": OLDEST_FIRST,
    "state.startDate:desc": NEWEST_FIRST,
    "state.startDate:asc": OLDEST_FIRST,
}


@EXECUTION_SEARCH
class ExecutionSearch(TenantAPIView):
    """Executions that the filters let through, the newest first."""

    needs = {"GET": (Resource.EXECUTION, Action.LIST)}

    def get(self, request: Request, tenant: str) -> Response:
        paging = Paging.of(request, ORDERS)
        found = found_executions(self.access, filters(request, EXECUTION_FIELDS))
        return Response(paging.answer(found, self.shape))

    def shape(self, found: list[Execution]) -> list[dict[str, Any]]:
        secrets = secrets_of(found)
        return [
            light_execution_json(
                execution,
                tenant=self.access.tenant.slug,
                masking=Masking.of(execution.inputs, secrets[execution.pk]),
            )
            for execution in found
        ]


@EXECUTION_GET
class ExecutionItem(TenantAPIView):
    """One execution with its task runs, and the assets of each that the caller may see."""

    needs = {"GET": (Resource.EXECUTION, Action.VIEW)}

    def get(self, request: Request, tenant: str, execution_id: str) -> HttpResponse:
        execution = find_execution(self.access, execution_id)
        runs = task_runs_of(self.access, execution)
        return conditional_json(
            request,
            execution_json(
                execution,
                runs,
                tenant=self.access.tenant.slug,
                secrets=secrets_of([execution])[execution.pk],
                emits=emits_of(self.access, runs),
            ),
        )
