"""The orders in which assets are listed, each walked along an index.

An order is a row of stretches that follow each other: assets with a namespace, then those
without; exact matches, then prefixes. A page is cut out of one or more stretches, so no order
needs all its rows sorted first, and a cursor names a place in one of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import attrgetter, or_
from typing import Any

from django.db.models import F, Q
from django.db.models.expressions import OrderBy

from accounts.access import Access
from catalog.cursors import BadCursor, decode_cursor, encode_cursor
from catalog.models import Asset
from catalog.models.assets import AssetQuerySet, id_key, name_key, segment_key
from catalog.text_search import rank, text_q, tiers

type Annotations = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """One sort key: a lookup path, or the name of one of the stretch's annotations."""

    path: str
    descending: bool = False
    kind: type = str
    #: The index keeps nulls last, so an order along it has to say the same, though none are here.
    nulls: bool = False

    @property
    def order(self) -> OrderBy:
        if self.descending:
            return F(self.path).desc(nulls_last=self.nulls or None)
        return F(self.path).asc(nulls_first=self.nulls or None)

    def of(self, asset: Asset) -> Any:
        return attrgetter(self.path.replace("__", "."))(asset)

    def beyond(self, value: Any) -> Q:
        return Q(**{f"{self.path}__{'lt' if self.descending else 'gt'}": value})

    def from_on(self, value: Any) -> Q:
        return Q(**{f"{self.path}__{'lte' if self.descending else 'gte'}": value})


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows of one kind; the keys together are unique."""

    keys: tuple[Key, ...]
    where: Q = field(default_factory=Q)
    annotations: Annotations = field(default_factory=dict)

    def then(self, other: "Stretch") -> "Stretch":
        """Rows of both kinds, by these keys and then by the other's."""
        seen = {key.path for key in self.keys}
        keys = (*self.keys, *(key for key in other.keys if key.path not in seen))
        return Stretch(keys, self.where & other.where, self.annotations | other.annotations)

    def rows(self, assets: AssetQuerySet) -> AssetQuerySet:
        found = assets.annotate(**self.annotations).filter(self.where)
        return found.order_by(*(key.order for key in self.keys))

    def after(self, values: Sequence[Any]) -> Q:
        """What stands behind a row with these keys. The first part lets an index start there."""
        if len(values) != len(self.keys):
            raise BadCursor("The cursor cannot be read.")
        branches: list[Q] = []
        same = Q()
        for key, value in zip(self.keys, values, strict=True):
            branches.append(same & key.beyond(value))
            same &= Q(**{key.path: value})
        return self.keys[0].from_on(values[0]) & reduce(or_, branches)


@dataclass(frozen=True, slots=True)
class Order:
    """`name` tells a cursor for this order from all others."""

    name: str
    stretches: tuple[Stretch, ...]

    def walk(self, assets: AssetQuerySet, cursor: str = "") -> Iterator[tuple[int, AssetQuerySet]]:
        """(number, rows) of each stretch from the cursor on. Raises BadCursor."""
        start, values = self._place(cursor)
        for number in range(start, len(self.stretches)):
            rows = self.stretches[number].rows(assets)
            here = number == start and values
            yield number, rows.filter(self.stretches[number].after(values)) if here else rows

    def cursor_at(self, number: int, asset: Asset) -> str:
        """The cursor of a page whose last row is `asset`, found in that stretch."""
        keys = self.stretches[number].keys
        return encode_cursor(self.name, [number, *(key.of(asset) for key in keys)])

    def _place(self, cursor: str) -> tuple[int, list[Any]]:
        if not cursor:
            return 0, []
        values = decode_cursor(cursor, self.name)
        start = values.pop(0) if values else None
        if type(start) is not int or not 0 <= start < len(self.stretches):
            raise BadCursor("The cursor cannot be read.")
        if values and [type(v) for v in values] != [k.kind for k in self.stretches[start].keys]:
            raise BadCursor("The cursor cannot be read.")
        return start, values


type Make = Callable[[Access, bool], tuple[Stretch, ...]]


def _by_id(_: Access, down: bool) -> tuple[Stretch, ...]:
    return (Stretch((Key("public_id", down),)),)


def _by_name(_: Access, down: bool) -> tuple[Stretch, ...]:
    named = {"name_key": name_key()}
    return (Stretch((Key("name_key", down), Key("pk", down, int)), annotations=named),)


def _by_type(_: Access, down: bool) -> tuple[Stretch, ...]:
    return (Stretch((Key("type", down), Key("public_id", down))),)


def _by_namespace(access: Access, down: bool) -> tuple[Stretch, ...]:
    """Driven by the index of namespace names; what has no namespace comes last either way."""
    inside = Q(namespace__tenant=access.tenant)
    return (
        Stretch((Key("namespace__name", down), Key("public_id", down)), inside),
        Stretch((Key("public_id", down),), Q(namespace__isnull=True)),
    )


def _by_created(_: Access, down: bool) -> tuple[Stretch, ...]:
    return (Stretch((Key("created_at", down, datetime), Key("pk", down, int))),)


def _by_updated(access: Access, down: bool) -> tuple[Stretch, ...]:
    mine = Q(state__tenant=access.tenant)
    return (Stretch((Key("state__updated_at", down, datetime), Key("pk", not down, int)), mine),)


def _by_written(access: Access, down: bool) -> tuple[Stretch, ...]:
    """What was never written comes last either way."""
    mine = Q(state__tenant=access.tenant)
    written = Q(state__last_written_at__isnull=False)
    return (
        Stretch(
            (Key("state__last_written_at", down, datetime, nulls=True), Key("pk", not down, int)),
            mine & written,
        ),
        Stretch((Key("pk", not down, int),), mine & ~written),
    )


#: Name → how its stretches are made, for an access and a direction (True: descending).
SORTS: dict[str, Make] = {
    "id": _by_id,
    "name": _by_name,
    "type": _by_type,
    "namespace": _by_namespace,
    "created": _by_created,
    "updated": _by_updated,
    "written": _by_written,
}


#: Orders of two stretches: in second place they would tear the first order apart.
FIRST_ONLY = frozenset({"namespace", "written"})


def sorted_by(access: Access, sorts: Sequence[tuple[str, bool]]) -> Order:
    """One of SORTS, or several that follow each other; raises KeyError for another.

    What sorts some rows apart (those without a namespace) does so only in front: FIRST_ONLY.
    """
    name = ",".join(f"{'-' if down else ''}{sort}" for sort, down in sorts)
    stretches = [Stretch(())]
    for sort, down in sorts:
        stretches = [a.then(b) for a in stretches for b in SORTS[sort](access, down)]
    return Order(name, tuple(stretches))


def by_rank(words: Sequence[str]) -> Order:
    """Best matches of `words` first, then by id; looks at every match."""
    keys = (Key("rank", kind=int), Key("public_id"))
    return Order("best", (Stretch(keys, text_q(words), {"rank": rank(words)}),))


def by_tiers(words: Sequence[str]) -> Order:
    """The same matches, best tier first, each in the order of an index."""
    return Order("tiers", tuple(_tier(key, where) for key, where in tiers(words)))


def _tier(key: str, where: Q) -> Stretch:
    first = Key("pk", kind=int)
    if key == "pk":
        return Stretch((first,), where)
    return Stretch((Key(key), first), where, {key: NAME_KEYS[key]()})


NAME_KEYS = {"id_key": id_key, "segment_key": segment_key, "name_key": name_key}
