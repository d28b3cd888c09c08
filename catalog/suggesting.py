"""What fields offer while somebody types: assets, namespaces, types, owners, tags."""

from dataclasses import dataclass

from django.utils import timezone

from accounts.access import Access
from accounts.bulk import run
from accounts.permissions import Action, Resource
from catalog.asset_types import BUILT_IN, PACKAGES
from catalog.models import Asset, Namespace
from catalog.queries import Search, list_assets

OFFERED = 20


@dataclass(frozen=True, slots=True)
class Option:
    """`label` says more than the value does, or ""."""

    value: str
    label: str = ""


def suggest(access: Access, field: str, text: str) -> list[Option]:
    """At most OFFERED options for a field that holds `text`; none for an unknown field."""
    text = text.replace("\0", "").strip()[:200]
    suggestions = {"asset": _assets, "namespace": _namespaces, "type": _types}
    return suggestions[field](access, text) if field in suggestions else []


def _assets(access: Access, text: str) -> list[Option]:
    if not text:
        return []
    search = Search(words=tuple(text.split()[:10]))
    found = list_assets(access, search, timezone.now(), size=OFFERED).assets
    return [
        Option(asset.public_id, " · ".join(filter(None, (asset.display_name, _place(asset)))))
        for asset in found
    ]


def _place(asset: Asset) -> str:
    return asset.namespace.name if asset.namespace else ""


def _namespaces(access: Access, text: str) -> list[Option]:
    """Those that may be listed, the ones that begin with the text first."""
    found = Namespace.objects.listed_to(access).filter(name__contains=text.lower())
    names = sorted(
        found.order_by("name").values_list("name", flat=True)[: 10 * OFFERED],
        key=lambda name: (not name.startswith(text.lower()), name),
    )
    return [Option(name) for name in names[:OFFERED]]


def _types(access: Access, text: str) -> list[Option]:
    """Kestra's own, then those that this tenant uses, for who may list assets."""
    built_in = [f"{PACKAGES[0]}{name}" for name in BUILT_IN if name != "External"]
    used = types_used(access) if access.may_somewhere(Resource.ASSET, Action.LIST) else []
    found = [name for name in dict.fromkeys([*built_in, *used]) if text.lower() in name.lower()]
    return [Option(name) for name in found[:OFFERED]]


def types_used(access: Access) -> list[str]:
    """The types of assets within reach: a step of the index for each, whatever their number."""
    if not access.reach(Resource.ASSET, Action.LIST).everywhere:
        seen = Asset.objects.listed_to(access).live().order_by("type")
        return list(seen.values_list("type", flat=True).distinct()[:OFFERED])
    return [name for (name,) in run(_STEPPING, [access.tenant.pk, access.tenant.pk, MOST_TYPES])]


MOST_TYPES = 200
_STEPPING = """
with recursive used(type) as (
    (select type from catalog_asset where tenant_id = %s order by type limit 1)
    union all
    select (select type from catalog_asset where tenant_id = %s and type > used.type
            order by type limit 1)
    from used where used.type is not null
)
select type from used where type is not null limit %s
"""
