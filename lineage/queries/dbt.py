"""Which dbt projects there are, for people to see what has been brought in."""

from django.db.models import Count, Q, QuerySet

from accounts.access import Access
from lineage.models import DbtNode, DbtProject, Flow

MOST = 200


def project_of(access: Access, flow: Flow) -> DbtProject | None:
    """The dbt project that a flow is, as `list_projects` has it."""
    return _projects(access).filter(flow=flow).first()


def list_projects(access: Access) -> list[DbtProject]:
    """The latest first, each with `there` and `gone`: how many of its nodes the reader may see."""
    return list(_projects(access).order_by("-imported_at", "pk")[:MOST])


def _projects(access: Access) -> QuerySet[DbtProject]:
    seen = DbtNode.objects.visible_to(access).values("pk")
    return (
        DbtProject.objects.visible_to(access)
        .select_related("flow__namespace", "imported_by")
        .annotate(
            there=Count("nodes", filter=Q(nodes__in=seen, nodes__removed_at=None)),
            gone=Count("nodes", filter=Q(nodes__in=seen, nodes__removed_at__isnull=False)),
        )
    )
