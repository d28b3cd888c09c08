"""What every page needs: who asks in which tenant, and whole page or piece."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast

from django.conf import settings
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from accounts.access import Access, access_in, tenants_of
from accounts.conditional import REVALIDATED
from accounts.models import Tenant, User
from accounts.scoping import ScopedQuerySet

#: What the cookie `theme` may say; without it the page follows the system.
THEMES = ("light", "dark")


class PageRequest(HttpRequest):
    """A request whose user is in its tenant; `tenant_page` makes it."""

    user: User
    access: Access
    htmx: Any


def nul_names_nothing(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: PostgreSQL compares no NUL character. A path that holds one is 404; parameters
    of pages lose it (the API's views refuse it by name)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path:
            raise Http404
        asked = request.META.get("QUERY_STRING", "")
        if "%00" in asked and not request.path.startswith("/api/"):
            request.META["QUERY_STRING"] = asked.replace("%00", "")
        return get_response(request)

    return middleware


class Elsewhere(Exception):
    """What is asked for has an address of its own now; a page leads there."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


def address_with(request: HttpRequest, **kwargs: str) -> str:
    """The address that was asked for, with other parts of its path; its query stays."""
    match = request.resolver_match
    assert match is not None
    path = reverse(match.view_name, kwargs=match.kwargs | kwargs)
    query = request.META.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


def enter(user: User, slug: str) -> Access:
    """The access of `user` in the tenant `slug`; 404 when it does not exist for them."""
    access = access_in(user, slug)
    if access is None:
        raise Http404("No such tenant.")
    return access


def tenant_page[**P](
    view: Callable[Concatenate[PageRequest, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """For views under `/<tenant>/`: builds the one `Access` of the request.

    A page shows what its reader may see, so nobody else gets it out of a cache.
    """

    @wraps(view)
    def with_access(
        request: PageRequest, tenant: str, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        request.access = enter(request.user, tenant)
        remember_tenant(request.user, request.access.tenant)
        try:
            answer = view(request, *args, **kwargs)
        except Elsewhere as exc:
            answer = HttpResponseRedirect(exc.url)
        answer.headers.setdefault("Cache-Control", REVALIDATED)
        return answer

    return with_access


def remember_tenant(user: User, tenant: Tenant) -> None:
    """`/` leads back to the tenant that was looked at last."""
    if user.last_tenant_id != tenant.pk:
        User.objects.filter(pk=user.pk).update(last_tenant=tenant)


def find[M: models.Model](queryset: ScopedQuerySet, access: Access, **lookup: Any) -> Any:
    """The one visible row, or 404: what may not be seen does not exist."""
    if any(isinstance(value, str) and "\0" in value for value in lookup.values()):
        raise Http404
    found = queryset.visible_to(access).filter(**lookup).first()
    if found is None:
        raise Http404
    return found


def page(
    request: PageRequest, template: str, context: dict[str, Any], fragment: str = ""
) -> HttpResponse:
    """The whole template for a visit; only the named partial when htmx swaps it in."""
    htmx = request.htmx
    if fragment and htmx and not (htmx.boosted or htmx.history_restore_request):
        template = f"{template}#{fragment}"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of the app shell. `access`: only on pages of a tenant. `tenants` asks when shown."""
    theme = request.COOKIES.get("theme")
    return {
        "access": getattr(request, "access", None),
        "tenants": lambda: tenants_of(cast(User, request.user)),
        "sends_mail": settings.SENDS_MAIL,
        "theme": theme if theme in THEMES else "",
    }
