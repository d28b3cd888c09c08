"""The history of an asset: what changed when, and who did it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Func, JSONField, Q

from accounts.access import Access
from accounts.permissions import Action, Resource
from catalog.cursors import BadCursor, decode_cursor, encode_cursor
from catalog.models import Asset, AssetChange

type Changes = dict[str, Any]

PAGE = 50
#: Longer values are cut in the timeline; the asset itself shows them whole.
LONG = 2_000


@dataclass(frozen=True, slots=True)
class FieldChange:
    """`kind`: added, removed or changed."""

    field: str
    kind: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """`columns`: they changed, too; `catalog.column_history` tells how."""

    change: AssetChange
    fields: list[FieldChange]
    columns: bool = False


class _WithoutColumns(Func):
    """Both versions of ten thousand columns would be read to be cut."""

    template = "(%(expressions)s - 'columns')"
    output_field = JSONField()


def history_of(access: Access, asset: Asset, cursor: str = "") -> tuple[list[Entry], str]:
    """(one page, newest first; the next page's cursor or ""). Raises BadCursor."""
    changes = AssetChange.objects.visible_to(access).filter(asset=asset).order_by("-at", "-pk")
    changes = changes.defer("changes").annotate(
        told=_WithoutColumns(F("changes")), columns=Q(changes__has_key="columns")
    )
    if cursor:
        at, pk = _place(cursor)
        changes = changes.filter(Q(at__lte=at) & (Q(at__lt=at) | Q(pk__lt=pk)))
    found = list(changes[: PAGE + 1])
    more = len(found) > PAGE
    last = found[:PAGE][-1] if found else None
    said = [change.told for change in found[:PAGE]]
    if not access.reach(Resource.ASSET, Action.VIEW).everywhere:
        said = _redacted(access, said)
    entries = [
        Entry(change, field_changes(changes), change.columns)
        for change, changes in zip(found, said, strict=False)
    ]
    return entries, encode_cursor("history", [last.at, last.pk]) if more and last else ""


#: An empty list is as good as none.
NOTHING: tuple[Any, ...] = (None, [], {})
#: Fields whose values are ids of other assets, one or a list (`catalog.noting`).
NEIGHBOURS = ("upstream", "downstream")
RESTRICTED = "restricted"


def _redacted(access: Access, said: list[Changes]) -> list[Changes]:
    """The same with RESTRICTED for assets that the reader may not see; a statement or none."""
    named = {
        id_
        for changes in said
        for field in NEIGHBOURS
        for value in changes.get(field) or ()
        for id_ in _ids(value)
    }
    if not named:
        return said
    visible = Asset.objects.visible_to(access).filter(public_id__in=named)
    seen = set(visible.values_list("public_id", flat=True))

    def shown(value: Any) -> Any:
        if isinstance(value, list):
            return [shown(id_) for id_ in value]
        return value if value is None or value in seen else RESTRICTED

    return [
        {
            field: [shown(value) for value in pair] if field in NEIGHBOURS else pair
            for field, pair in changes.items()
        }
        for changes in said
    ]


def _ids(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def field_changes(changes: Changes) -> list[FieldChange]:
    """`{"metadata.rows": [1, 2]}` in the order of names. Shapes of later versions are left out."""
    pairs = {name: pair for name, pair in changes.items() if isinstance(pair, list)}
    return [
        FieldChange(name, _kind(*pair), *pair)
        for name, pair in sorted(pairs.items())
        if len(pair) == 2
    ]


def _kind(before: Any, after: Any) -> str:
    if before in NOTHING:
        return "added"
    return "removed" if after in NOTHING else "changed"


def _place(cursor: str) -> list[Any]:
    values = decode_cursor(cursor, "history")
    if len(values) != 2 or isinstance(values[0], str | int) or not isinstance(values[1], int):
        raise BadCursor("The cursor cannot be read.")
    return values
