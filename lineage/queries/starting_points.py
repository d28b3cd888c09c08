"""Where to begin looking at lineage: what was written last, and what much is made of."""

from accounts.access import Access
from catalog.models import Asset
from catalog.models.assets import AssetQuerySet
from lineage.queries.walk import rows

#: Assets of each kind.
SHOWN = 6
#: The latest lineage events are a sample large enough to see what is busy.
_SAMPLE = 1000

_BUSY = """SELECT asset FROM (
    SELECT inputs, outputs FROM lineage_lineageevent WHERE tenant_id = %(tenant)s
    ORDER BY at DESC, id DESC LIMIT %(sample)s
) AS event CROSS JOIN LATERAL unnest(event.inputs || event.outputs) AS asset
GROUP BY asset ORDER BY count(*) DESC, asset LIMIT %(wanted)s"""


def written_last(access: Access) -> list[Asset]:
    """The latest first, each with its namespace and state."""
    written = _live(access).filter(
        state__tenant=access.tenant, state__last_written_at__isnull=False
    )
    return list(written.order_by("-state__last_written_at", "-pk")[:SHOWN])


def busiest(access: Access) -> list[Asset]:
    """What most of the latest lineage events read or wrote, the busiest first. Two statements."""
    params = {"tenant": access.tenant.pk, "sample": _SAMPLE, "wanted": SHOWN * 10}
    place = {pk: place for place, (pk,) in enumerate(rows(_BUSY, params))}
    found = _live(access).filter(pk__in=place)
    return sorted(found, key=lambda asset: place[asset.pk])[:SHOWN]


def _live(access: Access) -> AssetQuerySet:
    assets = Asset.objects.listed_to(access).live().select_related("namespace", "state")
    return assets.defer("search_text", "metadata", "columns", "state__clock")
