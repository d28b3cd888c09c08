"""POST and PUT of flows: YAML as the orchestrator has it (K3, DESIGN §6)."""

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.request import Request

from accounts.bodies import read_body
from accounts.problems import Problem
from catalog.naming import UnknownNamespace
from lineage.dsl import InvalidFlow
from lineage.registering import FlowExists, FlowForbidden, FlowUnknown

MEDIA_TYPES = (
    "application/x-yaml",
    "application/yaml",
    "text/yaml",
    "text/x-yaml",
    "text/plain",
    "application/octet-stream",
)


def read_yaml(request: Request) -> str:
    return read_body(request, MEDIA_TYPES)[1]


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
