"""Who touched an asset, when, and how it went: its audit trail."""

from accounts.access import Access
from catalog.models import Asset
from lineage.models import AssetUsage
from lineage.queries.keyset import LATEST_USE_FIRST, Slice


def usages_of(
    access: Access,
    asset: Asset,
    *,
    direction: str = "",
    state: str = "",
    size: int = 50,
    cursor: str = "",
) -> Slice[AssetUsage]:
    """The latest first, with task run, execution and flow. Raises BadCursor."""
    rows = AssetUsage.objects.visible_to(access).filter(asset=asset)
    if direction:
        rows = rows.filter(direction=direction)
    if state:
        rows = rows.filter(state=state)
    related = rows.select_related(
        "task_run", "execution", "execution__flow", "execution__namespace"
    ).only(*SHOWN)
    return LATEST_USE_FIRST.page(related, size, cursor)


#: The columns of a usage's row: task runs and executions also hold large JSON.
SHOWN = (
    "direction",
    "state",
    "at",
    *(f"task_run__{name}" for name in ("task_id", "value", "public_id", "started_at", "ended_at")),
    *(f"execution__{name}" for name in ("public_id", "state")),
    "execution__flow__public_id",
    "execution__namespace__name",
)
