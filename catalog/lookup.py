"""Kestra's `assets(id?, type?, namespace?, metadata?)`: assets as plain maps (K4.1).

Answers what its caller may list and nothing else, whoever wrote the expression.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from accounts.access import Access
from accounts.permissions import Action, Resource
from catalog.models import Asset
from catalog.models.assets import called_as
from catalog.reading.assets import metadata_problem
from catalog.reading.lifecycle import ttl_text
from catalog.reading.rules import describe_kind, validate_text

#: More than an expression or a form can use; who gets so many has to ask for less.
MOST = 500


class BadLookup(ValueError):
    """The question makes no sense, or has too many answers; the message says what to do."""


def look_up_assets(access: Access, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The live assets that equal everything in `wanted`, by id; one statement, or none.

    `wanted`: `id`, `type`, `namespace` (exactly, without its children) as texts, `metadata` as a
    map of top-level keys. Without `namespace` every namespace within reach counts. Who may list
    no asset gets none. Raises BadLookup.
    """
    condition = _condition(access, wanted)
    if not access.reach(Resource.ASSET, Action.LIST):
        return []
    rows = Asset.objects.listed_to(access).live().filter(condition, tenant=access.tenant)
    rows = rows.select_related("namespace", "state").defer("search_text", "state__clock")
    found = list(rows.order_by("public_id", "pk")[: MOST + 1])
    if len(found) > MOST:
        raise BadLookup(
            f"assets() finds more than {MOST} assets: narrow it by type, namespace or metadata"
        )
    return [_plain(asset, access.tenant.slug) for asset in found]


def _condition(access: Access, wanted: Mapping[str, Any]) -> Q:
    columns = {"type": "type", "namespace": "namespace__name"}
    condition = Q()
    for name, value in wanted.items():
        if name == "metadata":
            if not isinstance(value, Mapping):
                raise BadLookup(f"metadata must be a map, not {describe_kind(value)}")
            if message := metadata_problem(value):
                raise BadLookup(f"metadata {message}")
            condition &= Q(metadata__contains=dict(value))
            continue
        if not isinstance(value, str):
            raise BadLookup(f"{name} must be text, not {describe_kind(value)}")
        if message := validate_text(value):
            raise BadLookup(f"{name} {message}")
        if name == "id":
            condition &= Q(pk=called_as(access.tenant, value))
        else:
            condition &= Q(**{columns[name]: value})
    return condition


def _plain(asset: Asset, tenant: str) -> dict[str, Any]:
    """As K4.1 shows it, with the dates as texts: expressions are JSON at heart."""
    return {
        "tenantId": tenant,
        "id": asset.public_id,
        "namespace": asset.namespace.name if asset.namespace else None,
        "type": asset.type,
        "displayName": asset.display_name,
        "description": asset.description,
        "metadata": asset.metadata,
        "owner": asset.owners[0] if asset.owners else None,
        "status": asset.status,
        "ttl": ttl_text(asset.expires_at) if asset.expires_at else None,
        "created": ttl_text(asset.created_at),
        "updated": ttl_text(asset.state.updated_at),
        "deleted": False,
    }
