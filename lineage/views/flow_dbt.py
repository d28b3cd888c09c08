"""The page “Import from dbt”: a form for the files that dbt wrote, and what became of them."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.access import Access
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from accounts.uploads import Unpacked, limited_upload
from accounts.web import PageRequest, page, tenant_page
from lineage.dbt import DEFAULT_NAMESPACE, FILES, InvalidArtifact, Options, read_artifacts
from lineage.dbt_import import ImportRefused, ImportResult, import_dbt
from lineage.dbt_import.telling import status_of
from lineage.queries.dbt import list_projects

#: Rows of the result that are shown; the API tells more.
SHOWN = 200
#: How a result looks.
MARKS = {"success": "success", "partial_success": "warning", "failure": "failed"}


class DbtForm(forms.Form):
    """The files as `target/` has them, and where they go."""

    manifest = forms.FileField(label="manifest.json", help_text="Required: models and lineage.")
    catalog = forms.FileField(
        label="catalog.json", required=False, help_text="Columns with their types."
    )
    run_results = forms.FileField(
        label="run_results.json", required=False, help_text="What ran, and what tests found."
    )
    namespace = forms.CharField(
        max_length=150, help_text="Of the project's flow, and of assets that nobody has yet."
    )
    flow = forms.CharField(
        label="Flow id",
        required=False,
        max_length=200,
        help_text="Empty: the project's name. Tells two targets of one project apart.",
    )
    asset_namespace = forms.CharField(
        label="Namespace of assets",
        required=False,
        max_length=200,
        help_text="Empty: where they are. Else a template, such as warehouse.{schema}.",
    )

    def __init__(self, access: Access, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["namespace"].initial = usual_namespace(access)
        for name in FILES:
            self.fields[name].widget.attrs["accept"] = ".json,.gz,application/json"

    def options(self) -> Options:
        said = self.cleaned_data
        return Options(said["namespace"], said["flow"], said["asset_namespace"])


def usual_namespace(access: Access) -> str:
    """`dbt` where the reader may post there, else the first where they may."""
    reach = access.reach(Resource.EXECUTION, Action.INGEST)
    if reach.includes(DEFAULT_NAMESPACE):
        return DEFAULT_NAMESPACE
    return min(reach.namespaces, default="")


def refuse(request: HttpRequest, problem: Problem) -> HttpResponseBase:
    """An upload that was stopped: no form is left to show it beside."""
    context = {"refused": str(problem.detail), "limit": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}
    return render(request, "lineage/flow_dbt_refused.html", context, status=problem.status_code)


@limited_upload(refuse)
@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page
def flow_dbt(request: PageRequest) -> HttpResponse:
    may = request.access.may_somewhere(Resource.EXECUTION, Action.INGEST)
    if request.method == "POST" and not may:
        raise PermissionDenied("This needs EXECUTION:INGEST.")
    form = DbtForm(request.access, request.POST or None, request.FILES or None)
    result = None
    if request.method == "POST" and form.is_valid():
        result = brought_in(request, form)
    context: dict[str, Any] = {
        "form": form,
        "may": may,
        "limit": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        "projects": list_projects(request.access),
        "files": [form[name] for name in FILES],
        "result": result,
    }
    if result:
        context |= {
            "status": (status := status_of(result)),
            "mark": "info" if result.is_dry and status == "success" else MARKS[status],
            "changed": result.changed[:SHOWN],
            "problems": result.problems[:SHOWN],
            "more_changed": max(0, len(result.changed) - SHOWN),
            "more_problems": max(0, len(result.problems) - SHOWN) + result.unlisted,
        }
    return page(request, "lineage/flow_dbt.html", context, "outcome")


def brought_in(request: PageRequest, form: DbtForm) -> ImportResult | None:
    """None where the form says what is wrong."""
    files = {name: Unpacked(form.cleaned_data[name]) for name in FILES if form.cleaned_data[name]}
    try:
        return import_dbt(
            request.access,
            read_artifacts(files),
            form.options(),
            dry_run="preview" in request.POST,
        )
    except InvalidArtifact as exc:
        form.add_error(exc.field or None, f"It {exc.message}.")
    except ImportRefused as exc:
        form.add_error(exc.field, exc.message)
    except Problem as exc:
        form.add_error(None, str(exc.detail))
    return None
