"""Pages outside any tenant, and the answers when something goes wrong."""

from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts.access import tenants_of
from accounts.models import User
from accounts.problems import problem_page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """To the tenant looked at last, else to the first; a page of advice without any."""
    user = cast(User, request.user)
    tenants = tenants_of(user)
    if not tenants:
        return render(request, "accounts/home.html")
    last = next((tenant for tenant in tenants if tenant.pk == user.last_tenant_id), tenants[0])
    return redirect("lineage:home", last.slug)


@csrf_exempt
@login_not_required
def unknown_api_path(request: HttpRequest, path: str) -> HttpResponse:
    """Whatever the method and whoever asks: there is no such path in the API."""
    return problem_page(404, f"There is no {request.path} in this API; see /api/docs.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return problem_page(400, "The server could not make sense of this request.")
    return defaults.bad_request(request, exception)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return problem_page(403, str(exception) or "Not allowed.")
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return problem_page(404, "Not found.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if is_api(request):
        return problem_page(500, "The server failed; the error was recorded.")
    return defaults.server_error(request)


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")
