"""The admin page of what holds for a whole tenant: settings, what they do, and buttons."""

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.permissions import Action, Resource
from accounts.settings import SETTINGS, change_settings, settings_of
from accounts.toasts import Undo, done
from accounts.web import PageRequest, page, tenant_page

#: What a toast says of a setting that was turned (on, off).
TURNED = {
    "infersSql": (
        "The SQL of tasks and triggers is read from now on.",
        "SQL is only read where a task asks for it.",
    ),
    "requiresExistingNamespaces": (
        "What comes in a new namespace is refused from now on.",
        "Namespaces are made when something comes in them.",
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page
def tenant_settings(request: PageRequest) -> HttpResponse:
    """GET shows them; POST turns one: `setting`, `value` on or off."""
    access = request.access
    if not access.may(Resource.TENANT_SETTINGS, Action.VIEW):
        raise PermissionDenied("This needs TENANT_SETTINGS:VIEW in the whole tenant.")
    if request.method == "POST":
        return turned(request, request.POST.get("setting", ""), request.POST.get("value", ""))
    context = {
        "settings": settings_of(access.tenant),
        "may_change": access.may(Resource.TENANT_SETTINGS, Action.UPDATE),
    }
    return page(request, "lineage/tenant_settings.html", context)


def turned(request: PageRequest, name: str, value: str) -> HttpResponse:
    if name not in SETTINGS or value not in ("on", "off"):
        raise BadRequest("Which setting, and whether on or off?")
    was = settings_of(request.access.tenant)[name]
    try:
        change_settings(request.access, {name: value == "on"})
    except PermissionError as error:
        raise PermissionDenied(str(error)) from error
    address = reverse("lineage:tenant_settings", args=[request.access.tenant.slug])
    if was != (value == "on"):
        back = Undo(address, {"setting": name, "value": "on" if was else "off"})
        done(request, TURNED[name][value == "off"], back)
    return redirect(address)
