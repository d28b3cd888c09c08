"""Where OpenLineage clients post: one event, or a batch of them (spec 2-0-2, OpenLineage.yml)."""

from typing import Any

from django.http import Http404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Access, access_at_home, tenants_of
from accounts.api import TenantAPIView
from accounts.bodies import read_body
from accounts.models import User
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from accounts.web import enter
from catalog.reading.json_text import InvalidJson
from lineage.api.openlineage_documents import BATCH, EVENT, HOME_BATCH, HOME_EVENT
from lineage.openlineage.bodies import read_events
from lineage.recording.openlineage import Outcome, record_event, record_events

MEDIA_TYPES = ("application/json",)
#: Some 30 s of work; a dbt run of 40,000 events takes a few requests.
MAX_EVENTS = 10_000


@EVENT
class OpenLineageEventPost(TenantAPIView):
    """One event: 200, or the problem."""

    needs = {"POST": (Resource.EXECUTION, Action.INGEST)}

    def post(self, request: Request, tenant: str = "") -> Response:
        posted = posted_events(request)
        if isinstance(posted, list):
            raise Problem(422, "One event is an object; post a list to …/lineage/batch.")
        outcome = record_event(self.access, posted)
        if outcome.reason:
            code = 403 if outcome.forbidden else 422
            raise Problem(code, outcome.reason, errors=list(outcome.problems))
        return Response({"status": "success"})


@BATCH
class OpenLineageBatchPost(TenantAPIView):
    """A list of events: 204, or 200 that names those that did not go in."""

    needs = {"POST": (Resource.EXECUTION, Action.INGEST)}

    def post(self, request: Request, tenant: str = "") -> Response:
        posted = posted_events(request)
        if not isinstance(posted, list):
            raise Problem(422, "A batch is a list of events; post a single one to …/lineage.")
        if len(posted) > MAX_EVENTS:
            many = f"{len(posted)} events in one request; send at most {MAX_EVENTS}."
            raise Problem(413, many)
        outcomes = record_events(self.access, posted)
        failed = [outcome for outcome in outcomes if outcome.reason]
        if not failed:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(summary(len(posted), failed))


class _AtHome:
    """Official clients know no tenant in the path: it is the one that the token belongs to."""

    def enter(self, user: User, kwargs: dict[str, Any]) -> Access:
        access = access_at_home(user)
        if access is not None:
            return access
        tenants = tenants_of(user)
        if len(tenants) != 1:
            raise Http404("The token leads to no single tenant: post to /api/v1/<tenant>/lineage.")
        return enter(user, tenants[0].slug)


@HOME_EVENT
class HomeEventPost(_AtHome, OpenLineageEventPost):
    """One event, in the tenant of the token."""


@HOME_BATCH
class HomeBatchPost(_AtHome, OpenLineageBatchPost):
    """A list of events, in the tenant of the token."""


def posted_events(request: Request) -> Any:
    """The value of the body; Problem 400 says where it is no JSON."""
    _, text = read_body(request, MEDIA_TYPES)
    try:
        return read_events(text)
    except InvalidJson as exc:
        raise Problem(400, f"The body {exc}.") from exc


def summary(received: int, failed: list[Outcome]) -> dict[str, Any]:
    """The spec's answer to a batch of which some events failed."""
    retriable = sum(outcome.retriable for outcome in failed)
    return {
        "status": "partial_success",
        "summary": {
            "received": received,
            "successful": received - len(failed),
            "failed": len(failed),
            "retriable": retriable,
            "non_retriable": len(failed) - retriable,
        },
        "failed_events": [
            {
                "index": outcome.index,
                "reason": outcome.reason,
                "retriable": outcome.retriable,
                "errors": list(outcome.problems),
            }
            for outcome in failed
        ],
    }
