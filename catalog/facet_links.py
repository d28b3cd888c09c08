"""Facets as groups of links: each leads to the same page with its value switched on or off."""

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.asset_types import asset_type
from catalog.facets import Bucket, Facets
from catalog.listing import Listing


@dataclass(frozen=True, slots=True)
class FacetLink:
    """`mark` is a type or a state; `level` indents a namespace below its parent."""

    label: str
    count: int
    url: str
    chosen: bool
    title: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """`kind` tells the template which mark goes before the label: type, state or none."""

    title: str
    kind: str
    links: list[FacetLink]


def facet_groups(listing: Listing, facets: Facets) -> list[FacetGroup]:
    """The groups that have something to choose from."""
    groups = [
        FacetGroup("Type", "type", [_type(listing, bucket) for bucket in facets.types]),
        FacetGroup("Namespace", "namespace", _namespaces(listing, facets.namespaces)),
        FacetGroup("Freshness", "state", _plain(listing, "state", facets.states)),
        FacetGroup("Owner", "owner", _plain(listing, "owner", facets.owners)),
        FacetGroup("Tag", "tag", _plain(listing, "tag", facets.tags)),
    ]
    groups += [
        FacetGroup(key, "metadata", _plain(listing, "metadata", buckets, key))
        for key, buckets in facets.metadata.items()
    ]
    return [group for group in groups if group.links]


def _type(listing: Listing, bucket: Bucket) -> FacetLink:
    kind = asset_type(bucket.value)
    chosen = bucket.value in listing.query.of("type")
    url = listing.toggled("type", bucket.value)
    return FacetLink(kind.label, bucket.count, url, chosen, bucket.value)


def _plain(
    listing: Listing, field: str, buckets: Iterable[Bucket], key: str = ""
) -> list[FacetLink]:
    chosen = listing.query.of(field, key)
    return [
        FacetLink(
            bucket.value,
            bucket.count,
            listing.toggled(field, bucket.value, key),
            bucket.value in chosen,
            bucket.value,
        )
        for bucket in buckets
    ]


def _namespaces(listing: Listing, buckets: list[Bucket]) -> list[FacetLink]:
    """As a tree: a name below one that is shown goes by its last part, indented."""
    shown: set[str] = set()
    links = []
    for bucket in buckets:
        parent = bucket.value.rpartition(".")[0]
        level = min(bucket.value.count("."), 2) if parent in shown else 0
        label = bucket.value.rpartition(".")[2] if parent in shown else bucket.value
        chosen = bucket.value in listing.query.of("namespace")
        url = listing.with_query(listing.query.only("namespace", bucket.value)).url
        if chosen:
            url = listing.toggled("namespace", bucket.value)
        links.append(FacetLink(label, bucket.count, url, chosen, bucket.value, level))
        shown.add(bucket.value)
    return links
