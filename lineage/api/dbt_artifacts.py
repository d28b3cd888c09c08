"""POST of dbt's artifacts: files in a form, or one JSON object."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantAPIView
from accounts.bodies import read_body
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from accounts.uploads import MULTIPART, Unpacked, posted_files, with_quota
from catalog.api.params import boolean
from lineage.api.dbt_documents import ARTIFACTS_POST
from lineage.dbt import (
    DEFAULT_NAMESPACE,
    FILES,
    Artifacts,
    InvalidArtifact,
    Options,
    Source,
    read_artifacts,
    read_object,
)
from lineage.dbt_import import ImportRefused, import_dbt, result_json

MEDIA_TYPES = ("application/json", MULTIPART)


class DbtArtifacts(TenantAPIView):
    """Bring a dbt project in by the files that dbt has written."""

    parser_classes = (MultiPartParser, JSONParser)
    needs = {"POST": (Resource.EXECUTION, Action.INGEST)}

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        return super().initialize_request(with_quota(request), *args, **kwargs)

    @ARTIFACTS_POST
    def post(self, request: Request, tenant: str) -> Response:
        options, dry_run = options_of(request), boolean(request, "dryRun")
        with dbt_problems():
            artifacts = artifacts_in(request)
            result = import_dbt(self.access, artifacts, options, dry_run=dry_run)
        answer = result_json(result)
        return Response(answer, status=422 if answer["status"] == "failure" else 200)


def options_of(request: Request) -> Options:
    asked = request.query_params
    return Options(
        namespace=asked.get("namespace") or DEFAULT_NAMESPACE,
        flow=asked.get("flow", ""),
        asset_namespace=asked.get("assetNamespace", ""),
    )


def artifacts_in(request: Request) -> Artifacts:
    kind = (request.content_type or "").split(";")[0].strip().lower()
    if kind == MULTIPART:
        files: Mapping[str, Source] = {
            name: Unpacked(file)
            for name, file in posted_files(request).items()
            if known(name, FILES)
        }
        return read_artifacts(files)
    text = read_body(request, MEDIA_TYPES)[1]
    try:
        posted = read_object(text.encode())
    except InvalidArtifact as exc:
        where = {"field": "", "message": exc.message, "line": exc.line, "column": exc.column}
        raise Problem(400, f"The body {exc.message}.", errors=[where]) from exc
    return read_artifacts(
        {name: part(name, posted[name]) for name in posted if known(name, FILES)}
    )


def known(name: str, names: tuple[str, ...]) -> bool:
    if name not in names:
        message = f"“{name}” is not known; send {', '.join(names)}."
        raise Problem(422, message, errors=[{"field": name, "message": message}])
    return True


def part(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        message = "is no JSON object"
        raise Problem(422, f"“{name}” {message}.", errors=[{"field": name, "message": message}])
    return value


@contextmanager
def dbt_problems() -> Iterator[None]:
    """What reading and importing raise, as problems that name the file or the option."""
    try:
        yield
    except InvalidArtifact as exc:
        error: dict[str, Any] = {"field": exc.field, "message": exc.message}
        if exc.line:
            error |= {"line": exc.line, "column": exc.column}
        raise Problem(422, f"“{exc.field}” {exc.message}.", errors=[error]) from exc
    except ImportRefused as exc:
        errors = [{"field": exc.field, "message": exc.message}]
        raise Problem(403 if exc.forbidden else 422, exc.message, errors=errors) from exc
