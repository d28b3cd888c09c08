"""The executions tab of an asset: who read and wrote it, when, and how that went."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from accounts.web import PageRequest, page, tenant_page
from catalog.asset_frame import asset_frame
from catalog.cursors import BadCursor
from lineage.models import AssetUsage
from lineage.models.runs import State
from lineage.queries.usages import usages_of

#: States of usages that a page offers to look for.
OFFERED = (State.SUCCESS, State.WARNING, State.FAILED)


@require_safe
@tenant_page
def asset_executions(request: PageRequest, asset_id: str) -> HttpResponse:
    context = asset_frame(request, asset_id)
    direction = one_of(AssetUsage.Direction.values, request.GET.get("direction", ""))
    state = one_of(State.values, request.GET.get("state", ""))
    cursor = request.GET.get("cursor", "")
    try:
        found = usages_of(
            request.access, context["asset"], direction=direction, state=state, cursor=cursor
        )
    except BadCursor as error:
        raise Http404(str(error)) from None
    context |= {"found": found, "direction": direction, "state": state, "offered": OFFERED}
    return page(request, "lineage/asset_executions.html", context, "usages")


def one_of(choices: list[str], value: str) -> str:
    return value.upper() if value.upper() in choices else ""
