"""A catalog as a file, out and in."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from accounts.api import TenantAPIView
from accounts.bodies import Streamed
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from accounts.uploads import MULTIPART, Unpacked, posted_files, with_quota
from catalog.api.assets import search_of
from catalog.api.params import boolean, wrong
from catalog.exporting import MEDIA_TYPES
from catalog.interchange import FORMATS, Source, Unreadable
from catalog.interchange.cells import json_text
from lineage.api.transfer_documents import EXPORT, IMPORT
from lineage.transfer.exporting import ALL, WHATS, Wanted, export
from lineage.transfer.importing import Options, Outcome, run_import
from lineage.transfer.naming import form_of_name
from lineage.transfer.staging import Staged, stage

#: Content types → format.
KINDS = {
    "text/csv": "csv",
    "application/csv": "csv",
    "application/x-ndjson": "jsonl",
    "application/jsonl": "jsonl",
    "application/x-jsonlines": "jsonl",
    "application/yaml": "yaml",
    "application/x-yaml": "yaml",
    "text/yaml": "yaml",
    "text/x-yaml": "yaml",
}
#: Keys of the metadata that get columns of their own.
MOST_KEYS = 100
RESULTS = ("all", "changed", "failed")
PIECE = 200


@EXPORT
class CatalogExport(TenantAPIView):
    """What the caller may list, as a file that can be imported."""

    needs = {"GET": (Resource.ASSET, Action.LIST)}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """The parameter `format` says what comes, whatever Accept says."""
        return super().perform_content_negotiation(request, force=True)

    def get(self, request: Request, tenant: str) -> StreamingHttpResponse:
        wanted = wanted_of(request)
        text = export(self.access, wanted, search_of(request), timezone.now())
        answer = StreamingHttpResponse(text, content_type=MEDIA_TYPES[wanted.format])
        name = f"{tenant}-{'catalog' if wanted.what == ALL else wanted.what}.{wanted.format}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer


def wanted_of(request: Request) -> Wanted:
    """Problem 400 naming the parameter."""
    params = request.query_params
    form = one_of(params.get("format", "jsonl"), "format", FORMATS)
    what = one_of(params.get("what", "assets" if form == "csv" else ALL), "what", WHATS)
    if form == "csv" and what == ALL:
        wrong("what", "A CSV holds either assets or edges: say which, or take jsonl or yaml.")
    edges = one_of(params.get("edges", "stated"), "edges", ("stated", "all"))
    keys = [key for text in params.getlist("metadataKeys") for key in text.split(",") if key]
    if len(keys) > MOST_KEYS:
        wrong("metadataKeys", f"At most {MOST_KEYS} keys.")
    keys = list({key.lower(): key for key in keys}.values())
    return Wanted(form, what, edges == "all", keys, boolean(request, "bom"))


def one_of(value: str, name: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        wrong(name, f"“{name}” is one of {', '.join(choices)}.")
    return value


class CatalogImport(TenantAPIView):
    """A file in: assets, their other names, and edges."""

    parser_classes = (MultiPartParser,)
    needs = {"POST": (Resource.ASSET, Action.UPDATE)}

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        return super().initialize_request(with_quota(request), *args, **kwargs)

    @IMPORT
    def post(self, request: Request, tenant: str) -> StreamingHttpResponse:
        options = Options(boolean(request, "dryRun"), boolean(request, "atomic"))
        shown = one_of(request.query_params.get("results", "all"), "results", RESULTS)
        outcome = run_import(self.access, staged_of(request), options)
        return StreamingHttpResponse(
            answer(outcome, shown),
            status=422 if outcome.status == "failure" else 200,
            content_type="application/json",
        )


def staged_of(request: Request) -> Staged:
    """The file, read. Problems 400, 413 and 415; 422 for one that cannot be used."""
    source, form = source_of(request)
    try:
        return stage(source, form)
    except Unreadable as exc:
        error: dict[str, Any] = {"field": "", "message": str(exc)}
        raise Problem(
            422, str(exc), errors=[error | ({"line": exc.line} if exc.line else {})]
        ) from exc


def source_of(request: Request) -> tuple[Source, str]:
    """(where the bytes come from, their format)"""
    kind = (request.content_type or "").split(";")[0].strip().lower()
    form = request.query_params.get("format", "")
    if form:
        one_of(form, "format", FORMATS)
    if kind == MULTIPART:
        files = posted_files(request)
        if "file" not in files or len(files) > 1:
            raise Problem(422, "Send the file as the part “file”, and no other.")
        return Unpacked(files["file"]), form or named(files["file"].name or "")
    form = form or KINDS.get(kind, "")
    if not form:
        known = ", ".join(KINDS)
        raise Problem(415, f"Content-Type “{kind}” is not taken; use {known}, or say ?format=.")
    return Streamed(request), form


def named(name: str) -> str:
    """By the file's name. Problem 400 where it does not tell."""
    form = form_of_name(name)
    if not form:
        wrong("format", f"Say “format”: {', '.join(FORMATS)}; the name “{name}” does not tell.")
    return form


def answer(outcome: Outcome, shown: str) -> Iterator[str]:
    """The JSON, piece by piece: an import may have a hundred thousand rows."""
    yield json.dumps(head_json(outcome))[:-1] + ', "results": ['
    comma, piece = "", []
    for result in outcome.results():
        if is_shown(result["status"], shown):
            piece.append(comma + json_text(result))
            comma = ","
        if len(piece) == PIECE:
            yield "".join(piece)
            piece = []
    yield "".join(piece) + "]}"


def is_shown(status: str, shown: str) -> bool:
    return shown == "all" or status == "failed" or (shown == "changed" and status != "unchanged")


def head_json(outcome: Outcome) -> dict[str, Any]:
    """All but the results."""
    kinds = {"asset": "assets", "alias": "aliases", "edge": "edges", "row": "unreadable"}
    counts: dict[str, dict[str, int]] = {}
    for (kind, status), count in sorted(outcome.counts.items()):
        counts.setdefault(kinds[kind], {})[status] = count
    return {
        "status": outcome.status,
        "dryRun": outcome.options.dry_run,
        "atomic": outcome.options.atomic,
        "summary": {
            "received": outcome.received,
            "successful": 0 if outcome.status == "failure" else outcome.received - outcome.failed,
            "failed": outcome.failed,
            **counts,
        },
    }
