"""How the columns of an asset changed: what was added, removed or retyped, when, and by whom.

A version is an `AssetChange` that touched the columns; it holds them as they were before and
after it, so that two versions can be compared without replaying what lies between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.access import Access
from catalog.columns import FlatColumn, flattened
from catalog.cursors import BadCursor, decode_cursor, encode_cursor
from catalog.models import Asset, AssetChange

#: Versions of one page. Each may hold twice ten thousand columns.
PAGE = 10
#: Versions that a page offers to compare.
OFFERED = 100


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """`kind`: added, removed or changed; `what` changed: type, description, tags."""

    path: str
    kind: str
    before: FlatColumn | None = None
    after: FlatColumn | None = None
    what: tuple[str, ...] = ()

    @property
    def retyped(self) -> bool:
        return "type" in self.what


@dataclass(frozen=True, slots=True)
class Difference:
    """`moved`: the same columns stand in another order."""

    changes: list[ColumnChange]
    moved: bool = False

    def of(self, kind: str) -> list[ColumnChange]:
        return [change for change in self.changes if change.kind == kind]

    @property
    def added(self) -> list[ColumnChange]:
        return self.of("added")

    @property
    def removed(self) -> list[ColumnChange]:
        return self.of("removed")

    @property
    def changed(self) -> list[ColumnChange]:
        return self.of("changed")


@dataclass(frozen=True, slots=True)
class Version:
    """`count`: columns after it, nested ones among them."""

    change: AssetChange
    difference: Difference
    count: int

    @classmethod
    def of(cls, change: AssetChange) -> "Version":
        before, after = change.changes["columns"]
        columns = flattened(after or ())
        return cls(change, difference(flattened(before or ()), columns), len(columns))


def difference(before: Sequence[FlatColumn], after: Sequence[FlatColumn]) -> Difference:
    """By path: what is gone stands where it was, among what came."""
    old, new = ({column.path: column for column in side} for side in (before, after))
    changes = [_change(old.get(path), new.get(path)) for path in _in_order(before, after)]
    kept = [[c.path for c in side if c.path in old and c.path in new] for side in (before, after)]
    return Difference([change for change in changes if change], moved=kept[0] != kept[1])


def _in_order(before: Sequence[FlatColumn], after: Sequence[FlatColumn]) -> list[str]:
    """All paths: those of `after`, with each that is gone behind what stood before it."""
    there = {column.path for column in after}
    behind: dict[str, list[str]] = {}
    last = ""
    for column in before:
        if column.path in there:
            last = column.path
        else:
            behind.setdefault(last, []).append(column.path)
    paths = behind.get("", [])
    for column in after:
        paths += [column.path, *behind.get(column.path, ())]
    return list(dict.fromkeys(paths))


def _change(before: FlatColumn | None, after: FlatColumn | None) -> ColumnChange | None:
    if before is None or after is None:
        one = after or before
        assert one
        return ColumnChange(one.path, "added" if after else "removed", before, after)
    names = ("type", "description", "tags")
    what = tuple(name for name in names if getattr(before, name) != getattr(after, name))
    return ColumnChange(after.path, "changed", before, after, what) if what else None


def versions_of(access: Access, asset: Asset, cursor: str = "") -> tuple[list[Version], str]:
    """(one page, newest first; the next page's cursor or ""). Raises BadCursor."""
    changes = _changes(access, asset)
    if cursor:
        at, pk = _place(cursor)
        changes = changes.filter(Q(at__lte=at) & (Q(at__lt=at) | Q(pk__lt=pk)))
    found = list(changes[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    after = encode_cursor("columns", [found[-1].at, found[-1].pk]) if more else ""
    return [Version.of(change) for change in found], after


def offered_versions(access: Access, asset: Asset) -> list[AssetChange]:
    """The latest OFFERED, without what they changed."""
    return list(_changes(access, asset).defer("changes")[:OFFERED])


def columns_at(access: Access, asset: Asset, version: int) -> list[FlatColumn] | None:
    """The columns after that version (the key of its change); None when there is none such."""
    change = _changes(access, asset).filter(pk=version).first()
    return flattened(change.changes["columns"][1] or ()) if change else None


def _changes(access: Access, asset: Asset) -> QuerySet[AssetChange]:
    changes = AssetChange.objects.visible_to(access).filter(asset=asset)
    return changes.filter(changes__has_key="columns").order_by("-at", "-pk")


def _place(cursor: str) -> list[Any]:
    values = decode_cursor(cursor, "columns")
    if len(values) != 2 or isinstance(values[0], str | int) or not isinstance(values[1], int):
        raise BadCursor("The cursor cannot be read.")
    return values
