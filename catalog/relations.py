"""Structural relations of an asset: what it is part of, its parts, and its peers (K1.10).

An asset names its relatives by id, and they need not exist. What an asset says of itself is seen
with it, so a relative that its reader may not see is named, without a link; what others say of it
is listed only for who may see those others.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from accounts.access import Access
from catalog.calling import called, names_of
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
    """The whole first, then peers, then parts; by id. Three or four statements."""
    names = names_of(access, asset)
    said = [ref["id"] for ref in (asset.part_of, *asset.related_to) if ref]
    named = called(access, said)
    keys = [pk for pk, _ in named.values()]
    found = (
        Asset.objects.visible_to(access)
        .live()
        .filter(Q(pk__in=keys) | naming(names), tenant=access.tenant)
        .exclude(pk=asset.pk)
        .defer("search_text", "metadata", "description")
        .order_by("public_id", "pk")[: LISTED + len(said)]
    )
    seen = {relative.pk: relative for relative in found}
    by_name = {name: seen[pk] for name, (pk, _) in named.items() if pk in seen}
    relatives = {
        (relative.kind, relative.asset.public_id if relative.asset else relative.id): relative
        for relative in (*_said_by_others(names, seen.values()), *_said_by(asset, by_name))
    }
    return sorted(relatives.values(), key=lambda r: (_ORDER.index(r.kind), r.id))


_ORDER = ("whole", "peer", "part")


def relative_keys(access: Access, key: int) -> list[int]:
    """The row ids of an asset's live relatives that may be seen, LISTED at most. One statement."""
    related = RawSQL(_RELATED, (key,), BooleanField())  # noqa: S611 the statement below
    found = Asset.objects.visible_to(access).live().filter(related, tenant=access.tenant)
    return list(found.exclude(pk=key).order_by("pk").values_list("pk", flat=True)[:LISTED])


# An array that is made once, so that each of the ways has its index.
_RELATED = """catalog_asset.id = any(array(
    with mine as (select * from catalog_asset where id = %s),
    named as (
        select jsonb_array_elements(mine.related_to)->>'id' as name from mine
        union select mine.part_of->>'id' from mine
    ),
    name as (
        select public_id as name from mine
        union select alias.name from mine join catalog_assetalias alias on alias.asset_id = mine.id
    )
    select other.id from mine join named on true join catalog_asset other
    on other.tenant_id = mine.tenant_id and other.public_id = named.name
    and other.merged_into_id is null
    union select alias.asset_id from mine join named on true join catalog_assetalias alias
    on alias.tenant_id = mine.tenant_id and alias.name = named.name
    union select other.id from mine join name on true join catalog_asset other
    on other.tenant_id = mine.tenant_id and other.part_of is not null
    and other.part_of @> jsonb_build_object('id', name.name)
    union select other.id from mine join name on true join catalog_asset other
    on other.tenant_id = mine.tenant_id and not other.related_to = '[]'
    and other.related_to @> jsonb_build_array(jsonb_build_object('id', name.name))
))"""


def naming(names: Iterable[str]) -> Q:
    """Assets that name an asset; the not-nulls are what lets the partial indexes answer."""
    found = Q(pk__in=[])
    for name in names:
        found |= Q(part_of__isnull=False) & Q(part_of__contains={"id": name})
        found |= ~Q(related_to=[]) & Q(related_to__contains=[{"id": name}])
    return found


def _said_by_others(names: Sequence[str], seen: Iterable[Asset]) -> Iterator[Relative]:
    for other in seen:
        if other.part_of and other.part_of["id"] in names:
            yield Relative("part", other.public_id, _role(other.part_of), other)
        for ref in other.related_to:
            if ref["id"] in names:
                yield Relative("peer", other.public_id, _role(ref), other)


def _said_by(asset: Asset, seen: dict[str, Asset]) -> Iterator[Relative]:
    if ref := asset.part_of:
        yield Relative("whole", ref["id"], _role(ref), seen.get(ref["id"]))
    for ref in asset.related_to:
        yield Relative("peer", ref["id"], _role(ref), seen.get(ref["id"]))


def _role(ref: dict[str, Any]) -> str:
    return ref.get("role", "")
