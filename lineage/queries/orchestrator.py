"""Where the orchestrator shows a flow: told from the address of the flow's last execution."""

import re
from collections.abc import Iterable

from django.db.models import F, OuterRef, Q, Subquery

from accounts.access import Access
from lineage.models import Execution, Flow

#: At most so many flows in one question.
MOST = 50


def flow_urls(access: Access, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(namespace, flow id) → address in the orchestrator, "" where none is known.

    Only of flows that may be seen; the others are left out. One statement.
    """
    wanted = Q(pk__in=[])
    for namespace, flow_id in list(dict.fromkeys(keys))[:MOST]:
        wanted |= Q(namespace__name=namespace, public_id=flow_id)
    last = Execution.objects.visible_to(access).filter(flow=OuterRef("pk"))
    rows = (
        Flow.objects.visible_to(access)
        .filter(wanted, tenant=access.tenant)
        .annotate(
            space=F("namespace__name"),
            last=Subquery(last.order_by("-sorted_at", "-pk").values("url")[:1]),
        )
        .values_list("space", "public_id", "last")
    )
    return {
        (namespace, flow_id): flow_url(url or "", namespace, flow_id)
        for namespace, flow_id, url in rows
    }


def flow_url(execution_url: str, namespace: str, flow_id: str) -> str:
    """`…/ui/main/executions/ns/flow/id` → `…/ui/main/flows/edit/ns/flow`; "" for another shape."""
    place = rf"/executions/{re.escape(namespace)}/{re.escape(flow_id)}/[^/?#]+"
    found = re.match(rf"(https?://[^?#]+?){place}", execution_url)
    return f"{found[1]}/flows/edit/{namespace}/{flow_id}" if found else ""
