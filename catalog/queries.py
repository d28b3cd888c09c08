"""Reads of the catalog: lists of assets, how many there are, and what they are made of."""

from dataclasses import dataclass, field
from datetime import datetime

from accounts.access import Access
from catalog.asset_filters import meanings, mentions, tree_of
from catalog.asset_orders import Order, by_rank, by_tiers, sorted_by
from catalog.cursors import order_in
from catalog.filter_queries import condition_q
from catalog.filters import Group
from catalog.models import Asset
from catalog.models.assets import AssetQuerySet
from catalog.query_language import Query
from catalog.text_search import RANKED, text_q

#: Counting stops here: beyond it, "10,000+" says as much and costs no more.
COUNT_CAP = 10_000
#: What no list shows; `search_text` alone is as long as all the rest.
HEAVY = ("search_text", "state__clock")


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked of a list."""

    words: tuple[str, ...] = ()
    tree: Group = field(default_factory=Group)
    #: (name of an order, descending); none: best match first, or by id where nothing is typed.
    sorts: tuple[tuple[str, bool], ...] = ()

    @classmethod
    def of(cls, query: Query, sort: str = "", descending: bool = False) -> "Search":
        """From the query box; terms that cannot be read are left out."""
        words = tuple(term.values[0] for term in query.words if not term.negated)
        return cls(words, tree_of(query), ((sort, descending),) if sort else ())

    @property
    def is_ranked(self) -> bool:
        return bool(self.words) and not self.sorts


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of assets, each with `namespace` and `state`. `next_cursor` is "" at the end."""

    assets: list[Asset]
    more: bool = False
    next_cursor: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """`capped`: there are more than `value`."""

    value: int
    capped: bool = False


def matching(
    access: Access, search: Search, now: datetime, *, ranked: bool = False
) -> AssetQuerySet:
    """What `search` finds among what `access` may list, in no order.

    Deleted assets stay out unless the search asks about `deleted`, and what has become another
    name of an asset in any case. With `ranked` the typed words
    are left to the order, whose stretches are made of them.
    """
    found = Asset.objects.listed_to(access).with_names()
    deleted_too = mentions(search.tree, "deleted")
    found = found.filter(merged_into=None) if deleted_too else found.live()
    found = found.filter(condition_q(search.tree, meanings(access, now)))
    return found if ranked or not search.words else found.filter(text_q(search.words))


def order_of(access: Access, search: Search, found: AssetQuerySet, cursor: str = "") -> Order:
    """How the rows of `found` stand; raises KeyError for an unknown sort, BadCursor.

    Best match first looks how many matches there are, unless a cursor says how it began.
    """
    if not search.is_ranked:
        return sorted_by(access, search.sorts or (("id", False),))
    if cursor:
        return (by_tiers if order_in(cursor) == "tiers" else by_rank)(search.words)
    many = count_capped(found.filter(text_q(search.words)), RANKED).capped
    return (by_tiers if many else by_rank)(search.words)


def list_assets(
    access: Access, search: Search, now: datetime, *, size: int, cursor: str = "", offset: int = 0
) -> Listed:
    """`size` assets from `cursor` on, or from `offset`; raises BadCursor.

    Statements: one when the order's first stretch fills the page, at most one a stretch, and one
    to see whether there are few enough matches to rank.
    """
    found = matching(access, search, now, ranked=search.is_ranked)
    found = found.select_related("namespace", "state", "lock")
    order = order_of(access, search, found, cursor)
    rows: list[tuple[int, Asset]] = []
    for number, stretch in order.walk(found.defer(*HEAVY), cursor):
        chunk = stretch[offset : offset + size + 1 - len(rows)]
        rows += [(number, asset) for asset in chunk]
        if len(rows) > size:
            cursor = order.cursor_at(*rows[size - 1])
            return Listed([asset for _, asset in rows[:size]], more=True, next_cursor=cursor)
        if offset:
            offset = 0 if rows else offset - stretch[:offset].count()
    return Listed([asset for _, asset in rows])


def count_capped(rows: AssetQuerySet, cap: int = COUNT_CAP) -> Count:
    """How many rows, counted up to `cap`."""
    value = rows.order_by()[: cap + 1].count()
    return Count(min(value, cap), value > cap)


def has_assets(access: Access) -> bool:
    """Whether there is anything to list at all: what an empty page says depends on it."""
    return Asset.objects.listed_to(access).live().exists()
