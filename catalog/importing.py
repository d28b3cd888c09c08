"""Assets in: rows of files merged into the catalog, a set at a time, each with what became of it.

A preview decides by the same rules on copies: it locks nothing and writes nothing. A row that
changes nothing leaves no trace, so that a file may be imported again and again.
"""

from collections.abc import Container, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.access import Access
from accounts.bulk import run
from catalog.counters import Counters
from catalog.declaring import LOCK_STATES, Stored, lock_assets, read_assets, store_assets
from catalog.finding import KnownAsset, create_assets, find_assets
from catalog.locking import locks_against
from catalog.merging import AssetValues
from catalog.models import AssetLock
from catalog.moments import micros
from catalog.naming import ensure_namespaces, namespace_ids
from catalog.reading.bodies import AssetBody
from catalog.reading.changes import AssetChange
from catalog.reading.declared import AssetError
from catalog.writing import Refusal, declared_within_reach, hear_body, refusal_of

CREATED, UPDATED, UNCHANGED, FAILED = "created", "updated", "unchanged", "failed"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row, or of one name in it. `kind`: asset, alias or edge. `changes`:
    field → [before, after]. `namespace`: where the asset is then."""

    number: int
    line: int
    kind: str
    id: str
    status: str
    errors: tuple[AssetError, ...] = ()
    changes: Mapping[str, list[Any]] = field(default_factory=dict)
    namespace: str | None = None

    @property
    def has_failed(self) -> bool:
        return self.status == FAILED


@dataclass(frozen=True, slots=True)
class AssetRow:
    """A row that could be read."""

    number: int
    line: int
    change: AssetChange

    @property
    def id(self) -> str:
        return self.change.body.id

    def result(self, status: str, **more: Any) -> RowResult:
        return RowResult(self.number, self.line, "asset", self.id, status, **more)

    def refused(self, refusal: Refusal) -> RowResult:
        return self.result(FAILED, errors=(AssetError(refusal.field, refusal.message),))


def import_assets(
    access: Access, rows: Sequence[AssetRow], fresh: set[str] | None = None
) -> list[RowResult]:
    """Merge rows in one transaction, in their order; a result each, and a constant number of
    statements. What is refused fails alone.

    `fresh`: ids that `lock_all` has made, and that count as not being there; those that are from
    now on are taken out.
    """
    fresh = set() if fresh is None else fresh
    with transaction.atomic():
        bodies = [row.change.body for row in rows]
        namespaces = ensure_namespaces(access.tenant, declared_within_reach(access, bodies))
        known = find_assets(access.tenant, {row.id for row in rows})
        there = {name: asset for name, asset in known.items() if name not in fresh}
        refused = _refused_at_once(access, rows, there, namespaces)
        names = {row.id for n, row in enumerate(rows) if n not in refused}
        pks = {name: known[name].pk for name in names if name in known}
        pks |= create_assets(access.tenant, dict.fromkeys(names - pks.keys(), timezone.now()))
        locked = {asset.pk: asset for asset in lock_assets(sorted(set(pks.values())))}
        stored = {name: locked[pk] for name, pk in pks.items()}
        scene = _Scene(access, namespaces, locks_against(access.user, locked))
        results = scene.hear(rows, stored, refused)
        changed = [locked[pk] for pk in sorted(locked) if locked[pk].is_changed]
        store_assets(access.tenant, changed, namespaces)
    fresh -= names
    return results


def preview_assets(
    access: Access,
    rows: Sequence[AssetRow],
    again: Container[str],
    kept: MutableMapping[str, Stored],
) -> list[RowResult]:
    """What `import_assets` would do. `again`: ids that stand in the file more than once, which are
    kept in `kept` from one set to the next."""
    declared = declared_within_reach(access, [row.change.body for row in rows])
    namespaces: dict[str, int] = namespace_ids(access.tenant, declared)
    if not access.tenant.requires_existing_namespaces:
        namespaces |= dict.fromkeys(declared - namespaces.keys(), 0)
    names = {row.id for row in rows} - kept.keys()
    known = find_assets(access.tenant, names)
    refused = _refused_at_once(access, rows, {**known, **dict.fromkeys(kept)}, namespaces)
    read = {asset.pk: asset for asset in read_assets([asset.pk for asset in known.values()])}
    stored = dict(kept)
    for n, row in enumerate(rows):
        if n not in refused and row.id not in stored:
            at = known.get(row.id)
            stored[row.id] = read[at.pk] if at else _fresh(row.id)
    scene = _Scene(access, namespaces, locks_against(access.user, read))
    results = scene.hear(rows, stored, refused)
    kept.update((name, asset) for name, asset in stored.items() if name in again)
    return results


def _fresh(public_id: str) -> Stored:
    now = micros(timezone.now())
    values = AssetValues(created_at=now, updated_at=now)
    return Stored(0, public_id, None, None, values, Counters())


def _refused_at_once(
    access: Access,
    rows: Sequence[AssetRow],
    known: Mapping[str, KnownAsset | None],
    namespaces: Mapping[str, int],
) -> dict[int, RowResult]:
    """Position → result, of rows for which no asset may be made. Where an earlier row makes it,
    the later ones find it."""
    found: dict[int, RowResult] = {}
    made: set[str] = set()
    for n, row in enumerate(rows):
        if row.id in known or row.id in made:
            continue
        if not row.change.body.declared.type:
            error = AssetError("type", "is required: there is no such asset yet")
            found[n] = row.result(FAILED, errors=(error,))
        elif refusal := refusal_of(access, row.change.body, None, namespaces):
            found[n] = row.refused(refusal)
        else:
            made.add(row.id)
    return found


@dataclass(frozen=True, slots=True)
class _Scene:
    access: Access
    namespaces: Mapping[str, int]
    held: Mapping[int, AssetLock]

    def hear(
        self,
        rows: Sequence[AssetRow],
        stored: Mapping[str, Stored],
        refused: Mapping[int, RowResult],
    ) -> list[RowResult]:
        now = timezone.now()
        return [
            refused[n] if n in refused else self._hear(row, stored[row.id], now, n)
            for n, row in enumerate(rows)
        ]

    def _hear(self, row: AssetRow, asset: Stored, now: datetime, position: int) -> RowResult:
        body = _emptying(row.change, asset) if row.change.empties_metadata else row.change.body
        refusal = refusal_of(self.access, body, asset, self.namespaces, self.held.get(asset.pk))
        if refusal:
            return row.refused(refusal)
        told = len(asset.history)
        status = hear_body(self.access.user, asset, body, micros(now), position)
        changes = asset.history[told][2] if len(asset.history) > told else {}
        return row.result(status, changes=changes, namespace=asset.values.namespace)


def _emptying(change: AssetChange, asset: Stored) -> AssetBody:
    """A null takes back every key that is stored."""
    body = change.body
    metadata = {**dict.fromkeys(asset.values.metadata), **body.declared.metadata}
    return replace(body, declared=replace(body.declared, metadata=metadata))


def lock_all(access: Access, names: Iterable[str]) -> set[str]:
    """Make and lock, in the order that everybody keeps, all assets that a transaction will
    import in several sets; the names that are new. A constant number of statements."""
    wanted = set(names)
    known = find_assets(access.tenant, wanted)
    new = dict.fromkeys(wanted - known.keys(), timezone.now())
    pks = {asset.pk for asset in known.values()} | set(create_assets(access.tenant, new).values())
    run(LOCK_STATES, [sorted(pks)])
    return set(new)
