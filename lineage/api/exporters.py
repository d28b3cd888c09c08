"""Exporters: made, changed, run and rewound, with their logs.

They need TENANT_SETTINGS in the whole tenant rather than MONITOR: an exporter carries data and
keys out of the tenant, and Editors and Viewers, who have MONITOR, shall not decide where to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Access
from accounts.api import TenantAPIView
from accounts.bodies import read_body
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from catalog.api.batches import read_json
from lineage.api.exporter_documents import (
    EXPORTER,
    EXPORTER_RUN,
    EXPORTERS,
    REFUSED,
    RESET,
    RUNS,
)
from lineage.api.paging import Paging
from lineage.exporting import actions
from lineage.exporting.reading import InvalidExporter
from lineage.exporting.showing import exporter_json, refused_json, run_json, shown, shown_exporters
from lineage.kestra.values import as_time
from lineage.models import Exporter, ExporterPending, ExporterRun
from lineage.queries.exporters import ids_of_executions
from lineage.queries.keyset import ADDED_LAST_FIRST

READ = (Resource.TENANT_SETTINGS, Action.VIEW)
CHANGE = (Resource.TENANT_SETTINGS, Action.UPDATE)
NEWEST = {"started:desc": ADDED_LAST_FIRST}


@EXPORTERS
class Exporters(TenantAPIView):
    """All of the tenant, and a new one."""

    needs = {"GET": READ, "POST": CHANGE}

    def get(self, request: Request, tenant: str) -> Response:
        found = [exporter_json(one) for one in shown_exporters(self.access)]
        return Response({"results": found, "total": len(found)})

    def post(self, request: Request, tenant: str) -> Response:
        posted = posted_json(request)
        with problems():
            made = actions.create_exporter(self.access, posted)
        return answer(self.access, made)


@EXPORTER
class ExporterItem(TenantAPIView):
    """One of them."""

    needs = {"GET": READ, "PUT": CHANGE, "PATCH": CHANGE, "DELETE": CHANGE}

    def get(self, request: Request, tenant: str, name: str) -> Response:
        return answer(self.access, actions.find_exporter(self.access, name))

    def put(self, request: Request, tenant: str, name: str) -> Response:
        return self.changed(request, name, partial=False)

    def patch(self, request: Request, tenant: str, name: str) -> Response:
        return self.changed(request, name, partial=True)

    def changed(self, request: Request, name: str, *, partial: bool) -> Response:
        posted = posted_json(request)
        with problems():
            found = actions.change_exporter(self.access, name, posted, partial=partial)
        return answer(self.access, found)

    def delete(self, request: Request, tenant: str, name: str) -> Response:
        actions.delete_exporter(self.access, name)
        return Response(status=status.HTTP_204_NO_CONTENT)


@EXPORTER_RUN
class ExporterRunNow(TenantAPIView):
    """Run it now."""

    needs = {"POST": CHANGE}

    def post(self, request: Request, tenant: str, name: str) -> Response:
        queued = actions.run_now(self.access, name)
        return Response({"status": "queued" if queued else "already queued"})


@RESET
class ExporterReset(TenantAPIView):
    """Go back, or ahead."""

    needs = {"POST": CHANGE}

    def post(self, request: Request, tenant: str, name: str) -> Response:
        actions.find_exporter(self.access, name)
        posted = posted_json(request)
        to = posted.get("to") if isinstance(posted, dict) else None
        moment = None if to in ("start", "now") else as_time(to)
        if moment is None and to not in ("start", "now"):
            message = "Say “to”: start, now, or an ISO 8601 time."
            raise Problem(422, message, errors=[{"field": "to", "message": message}])
        return answer(self.access, actions.rewind(self.access, name, moment or str(to)))


@RUNS
class ExporterRuns(TenantAPIView):
    """Its log."""

    needs = {"GET": READ}

    def get(self, request: Request, tenant: str, name: str) -> Response:
        exporter = actions.find_exporter(self.access, name)
        rows = ExporterRun.objects.visible_to(self.access).filter(exporter=exporter)
        return Response(Paging.of(request, NEWEST).answer(rows, runs_json))


@REFUSED
class ExporterRefused(TenantAPIView):
    """What receivers refused, kept to be tried again."""

    needs = {"GET": READ, "POST": CHANGE}

    def get(self, request: Request, tenant: str, name: str) -> Response:
        exporter = actions.find_exporter(self.access, name)
        rows = ExporterPending.objects.visible_to(self.access).filter(
            exporter=exporter, reason=ExporterPending.Reason.REFUSED
        )

        def shape(found: list[ExporterPending]) -> list[dict[str, Any]]:
            ids = ids_of_executions(self.access, [kept.execution_pk for kept in found])
            return [refused_json(kept, ids) for kept in found]

        return Response(Paging.of(request, {"first:desc": ADDED_LAST_FIRST}).answer(rows, shape))

    def post(self, request: Request, tenant: str, name: str) -> Response:
        return Response({"count": actions.retry_refused(self.access, name)})


def runs_json(rows: list[ExporterRun]) -> list[dict[str, Any]]:
    return [run_json(run) for run in rows]


def answer(access: Access, exporter: Exporter) -> Response:
    """Read again, as it is now."""
    found = actions.find_exporter(access, exporter.name)
    return Response(exporter_json(shown(access, [found])[0]))


def posted_json(request: Request) -> Any:
    types = ("application/json", "application/merge-patch+json")
    return read_json(read_body(request, types)[1])


@contextmanager
def problems() -> Iterator[None]:
    """What is wrong with an exporter, by its fields."""
    try:
        yield
    except InvalidExporter as exc:
        raise Problem(422, str(exc), errors=exc.problems) from exc
