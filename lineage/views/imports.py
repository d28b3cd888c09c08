"""Import & export: take the catalog along as a file, bring one in, see what would become of it."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import Action, Resource
from accounts.problems import Problem
from accounts.toasts import done
from accounts.uploads import Unpacked, limited_upload
from accounts.web import PageRequest, find, page, tenant_page
from catalog.exporting import MEDIA_TYPES
from catalog.history import field_changes
from catalog.interchange import FORMATS
from catalog.listing import Listing
from lineage.models import CatalogImport, ImportedRow
from lineage.transfer.exporting import ALL, ASSETS, WHATS, Wanted, export
from lineage.transfer.naming import form_of_name
from lineage.transfer.uploads import KEPT, bring, confirm

#: Rows that a page shows.
PAGE = 100
STATUSES = ("failed", "created", "updated", "unchanged")
MARKS = {"failed": "failed", "created": "success", "updated": "info", "unchanged": "unknown"}
FORMAT_NAMES = {"csv": "CSV", "jsonl": "JSON lines", "yaml": "YAML"}


class BringForm(forms.Form):
    """A file, and what it is where its name does not tell."""

    file = forms.FileField(
        label="File", help_text="CSV, JSON lines or YAML; .gz is unpacked. Nothing is written yet."
    )
    format = forms.ChoiceField(
        label="Format",
        required=False,
        choices=[("", "By its name"), *FORMAT_NAMES.items()],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ends = ".csv,.tsv,.jsonl,.ndjson,.json,.yaml,.yml,.gz"
        self.fields["file"].widget.attrs["accept"] = ends

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if file := said.get("file"):
            said["format"] = said.get("format") or form_of_name(file.name)
            if not said["format"]:
                self.add_error("format", "The name does not tell: choose one.")
        return said


@require_safe
@tenant_page
def asset_export(request: PageRequest, form: str) -> HttpResponseBase:
    """What the query box finds, as a file: `?q=`, `what`, `edges`."""
    if form not in FORMATS:
        raise Http404
    usual = ASSETS if form == "csv" else ALL
    what = request.GET.get("what", usual)
    what = what if what in WHATS and (form, what) != ("csv", ALL) else usual
    wanted = Wanted(form, what, request.GET.get("edges") == "all", bom=True)
    search = Listing.of(request.GET).search
    text = export(request.access, wanted, search, timezone.now())
    answer = StreamingHttpResponse(text, content_type=MEDIA_TYPES[form])
    name = f"{request.access.tenant.slug}-{'catalog' if what == ALL else what}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def refuse(request: HttpRequest, problem: Problem) -> HttpResponseBase:
    """A file that was stopped: no form is left to show it beside."""
    context = {"refused": str(problem.detail), "limit": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}
    return render(
        request, "lineage/asset_import_refused.html", context, status=problem.status_code
    )


@limited_upload(refuse)
@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page
def asset_imports(request: PageRequest) -> HttpResponse:
    """Both ways, and the files that one has brought of late."""
    may = request.access.may_somewhere(Resource.ASSET, Action.UPDATE)
    form = BringForm()
    if request.method == "POST":
        form = BringForm(request.POST, request.FILES)
        if not may:
            raise PermissionDenied
        if form.is_valid():
            said = form.cleaned_data
            brought = bring(
                request.access, said["file"].name, said["format"], Unpacked(said["file"])
            )
            return gone_to(request, brought)
    listing = Listing.of(request.GET)
    context = {
        "form": form,
        "may": may,
        "limit": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        "listing": listing,
        "exports": exports_of(request, listing),
        "imports": recent(request),
    }
    response = page(request, "lineage/asset_imports.html", context, "bring")
    response.status_code = 422 if form.errors and not request.htmx else 200
    return response


def exports_of(request: PageRequest, listing: Listing) -> list[tuple[str, str, list[Any]]]:
    """(what, in words, [(format's name, address)])."""
    tenant = request.access.tenant.slug
    query = listing.first_page.lstrip("?")

    def link(form: str, **more: str) -> tuple[str, str]:
        said = "&".join(filter(None, [query, *(f"{k}={v}" for k, v in more.items())]))
        return FORMAT_NAMES[form], f"{reverse('lineage:asset_export', args=[tenant, form])}?{said}"

    return [
        (
            "Assets and edges",
            "The whole, in one file; between assets also what people have stated.",
            [link(form, what="all") for form in ("jsonl", "yaml")],
        ),
        (
            "Assets",
            "With metadata, owners, tags, columns and other names.",
            [link(form, what="assets") for form in FORMATS],
        ),
        (
            "Stated edges",
            "Drawn by hand, told by dbt or by jobs, with their notes.",
            [link(form, what="edges") for form in FORMATS],
        ),
        (
            "All edges",
            "Also those that only runs show; an import elsewhere states them.",
            [link(form, what="edges", edges="all") for form in FORMATS],
        ),
    ]


def recent(request: PageRequest) -> list[CatalogImport]:
    mine = CatalogImport.objects.visible_to(request.access).defer("body")
    return list(mine.order_by("-pk")[:KEPT])


def gone_to(request: PageRequest, brought: CatalogImport) -> HttpResponse:
    url = reverse("lineage:asset_import", args=[request.access.tenant.slug, brought.pk])
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page
def asset_import(request: PageRequest, import_id: str) -> HttpResponse:
    """One file: how far it is, what would become of its rows or did, and the button that says
    yes."""
    rows = CatalogImport.objects.all().defer("body")
    brought = find(rows, request.access, pk=number(import_id))
    if request.method == "POST":
        if "discard" in request.POST:
            CatalogImport.objects.visible_to(request.access).filter(pk=brought.pk).delete()
            done(request, f"“{brought.name}” is discarded.")
            return redirect(reverse("lineage:asset_imports", args=[request.access.tenant.slug]))
        confirm(request.access, brought, atomic="atomic" in request.POST)
        return gone_to(request, brought)
    if request.htmx and not brought.is_busy:  # who waits for it gets the whole page
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {"brought": brought, **results_of(request, brought)}
    return page(request, "lineage/asset_import.html", context, "progress")


def results_of(request: PageRequest, brought: CatalogImport) -> dict[str, Any]:
    """The rows of the status asked for: what fails first, else what changes."""
    counts = dict.fromkeys(STATUSES, 0)
    for _, status, count in brought.counts:
        counts[status] += count
    usual = next((status for status in STATUSES if counts[status]), "unchanged")
    status = request.GET.get("status", usual)
    status = status if status in STATUSES else usual
    after = request.GET.get("after", "")
    rows = ImportedRow.objects.visible_to(request.access)
    rows = rows.filter(catalog_import=brought.pk, status=status, pk__gt=number(after))
    found = list(rows.order_by("pk")[: PAGE + 1]) if not brought.is_busy else []
    return {
        "counts": [(name, MARKS[name], counts[name]) for name in STATUSES],
        "kinds": kinds_of(brought),
        "status": status,
        "rows": [(row, field_changes(row.changes)) for row in found[:PAGE]],
        "next": found[PAGE - 1].pk if len(found) > PAGE else 0,
        "after": after,
        "received": sum(counts.values()),
    }


def kinds_of(brought: CatalogImport) -> list[tuple[str, int]]:
    """(`assets`, how many of them are in the file)"""
    names = {"asset": "assets", "alias": "other names", "edge": "edges", "row": "unreadable rows"}
    found: dict[str, int] = {}
    for kind, _, count in brought.counts:
        found[names[kind]] = found.get(names[kind], 0) + count
    return list(found.items())


def number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
