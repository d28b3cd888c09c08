"""The options under a field, while somebody types into it."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.web import PageRequest, page, tenant_page
from catalog.suggesting import suggest


@require_safe
@tenant_page
def asset_suggestions(request: PageRequest, field: str) -> HttpResponse:
    """`<option>`s for the field `field`, which the request carries under its own name."""
    options = suggest(request.access, field, request.GET.get(field, ""))
    return page(request, "catalog/asset_suggestions.html", {"options": options})
