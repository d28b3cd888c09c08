"""Admin pages of exporters: which there are, one with its log, and the forms that change it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import Action, Resource
from accounts.web import PageRequest, page, tenant_page
from catalog.cursors import BadCursor
from lineage.exporter_form import ExporterForm
from lineage.exporting import actions
from lineage.exporting.queue import is_queued
from lineage.exporting.reading import InvalidExporter
from lineage.exporting.showing import RUNNING, shown, shown_exporters
from lineage.kestra.values import as_time
from lineage.models import Exporter
from lineage.queries.exporters import refused_events, runs_of

FORM = require_http_methods(["GET", "HEAD", "POST"])


def may_look(request: PageRequest) -> None:
    if not request.access.may(Resource.TENANT_SETTINGS, Action.VIEW):
        raise PermissionDenied("This needs TENANT_SETTINGS:VIEW in the whole tenant.")


def may_change(request: PageRequest) -> None:
    if not actions.may_change(request.access):
        raise PermissionDenied("This needs TENANT_SETTINGS:UPDATE in the whole tenant.")


@require_safe
@tenant_page
def exporter_list(request: PageRequest) -> HttpResponse:
    may_look(request)
    context = {
        "exporters": shown_exporters(request.access),
        "may_change": actions.may_change(request.access),
    }
    return page(request, "lineage/exporter_list.html", context)


@FORM
@tenant_page
def exporter_detail(request: PageRequest, name: str) -> HttpResponse:
    """GET shows it; POST with `do`: run, pause, resume or retry."""
    may_look(request)
    access = request.access
    if request.method == "POST":
        may_change(request)
        return done(request, name, request.POST.get("do", ""))
    exporter = actions.find_exporter(access, name)
    one = shown(access, [exporter])[0]
    queued = is_queued(exporter.pk)
    try:
        found = runs_of(access, exporter, request.GET.get("cursor", ""))
    except BadCursor:
        found = runs_of(access, exporter)
    context = {
        "one": one,
        "exporter": exporter,
        "values": actions.values_of(exporter),
        "found": found,
        "refused": refused_events(access, exporter),
        "queued": queued,
        "refreshes": queued or one.status == RUNNING,
        "may_change": actions.may_change(access),
    }
    return page(request, "lineage/exporter_detail.html", context, "log")


def done(request: PageRequest, name: str, what: str) -> HttpResponse:
    """Do one thing, say so, and show the page again."""
    access = request.access
    if what == "run":
        actions.run_now(access, name)
        messages.success(request, "It runs as soon as a worker is free.")
    elif what in ("pause", "resume"):
        actions.pause_exporter(access, name, paused=what == "pause")
        later = "Paused. What is recorded meanwhile goes out later."
        messages.success(request, later if what == "pause" else "Resumed.")
    elif what == "retry":
        count = actions.retry_refused(access, name)
        messages.success(request, f"{count} refused events are tried again with the next run.")
    else:
        return HttpResponseBadRequest("There is nothing of that name to do.")
    return redirect("lineage:exporter_detail", access.tenant.slug, name)


@FORM
@tenant_page
def exporter_new(request: PageRequest) -> HttpResponse:
    may_change(request)
    kind = request.GET.get("kind", "")
    if kind not in Exporter.Kind.values:
        kind = Exporter.Kind.OPENLINEAGE
    form = ExporterForm(request.access, kind, data=request.POST or None)
    if request.method == "POST" and form.is_valid() and (made := saved(request, form)):
        messages.success(request, f"Exporter {made.name} is there.")
        return redirect("lineage:exporter_detail", request.access.tenant.slug, made.name)
    context = {"form": form, "kinds": Exporter.Kind.choices}
    return page(request, "lineage/exporter_new.html", context)


@FORM
@tenant_page
def exporter_edit(request: PageRequest, name: str) -> HttpResponse:
    may_change(request)
    exporter = actions.find_exporter(request.access, name)
    form = ExporterForm(request.access, exporter.kind, exporter, request.POST or None)
    if request.method == "POST" and form.is_valid() and saved(request, form, name):
        messages.success(request, "Saved.")
        return redirect("lineage:exporter_detail", request.access.tenant.slug, name)
    return page(request, "lineage/exporter_edit.html", {"form": form, "exporter": exporter})


def saved(request: PageRequest, form: ExporterForm, name: str = "") -> Exporter | None:
    """None when something is wrong, which the form then shows."""
    posted = form.posted()
    if form.errors:
        return None
    try:
        if name:
            return actions.change_exporter(request.access, name, posted, partial=True)
        return actions.create_exporter(request.access, posted)
    except InvalidExporter as exc:
        form.add_problems(exc.problems)
        return None


@FORM
@tenant_page
def exporter_rewind(request: PageRequest, name: str) -> HttpResponse:
    """Asks where to, and whether that is meant."""
    may_change(request)
    exporter = actions.find_exporter(request.access, name)
    context: dict[str, Any] = {"exporter": exporter, "one": shown(request.access, [exporter])[0]}
    if request.method == "POST":
        to = target(request.POST.get("to", ""), request.POST.get("at", ""))
        if to is not None:
            actions.rewind(request.access, name, to)
            messages.success(request, "The next run goes on from there.")
            return redirect("lineage:exporter_detail", request.access.tenant.slug, name)
        context["problem"] = "Say a time, such as 2026-11-21T08:00:00Z."
    return page(request, "lineage/exporter_rewind.html", context)


def target(to: str, at: str) -> str | datetime | None:
    """`start`, `now`, or the time that was typed; None for none."""
    return to if to in ("start", "now") else as_time(at.strip())


@FORM
@tenant_page
def exporter_delete(request: PageRequest, name: str) -> HttpResponse:
    """Asks whether it is meant."""
    may_change(request)
    exporter = actions.find_exporter(request.access, name)
    if request.method == "POST":
        actions.delete_exporter(request.access, name)
        messages.success(request, f"Exporter {name} is deleted.")
        return redirect("lineage:exporter_list", request.access.tenant.slug)
    return page(request, "lineage/exporter_delete.html", {"exporter": exporter})
