"""POST and PUT of flows: YAML as the orchestrator has it (K3, DESIGN §6)."""

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantAPIView
from accounts.bodies import read_body
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from catalog.naming import UnknownNamespace
from catalog.reading.yaml_text import MAX_BYTES
from lineage.api.documents import FLOW_POST, FLOW_PUT
from lineage.api.flow_reads import FlowItem
from lineage.dsl import InvalidFlow, parse_flow
from lineage.queries.posted import posted_flow
from lineage.registering import FlowExists, FlowForbidden, FlowUnknown, register_flow

MEDIA_TYPES = (
    "application/x-yaml",
    "application/yaml",
    "text/yaml",
    "text/x-yaml",
    "text/plain",
    "application/octet-stream",
)


class FlowCollection(TenantAPIView):
    """Register a flow by its YAML."""

    needs = {"POST": (Resource.FLOW, Action.CREATE)}

    @FLOW_POST
    def post(self, request: Request, tenant: str) -> Response:
        with flow_problems():
            revision = register_flow(self.access, read_yaml(request))
        return Response(posted_flow(self.access, revision))


class FlowResource(FlowItem):
    """One flow: read it, or replace its YAML."""

    needs = FlowItem.needs | {"PUT": (Resource.FLOW, Action.UPDATE)}

    @FLOW_PUT
    def put(self, request: Request, tenant: str, namespace: str, flow_id: str) -> Response:
        source = read_yaml(request)
        with flow_problems():
            parsed = parse_flow(source)
            same_as_path(parsed.namespace, namespace, "namespace")
            same_as_path(parsed.id, flow_id, "id")
            revision = register_flow(self.access, source, replace=True, create=False)
        return Response(posted_flow(self.access, revision))


def same_as_path(said: str, asked: str, field: str) -> None:
    """The YAML must name the flow that the path names."""
    if said != asked:
        message = f"The YAML says “{said}” but the path says “{asked}”."
        raise Problem(422, message, errors=[{"field": field, "message": message}])


def read_yaml(request: Request) -> str:
    text = read_body(request, MEDIA_TYPES)[1]
    if len(text) > MAX_BYTES or len(text.encode()) > MAX_BYTES:
        raise Problem(
            413, f"A flow's YAML is at most {MAX_BYTES:,} bytes: move data out of it, into files."
        )
    return text


@contextmanager
def flow_problems() -> Iterator[None]:
    """What registering raises, as problems; every invalid line is named."""
    try:
        yield
    except InvalidFlow as exc:
        errors = [
            {"field": p.path, "message": p.message, "line": p.line, "column": p.column}
            for p in exc.problems
        ]
        raise Problem(422, f"The flow has {len(errors)} problem(s).", errors=errors) from exc
    except FlowExists as exc:
        raise Problem(422, str(exc), errors=[{"field": "id", "message": str(exc)}]) from exc
    except UnknownNamespace as exc:
        raise Problem(422, str(exc), errors=[{"field": "namespace", "message": str(exc)}]) from exc
    except FlowForbidden as exc:
        raise Problem(403, str(exc)) from exc
    except FlowUnknown as exc:
        raise Problem(404, str(exc)) from exc
