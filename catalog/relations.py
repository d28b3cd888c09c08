"""Structural relations of an asset: what it is part of, its parts, and its peers (K1.10).

An asset names its relatives by id, and they need not exist. What an asset says of itself is seen
with it, so a relative that its reader may not see is named, without a link; what others say of it
is listed only for who may see those others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from accounts.access import Access
from catalog.models import Asset

#: Assets that name this one, as a page lists them.
LISTED = 100


@dataclass(frozen=True, slots=True)
class Relative:
    """`asset` is None where there is none that may be seen. `kind`: how it is related to the
    asset of the page: `whole`, `part` or `peer`."""

    kind: str
    id: str
    role: str
    asset: Asset | None


def relatives_of(access: Access, asset: Asset) -> list[Relative]:
    """The whole first, then peers, then parts; by id. One statement."""
    named = [ref["id"] for ref in (asset.part_of, *asset.related_to) if ref]
    found = (
        Asset.objects.visible_to(access)
        .live()
        .filter(Q(public_id__in=named) | naming(asset.public_id), tenant=access.tenant)
        .exclude(pk=asset.pk)
        .defer("search_text", "metadata", "description")
        .order_by("public_id", "pk")[: LISTED + len(named)]
    )
    seen = {relative.public_id: relative for relative in found}
    relatives = {
        (relative.kind, relative.id): relative
        for relative in (*_said_by_others(asset.public_id, seen), *_said_by(asset, seen))
    }
    return sorted(relatives.values(), key=lambda r: (_ORDER.index(r.kind), r.id))


_ORDER = ("whole", "peer", "part")


def relative_keys(access: Access, key: int) -> list[int]:
    """The row ids of an asset's live relatives that may be seen, LISTED at most. One statement."""
    related = RawSQL(_RELATED, (key,) * 3, BooleanField())  # noqa: S611 the statement below
    found = Asset.objects.visible_to(access).live().filter(related, tenant=access.tenant)
    return list(found.exclude(pk=key).order_by("pk").values_list("pk", flat=True)[:LISTED])


# An array that is made once, so that each of the three ways has its index.
_RELATED = """catalog_asset.id = any(array(
    select other.id from catalog_asset mine join catalog_asset other
    on other.tenant_id = mine.tenant_id and other.public_id = any(
        array(select ref->>'id' from jsonb_array_elements(mine.related_to) as ref)
        || (mine.part_of->>'id'))
    where mine.id = %s
    union select other.id from catalog_asset mine join catalog_asset other
    on other.tenant_id = mine.tenant_id and other.part_of is not null
    and other.part_of @> jsonb_build_object('id', mine.public_id)
    where mine.id = %s
    union select other.id from catalog_asset mine join catalog_asset other
    on other.tenant_id = mine.tenant_id and not other.related_to = '[]'
    and other.related_to @> jsonb_build_array(jsonb_build_object('id', mine.public_id))
    where mine.id = %s
))"""


def naming(public_id: str) -> Q:
    """Assets that name this id; the not-nulls are what lets the partial indexes answer."""
    part = Q(part_of__isnull=False) & Q(part_of__contains={"id": public_id})
    peer = ~Q(related_to=[]) & Q(related_to__contains=[{"id": public_id}])
    return part | peer


def _said_by_others(public_id: str, seen: dict[str, Asset]) -> Iterator[Relative]:
    for other in seen.values():
        if other.part_of and other.part_of["id"] == public_id:
            yield Relative("part", other.public_id, _role(other.part_of), other)
        for ref in other.related_to:
            if ref["id"] == public_id:
                yield Relative("peer", other.public_id, _role(ref), other)


def _said_by(asset: Asset, seen: dict[str, Asset]) -> Iterator[Relative]:
    if ref := asset.part_of:
        yield Relative("whole", ref["id"], _role(ref), seen.get(ref["id"]))
    for ref in asset.related_to:
        yield Relative("peer", ref["id"], _role(ref), seen.get(ref["id"]))


def _role(ref: dict[str, Any]) -> str:
    return ref.get("role", "")
